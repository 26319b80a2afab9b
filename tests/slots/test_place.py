"""Real runs that wait for a place: what they say, what they make, and what becomes of them when something dies."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artia_lab.execute import run, start
from artia_lab.runs import RunFolder
from artia_lab.slots.line import command
from artia_lab.slots.people import Person, Tokens

WORDS = "text.corpus-keyboard", "starter/texts-en", {"length": 200}
MOSAIC = "image.self-mosaic", "starter/drawings", {"width": 128}
SMALL = {"samples": 1, "size": "32", "threshold": 1.0}
TRAINING = "image.small-model", "starter/drawings", {"steps": 600, **SMALL}
SHORT = "image.small-model", "starter/drawings", {"steps": 6, **SMALL}


@pytest.fixture(autouse=True)
def same_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cold workers: a fork server of this very test would outlive it."""
    monkeypatch.setenv("ARTIA_WARM", "off")


@pytest.fixture
def shared(machine: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Give what starts a broker that runs from here on ask."""

    def begin(settings: str) -> Any:
        made = machine(settings)
        monkeypatch.setenv("ARTIA_SLOTS", str(made.socket))
        return made

    return begin


def until(folder: RunFolder, true: Callable[[list[dict[str, Any]]], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true(folder.events()[0]):
        assert time.monotonic() < end, folder.events()[0]
        time.sleep(0.05)


def said(event: str, **details: object) -> Callable[[list[dict[str, Any]]], bool]:
    return lambda events: any(
        each["event"] == event and all(each.get(name) == value for name, value in details.items())
        for each in events
    )


def made(folder: RunFolder) -> dict[str, str]:
    files = sorted(folder.outputs_folder.iterdir())
    return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in files}


def test_a_run_says_where_it_stands_and_makes_the_same_as_without_a_queue(
    shared: Any, worker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cores = len(os.sched_getaffinity(0))
    monkeypatch.setenv("OMP_NUM_THREADS", str(cores))
    alone = run(*MOSAIC)
    broker = shared(f"cores = {cores}\ncores_each = {cores}\n")
    holder = worker(broker)
    broker.until(lambda told: told["held_count"] == 1)
    folder = start(*MOSAIC)
    until(folder, said("queued", position=1, why="busy"))
    assert folder.status() == "queued"
    progress = folder.progress()
    assert progress["position"] == 1 and progress["reason"].startswith("Every place to compute is taken")
    assert any(isinstance(each.get("expected_s"), int) for each in folder.events()[0])
    holder.kill()
    assert folder.wait(120) == "finished"
    record = folder.record()
    assert record is not None and record["slot"]["cores"] == cores and record["slot"]["waited_s"] > 0
    assert made(folder) == made(alone)
    threads = record["environment"]["threads"]
    before = alone.record()
    assert before is not None and threads["torch"] == before["environment"]["threads"]["torch"]


def test_a_worker_computes_on_its_own_cores_only(shared: Any) -> None:
    shared("cores_each = 1\n")
    record = run(*MOSAIC).record()
    assert record is not None and record["status"] == "finished"
    assert record["environment"]["threads"]["torch"] == 1
    assert record["environment"]["threads"]["OMP_NUM_THREADS"] == "1"


def test_without_a_broker_s_name_there_is_no_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARTIA_SLOTS", raising=False)
    folder = run(*WORDS)
    assert folder.status() == "finished" and not said("queued")(folder.events()[0])
    record = folder.record()
    assert record is not None and "slot" not in record


def test_a_run_that_waits_is_stopped_at_once_and_leaves_the_queue(shared: Any, worker: Any) -> None:
    broker = shared("cores = 1\n")
    worker(broker)
    broker.until(lambda told: told["held_count"] == 1)
    folder = start(*WORDS)
    until(folder, said("queued"))
    began = time.monotonic()
    assert folder.stop() == "cancelled" and time.monotonic() - began < 1.5
    broker.until(lambda told: told["waiting_count"] == 0)


def test_a_run_waits_for_a_broker_that_is_away_and_says_so(shared: Any) -> None:
    broker = shared("")
    broker.kill()
    folder = start(*WORDS)
    until(folder, said("queued", why="away"))
    assert "not answering" in folder.progress()["reason"]
    broker.start()
    assert folder.wait(60) == "finished"


def test_where_nobody_else_shares_a_run_does_not_wait_for_a_broker(
    shared: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared("").kill()
    monkeypatch.setenv("ARTIA_SLOTS_ALONE", "1")
    assert run(*WORDS).status() == "finished"


def test_whom_the_broker_does_not_know_is_told_what_to_do(shared: Any) -> None:
    shared('accounts = "shared"\n')
    record = run(*WORDS).record()
    assert record is not None and record["status"] == "failed"
    assert "open it again" in record["error"]["sentence"]


def test_a_training_makes_room_and_goes_on_where_it_was(
    shared: Any, worker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(*SHORT)
    broker = shared('cores = 1\nminimum_run_s = 1\naccounts = "shared"\n')
    tokens = Tokens(broker.folder / "state" / "tokens")
    ada, zoe = (tokens.admit(Person(user=name, workshop="w")) for name in ("ada", "zoe"))
    boss = tokens.admit(Person(user="boss", facilitator=True))
    monkeypatch.setenv("ARTIA_SLOTS_TOKEN", ada)
    folder = start(*SHORT)
    until(folder, said("step", step=2), 120)
    other = worker(broker, token=zoe)
    until(folder, said("preempted"), 60)
    until(folder, said("queued"), 60)
    assert folder.status() == "queued" and folder.checkpoint.is_file() and folder.record() is None
    assert command(str(broker.socket), {"tell": True}, boss)["leases"][0]["user"] == "zoe"
    steps = [each["step"] for each in folder.events()[0] if each["event"] == "step"]
    other.kill()
    assert folder.wait(180) == "finished"
    after = [each["step"] for each in folder.events()[0] if each["event"] == "step"][len(steps) :]
    # The first of its steps tell that pictures are being read again.
    assert min(step for step in after if step > 1) >= steps[-1] >= 2
    record, before = folder.record(), whole.record()
    assert record is not None and before is not None
    assert record["slot"]["made_room"] == 1 and "resumes" not in record
    assert record["energy"]["duration_s"] > record["timings"]["total_s"]
    assert [each["digest"] for each in record["outputs"]] == [each["digest"] for each in before["outputs"]]
    told = command(str(broker.socket), {"tell": True}, boss)
    [mine] = [each for each in told["totals"] if each["user"] == "ada"]
    assert mine["leases"] == 2 and mine["energy_j"] > 0 and mine["workshop"] == "w"


def test_a_facilitator_frees_a_place_and_the_run_says_so(shared: Any) -> None:
    broker = shared("cores = 1\n")
    folder = start(*TRAINING)
    until(folder, lambda _events: folder.checkpoint.is_file(), 120)
    assert command(str(broker.socket), {"free": folder.id})["done"]
    assert folder.wait(30) == "cancelled"
    assert folder.checkpoint.is_file()


def test_runs_go_on_and_are_known_again_when_the_broker_is_killed(shared: Any) -> None:
    broker = shared("cores = 2\n")
    folders = [start(*TRAINING), start(*TRAINING)]
    for each in folders:
        until(each, said("step"), 120)
    broker.kill()
    time.sleep(1)
    broker.start()
    told = broker.until(lambda told: told["held_count"] == 2 and all(each["resumable"] for each in told["leases"]))
    assert {each["run"] for each in told["leases"]} == {each.id for each in folders}
    # The worker has found the new broker: it hears what that one says.
    for each in folders:
        command(str(broker.socket), {"free": each.id})
    assert [each.wait(30) for each in folders] == ["cancelled"] * 2


def test_a_worker_that_is_killed_is_interrupted_and_its_place_is_free(shared: Any, worker: Any) -> None:
    broker = shared("cores = 1\n")
    folder = start(*TRAINING)
    until(folder, said("step"), 90)
    os.killpg(folder.progress()["pid"], signal.SIGKILL)
    broker.until(lambda told: told["held_count"] == 0, 2)
    assert folder.wait(5) == "interrupted"


def test_the_record_is_plain_json(shared: Any, tmp_path: Path) -> None:
    shared("")
    folder = run(*WORDS, out=tmp_path)
    assert json.loads((folder.path / "record.json").read_text())["slot"]["kind"] == "cpu"
