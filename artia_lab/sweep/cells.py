"""Where each combination of a sweep stands, read from the disk."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from artia_lab import corpora
from artia_lab.errors import ArtiaError
from artia_lab.i18n import Text
from artia_lab.sweep.attempts import Attempt, every_attempt
from artia_lab.sweep.grid import Grid

STATES = {
    "finished": Text(fr="terminé", en="finished"),
    "failed": Text(fr="échoué", en="failed"),
    "interrupted": Text(fr="interrompu", en="interrupted"),
    "waiting": Text(fr="à faire", en="to be made"),
}


@dataclass(frozen=True)
class Cell:
    """One combination.

    Attributes
    ----------
    number : int
        Its place in the grid, from 0.
    values : dict
        Its values.
    attempt : Attempt or None
        What came of it, so far.
    """

    number: int
    values: dict[str, Any]
    attempt: Attempt | None = None

    @property
    def status(self) -> str:
        """Say where it stands.

        Returns
        -------
        str
            One of `STATES`.
        """
        if self.attempt is None:
            return "waiting"
        return "interrupted" if self.attempt.status == "begun" else self.attempt.status


@dataclass(frozen=True)
class Standing:
    """Where a sweep stands.

    Attributes
    ----------
    cells : list of Cell
        In the order of the grid.
    other_notebook, other_corpus : int
        How many cells were done, but with a notebook or a corpus that has changed since.
    """

    cells: list[Cell]
    other_notebook: int = 0
    other_corpus: int = 0


def standing(folder: Path, grid: Grid) -> Standing:
    """Find what is done of a grid.

    Parameters
    ----------
    folder : Path
        The sweep's folder.
    grid : Grid
        What is asked.

    Returns
    -------
    Standing
        A cell is finished when its outputs are there, made with this notebook and with the corpus as it is now.
    """
    same, other = dict[str, Attempt](), set[str]()
    outdated = set[str]()
    digest_now = cache(_digest_now)
    for each in every_attempt(folder):
        key = _key(each.values)
        if each.digest != grid.digest:
            if each.status == "finished":
                other.add(key)
        elif each.status != "finished" or _is_there(each):
            if each.status == "finished" and not _same_corpus(each, digest_now):
                outdated.add(key)
            elif key not in same or same[key].status != "finished":
                same[key] = each
    cells, changed = [], {"notebook": 0, "corpus": 0}
    for number, values in enumerate(grid.combinations()):
        key = _key(values)
        cell = Cell(number, values, same.get(key))
        cells.append(cell)
        if cell.status != "finished":
            changed["corpus" if key in outdated else "notebook"] += key in outdated or key in other
    return Standing(cells, changed["notebook"], changed["corpus"])


def _key(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), sort_keys=True)


def _is_there(attempt: Attempt) -> bool:
    """Say whether nothing of what it made was deleted."""
    records = [(each.path, each.record()) for each in attempt.run_folders]
    return attempt.notebook.is_file() and all(
        record is not None and all((path / output["path"]).is_file() for output in record["outputs"])
        for path, record in records
    )


def _same_corpus(attempt: Attempt, digest_now: Callable[[str], str]) -> bool:
    asked = [each.request() for each in attempt.run_folders]
    return all(digest_now(each.corpus_id) == each.corpus_digest for each in asked)


def _digest_now(corpus: str) -> str:
    try:
        return corpora.find(corpus).digest
    except ArtiaError:
        # Gone, or no longer described: what was made from it cannot be made again as it was.
        return ""
