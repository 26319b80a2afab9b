"""Following a run from a thread, by reading its folder; nothing here can block or end the work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from artia_lab.runs import ACTIVE, RunFolder

PAUSE_S = 0.2
# Reading a long diary takes longer: never more than a twentieth of the time.
SHARE = 20


class Follower(threading.Thread):
    """Tells how a run goes until it ends or nobody wants to know.

    Parameters
    ----------
    folder : RunFolder
        The run.
    tell : callable
        Given the progress each time it changed, and a last time when the run has ended.
    """

    def __init__(self, folder: RunFolder, tell: Callable[[dict[str, Any]], None]) -> None:
        super().__init__(name=f"artia-{folder.id}", daemon=True)
        self._folder, self._tell = folder, tell
        self._leaving, self._looking = threading.Event(), threading.Event()
        self._looking.set()

    def leave(self) -> None:
        """Stop following; the run goes on."""
        self._leaving.set()
        self._looking.set()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Do not look for a while, because nobody wants to know before somebody else has waited for the end."""
        self._looking.clear()
        try:
            yield
        finally:
            self._looking.set()

    def run(self) -> None:
        """Follow the run."""
        told: dict[str, Any] | None = None
        while not self._leaving.is_set():
            began = time.monotonic()
            try:
                progress = self._folder.progress()
            except (OSError, ValueError):
                # The folder was thrown away, or its disk taken out.
                progress = {"state": "gone"}
            if progress != told and not self._leaving.is_set():
                self._tell(progress)
                told = progress
            if progress["state"] not in ACTIVE:
                return
            self._leaving.wait(max(PAUSE_S, SHARE * (time.monotonic() - began)))
            self._looking.wait()
