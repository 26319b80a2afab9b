"""The contact sheet and the table of a sweep, written again as it goes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from pathlib import Path

from markupsafe import Markup

from artia_lab.runs.files import write_atomically
from artia_lab.sweep.card import card
from artia_lab.sweep.cells import Cell
from artia_lab.sweep.facts import Facts, facts_of
from artia_lab.sweep.grid import Grid
from artia_lab.sweep.sheet import sheet
from artia_lab.sweep.table import write_table

NAME = "index.html"

# While a sweep works, its views may take this share of the time.
SHARE = 0.05


class Views:
    """What a person looks at of a sweep.

    Parameters
    ----------
    folder : Path
        The sweep's folder.
    grid : Grid
        What was asked.
    cells : iterable of Cell
        Where each cell stands.
    """

    def __init__(self, folder: Path, grid: Grid, cells: Iterable[Cell]) -> None:
        self._folder, self._grid = folder, grid
        self._lock = threading.Lock()
        self._known: dict[int, tuple[Cell, Facts]] = {}
        self._cards: dict[int, Markup] = {}
        self._due = 0.0
        for each in cells:
            self._take(each)

    @property
    def page(self) -> Path:
        """The contact sheet.

        Returns
        -------
        Path
            Where it stands.
        """
        return self._folder / NAME

    def cells(self) -> list[tuple[Cell, Facts]]:
        """List every cell with what is known of it.

        Returns
        -------
        list of (Cell, Facts)
            In the order of the grid.
        """
        return [self._known[number] for number in sorted(self._known)]

    def show(self, cell: Cell) -> None:
        """Take over where a cell stands now, and write the views when that is due.

        Parameters
        ----------
        cell : Cell
            The cell.
        """
        with self._lock:
            self._take(cell)
            if time.monotonic() >= self._due:
                self._write()

    def write(self) -> None:
        """Write the views now."""
        with self._lock:
            self._write()

    def _take(self, cell: Cell) -> None:
        self._known[cell.number] = cell, facts_of(cell)
        self._cards.pop(cell.number, None)

    def _write(self) -> None:
        began = time.monotonic()
        for number, (cell, facts) in self._known.items():
            if number not in self._cards:
                self._cards[number] = card(self._grid, cell, facts)
        page = sheet(self._grid, self.cells(), [self._cards[number] for number in sorted(self._cards)])
        write_atomically(self.page, lambda aside: aside.write_text(page, encoding="utf-8"))
        write_table(self._folder, self._grid, self._known)
        now = time.monotonic()
        self._due = now + (now - began) / SHARE
