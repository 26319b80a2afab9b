"""How many threads an engine computes with."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch and numpy compute in this thread alone, for an engine that gains little by more.

    The sums of several threads are rounded otherwise than those of one, so that results would depend on the
    machine; and threads that wait for each other burn the cores that other people's runs are waiting for.

    Yields
    ------
    None
        While it holds.
    """
    from threadpoolctl import threadpool_limits

    # An engine that needs it has imported it.
    torch: Any = sys.modules.get("torch")
    threads = torch.get_num_threads() if torch else 1
    with threadpool_limits(1):
        if torch:
            torch.set_num_threads(1)
        try:
            yield
        finally:
            if torch:
                torch.set_num_threads(threads)
