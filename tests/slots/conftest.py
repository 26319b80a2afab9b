"""A real broker, and real processes that use it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from artia_lab.slots.line import command

# `people_at_work` stands beside the tests, and is also what the benchmark shows.
sys.path.insert(0, str(Path(__file__).parent))


class Machine:
    """A broker that can be killed and started again.

    Parameters
    ----------
    folder : Path
        Where everything of it is.
    settings : str
        More lines of its settings.
    """

    def __init__(self, folder: Path, settings: str) -> None:
        self.folder, self.socket = folder, folder / "s"
        self._file = folder / "slots.toml"
        self._file.write_text(f'socket = "{self.socket}"\nstate_folder = "{folder / "state"}"\n{settings}')
        self.start()

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "artia_lab.slots.broker", "--settings", str(self._file)],
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout is not None and self.process.stdout.readline() == b"ready\n"

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        self.process.wait()

    def tell(self) -> dict[str, Any]:
        """Ask it what it knows."""
        return command(str(self.socket), {"tell": True})

    def until(self, true: Callable[[dict[str, Any]], bool], seconds: float = 20.0) -> dict[str, Any]:
        """Wait until what it knows is so."""
        end = time.monotonic() + seconds
        while not true(told := self.tell()):
            assert time.monotonic() < end, told
            time.sleep(0.02)
        return told


@pytest.fixture
def machine() -> Iterator[Callable[[str], Machine]]:
    """Give what starts a broker with these settings."""
    folder = Path(tempfile.mkdtemp(prefix="slots-"))
    # Another account must be able to reach the socket.
    folder.chmod(0o755)
    made: list[Machine] = []

    def start(settings: str = "") -> Machine:
        made.append(Machine(folder, settings))
        return made[-1]

    yield start
    for each in made:
        each.process.send_signal(signal.SIGKILL)
        each.process.wait()
    shutil.rmtree(folder)


@pytest.fixture
def worker() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Give what starts a process that asks for a place, says so, and holds it until its input is closed."""
    started: list[subprocess.Popen[str]] = []

    def start(
        machine: Machine, ask: str = "{}", token: str = "", uid: int | None = None, program: str = HOLDS
    ) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(machine.socket), ask],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | ({"ARTIA_SLOTS_TOKEN": token} if token else {}),
            user=uid,
        )
        started.append(process)
        return process

    yield start
    for each in started:
        each.kill()
        each.wait()


HOLDS = """
import json, sys
from artia_lab.slots.line import connect, credentials
line = connect(sys.argv[1])
line.send({"ask": json.loads(sys.argv[2]), **credentials()})
while True:
    said = line.receive(60) or {}
    print(json.dumps(said), flush=True)
    if "granted" in said:
        line.send({"here": True})
    if "refused" in said:
        break
    if "go" in said:
        sys.stdin.read()
        break
"""
