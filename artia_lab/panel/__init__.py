"""The panel: an experiment's form, its progress and its results, in a notebook; and the corpus keyboard."""

from __future__ import annotations

from artia_lab.panel.keyboard import open_keyboard
from artia_lab.panel.panel import Panel, open_panel
from artia_lab.panel.result import Result

__all__ = ["Panel", "Result", "open_keyboard", "open_panel"]
