"""The contact sheet of a sweep: one page that stands alone, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from markupsafe import Markup

from artia_lab.i18n import Text, _, ngettext, visible
from artia_lab.pages import document, said
from artia_lab.sweep.card import joules_shown, seconds_shown
from artia_lab.sweep.cells import Cell
from artia_lab.sweep.facts import Facts, together
from artia_lab.sweep.grid import Axis, Grid

HERE = Path(__file__).parent

_BUTTON = Markup(
    '<button type="button" data-key="{}" aria-pressed="{}">{}<span class="arrow" aria-hidden="true"></span>'
    "{}</button>"
)
_ROW = Markup('<section>{}<ol class="cells" role="list">\n{}</ol></section>\n')

# So many pictures fit side by side; a text or a player wants more room.
COLUMNS, WIDE_COLUMNS = 12, 4


def sheet(grid: Grid, cells: Sequence[tuple[Cell, Facts]], cards: Sequence[Markup]) -> str:
    """Make the page.

    Parameters
    ----------
    grid : Grid
        What was asked.
    cells : sequence of (Cell, Facts)
        Every cell, in the order of the grid.
    cards : sequence of Markup
        How each is shown.

    Returns
    -------
    str
        HTML.
    """
    rows = _rows_and_columns(grid, cells)
    body = Markup("{about}\n{order}\n{cells}").format(
        about=_about(grid, cells),
        order=_order(grid, cells) if len(cells) > 1 else "",
        cells=_cells(grid, cells, cards, rows),
    )
    style = (HERE / "sheet.css").read_text(encoding="utf-8")
    if rows:
        columns = len(rows[1].values)
        style += (
            "@media (min-width: 60rem) { .matrix .cells:not(.sorted), .matrix .heads > div "
            f"{{ grid-template-columns: repeat({columns}, minmax(0, 1fr)); }} }}\n"
        )
    script = (HERE / "sheet.js").read_text(encoding="utf-8") if len(cells) > 1 else ""
    return document(_title(grid), body, script=script, style=style)


def _title(grid: Grid) -> Text:
    name = grid.experiment.title if grid.experiment else None
    stem = visible(grid.job.notebook.stem)
    return name or Text(fr=stem, en=stem)


def _about(grid: Grid, cells: Sequence[tuple[Cell, Facts]]) -> Markup:
    """Sum the sweep up: what varies, what does not, and what it took."""
    pairs: list[tuple[Callable[[], str], Callable[[], str]]] = []
    for axis in grid.axes:
        pairs.append((lambda axis=axis: str(axis.label), lambda axis=axis: _values(axis)))  # type: ignore[misc]
    corpora = {
        (facts.corpus["title"], tuple(facts.corpus.get("authors", [])), facts.corpus.get("licence", ""))
        for _cell, facts in cells
        if facts.corpus.get("title")
    }
    for title, authors, licence in sorted(corpora):
        told = ", ".join(each for each in (title, *authors, licence) if each)
        pairs.append((lambda: _("Corpus"), lambda told=told: told))  # type: ignore[misc]
    energy = together([facts.energy for _cell, facts in cells if facts.energy])
    seconds = sum(facts.seconds or 0.0 for _cell, facts in cells)
    if energy:
        pairs.append((lambda: _("Energy"), lambda: f"{joules_shown(energy.joules)}. {energy.sentence()}"))
    if seconds:
        pairs.append((lambda: _("Computing time"), lambda: seconds_shown(seconds)))
    listed = Markup("").join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(said(name), said(value)) for name, value in pairs
    )
    return Markup('<p class="lead">{}</p>{}<dl class="about">{}</dl>').format(
        said(lambda: _count(len(cells))), _missing(cells), listed
    )


def _count(runs: int) -> str:
    return ngettext("{n} run", "{n} runs", runs).format(n=runs)


def _values(axis: Axis) -> str:
    shown = [axis.shown(value) for value in axis.values]
    return ", ".join(shown if len(shown) <= 12 else [*shown[:5], "…", shown[-1]])


def _missing(cells: Sequence[tuple[Cell, Facts]]) -> Markup:
    failed = sum(cell.status == "failed" for cell, _facts in cells)
    waiting = sum(cell.status in ("waiting", "interrupted") for cell, _facts in cells)
    if not failed + waiting:
        return Markup("")
    return said(lambda: _what_is_missing(failed, waiting), "p")


def _what_is_missing(failed: int, waiting: int) -> Markup:
    told = []
    if failed:
        told.append(ngettext("{n} run did not succeed.", "{n} runs did not succeed.", failed).format(n=failed))
    if waiting:
        told.append(ngettext("{n} run is missing.", "{n} runs are missing.", waiting).format(n=waiting))
    told.append(_("The same command takes the sweep up again."))
    return Markup('<span class="care">{}</span>').format(" ".join(told))


def _order(grid: Grid, cells: Sequence[tuple[Cell, Facts]]) -> Markup:
    """Offer orders: by any parameter that varies, by likeness, energy or duration."""
    keys: list[tuple[str, Callable[[], str]]] = [("", lambda: _("Grid"))]
    for number, axis in enumerate(grid.varied):
        keys.append((f"by-{number}", lambda axis=axis: str(axis.label)))  # type: ignore[misc]
    if any(facts.likeness for _cell, facts in cells):
        keys.append(("nearness", lambda: _("Likeness")))
    if any(facts.energy for _cell, facts in cells):
        keys.append(("energy", lambda: _("Energy")))
    keys.append(("seconds", lambda: _("Computing time")))
    buttons = [
        _BUTTON.format(key, "false" if key else "true", said(name), _announcements(key, name))
        for key, name in keys
    ]
    return Markup(
        '<div class="order" role="group" aria-labelledby="order-name" hidden><span id="order-name">{}</span>\n{}\n'
        '<p role="status" class="unseen"></p></div>'
    ).format(said(lambda: _("Order")), Markup("\n").join(buttons))


def _announcements(key: str, name: Callable[[], str]) -> Markup:
    """Write what a screen reader hears once the order has changed, upwards then downwards."""
    if not key:
        return Markup("<template>{}</template>").format(said(lambda: _("In the order of the grid.")))
    return Markup("<template>{}</template><template>{}</template>").format(
        said(lambda: _("Sorted by {name}, ascending.").format(name=name().lower())),
        said(lambda: _("Sorted by {name}, descending.").format(name=name().lower())),
    )


def _rows_and_columns(grid: Grid, cells: Sequence[tuple[Cell, Facts]]) -> tuple[Axis, Axis] | None:
    """Choose which of two parameters goes down and which across; None when no sheet is wide enough."""
    if len(grid.varied) != 2:
        return None
    most = WIDE_COLUMNS if _wide(cells) else COLUMNS
    first, second = grid.varied
    if len(second.values) <= most:
        return first, second
    return (second, first) if len(first.values) <= most else None


def _wide(cells: Sequence[tuple[Cell, Facts]]) -> bool:
    return any(each.medium in ("audio", "text") for _cell, facts in cells for each in facts.outputs)


def _cells(
    grid: Grid, cells: Sequence[tuple[Cell, Facts]], cards: Sequence[Markup], rows: tuple[Axis, Axis] | None
) -> Markup:
    everything = Markup('<h2 class="unseen">{}</h2>').format(said(lambda: _("All the runs")))
    again = Markup('<section class="again" hidden>{}<ol class="cells sorted" role="list"></ol></section>').format(
        everything
    )
    if rows is None:
        flat = _ROW.format(everything, Markup("").join(cards))
        return Markup('<div class="sheet">{}{}</div>').format(flat, again)
    down, across = rows
    numbered = list(zip(cells, cards, strict=True))
    sections = [
        _ROW.format(
            said(lambda value=value: _named(down, value), "h2"),  # type: ignore[misc]
            Markup("").join(
                card
                for other in across.values
                for (cell, _facts), card in numbered
                if cell.values[down.name] == value and cell.values[across.name] == other
            ),
        )
        for value in down.values
    ]
    heads = Markup('<div class="heads" aria-hidden="true"><span></span><div>{}</div></div>').format(
        Markup("").join(
            Markup("<span>{}</span>").format(said(lambda value=value: _named(across, value)))  # type: ignore[misc]
            for value in across.values
        )
    )
    return Markup('<div class="sheet matrix{}">{}{}{}</div>').format(
        " wide" if _wide(cells) else "", heads, Markup("").join(sections), again
    )


def _named(axis: Axis, value: object) -> Markup:
    return Markup('<span class="name">{}</span> {}').format(axis.label, axis.shown(value))
