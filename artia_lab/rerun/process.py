"""The process that executes one notebook: its start, what it says, how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
from collections.abc import Callable, Mapping
from typing import Any

from artia_lab.warm import Process, launch

# What is kept of its complaints, in bytes: the last line is quoted.
COMPLAINT_BYTES = 8192


class Worker:
    """One process that executes one notebook, which it begins when it is told to.

    Parameters
    ----------
    task : dict
        What it shall do, as JSON types.
    environment : mapping of str to str
        Its environment.

    Raises
    ------
    OSError
        If it cannot be started.
    """

    def __init__(self, task: dict[str, Any], environment: Mapping[str, str]) -> None:
        asked, ask = os.pipe()
        self._heard, said = os.pipe()
        self._complaints, complained = os.pipe()
        self._complaint = b""
        self._alive = True
        try:
            self._process = _start(environment, stdin=asked, stdout=said, stderr=complained)
        except BaseException:
            for each in (ask, self._heard, self._complaints):
                os.close(each)
            raise
        finally:
            for each in (asked, said, complained):
                os.close(each)
        self._ask = ask
        self._tell(json.dumps(task).encode() + b"\n")

    def begin(self) -> None:
        """Let it begin: its kernel is ready by then, or will be soon."""
        self._tell(b"begin\n")
        self.dismiss()

    def dismiss(self) -> None:
        """Say no more: one that has not begun ends."""
        if self._ask >= 0:
            os.close(self._ask)
            self._ask = -1

    @property
    def pid(self) -> int:
        """Its number.

        Returns
        -------
        int
            It leads a session and a group of processes of its own.
        """
        return int(self._process.pid)

    def listen(self, hear: Callable[[dict[str, Any]], object]) -> int:
        """Hear what it says until it has ended.

        Parameters
        ----------
        hear : callable
            Given each message.

        Returns
        -------
        int
            Its exit code, or minus the signal that ended it.
        """
        try:
            self._hear_all(hear)
            code = self._process.wait()
            self._alive = False
            # What it has started may hold its error output open for longer.
            os.set_blocking(self._complaints, False)
            with contextlib.suppress(BlockingIOError):
                while self._complain():
                    pass
            return code
        finally:
            self.dismiss()
            os.close(self._heard)
            os.close(self._complaints)

    def complaint(self) -> str:
        """Quote the last line of its error output.

        Returns
        -------
        str
            The line, or ``""``.
        """
        lines = self._complaint.decode("utf-8", "replace").strip().splitlines()
        return lines[-1].strip() if lines else ""

    def send(self, number: signal.Signals) -> None:
        """Send a signal to it and to what it has started in its group, unless it has ended.

        Parameters
        ----------
        number : signal.Signals
            Which one.
        """
        if self._alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def _tell(self, line: bytes) -> None:
        # One that ended already says why in its own way.
        with contextlib.suppress(BrokenPipeError):
            while line:
                line = line[os.write(self._ask, line) :]

    def _hear_all(self, hear: Callable[[dict[str, Any]], object]) -> None:
        cut = b""
        with selectors.DefaultSelector() as watched:
            watched.register(self._heard, selectors.EVENT_READ)
            watched.register(self._complaints, selectors.EVENT_READ)
            while True:
                for key, _events in watched.select():
                    if key.fd == self._complaints:
                        if not self._complain():
                            watched.unregister(self._complaints)
                        continue
                    chunk = os.read(self._heard, 65536)
                    if not chunk:
                        return
                    *lines, cut = (cut + chunk).split(b"\n")
                    for line in lines:
                        hear(json.loads(line))

    def _complain(self) -> bool:
        chunk = os.read(self._complaints, 65536)
        self._complaint = (self._complaint + chunk)[-COMPLAINT_BYTES:]
        return bool(chunk)


def _start(environment: Mapping[str, str], *, stdin: int, stdout: int, stderr: int) -> Process:
    return launch("artia_lab.rerun.worker", env=environment, cwd="/", stdin=stdin, stdout=stdout, stderr=stderr)
