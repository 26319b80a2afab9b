"""Keeping a notebook on the disk while it is executed: seldom, and never half of it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_event_loop

from artia_lab.errors import Mistake
from artia_lab.i18n import _

# Saving takes at most this share of the time, and is at least this long ago when the next save begins.
SHARE = 0.05
PAUSE_S = 2.0


class Saver:
    """Saves one notebook, often enough to lose little and seldom enough to cost little.

    Parameters
    ----------
    place : Path
        Where the notebook shall stand.
    aside : Path
        Where it is written first, in the same folder; whoever kills this process removes it.

    Attributes
    ----------
    place : Path
        The same.
    document : NotebookNode or None
        The notebook; nothing is saved before there is one.
    refresh : callable
        Called before each save, to bring into the document what is not yet there.
    """

    def __init__(self, place: Path, aside: Path) -> None:
        self.place, self._aside = place, aside
        self.document: Any = None
        self.refresh: Callable[[], object] = lambda: None
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def soon(self) -> None:
        """Save what has changed when it is due, at once or while the next thing is awaited."""
        if self._timer is None:
            wait = max(0.0, self._due - time.monotonic())
            self._timer = ensure_event_loop().call_later(wait, self._try)

    def now(self) -> None:
        """Save at once.

        Raises
        ------
        Mistake
            If the disk refuses; what was saved before stands as it was.
        """
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.document is None:
            return
        began = time.monotonic()
        try:
            self.refresh()
            self._put()
        except OSError as error:
            raise Mistake(
                _(
                    "“{file}” cannot be saved: {reason}. What was saved before stands as it was; make room on the "
                    "disk, then rerun it."
                ).format(file=self.place, reason=error.strerror or error)
            ) from error
        finally:
            ended = time.monotonic()
            self._due = ended + max(PAUSE_S, (ended - began) / SHARE)

    def _try(self) -> None:
        self._timer = None
        try:
            self.now()
        except Mistake:
            # Room may be made before the end; only what is still refused then is lost.
            return

    def _put(self) -> None:
        import nbformat

        # A lone surrogate becomes the escape that means it in JSON.
        content = nbformat.v4.writes(self.document).encode("utf-8", "backslashreplace")
        try:
            with self._aside.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(self._aside, self.place)
        except BaseException:
            self._aside.unlink(missing_ok=True)
            raise
