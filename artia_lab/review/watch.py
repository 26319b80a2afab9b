"""Watching a sandbox: its time, its memory, its processes; and taking from it what it sends, up to a size.

The kernel counts memory and processes per user or per control group; a review needs neither the right to make a
group nor a user of its own. It looks instead, ten times a second, at every process of the sandbox, and ends all of
them at once through the first one, without which the kernel lets none live.
"""

from __future__ import annotations

import contextlib
import os
import select
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from artia_lab.review.limits import Limits

LOOK_S = 0.1
PAGE = os.sysconf("SC_PAGE_SIZE")
# Killed processes end at once, unless the disk or the machine is overwhelmed.
PATIENCE_S = 10.0
# What is kept of complaints, in bytes.
COMPLAINT_BYTES = 8192


@dataclass(frozen=True)
class Ending:
    """How a watched command ended.

    Attributes
    ----------
    stopped : {"", "time", "memory", "processes", "results"}
        Why it was stopped; ``""`` when it ended by itself.
    code : int
        Its exit code, or minus the signal that ended it.
    complaint : str
        The end of what it wrote on its error output.
    seconds : float
        How long it took.
    """

    stopped: str
    code: int
    complaint: str
    seconds: float


def watched(
    command: Sequence[str],
    descriptors: Sequence[int],
    limits: Limits,
    results: IO[bytes],
    environment: dict[str, str] | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> Ending:
    """Execute a command and take what it writes, until it ends or goes beyond a limit.

    Parameters
    ----------
    command : sequence of str
        The command.
    descriptors : sequence of int
        Open files to hand over to it; no others reach it.
    limits : Limits
        Time, memory, processes, and how much it may write.
    results : binary file
        Where what it writes on its output goes.
    environment : dict of str to str, optional
        Its environment; by default an empty one, for a command that makes its own.
    meanwhile : callable
        Called once, after it has started.

    Returns
    -------
    Ending
        How it ended; no process of it is left.
    """
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=tuple(descriptors),
        close_fds=True,
        env=environment or {},
        cwd="/",
        start_new_session=True,
    )
    watch = _Watch(process, limits, results, began)
    try:
        meanwhile()
        stopped = watch.look_on()
    finally:
        watch.end()
    return Ending(stopped, process.returncode, watch.complaint, round(time.monotonic() - began, 2))


class _Watch:
    def __init__(self, process: subprocess.Popen[bytes], limits: Limits, results: IO[bytes], began: float) -> None:
        self._process, self._limits, self._results = process, limits, results
        self._until, self._taken, self._said = began + limits.seconds, 0, b""
        self._first: int | None = None

    @property
    def complaint(self) -> str:
        return self._said.decode("utf-8", "replace")

    def look_on(self) -> str:
        assert self._process.stdout and self._process.stderr
        looked = 0.0
        with selectors.DefaultSelector() as streams:
            streams.register(self._process.stdout, selectors.EVENT_READ)
            streams.register(self._process.stderr, selectors.EVENT_READ)
            # What it has left running may hold its output open: it has ended all the same.
            while streams.get_map() and self._process.poll() is None:
                for key, _events in streams.select(LOOK_S):
                    content = os.read(key.fd, 1 << 20)
                    if not content:
                        streams.unregister(key.fileobj)
                    elif key.fileobj is self._process.stderr:
                        self._said = (self._said + content)[-COMPLAINT_BYTES:]
                    elif not self._take(content):
                        return "results"
                self._know_first()
                if time.monotonic() - looked >= LOOK_S:
                    stopped, looked = self._beyond(), time.monotonic()
                    if stopped:
                        return stopped
            return self._rest(streams)

    def end(self) -> None:
        """End everything: the first process inside first, with which the kernel ends all others there."""
        self._know_first()
        below = list(descendants(self._process.pid)) if self._process.poll() is None else []
        for pid in below:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        if self._first is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._first, signal.SIGKILL)
            # It has ended once all others have.
            select.select([self._first], [], [], PATIENCE_S)
            os.close(self._first)
        for stream in (self._process.stdout, self._process.stderr):
            assert stream
            stream.close()

    def _know_first(self) -> None:
        """Hold on to the first process inside, which outlives the one that was started by a moment."""
        if self._first is None and (below := _children(self._process.pid)):
            with contextlib.suppress(OSError):
                self._first = os.pidfd_open(below[0])

    def _rest(self, streams: selectors.BaseSelector) -> str:
        """Take what stood in the pipes when it ended."""
        if self._process.poll() is None:
            # It closed its outputs and goes on.
            while self._process.poll() is None:
                stopped = self._beyond()
                if stopped:
                    return stopped
                time.sleep(LOOK_S / 10)
        for key in list(streams.get_map().values()):
            os.set_blocking(key.fd, False)
            with contextlib.suppress(BlockingIOError):
                while content := os.read(key.fd, 1 << 20):
                    if key.fileobj is self._process.stderr:
                        self._said = (self._said + content)[-COMPLAINT_BYTES:]
                    elif not self._take(content):
                        return "results"
        return ""

    def _take(self, content: bytes) -> bool:
        self._taken += len(content)
        if self._taken > self._limits.result_bytes:
            return False
        self._results.write(content)
        return True

    def _beyond(self) -> str:
        if time.monotonic() > self._until:
            return "time"
        pids = list(descendants(self._process.pid))
        if sum(_threads(pid) for pid in pids) > self._limits.processes:
            return "processes"
        held = sum(_resident(pid) for pid in pids)
        if held > self._limits.memory_bytes:
            # Processes forked from one another share most of what they hold.
            held = sum(_proportional(pid) for pid in pids)
        return "memory" if held > self._limits.memory_bytes else ""


def descendants(pid: int) -> Iterator[int]:
    """List the processes that a process has started, and those that these have.

    Parameters
    ----------
    pid : int
        The process.

    Yields
    ------
    int
        Each below it.
    """
    waiting, seen = [pid], {pid}
    while waiting:
        for each in _children(waiting.pop()):
            if each not in seen:
                seen.add(each)
                waiting.append(each)
                yield each


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                found += map(int, Path(f"/proc/{pid}/task/{thread}/children").read_text().split())
    except OSError:
        pass
    return found


def _threads(pid: int) -> int:
    try:
        return os.stat(f"/proc/{pid}/task").st_nlink - 2
    except OSError:
        return 0


def _resident(pid: int) -> int:
    try:
        resident = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (OSError, IndexError):
        return 0
    return int(resident) * PAGE


def _proportional(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return _resident(pid)
