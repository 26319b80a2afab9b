"""A real broker and real processes: what happens when they die, stop, lie, or are very many."""

from __future__ import annotations

import json
import os
import pwd
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artia_lab.slots.journal import Journal
from artia_lab.slots.line import command
from artia_lab.slots.people import Person, Tokens

ONE_CORE = "cores = 1\n"


def said(process: subprocess.Popen[str], word: str) -> Any:
    """Read what a worker prints until it has heard this word; give what was said with it."""
    assert process.stdout is not None
    for line in process.stdout:
        message = json.loads(line)
        if word in message:
            return message[word]
    raise AssertionError(word)


def ends(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait()


def test_a_place_passes_on_when_it_is_given_back(machine: Any, worker: Any) -> None:
    shared = machine(ONE_CORE)
    first = worker(shared)
    assert len(said(first, "granted")["cores"]) == 1
    second = worker(shared)
    assert said(second, "wait")["position"] == 1
    ends(first)
    assert said(second, "go")


def test_a_worker_that_is_killed_frees_its_place_at_once(machine: Any, worker: Any) -> None:
    shared = machine(ONE_CORE)
    first, second = worker(shared), None
    said(first, "go")
    second = worker(shared)
    said(second, "wait")
    began = time.monotonic()
    first.kill()
    said(second, "go")
    assert time.monotonic() - began < 1


def test_a_child_that_inherited_the_connection_does_not_keep_the_place(machine: Any, worker: Any) -> None:
    shared = machine(ONE_CORE)
    program = (
        "import os, sys, time\nfrom artia_lab.slots.line import connect\nline = connect(sys.argv[1])\n"
        "line.send({'ask': {}})\n"
        "while 'granted' not in (line.receive(9) or {}): pass\n"
        "line.send({'here': True}); line.receive(9)\n"
        "if os.fork() == 0: time.sleep(20); os._exit(0)\n"
        "print('{\"go\": true}', flush=True); time.sleep(20)"
    )
    first = worker(shared, program=program)
    said(first, "go")
    second = worker(shared)
    said(second, "wait")
    first.kill()
    assert said(second, "go")


def test_a_broker_that_is_killed_knows_afterwards_who_computes(machine: Any, worker: Any) -> None:
    shared = machine("cores = 2\n")
    holders = [worker(shared), worker(shared)]
    for each in holders:
        said(each, "go")
    shared.kill()
    assert all(each.poll() is None for each in holders)
    holders[0].kill()
    holders[0].wait()
    shared.start()
    assert shared.tell()["held_count"] == 1
    third = worker(shared)
    said(third, "go")
    fourth = worker(shared)
    said(fourth, "wait")
    ends(holders[1])
    assert said(fourth, "go")
    totals = shared.until(lambda told: sum(each["leases"] for each in told["totals"]) == 2)
    assert totals["waiting_count"] == 0


def test_only_who_holds_a_place_takes_it_back_from_the_next_broker(machine: Any, worker: Any) -> None:
    shared = machine(ONE_CORE)
    first = worker(shared)
    granted = said(first, "granted")
    said(first, "go")
    shared.kill()
    shared.start()
    thief = worker(shared, json.dumps({"held": granted["id"], "proof": "0" * 32}))
    assert said(thief, "refused") == "forgotten"
    back = worker(shared, json.dumps({"held": granted["id"], "proof": granted["proof"]}))
    assert said(back, "go")


def test_a_stopped_process_neither_takes_a_place_nor_holds_up_the_others(machine: Any, worker: Any) -> None:
    shared = machine(ONE_CORE)
    first = worker(shared)
    said(first, "go")
    stopped = worker(shared)
    said(stopped, "wait")
    stopped.send_signal(signal.SIGSTOP)
    third = worker(shared)
    said(third, "wait")
    ends(first)
    # The place is offered to the stopped one first, which does not take it.
    assert said(third, "go")
    stopped.send_signal(signal.SIGCONT)


def garbage(chance: random.Random) -> bytes:
    """Something that no honest worker says."""
    whole = [
        b"\x00" * 100,
        b"[" * 4000 + b"\n",
        b"[]\n",
        b'"ask"\n',
        b"null\n",
        b'{"ask": []}\n',
        b'{"ask": {"cores": 1e999}}\n',
        b'{"ask": {"cores": NaN}}\n',
        b'{"ask": {"cores": "all"}}\n',
        b'{"ask": {"seconds": true}}\n',
        b'{"ask": {"run": "../../etc"}}\n',
        b'{"ask": {"run": 7}}\n',
        b'{"ask": {"gpu": "yes"}}\n',
        b'{"token": 5, "ask": {}}\n',
        b'{"token": "nobody", "ask": {}}\n',
        b'{"free": "", "pause": true}\n',
        b'{"here": true}\n',
        b'{"x": "' + b"x" * 10_000,
        b"\xff\xfe{}\n",
        b"{}\n" * 400,
        b'{"ask": {"held": "a", "proof": "b"}}\n',
    ]
    return chance.choice([*whole, chance.randbytes(chance.randrange(1, 9000))])


def test_garbage_closes_the_connection_and_nothing_else(machine: Any, worker: Any) -> None:
    shared = machine(ONE_CORE)
    first = worker(shared)
    said(first, "go")
    chance = random.Random(0)
    for _each in range(300):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(shared.socket))
            line.settimeout(20)
            try:
                line.sendall(garbage(chance))
                line.shutdown(socket.SHUT_WR)
                while line.recv(65536):
                    pass
            except (BrokenPipeError, ConnectionResetError):
                continue
    told = shared.tell()
    assert (told["held_count"], told["waiting_count"]) == (1, 0) and shared.process.poll() is None


def test_whoever_says_nothing_is_let_go(machine: Any) -> None:
    shared = machine()
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(shared.socket))
        line.settimeout(20)
        assert line.recv(1) == b""


def test_a_thousand_connections_wait_and_are_served(machine: Any) -> None:
    shared = machine("cores = 2\nwaiting_each = 2000\nconnections_each = 2000\n")
    lines = []
    for _each in range(1000):
        line = socket.socket(socket.AF_UNIX)
        line.connect(str(shared.socket))
        line.sendall(b'{"ask": {"cores": 1}}\n')
        lines.append(line)
    shared.until(lambda told: (told["held_count"], told["waiting_count"]) == (2, 998), 60)
    for line in lines:
        line.close()
    shared.until(lambda told: told["waiting_count"] == told["held_count"] == 0, 60)


def test_one_account_takes_neither_all_connections_nor_the_whole_queue(machine: Any, worker: Any) -> None:
    shared = machine(ONE_CORE + "waiting_each = 2\nconnections_each = 20\n")
    workers = [worker(shared) for _each in range(3)]
    shared.until(lambda told: told["held_count"] == 1 and told["waiting_count"] == 2)
    assert said(worker(shared), "refused") == "many"
    lines = []
    for _each in range(40):
        line = socket.socket(socket.AF_UNIX)
        line.connect(str(shared.socket))
        lines.append(line)
    time.sleep(0.3)
    with pytest.raises(OSError):
        shared.tell()
    for line in lines:
        line.close()
    shared.until(lambda told: told["waiting_count"] == 2)
    assert all(each.poll() is None for each in workers)


def test_people_are_told_apart_by_their_accounts(machine: Any, worker: Any) -> None:
    shared = machine(ONE_CORE)
    # Only root can start a process of another account; the account is told in any case.
    uid = 65534 if os.geteuid() == 0 else os.geteuid()
    other = worker(shared, uid=uid)
    said(other, "go")
    mine = worker(shared)
    said(mine, "wait")
    told = shared.tell()
    assert [each["user"] for each in told["leases"]] == [pwd.getpwuid(uid).pw_name]
    seen = subprocess.run(
        ["python3", "-c", ASKS, str(shared.socket)], user=uid, capture_output=True, text=True, check=True
    )
    refused, everything = (json.loads(line)["told"] for line in seen.stdout.splitlines())
    elsewhere = uid != os.geteuid()
    assert refused["done"] is not elsewhere and shared.tell()["paused"] is not elsewhere
    assert len(everything["waiting"]) == 1 - elsewhere and everything["waiting_count"] == 1
    for each in (other, mine):
        each.kill()


# Without the package, which another account may not be able to read.
ASKS = """
import socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect(sys.argv[1])
answers = line.makefile()
for question in (b'{"pause": true}', b'{"tell": true}'):
    line.sendall(question + b"\\n")
    print(answers.readline(), end="")
"""


def test_where_accounts_are_shared_a_token_tells_who_it_is(machine: Any, worker: Any) -> None:
    shared = machine(ONE_CORE + 'accounts = "shared"\n')
    tokens = Tokens(shared.folder / "state" / "tokens")
    ada, zoe = (tokens.admit(Person(user=name, workshop="w")) for name in ("ada", "zoe"))
    boss = tokens.admit(Person(user="boss", facilitator=True))
    elsewhere = tokens.admit(Person(user="eve", uid=4242))
    assert said(worker(shared), "refused") == "unknown"
    assert said(worker(shared, token="x" * 40), "refused") == "unknown"
    assert said(worker(shared, token=elsewhere), "refused") == "unknown"
    holder = worker(shared, token=ada)
    said(holder, "go")
    waiter = worker(shared, token=zoe)
    said(waiter, "wait")
    place = str(shared.socket)
    assert command(place, {"pause": True}, ada)["done"] is False
    told = command(place, {"tell": True}, boss)
    assert [each["user"] for each in told["leases"] + told["waiting"]] == ["ada", "zoe"]
    assert {each["workshop"] for each in told["leases"]} == {"w"}
    tokens.dismiss(zoe)
    assert said(worker(shared, token=zoe), "refused") == "unknown"
    assert (os.stat(place).st_mode & 0o777) == 0o600


def test_a_facilitator_pauses_puts_first_and_frees(machine: Any, worker: Any) -> None:
    shared = machine(ONE_CORE + 'accounts = "shared"\n')
    tokens = Tokens(shared.folder / "state" / "tokens")
    ada, zoe, ivo = (tokens.admit(Person(user=name)) for name in ("ada", "zoe", "ivo"))
    boss, place = tokens.admit(Person(user="boss", facilitator=True)), str(shared.socket)
    holder = worker(shared, '{"run": "r1"}', token=ada)
    said(holder, "go")
    second = worker(shared, '{"run": "r2"}', token=zoe)
    said(second, "wait")
    third = worker(shared, '{"run": "r3"}', token=ivo)
    said(third, "wait")
    assert command(place, {"boost": "ivo", "seconds": 60}, boss)["done"]
    assert command(place, {"pause": True}, boss)["done"]
    assert command(place, {"extend": "r1", "seconds": 60}, boss)["done"]
    assert not command(place, {"free": "unheard-of"}, boss)["done"]
    ends(holder)
    assert said(second, "wait")["reason"] == "paused"
    assert command(place, {"pause": False}, boss)["done"]
    assert said(third, "go")
    # This worker does not listen: it is ended.
    assert command(place, {"free": "r3"}, boss)["done"]
    assert said(second, "go")
    assert third.wait(10) == -signal.SIGTERM
    events = [each["event"] for each in Journal(shared.folder / "state", 1, 4).read()]
    assert events[:3] == ["boost", "pause", "extend"]


def test_a_workshop_waits_for_its_quota(machine: Any, worker: Any) -> None:
    shared = machine('cores = 2\naccounts = "shared"\n[workshops.w]\nplaces = 1\n')
    token = Tokens(shared.folder / "state" / "tokens").admit(Person(user="ada", workshop="w"))
    first = worker(shared, token=token)
    said(first, "go")
    second = worker(shared, token=token)
    assert said(second, "wait") == {"position": 1, "reason": "quota", "expected_s": None}
    ends(first)
    assert said(second, "go")


def test_the_journal_says_who_computed_for_how_long_and_rotates(machine: Any, worker: Any, tmp_path: Path) -> None:
    shared = machine(ONE_CORE)
    first = worker(shared, '{"run": "r1"}')
    said(first, "go")
    time.sleep(0.3)
    first.kill()
    [total] = shared.until(lambda told: bool(told["totals"]))["totals"]
    assert total["leases"] == 1 and total["slot_seconds"] >= 0.3
    journal = Journal(tmp_path, 2000, 2)
    for k in range(100):
        journal.write("lease", user="ada", workshop="w", slot_seconds=1.0, waited_s=0.0, energy_j=2.0, k=k)
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "journal.1.jsonl",
        "journal.2.jsonl",
        "journal.jsonl",
    ]
    assert [each["k"] for each in journal.read()][-1] == 99
    assert all(each.stat().st_size <= 2000 for each in tmp_path.iterdir())


def test_a_second_broker_does_not_take_over(machine: Callable[[str], Any]) -> None:
    shared = machine("")
    again = [sys.executable, "-m", "artia_lab.slots.broker", "--settings", str(shared.folder / "slots.toml")]
    second = subprocess.run(again, capture_output=True, text=True)
    assert second.returncode == 2 and "Stop it first" in second.stderr
    assert shared.tell()["held_count"] == 0


def test_gpus_are_leased_by_their_memory(machine: Any, worker: Any) -> None:
    shared = machine('gpus = ["0:8000"]\ngpu_share_mb = 2000\n')
    granted = [said(worker(shared, '{"gpu": true, "memory_mb": 3000}'), "granted") for _each in range(2)]
    assert [(each["gpu"], each["memory_mb"], each["whole"], each["cores"]) for each in granted] == [
        ("0", 3000, False, [])
    ] * 2
    assert said(worker(shared, '{"gpu": true, "memory_mb": 3000}'), "wait")["position"] == 1
    assert said(worker(shared, '{"gpu": true}'), "granted")["memory_mb"] == 2000
    assert said(worker(shared), "granted")["hide_gpu"] is True


def test_what_the_machine_does_not_have_is_refused(machine: Any, worker: Any) -> None:
    assert said(worker(machine(ONE_CORE), '{"cores": 2}'), "refused") == "impossible"
