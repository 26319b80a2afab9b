"""The traces of a run, shown in a notebook: the pictures and tables that explain a work."""

from __future__ import annotations

import csv
from html import escape
from pathlib import Path

from artia_lab import experiments
from artia_lab.errors import NotFound
from artia_lab.i18n import _, ngettext
from artia_lab.panel import static
from artia_lab.panel.outcome import outcome
from artia_lab.panel.plain import plainly
from artia_lab.panel.result import Result

ROWS = 12


def show_trace(result: Result, name: str, *, longest: str = "") -> None:
    """Leave a trace of a run in the notebook, as a static output.

    Parameters
    ----------
    result : Result
        What came of the run.
    name : str
        Name of the trace, without suffix: a picture or a table.
    longest : str
        A column of the table: its longest cells come first. By default the rows keep their order.

    Raises
    ------
    NotFound
        If the run kept no such trace.
    """
    from IPython.display import display

    with plainly():
        traces = outcome(experiments.load(result.record["experiment"]), result.folder)["traces"]
        shown = {Path(each["file"]).stem: each for each in traces if each["medium"] in ("image", "table")}
        if name not in shown:
            raise NotFound(
                _("This run kept no trace “{name}”. It kept: {list}.").format(name=name, list=", ".join(shown))
            )
        trace = shown[name]
        if trace["medium"] == "image":
            bundle = static.work(result.folder.path, trace)
        else:
            bundle = table(result.folder.path / trace["path"], longest)
        display(bundle, raw=True)


def table(path: Path, longest: str = "") -> dict[str, str]:
    """Make the static output of a table.

    Parameters
    ----------
    path : Path
        A CSV file with a line of column names, as `artia_lab.runs.outputs.Outputs.table` writes it.
    longest : str
        As in `show_trace`.

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
