"""One cell of the contact sheet: what it made, then what there is to know of it."""

from __future__ import annotations

from markupsafe import Markup

from artia_lab.i18n import Text, _, decimals, language
from artia_lab.likeness.shares import percent
from artia_lab.pages import both, picture, picture_copy, player, said, sound_copy, waveform
from artia_lab.sweep.cells import Cell
from artia_lab.sweep.facts import Facts, Output
from artia_lab.sweep.grid import Grid

# Of a text: what stands on the sheet, and what a page holds at most of the rest.
EXCERPT = 480
LONGEST_TEXT = 20_000

# Longest side of pictures, in pixels, for sheets of up to so many cells.
SIDES = ((64, 640), (256, 448), (1024, 320))

VERDICTS = {
    "copy": Text(fr="Copie", en="Copy"),
    "near": Text(fr="Proche", en="Near"),
    "distinct": Text(fr="Distincte", en="Distinct"),
}
PROMISES = {
    "failed": Text(fr="N’a pas abouti", en="Did not succeed"),
    "interrupted": Text(fr="Interrompu", en="Interrupted"),
    "waiting": Text(fr="À faire", en="To be made"),
}


def card(grid: Grid, cell: Cell, facts: Facts) -> Markup:
    """Show one cell.

    Parameters
    ----------
    grid : Grid
        What was asked.
    cell : Cell
        The cell.
    facts : Facts
        What is known of it.

    Returns
    -------
    Markup
        A list item, with the numbers by which it is sorted.
    """
    name = f"cell-{cell.number + 1}"
    heading = said(lambda: _title(grid, cell))
    kept = facts.outputs if cell.status == "finished" else ()
    shown = [_output(each, name, number if len(kept) > 1 else 0, len(grid)) for number, each in enumerate(kept, 1)]
    body = Markup("").join([each for each in shown if each]) or _nothing(cell)
    return Markup(
        '<li class="cell {state}"{keys}><article aria-labelledby="{name}"><h3 id="{name}">{heading}</h3>\n'
        "{body}{facts}</article></li>\n"
    ).format(
        state=cell.status, keys=_keys(grid, cell, facts), name=name, heading=heading, body=body,
        facts=_facts(cell, facts),
    )  # fmt: skip


def seconds_shown(seconds: float) -> str:
    """Write a duration, in the language in force.

    Parameters
    ----------
    seconds : float
        In s.

    Returns
    -------
    str
        For example ``"8.2 s"`` or ``"2 min 5 s"``.
    """
    if seconds < 60:
        return _("{seconds} s").format(seconds=decimals(f"{seconds:.1f}")).replace(" ", "\N{NO-BREAK SPACE}")
    minutes, rest = divmod(round(seconds), 60)
    return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)


def joules_shown(joules: float) -> str:
    """Write an energy, in the language in force.

    Parameters
    ----------
    joules : float
        In joules.

    Returns
    -------
    str
        For example ``"14.1 J"`` or ``"2.3 kJ"``.
    """
    figures, unit = (joules / 1000, "kJ") if joules >= 1000 else (joules, "J")
    written = f"{figures:.2g}" if figures < 1 else f"{figures:.1f}" if figures < 100 else f"{figures:.0f}"
    return f"{decimals(written)}\N{NO-BREAK SPACE}{unit}"


def _title(grid: Grid, cell: Cell) -> Markup:
    """Name a cell by what varies, the name of each parameter softer than its value."""
    shown = [
        Markup('<span class="name">{}</span> {}').format(axis.label, axis.shown(cell.values[axis.name]))
        for axis in grid.varied or grid.axes
    ]
    return Markup('<span class="between">, </span>').join(shown)


def _keys(grid: Grid, cell: Cell, facts: Facts) -> Markup:
    known: dict[str, float | None] = {
        f"by-{number}": axis.key(cell.values[axis.name]) for number, axis in enumerate(grid.varied)
    }
    known["nearness"] = facts.likeness.nearness if facts.likeness else None
    known["energy"] = facts.energy.joules if facts.energy else None
    known["seconds"] = facts.seconds
    return Markup("").join(
        Markup(' data-{}="{}"').format(name, f"{value:.9g}") for name, value in known.items() if value is not None
    )


def _output(output: Output, cell: str, number: int, cells: int) -> Markup | None:
    """Show one output; None for what has no place on a sheet, such as a model."""
    # One alone is named by the heading of its cell.
    caption = Markup("{}").format(output.path.name) if number else None
    name = f"{cell}-output-{number}" if number else cell
    try:
        if output.medium == "image":
            side = next((side for most, side in SIDES if cells <= most), SIDES[-1][1])
            content, kind, size = picture_copy(output.path, side)
            return picture(content, kind, caption, name, size=size)
        if output.medium == "audio":
            content, kind = sound_copy(output.path)
            return player(content, kind, caption, name, above=waveform(output.path))
        if output.medium == "text":
            return _text(output.path.read_text(encoding="utf-8", errors="replace"))
    except Exception:
        # Whatever a notebook left there under that name, the other cells still have their place.
        return said(lambda: _("“{file}” cannot be shown.").format(file=output.path.name), "p")
    return None


def _text(text: str) -> Markup:
    if len(text) <= EXCERPT:
        return Markup('<div class="excerpt">{}</div>').format(text)
    cut = text[:EXCERPT].rpartition(" ")[0] or text[:EXCERPT]
    rest = text[len(cut) : LONGEST_TEXT] + ("…" if len(text) > LONGEST_TEXT else "")
    return Markup(
        '<div class="excerpt">{}…</div><details class="rest"><summary>{}</summary>'
        '<div class="excerpt">…{}</div></details>'
    ).format(cut, said(lambda: _("The rest of the text")), rest)


def _nothing(cell: Cell) -> Markup:
    if cell.status == "finished":
        return Markup('<p class="empty">{}</p>').format(
            said(lambda: _("Nothing that a sheet can show: see its notebook."))
        )
    sentence = cell.attempt.sentence if cell.attempt else ""
    return Markup('<div class="empty"><p><strong>{}</strong></p>{}</div>').format(
        both(PROMISES[cell.status]), _as_said(sentence, cell)
    )


def _as_said(sentence: str, cell: Cell) -> Markup:
    """Quote a sentence that exists in one language alone."""
    if not sentence:
        return Markup("")
    spoken = cell.attempt.language if cell.attempt else language()
    return Markup('<p lang="{}" class="always">{}</p>').format(spoken, sentence)


def _facts(cell: Cell, facts: Facts) -> Markup:
    said_of_it = []
    if facts.likeness:
        likeness = facts.likeness
        said_of_it.append(said(likeness.sentence, "p"))
    if facts.energy:
        said_of_it.append(said(facts.energy.sentence, "p"))
    run = facts.runs[-1].name if facts.runs else ""
    if run:
        said_of_it.append(
            Markup('<p class="soft">{} <code>{}</code></p>').format(said(lambda: _("This run")), run)
        )
    if not said_of_it:
        return Markup("")
    bar = Markup("")
    if facts.likeness:
        bar = Markup(
            '<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
            '<rect width="100" height="1"/><rect class="part" width="{}" height="1"/></svg>'
        ).format(f"{100 * min(1.0, max(0.0, facts.likeness.nearness)):.1f}")
    return Markup('{}<details class="facts"><summary>{}</summary>{}</details>').format(
        bar, said(lambda: _summary(facts)), Markup("").join(said_of_it)
    )


def _summary(facts: Facts) -> str:
    told = []
    if facts.likeness:
        told.append(f"{VERDICTS[facts.likeness.verdict]} {nearness_shown(facts.likeness.nearness)}")
    if facts.energy:
        told.append(joules_shown(facts.energy.joules))
    if facts.seconds is not None:
        told.append(seconds_shown(facts.seconds))
    return " · ".join(told)


def nearness_shown(nearness: float) -> str:
    """Write a nearness, in the language in force.

    Parameters
    ----------
    nearness : float
        From 0 to 1.

    Returns
    -------
    str
        For example ``"15%"``.
    """
    nothing = "0\N{NO-BREAK SPACE}%" if language() == "fr" else "0%"
    return percent(nearness) if nearness > 0 else nothing
