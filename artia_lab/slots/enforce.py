"""Keeping a worker to the place that it was given: its cores, as many threads, and its share of a GPU's memory."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# What CUDA itself takes of a GPU's memory for each process, outside the pool that can be limited, in MB.
CONTEXT_MB = 512
THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)


@contextmanager
def kept_to(granted: dict[str, Any]) -> Iterator[None]:
    """Keep this process to a place.

    Parameters
    ----------
    granted : dict
        What the broker said: ``cores``, ``gpu``, ``memory_mb``, ``whole`` and ``hide_gpu``.

    Yields
    ------
    None
        While it holds; afterwards this process, and what it starts, may use the machine as before.
    """
    cores, before = list(granted["cores"]), os.sched_getaffinity(0)
    variables = {}
    if cores:
        variables = dict.fromkeys(THREADS, str(len(cores)))
    if granted["gpu"]:
        variables["CUDA_VISIBLE_DEVICES"] = granted["gpu"]
    elif granted["hide_gpu"]:
        variables["CUDA_VISIBLE_DEVICES"] = ""
    old = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        if cores:
            _bind(set(cores))
            _compute_with(len(cores))
        if granted["gpu"] and not granted["whole"]:
            _share_gpu(granted["memory_mb"])
        yield
    finally:
        for name, value in old.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if cores:
            _bind(before)


def fraction(memory_mb: int, total_bytes: int) -> float:
    """Say which part of a GPU's memory torch's pool may take.

    Parameters
    ----------
    memory_mb : int
        The share that was leased, in MB, with what CUDA itself takes.
    total_bytes : int
        The GPU's memory, in bytes.

    Returns
    -------
    float
        Between a hundredth and 1.
    """
    return min(1.0, max(0.01, (memory_mb - CONTEXT_MB) * 2**20 / total_bytes))


def _bind(cores: set[int]) -> None:
    """Bind every thread, those that libraries started as well."""
    for each in os.listdir("/proc/self/task"):
        # One may have ended meanwhile, and cores may have been taken from the machine.
        with contextlib.suppress(OSError):
            os.sched_setaffinity(int(each), cores)


def _compute_with(count: int) -> None:
    if "numpy" in sys.modules:
        import threadpoolctl

        threadpoolctl.threadpool_limits(count)
    # In a process that was forked warm, libraries have read the variables long ago.
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(count)
    if "numba" in sys.modules:
        with contextlib.suppress(ValueError):
            sys.modules["numba"].set_num_threads(count)


def _share_gpu(memory_mb: int) -> None:
    import torch

    if torch.cuda.is_available():
        total = torch.cuda.get_device_properties(0).total_memory
        torch.cuda.set_per_process_memory_fraction(fraction(memory_mb, total), 0)
