"""ArtIA Lab: situated, accountable, replayable experiments with image, sound and text.

Nothing heavy is imported here: each name below is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from artia_lab.execute import run, start
    from artia_lab.panel import open_keyboard, open_panel

__version__ = "0.1.0"
__all__ = ["open_keyboard", "open_panel", "run", "start"]

_HOMES = {
    "open_keyboard": "artia_lab.panel",
    "open_panel": "artia_lab.panel",
    "run": "artia_lab.execute",
    "start": "artia_lab.execute",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
