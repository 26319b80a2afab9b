"""Every string that the board's script shows, in the language in force."""

from __future__ import annotations

from typing import Any

from artia_lab.hub.board import rows
from artia_lab.i18n import _
from artia_lab.slots.words import waiting

REASONS = ("busy", "turn", "quota", "limit", "paused", "larger")


def words() -> dict[str, Any]:
    """Give the strings of the board.

    Returns
    -------
    dict
        By the names that ``board.js`` knows them by; some with ``{named}`` places.
    """
    return {
        "now": _("a moment ago"),
        "minutes": _("for {n} min"),
        "hours": _("for {n} h"),
        "mb": _("{n} MB"),
        "gb": _("{n} GB"),
        "joules": _("{n} J"),
        "watt_hours": _("{n} Wh"),
        "wait_seconds": _("(about {n} s)"),
        "wait_minutes": _("(about {n} min)"),
        "cell": _("{notebook}, cell {cell} of {cells}"),
        "waits": _("Number {position} in the queue"),
        "step": _("{experiment}: step {step} of {steps}"),
        "renew": _("Update the list ({n})"),
        "nobody": _("Nobody chosen"),
        "none": _("none"),
        "first_on": _("Goes first"),
        "first_off": _("Waits in turn"),
        "here": _("{here} · {starting} starting"),
        "not_shared": _("not shared"),
        "queue_away": _("the queue does not answer"),
        "cores": _("{held} of {all} cores"),
        "gpus": _("{held} of {all} of GPU"),
        "waiting_paused": _("{n} · queue paused"),
        "of": _("{used} of {all}"),
        "count_of": _("{n} of {all}"),
        "go_on": _("Let the queue go on"),
        "pause": _("Pause the queue"),
        "live": _("Live"),
        "no_hub": _("The hub does not answer"),
        "away": _("Reconnecting…"),
        "need": _("Need a hand: {names}"),
        "failed": _("The board did not answer. Try again in a moment."),
        "write_first": _("Write the message first."),
        "send": _("Send"),
        "statuses": _statuses(),
        "whys": {
            rows.LOST: _("Their seat has said nothing for a while. If it stays so, restart it."),
            rows.DEAD: _("Their kernel has died. The Kernel menu restarts it, and so does restarting the seat."),
            rows.STUCK: _("A cell has been running for more than three minutes: perhaps a loop that never ends."),
        },
        "reasons": {reason: waiting(reason) for reason in REASONS},
        "runs": {
            "queued": _("waiting"),
            "running": _("computing"),
            "finished": _("finished"),
            "failed": _("failed"),
            "cancelled": _("cancelled"),
            "interrupted": _("interrupted"),
        },
        "workshops": {
            "open": _("people may join"),
            "expired": _("its code has expired"),
            "closing": _("being closed"),
        },
        "ask": _questions(),
    }


def _statuses() -> dict[str, str]:
    return {
        rows.GONE: _("not here"),
        rows.STARTING: _("seat starting"),
        rows.LOST: _("no news"),
        rows.DEAD: _("kernel dead"),
        rows.STUCK: _("stuck"),
        rows.FAILED: _("cell failed"),
        rows.RUN_FAILED: _("run failed"),
        rows.WAITING: _("waits for a place"),
        rows.COMPUTING: _("computing"),
        rows.WORKING: _("cell running"),
        rows.HERE: _("here"),
    }


def _questions() -> dict[str, str]:
    return {
        "message": _("Message to {name}"),
        "message_all": _("Message to everybody who is here"),
        "notebook": _("Send {name} a notebook"),
        "notebook_all": _("Send a notebook to everybody who is here"),
        "free": _("Free the place of {name}?"),
        "free_text": _("Their run stops within seconds. What it has made is kept; they can run it again later."),
        "free_yes": _("Free the place"),
        "reset": _("Begin the notebook of {name} anew?"),
        "reset_text": _("Their work is kept in a copy beside it. Their kernel starts again."),
        "reset_yes": _("Begin anew"),
        "restart": _("Restart the seat of {name}?"),
        "restart_text": _("Their kernels end, and so do runs under way. Files and finished runs are kept."),
        "restart_yes": _("Restart"),
    }
