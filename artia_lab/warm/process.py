"""What the starter of a forked process holds: it waits and signals as `subprocess.Popen` does."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import time
from types import TracebackType
from typing import IO, Any

from artia_lab.warm import wire

# When the fork server died before the process, nobody knows how the process ended.
UNKNOWN_CODE = 255

# How long after its end the server may take to say how it ended, in s; after that nobody knows either.
PATIENCE_S = 5.0


class Forked:
    """A process that the fork server started for us.

    It is not our child: the system tells its end through `handle`, and the server, which is its parent, its exit
    code through `line`.

    Parameters
    ----------
    pid : int
        Its number.
    handle : int
        A descriptor of the process itself (``pidfd_open``); owned.
    line : socket.socket
        The connection to the server; owned.
    """

    # Why it was started cold, where that is so.
    cold = ""

    def __init__(self, pid: int, handle: int, line: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended_at: float | None = None
        self._handle, self._line = handle, line
        # For callers that close what they asked for as pipes.
        self.stdin: IO[bytes] | None = None
        self.stdout: IO[bytes] | None = None
        self.stderr: IO[bytes] | None = None

    def poll(self) -> int | None:
        """Look whether it has ended.

        Returns
        -------
        int or None
            Its exit code, minus the signal that ended it, or None while it lives.
        """
        return self._look(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end.

        Parameters
        ----------
        timeout : float, optional
            For how long at most, in s.

        Returns
        -------
        int
            Its exit code, or minus the signal that ended it.

        Raises
        ------
        subprocess.TimeoutExpired
            If it lives on.
        """
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        return code

    def send_signal(self, signum: int) -> None:
        """Send it a signal, unless it has ended.

        Parameters
        ----------
        signum : int
            Which one.
        """
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signum)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _look(self, timeout: float | None) -> int | None:
        until = None if timeout is None else time.monotonic() + timeout
        if self.returncode is None and _readable(self._handle, timeout):
            if self._ended_at is None:
                self._ended_at = time.monotonic()
            # The server hears of the end at the same moment as we do, and says the code a little later. Until it
            # has, the process counts as alive: whoever only looks must not be held up.
            patient_until = self._ended_at + PATIENCE_S
            last = patient_until if until is None else min(until, patient_until)
            if _readable(self._line.fileno(), max(0.0, last - time.monotonic())):
                self.returncode = self._code()
            elif time.monotonic() >= patient_until:
                self.returncode = UNKNOWN_CODE
            if self.returncode is not None:
                self.close()
        return self.returncode

    def _code(self) -> int:
        try:
            message, _descriptors = wire.receive(self._line)
            return int(message["ended"])
        except (OSError, EOFError, KeyError, TypeError):
            return UNKNOWN_CODE

    def close(self) -> None:
        """Let go of the process, which lives on."""
        self._line.close()
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> Forked:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


def _readable(descriptor: int, timeout: float | None) -> bool:
    """Wait for a descriptor, through signals and past the limits of `select.select`."""
    until = None if timeout is None else time.monotonic() + timeout
    watch = select.poll()
    watch.register(descriptor, select.POLLIN)
    while True:
        left = None if until is None else max(0.0, until - time.monotonic())
        if watch.poll(None if left is None else left * 1000):
            return True
        if left == 0.0:
            return False


class Cold(subprocess.Popen[bytes]):
    """A process that was started cold.

    Parameters
    ----------
    reason : str
        Why it could not be forked, or ``""`` when that was not wanted.
    *args : Any
        As `subprocess.Popen`.
    **options : Any
        As `subprocess.Popen`.
    """

    def __init__(self, reason: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cold = reason


Process = Forked | Cold
"""A process, warm or cold: both have ``pid``, ``returncode``, ``poll``, ``wait``, ``send_signal`` and ``kill``."""
