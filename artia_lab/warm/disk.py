"""Whether what was imported is still what stands on the disk."""

from __future__ import annotations

import errno
import glob
import importlib.machinery
import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

# Looking at some thousands of files takes about 10 ms; many who start at once share one look.
LOOK_AGAIN_S = 1.0

Stamps = dict[str, tuple[object, ...] | None]


@dataclass
class Fingerprint:
    """The files of every imported module, and the folders in which modules are looked for.

    Data that modules read when they are imported comes with their package, whose version the folders tell; the
    scripts, styles and translations of the lab are read by whoever shows them.

    Attributes
    ----------
    files : dict
        Time of change and size of files, names in folders, by path; None for what is not there.
    """

    files: Stamps = field(default_factory=dict)
    _looked: float = field(default=0.0)

    @classmethod
    @contextmanager
    def of_imports(cls) -> Iterator[Fingerprint]:
        """Look at each module before it is imported, so that a change while others are imported is seen.

        Yields
        ------
        Fingerprint
            Complete at the end.
        """
        found = cls()
        found._add(_paths())
        watch = _Watch(found)
        sys.meta_path.insert(0, watch)
        try:
            yield found
        finally:
            sys.meta_path.remove(watch)
        # What came in by a way of its own.
        found._add(_paths())
        found._looked = time.monotonic()

    def changed(self, look_again_s: float = LOOK_AGAIN_S) -> bool:
        """Tell whether anything is no longer as it was.

        Parameters
        ----------
        look_again_s : float
            How long the last look is good for, in s.

        Returns
        -------
        bool
            True when a child would run something else than a fresh process.
        """
        if time.monotonic() - self._looked < look_again_s:
            return False
        self._looked = time.monotonic()
        try:
            return any(_stamp(path) != stamp for path, stamp in self.files.items())
        except OSError:
            # What cannot be looked at now is not known to have changed.
            return False

    def _add(self, paths: Iterable[str]) -> None:
        for path in paths:
            if path not in self.files:
                self.files[path] = _stamp(path)


class _Watch:
    """Find modules as Python does, and look at their files before they are read."""

    def __init__(self, fingerprint: Fingerprint) -> None:
        self._fingerprint = fingerprint

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec: importlib.machinery.ModuleSpec | None = find(name, path, target)
            if spec is not None:
                if spec.has_location and spec.origin:
                    self._fingerprint._add([spec.origin])
                return spec
        return None


def _paths() -> set[str]:
    modules = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    # What folders hold tells of a package that is added, upgraded or removed, even one that is not imported.
    paths = {path for path in (*modules, *sys.path, sys.executable, f"{sys.prefix}/pyvenv.cfg") if path}
    # What they offer to others is looked up at import, and changes in a checkout that is installed again.
    paths |= {
        declared for folder in sys.path for declared in glob.glob(f"{glob.escape(folder)}/*-info/entry_points.txt")
    }
    matplotlib: Any = sys.modules.get("matplotlib")
    if hasattr(matplotlib, "get_configdir"):
        # The person's own settings, read when it is imported.
        paths.add(f"{matplotlib.get_configdir()}/matplotlibrc")
    return paths


def _stamp(path: str) -> tuple[object, ...] | None:
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            # Caches of tools come and go in a checkout, and are no packages.
            return tuple(sorted(name for name in os.listdir(path) if name[0] not in "._"))
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
            raise
        return None
    return found.st_mtime_ns, found.st_size
