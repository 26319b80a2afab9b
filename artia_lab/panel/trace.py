"""The tables that explain a work, as static outputs."""

from __future__ import annotations

import csv
from html import escape
from pathlib import Path

from artia_lab.i18n import ngettext

ROWS = 12


def table(path: Path, longest: str = "") -> dict[str, str]:
    """Make the static output of a table.

    Parameters
    ----------
    path : Path
        A CSV file with a line of column names, as `artia_lab.runs.outputs.Outputs.table` writes it.
    longest : str
        A column: its longest cells come first. By default the rows keep their order.

    Returns
    -------
    dict of str to str
        A MIME bundle with ``text/html`` and ``text/plain``, of the first rows.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        read = csv.DictReader(stream)
        names, rows = list(read.fieldnames or ()), list(read)
    if longest:
        rows.sort(key=lambda row: -len(row[longest]))
    left = len(rows) - len(rows[:ROWS])
    rest = (
        ngettext(
            "{count} more row in “{file}”, in the folder of the run.",
            "{count} more rows in “{file}”, in the folder of the run.",
            left,
        ).format(count=left, file=path.name)
        if left
        else ""
    )
    header = "".join(f'<th scope="col">{escape(each)}</th>' for each in names)
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(row[each])}</td>" for each in names) + "</tr>" for row in rows[:ROWS]
    )
    html = f"<table><thead><tr>{header}</tr></thead><tbody>{lines}</tbody></table><p>{escape(rest)}</p>"
    plain = "\n".join("\t".join(row.values()) for row in [dict(zip(names, names, strict=True)), *rows[:ROWS]])
    return {"text/html": html, "text/plain": f"{plain}\n{rest}".rstrip()}
