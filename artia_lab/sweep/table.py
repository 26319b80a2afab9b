"""The table of a sweep: one row for each combination."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from artia_lab.runs.files import write_atomically
from artia_lab.sweep.cells import Cell
from artia_lab.sweep.facts import Facts
from artia_lab.sweep.grid import Grid

NAME = "sweep.csv"
COLUMNS = (
    "number",
    "status",
    "seconds",
    "energy_joules",
    "nearness",
    "verdict",
    "notebook",
    "run",
    "outputs",
    "reason",
)
# Between several paths in one cell of the table: no name of ours holds it.
BETWEEN = ";"


def write_table(folder: Path, grid: Grid, cells: Mapping[int, tuple[Cell, Facts]]) -> None:
    """Write the table.

    Parameters
    ----------
    folder : Path
        The sweep's folder; paths in the table start there.
    grid : Grid
        What was asked.
    cells : mapping of int to (Cell, Facts)
        Every cell, by its number.
    """
    shown = grid.varied or grid.axes
    # A parameter may be called as a column is.
    headings = {axis.name: f"parameter_{axis.name}" if axis.name in COLUMNS else axis.name for axis in shown}

    def _write(aside: Path) -> None:
        with aside.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, ["number", *headings.values(), *COLUMNS[1:]], lineterminator="\n")
            writer.writeheader()
            for number in sorted(cells):
                cell, facts = cells[number]
                values = {heading: _plain(cell.values[name]) for name, heading in headings.items()}
                writer.writerow(values | row(folder, cell, facts))

    write_atomically(folder / NAME, _write)


def row(folder: Path, cell: Cell, facts: Facts) -> dict[str, Any]:
    """Tell of one cell in plain values.

    Parameters
    ----------
    folder : Path
        The sweep's folder; paths start there.
    cell : Cell
        The cell.
    facts : Facts
        What is known of it.

    Returns
    -------
    dict
        By the names in `COLUMNS`; None for what is not known.
    """
    made = cell.attempt is not None and cell.attempt.notebook.is_file()
    return {
        "number": cell.number + 1,
        "status": cell.status,
        "seconds": facts.seconds,
        "energy_joules": round(facts.energy.joules, 3) if facts.energy else None,
        "nearness": round(facts.likeness.nearness, 6) if facts.likeness else None,
        "verdict": facts.likeness.verdict if facts.likeness else None,
        "notebook": os.path.relpath(cell.attempt.notebook, folder) if cell.attempt and made else None,
        "run": BETWEEN.join(os.path.relpath(each, folder) for each in facts.runs),
        "outputs": BETWEEN.join(os.path.relpath(each.path, folder) for each in facts.outputs),
        "reason": cell.attempt.sentence if cell.attempt else "",
    }


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
