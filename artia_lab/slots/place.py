"""Waiting for a place to compute, where places are shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from artia_lab.runs import RunFolder
from artia_lab.slots import line
from artia_lab.slots.anywhere import ANYWHERE, Place
from artia_lab.slots.enforce import kept_to
from artia_lab.slots.needs import Needs
from artia_lab.slots.shared import Shared


@contextmanager
def place(folder: RunFolder, needs: Callable[[], Needs]) -> Iterator[Place]:
    """Wait for a place to compute, and hold it.

    Parameters
    ----------
    folder : RunFolder
        The run, whose events tell how it waits.
    needs : callable
        Gives what it needs; called only where places are shared.

    Yields
    ------
    Place
        The place.

    Raises
    ------
    Cancelled
        If the person stopped the run while it waited.
    Failure
        If the broker knows nobody by this name, or has no such place.
    """
    where = line.address()
    if not where:
        yield ANYWHERE
        return
    shared = Shared(folder, needs(), where)
    with ExitStack() as until:
        until.callback(shared.give_back)
        granted = shared.wait()
        if granted is not None:
            until.enter_context(kept_to(granted))
        yield shared
