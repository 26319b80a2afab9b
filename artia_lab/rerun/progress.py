"""How the rerun of one notebook goes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from artia_lab.rerun.outcome import Outcome


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One step of the rerun of one notebook.

    Attributes
    ----------
    number : int
        The notebook's place among those asked for, from 0.
    name : str
        What the executed notebook is called, without its suffix.
    runs : Path
        The folder where its runs appear.
    cell : int
        The cell that begins, from 1; 0 before the first.
    cells : int
        How many there are; 0 before the first begins.
    outcome : Outcome or None
        How it ended; None until then.
    """

    number: int
    name: str
    runs: Path
    cell: int = 0
    cells: int = 0
    outcome: Outcome | None = None
