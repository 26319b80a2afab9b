"""What may befall a fork server, and what whoever uses it then sees."""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from artia_lab.warm import launch, prepare, process, wire
from artia_lab.warm.process import UNKNOWN_CODE, Forked

Run = Callable[..., str]


def warm(run_module: Run) -> bool:
    """Tell whether an ordinary start is warm."""
    return "decimal" in json.loads(run_module("probe"))["modules"]


def test_killed_it_is_there_again_after_one_cold_start(
    warmed: Any, run_module: Run, until: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "artia_lab.warm")
    for _time in range(2):
        (server,) = warmed.servers()
        server.kill()
        server.wait(10)
        caplog.clear()
        assert not warm(run_module)
        assert len(caplog.records) == 1
        until(lambda: list(warmed.servers()) and warm(run_module))


def test_one_that_dies_whenever_it_is_used_is_not_started_again_and_again(place: Any, run_module: Run) -> None:
    (place.modules / "deadly.py").write_text(
        f"import os\nwith open({str(place.runtime / 'count')!r}, 'a') as count: count.write('x')\n"
        "fork, times = os.fork, []\n"
        "def dies():\n    times.append(1)\n    return fork() if len(times) == 1 else os.abort()\n"
        "os.fork = dies\n"
    )
    place.configure(["deadly", "decimal"])
    for _attempt in range(12):
        assert not warm(run_module)
        time.sleep(0.3)
    assert 2 <= len((place.runtime / "count").read_text()) <= 3


def test_one_that_leaves_because_of_a_change_is_followed_at_once(place: Any, run_module: Run, until: Any) -> None:
    place.configure(["decimal"], idle_seconds=0.3)
    assert prepare(wait=True)
    until(lambda: not place.servers())
    assert not list((place.runtime / "artia").glob("*.log"))
    assert not warm(run_module)
    until(lambda: warm(run_module))


def at_rest(server: psutil.Process) -> int:
    """Wait until a server has let go of whoever came last, and count what it holds open."""
    seen: list[int] = []
    while len(seen) < 20 or len(set(seen[-20:])) > 1:
        seen.append(server.num_fds())
        time.sleep(0.02)
    return seen[-1]


def limit(server: psutil.Process, files: int) -> None:
    """Let a server open so many more files."""
    at_rest(server)
    hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)[1]
    used = {int(name) for name in os.listdir(f"/proc/{server.pid}/fd")}
    free = [number for number in range(max(used) + files + 2) if number not in used]
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (min(hard, free[files]), hard))


@pytest.mark.parametrize("files", range(8))
def test_without_room_for_a_descriptor_starts_are_cold_and_nothing_leaks(
    files: int, warmed: Any, run_module: Run, until: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert warm(run_module)
    (server,) = warmed.servers()
    until(lambda: not server.children())
    before, hard = at_rest(server), resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    limit(server, files)
    for _time in range(3):
        caplog.clear()
        found = warm(run_module)
        assert len(caplog.records) == (0 if found else 1)
    spent = sum(server.cpu_times()[:2])
    time.sleep(0.3)
    assert sum(server.cpu_times()[:2]) - spent < 0.1
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, hard)
    at_rest(server)
    assert warm(run_module)
    until(lambda: server.num_fds() == before and not server.children())


def test_someone_who_waits_for_a_descriptor_does_not_keep_it_busy(warmed: Any, until: Any) -> None:
    (server,) = warmed.servers()
    (path,) = (warmed.runtime / "artia").glob("*.sock")
    limit(server, 0)
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(path))
        line.settimeout(10)
        # Turned away.
        assert line.recv(1) == b""
    spent = sum(server.cpu_times()[:2])
    time.sleep(0.5)
    assert sum(server.cpu_times()[:2]) - spent < 0.1


def test_a_system_without_room_for_a_process_means_cold_starts(
    place: Any, run_module: Run, until: Any, caplog: pytest.LogCaptureFixture
) -> None:
    (place.modules / "crowded.py").write_text(
        "import errno, os\nfork = os.fork\ndef refused():\n"
        f"    if os.path.exists({str(place.runtime / 'crowded')!r}):\n"
        "        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))\n    return fork()\n"
        "os.fork = refused\n"
    )
    place.configure(["crowded", "decimal"])
    assert prepare(wait=True)
    (server,) = place.servers()
    fresh = server.num_fds()
    assert warm(run_module)
    (place.runtime / "crowded").touch()
    for _attempt in range(3):
        assert not warm(run_module)
    assert [each.getMessage().split(": ", 1)[1] for each in caplog.records] == [
        "[Errno 11] Resource temporarily unavailable"
    ] * 3
    # What a child or an attempt had open is closed a moment after it has ended.
    until(lambda: server.num_fds() <= fresh)
    (place.runtime / "crowded").unlink()
    assert warm(run_module)


@pytest.mark.parametrize(
    "said", [b"", b"\x00", b"\xff\xff\xff\xff", b"\x00\x00\x00\x09x", b"\x00\x00\x00\x01x"], ids=repr
)
def test_what_is_handed_over_with_nonsense_is_closed(said: bytes) -> None:
    here, there = socket.socketpair()
    read, write = os.pipe()
    socket.send_fds(there, [said], [write]) if said else None
    there.close()
    os.close(write)
    with here, pytest.raises((OSError, EOFError)):
        wire.receive(here)
    os.set_blocking(read, False)
    assert os.read(read, 1) == b""
    os.close(read)


@pytest.mark.parametrize("nonsense", [3, "start", None, {"start": 3}, {"start": {}}, {"start": None}])
def test_a_request_that_is_no_request_harms_nobody(nonsense: object, warmed: Any, run_module: Run) -> None:
    (path,) = (warmed.runtime / "artia").glob("*.sock")
    servers = warmed.servers()
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(path))
        wire.send(line, nonsense)
        line.settimeout(10)
        line.recv(100)
    assert warm(run_module) and warmed.servers() == servers


def test_a_server_that_is_held_up_holds_up_nobody_who_only_looks(
    warmed: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (warmed.modules / "sleeper.py").write_text("import time\ntime.sleep(600)\n")
    working = [launch("sleeper") for _number in range(2)]
    (server,) = (each for each in warmed.servers() if each.pid not in [each.pid for each in working])
    server.suspend()
    try:
        for each in working:
            assert isinstance(each, Forked)
            each.kill()
        began = time.monotonic()
        assert [each.poll() for each in working] == [None, None]
        working[0].send_signal(signal.SIGTERM)
        assert time.monotonic() - began < 0.5
        # In the end it is over all the same.
        monkeypatch.setattr(process, "PATIENCE_S", 0.2)
        assert working[0].wait(20) == UNKNOWN_CODE
        monkeypatch.undo()
    finally:
        server.resume()
    assert working[1].wait(20) == -signal.SIGKILL


@pytest.mark.parametrize("state", ["warm", "off"])
def test_an_interrupt_that_nobody_catches_ends_it_as_the_signal(
    state: str, place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = place.runtime / "mark"
    (place.modules / "ends.py").write_text(
        f"import atexit, os, signal, time\natexit.register(open, {str(mark)!r}, 'w')\n"
        "os.kill(os.getpid(), signal.SIGINT)\ntime.sleep(60)\n"
    )
    if state == "off":
        monkeypatch.setenv("ARTIA_WARM", "off")
    else:
        assert prepare(wait=True)
    ended = launch("ends")
    assert isinstance(ended, Forked) == (state == "warm")
    assert ended.wait(20) == -signal.SIGINT and mark.exists()
