"""Keeping processes alive, tried on real ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from artia_lab.hub import supervise
from artia_lab.hub.supervise import DELAYS_S, HEALTHY_S, Part

# A supervisor of small parts, each of which writes its number down.
PROGRAM = """
import os, sys
from pathlib import Path
from artia_lab.hub import supervise
from artia_lab.hub.supervise import Part, Supervisor

folder = Path(sys.argv[1])
supervise.DELAYS_S = (0.0, 0.05)
lives = "import os,sys,time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\\\n'); time.sleep(float(sys.argv[2]))"
parts = [
    Part(name, [sys.executable, "-c", lives, str(folder / name), seconds], os.environ, folder)
    for name, seconds in zip(("board", "hub"), sys.argv[2:4])
]
answers = lambda: (folder / "hub").exists() and sys.argv[4] == "yes"
raise SystemExit(Supervisor(parts, answers=answers, welcome=lambda: print("welcome", flush=True)).run())
"""


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a supervisor of a board and a hub that live for so many seconds."""
    started = []

    def start(board: float, hub: float, answers: str = "yes") -> subprocess.Popen[str]:
        words = [sys.executable, "-c", PROGRAM, str(tmp_path), str(board), str(hub), answers]
        started.append(
            subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
        )
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.communicate()


def numbers(folder: Path, part: str, count: int) -> list[int]:
    """Wait until a part has been started so many times, and give its processes."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if (folder / part).exists() and len(found := (folder / part).read_text().split()) >= count:
            return [int(each) for each in found]
        time.sleep(0.02)
    raise AssertionError(f"{part} was not started {count} times")


def test_each_part_that_is_killed_is_started_again_and_the_others_go_on(supervised, tmp_path):
    supervisor = supervised(60, 60)
    (board,), (hub,) = numbers(tmp_path, "board", 1), numbers(tmp_path, "hub", 1)
    assert supervisor.stdout.readline() == "welcome\n"
    os.kill(board, signal.SIGKILL)
    assert numbers(tmp_path, "board", 2)[0] == board
    os.kill(hub, signal.SIGKILL)
    _first, second = numbers(tmp_path, "hub", 2)
    assert psutil.pid_exists(second)
    supervisor.terminate()
    said, complaints = supervisor.communicate(timeout=20)
    assert supervisor.returncode == 0
    assert "The hub is closed." in said
    assert "The board ended by itself (code -9) and is started again." in complaints
    assert "The hub ended by itself (code -9) and is opened again; open seats go on." in complaints
    assert not psutil.pid_exists(second)


def test_a_hub_that_cannot_start_is_not_tried_again(supervised, tmp_path):
    supervisor = supervised(60, 0, "no")
    _said, complaints = supervisor.communicate(timeout=20)
    assert supervisor.returncode == 1
    assert "The hub could not start (code 0)" in complaints
    assert len(numbers(tmp_path, "hub", 1)) == 1


def test_a_hub_that_ends_again_and_again_is_given_up(supervised, tmp_path):
    supervisor = supervised(60, 0.3)
    _said, complaints = supervisor.communicate(timeout=30)
    assert supervisor.returncode == 1
    assert "The hub ends by itself again and again" in complaints
    assert len(numbers(tmp_path, "hub", 1)) == supervise.HUB_TRIES


def test_parts_do_not_outlive_a_supervisor_that_is_killed(supervised, tmp_path):
    supervisor = supervised(60, 60)
    parts = [*numbers(tmp_path, "board", 1), *numbers(tmp_path, "hub", 1)]
    supervisor.kill()
    assert supervisor.wait(10) == -signal.SIGKILL
    _gone, alive = psutil.wait_procs([psutil.Process(each) for each in parts if psutil.pid_exists(each)], 10)
    assert alive == []


def test_a_part_that_ends_again_and_again_is_started_less_and_less_often():
    part = Part("board", [], {}, Path("/"))
    waits = []
    now = 1000.0
    for _end in range(10):
        part.began = now
        part.ended(now + 1)
        waits.append(part.due - now - 1)
    assert waits[: len(DELAYS_S)] == list(DELAYS_S)
    assert waits[-1] == DELAYS_S[-1]
    part.began = now
    part.ended(now + HEALTHY_S + 1)
    assert part.due - now - HEALTHY_S - 1 == DELAYS_S[0]
