"""Stretches of work that a stop waits for, so that what is kept is never half changed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

STOPS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let the signals that stop a run wait until a short stretch of work is whole.

    Outside the main thread no signal disturbs, and nothing is done.

    Yields
    ------
    None
        While they wait; afterwards they are heeded.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[tuple[signal.Signals, FrameType | None]] = []
    heeding: dict[signal.Signals, Callable[..., Any]] = {}
    try:
        for number in STOPS:
            # What is passed over, or ends the process at once, is not ours to delay.
            if callable(handler := signal.getsignal(number)):
                heeding[number] = handler
                signal.signal(number, lambda each, frame: waiting.append((signal.Signals(each), frame)))
        yield
    finally:
        for number, handler in heeding.items():
            signal.signal(number, handler)
        for number, frame in waiting:
            heeding[number](number, frame)
