"""A child whose home is not its server's: what libraries have read or named under a home is theirs again."""

from __future__ import annotations

import os
import sys
from typing import Any

# Modules that name their caches once, when they are imported.
NAMED = ("huggingface_hub.constants", "diffusers.utils.constants")


def move_in(before: str) -> None:
    """Lead what was imported under one home to the home in force.

    Parameters
    ----------
    before : str
        The home under which it was imported.
    """
    now = os.environ.get("HOME") or os.path.expanduser("~")
    if now == before:
        return
    _name_caches(before, now)
    if "matplotlib" in sys.modules:
        _read_settings(sys.modules["matplotlib"])


def _name_caches(before: str, now: str) -> None:
    stood = f"{before}/.cache"
    stands = os.environ.get("XDG_CACHE_HOME") or f"{now}/.cache"
    for name in NAMED:
        module = sys.modules.get(name)
        for word, value in list(vars(module).items()) if module else ():
            if isinstance(value, str) and (value == stood or value.startswith(f"{stood}/")):
                setattr(module, word, stands + value.removeprefix(stood))


def _read_settings(matplotlib: Any) -> None:
    for ask in (matplotlib.get_configdir, matplotlib.get_cachedir):
        _forget(ask)
    # Not asked of matplotlib, which would make the folder.
    own = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    if os.path.exists(f"{own}/matplotlib/matplotlibrc") and not os.environ.get("MATPLOTLIBRC"):
        matplotlib.rc_file(f"{own}/matplotlib/matplotlibrc")


def _forget(ask: Any) -> None:
    """Make matplotlib ask again where a folder is: it keeps the first answer in the function itself."""
    cells = dict(zip(ask.__code__.co_freevars, ask.__closure__ or (), strict=True))
    cells["called"].cell_contents = False
