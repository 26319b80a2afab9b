"""Two tables: which of the five tiers they reach, column by column."""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from artia_lab.i18n import _, decimals
from artia_lab.verify.finding import DIFFERENT, IDENTICAL, NUMERIC, PERCEPTUAL, STATISTICAL, Finding, within
from artia_lab.verify.numbers import same, value
from artia_lab.verify.result import worst
from artia_lab.verify.texts import apart, compare_texts
from artia_lab.verify.thresholds import TABLE_STATISTICAL


class _Column(NamedTuple):
    """One column on both sides."""

    name: str
    reference: list[str]
    new: list[str]

    @property
    def numeric(self) -> bool:
        cells = [cell for cell in self.reference + self.new if cell]
        return bool(cells) and all(value(cell) is not None for cell in cells)


def compare_tables(reference: str, new: str) -> Finding:
    """Compare two tables in CSV.

    Columns of numbers may differ by one unit of the last decimal they are written with, or by a hundred-thousandth
    of what the column ranges over; by a hundredth of it, a drawing of them is the same. Other columns are exact.

    Parameters
    ----------
    reference, new : str
        The tables, with a first row of names.

    Returns
    -------
    Finding
        The tier, its measures and why.
    """
    if reference == new:
        return Finding(IDENTICAL, {}, _("Every cell is the same."))
    tables = [_rows(text) for text in (reference, new)]
    if not all(tables) or any(len(row) != len(table[0]) for table in tables for row in table):
        return compare_texts(reference, new)
    a, b = tables
    if a[0] != b[0]:
        said = _("Its columns are {new} where the reference has {reference}.")
        return Finding(DIFFERENT, {}, said.format(new=", ".join(b[0][:20]), reference=", ".join(a[0][:20])))
    columns = [_Column(name, [row[i] for row in a[1:]], [row[i] for row in b[1:]]) for i, name in enumerate(a[0])]
    if len(a) == len(b):
        tiers = {column.name: _cells(column) for column in columns}
        verdict = worst(tiers.values())
        changed = ", ".join(name for name, tier in tiers.items() if tier == verdict)
        if verdict == IDENTICAL:  # other quotes or line ends
            return Finding(NUMERIC, {}, _("Every cell is the same, written otherwise."))
        if verdict == NUMERIC:
            return Finding(NUMERIC, {}, _("Only numbers differ, by no more than rounding: {columns}.")
                           .format(columns=changed))  # fmt: skip
        if verdict == PERCEPTUAL:
            said = _("Numbers differ by less than a hundredth of what their column ranges over: {columns}.")
            return Finding(PERCEPTUAL, {}, said.format(columns=changed))
    return _distributions(columns, len(a), len(b))


def _rows(text: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error:
        return []


def _cells(column: _Column) -> str:
    known = [number for cell in column.reference if (number := value(cell)) is not None]
    # In a column of words and numbers, each number is of its own kind.
    spread = max(known) - min(known) if column.numeric and known else 0.0
    pairs = zip(column.reference, column.new, strict=True)
    return worst(same(one, other, spread) or DIFFERENT for one, other in pairs)


def _distributions(columns: list[_Column], rows: int, new_rows: int) -> Finding:
    apart_by = {column.name: _apart(column) for column in columns}
    farthest = max(apart_by, key=lambda name: apart_by[name], default="")
    measures = {
        "column_apart": apart_by.get(farthest, 0.0),
        "rows_ratio": max(rows, new_rows) / min(rows, new_rows),
    }
    figures = {"column": farthest, "share": decimals(f"{measures['column_apart']:.2f}")}
    if within(measures, TABLE_STATISTICAL):
        said = _("Other rows of the same kind: the column farthest apart, “{column}”, is by {share}.")
        return Finding(STATISTICAL, measures, said.format(**figures))
    return Finding(DIFFERENT, measures, _("It is another table: the column “{column}” is apart by {share}.")
                   .format(**figures))  # fmt: skip


def _apart(column: _Column) -> float:
    """How far apart two columns are as distributions: by their spread for numbers, by their shares for words."""
    if not column.numeric:
        if len(set(column.reference)) > len(column.reference) / 2:  # each cell its own: how they are written
            texts = (Counter(pair for cell in cells for pair in pairwise(cell))
                     for cells in (column.reference, column.new))  # fmt: skip
            return apart(*texts)
        return apart(Counter(column.reference), Counter(column.new))
    import numpy as np

    known = [np.array([n for cell in cells if (n := value(cell)) is not None]) for cells in column[1:]]
    if not all(len(each) for each in known):
        return 1.0
    grid = (np.arange(256) + 0.5) / 256
    quantiles = [np.quantile(each, grid) for each in known]
    # The spread of both together: that of one alone may be nothing.
    spread = float(np.subtract(*np.quantile(np.concatenate(known), [0.95, 0.05])))
    gap = float(np.abs(quantiles[0] - quantiles[1]).mean())
    return min(1.0, gap / spread) if spread else float(gap > 0)
