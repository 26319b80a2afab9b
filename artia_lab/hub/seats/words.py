"""What somebody who waits for their seat is told, in both languages."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from artia_lab.hub.seats.line import Turn
from artia_lab.i18n import LANGUAGES, _, ngettext, use_language

# How full the bar is when the wait begins, and while the seat starts.
WAITS, STARTS = 5, 60


def event(turn: Turn, seats: int) -> dict[str, Any]:
    """Say where somebody stands, as an event of `Spawner.progress`.

    Parameters
    ----------
    turn : Turn
        Where they stand.
    seats : int
        How many seats the hub has.

    Returns
    -------
    dict
        ``progress``, ``position``, ``expected_s``, ``reason`` by language, and both languages in ``message`` and
        ``html_message``.
    """
    said, reason = {}, {}
    for code in LANGUAGES:
        with use_language(code):
            said[code], reason[code] = _message(turn), _reason(turn, seats)
    html = Markup(" ").join(
        Markup('<span lang="{}">{}</span>').format(code, " ".join(filter(None, (said[code], reason[code]))))
        for code in LANGUAGES
    )
    return {
        "progress": STARTS if turn.position == 0 else WAITS + (STARTS - WAITS) // (turn.position + 1),
        "position": turn.position,
        "expected_s": None if turn.expected_s is None else round(turn.expected_s, 1),
        "reason": reason,
        "message": " / ".join(said[code] for code in LANGUAGES),
        "html_message": str(html),
    }


def _message(turn: Turn) -> str:
    if turn.position == 0:
        return _("Your seat is starting.")
    before = turn.position - 1
    if before == 0:
        return _("You are next in line.")
    return ngettext("{count} person is before you.", "{count} people are before you.", before).format(count=before)


def _reason(turn: Turn, seats: int) -> str:
    if turn.full:
        return ngettext(
            "The {count} seat of this server is taken. Yours opens by itself as soon as it is given back.",
            "The {count} seats of this server are taken. Yours opens by itself as soon as one is given back.",
            seats,
        ).format(count=seats)
    if turn.position > 0:
        return _("Seats open a few at a time, so that each is ready sooner.")
    return ""
