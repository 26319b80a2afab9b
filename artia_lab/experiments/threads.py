"""How many threads an engine computes with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute in this thread alone, for an engine that gains little by more.

    The sums of several threads are rounded otherwise than those of one, so that results would depend on the
    machine; and threads that wait for each other burn the cores that other people's runs are waiting for.

    Yields
    ------
    None
        While it holds.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
