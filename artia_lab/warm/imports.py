"""Importing, and nothing else: what a process does that others are forked from."""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import sys
import weakref
from collections.abc import Callable, Iterator

# After the name of a package: all that is in it.
WHOLE = ".*"


def import_all(names: tuple[str, ...]) -> None:
    """Import modules, and only that.

    Parameters
    ----------
    names : tuple of str
        In this order, and whole packages where one ends in ``.*``; one that is missing is named in the log and
        left out.
    """
    gc.disable()
    for name in names:
        _import(name.removesuffix(WHOLE))
        if name.endswith(WHOLE):
            for each in _inside(name.removesuffix(WHOLE)):
                _import(each)


def _import(name: str) -> None:
    try:
        importlib.import_module(name)
    except ImportError as error:
        print(f"{name}: {error}", file=sys.stderr, flush=True)


def _inside(package: str) -> Iterator[str]:
    places = getattr(sys.modules.get(package), "__path__", [])
    for each in pkgutil.walk_packages(places, f"{package}.", onerror=lambda _name: None):
        # What runs as a program is no module to import.
        if not each.name.endswith(".__main__"):
            yield each.name


def settle() -> None:
    """Come to rest after the imports: one thread, and memory that children share.

    OpenBLAS starts its threads when it is loaded and ends them before a fork, to start them again when they are
    first needed: hence a child that does nothing.

    What a library shall undo when the process ends that imported it is not for each child to undo: torch alone has
    175 such things, which take 40 ms and, as they are looked at, 40 MB of memory that was shared.
    """
    os.register_at_fork(after_in_child=_disown(list(_finalizers())))
    gc.collect()
    gc.freeze()
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _finalizers() -> Iterator[weakref.finalize[..., object]]:
    yield from weakref.finalize._registry  # type: ignore[attr-defined]


def _disown(inherited: list[weakref.finalize[..., object]]) -> Callable[[], None]:
    def disown() -> None:
        for each in inherited:
            each.atexit = False

    return disown


def threads() -> int:
    """Count the threads of this process, those of libraries too.

    Returns
    -------
    int
        How many.
    """
    return len(os.listdir("/proc/self/task"))
