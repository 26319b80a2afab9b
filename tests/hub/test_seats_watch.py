"""What seats take: whose each process is, what is ended first, and what its owner is told."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from artia_lab.hub.seats.identity import Identity
from artia_lab.hub.seats.watch import Member, Watch, branches, members_of, pss_mb, tell

HOLDS = "import sys, time; held = bytearray(b'x') * (int(sys.argv[1]) << 20); print(flush=True); time.sleep(60)"


def machine(*rows: tuple[int, int, int]) -> dict[int, Member]:
    """Describe processes: number, parent, account."""
    return {pid: Member(pid=pid, parent=parent, uid=uid, most_mb=1) for pid, parent, uid in rows}


def test_a_seat_has_what_it_started_and_what_that_started():
    everything = machine((1, 0, 0), (10, 1, 0), (11, 10, 0), (12, 11, 0), (20, 1, 0), (21, 20, 0))
    assert set(members_of(10, -1, everything)) == {10, 11, 12}


def test_an_account_of_one_s_own_has_what_lost_its_parent_as_well():
    everything = machine((1, 0, 0), (10, 1, 1000), (11, 1, 1000), (12, 1, 1001))
    assert set(members_of(10, 1000, everything)) == {10, 11}


def test_root_s_account_is_nobody_s_own():
    everything = machine((1, 0, 0), (10, 1, 0), (11, 1, 0))
    assert set(members_of(10, 0, everything)) == {10}


def test_a_seat_that_has_ended_has_nothing():
    assert members_of(10, -1, machine((1, 0, 0))) == {}


def test_a_kernel_goes_with_its_runs_and_without_its_neighbours():
    everything = machine((10, 1, 0), (11, 10, 0), (12, 11, 0), (13, 10, 0), (14, 1, 1000))
    assert branches(10, everything) == {11: {11, 12}, 13: {13}, 14: {14}}


@pytest.fixture
def seat(tmp_path):
    """Have a seat that started three kernels: of 10, 200 and 40 MB."""
    start = f"[subprocess.Popen([sys.executable, '-c', {HOLDS!r}, size]) for size in ('10', '200', '40')]"
    script = f"import subprocess, sys, time; {start}; time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, process_group=0)
    for _each in range(3):
        process.stdout.readline()
    yield process
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()


def watch(folder, **limits):
    """Watch seats that no fork server knows."""
    servers = SimpleNamespace(children=dict, folder=folder)
    return Watch(servers, **({"memory_mb": 0, "processes": 0} | limits))


def holding(pid: int) -> list[int]:
    """List what the children of a process hold, in MB, the dead ones left out."""
    import psutil

    alive = [each for each in psutil.Process(pid).children() if each.status() != psutil.STATUS_ZOMBIE]
    return sorted(round(pss_mb(each.pid)) for each in alive)


def test_past_its_memory_the_greediest_is_ended_the_seat_lives_and_its_person_is_told(seat, tmp_path):
    watch(tmp_path, memory_mb=150).look({Identity.of(seat.pid): -1})
    time.sleep(0.2)
    left = holding(seat.pid)
    assert len(left) == 2 and max(left) < 100 and seat.poll() is None
    said = json.loads((tmp_path / f"notice-{seat.pid}.json").read_text())
    assert set(said["sentences"]) == {"fr", "en"} and "may hold 150" in said["sentences"]["en"]


def test_within_its_limits_nothing_is_ended_and_nothing_is_said(seat, tmp_path):
    watch(tmp_path, memory_mb=2000, processes=10).look({Identity.of(seat.pid): -1})
    assert len(holding(seat.pid)) == 3 and list(tmp_path.iterdir()) == []


def test_no_limit_is_no_limit(seat, tmp_path):
    watch(tmp_path).look({Identity.of(seat.pid): -1})
    assert len(holding(seat.pid)) == 3


def test_too_many_processes_are_too_many_even_when_they_are_small(seat, tmp_path):
    watch(tmp_path, processes=3).look({Identity.of(seat.pid): -1})
    time.sleep(0.2)
    assert len(holding(seat.pid)) == 2
    assert "4 processes" in json.loads((tmp_path / f"notice-{seat.pid}.json").read_text())["sentences"]["en"]


def test_one_person_s_greed_ends_nothing_of_another_s(seat, tmp_path):
    other = subprocess.Popen([sys.executable, "-c", HOLDS, "300"], stdout=subprocess.PIPE)
    try:
        other.stdout.readline()
        watch(tmp_path, memory_mb=150).look({Identity.of(seat.pid): -1})
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
        other.stdout.close()


def test_what_is_told_is_readable_by_its_account_alone(tmp_path):
    tell(tmp_path, 7, -1, {"fr": "a", "en": "b"})
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_process_that_has_ended_holds_nothing():
    assert pss_mb(2**22 + 1) == 0.0
