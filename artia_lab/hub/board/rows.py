"""What the board says of each person: one row, and whether they need somebody, without a word of any language."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from artia_lab.hub.board.reports import Report, Work
from artia_lab.runs import ACTIVE

# A cell that computes for so long without a run of its own is probably a loop that never ends, in s.
STUCK_S = 180.0
# Whoever fails so many times in a row does not get any further alone.
FAILURES = 3
# A seat says something every 15 s; after so long it is lost, in s.
LOST_S = 45.0
# For so long a run that failed is news, in s.
NEWS_S = 900.0

GONE, STARTING, LOST, DEAD = "gone", "starting", "lost", "dead"
STUCK, FAILED, RUN_FAILED = "stuck", "failed", "run-failed"
WAITING, COMPUTING, WORKING, HERE = "waiting", "computing", "working", "here"
NEED_HELP = (LOST, DEAD, STUCK, FAILED, RUN_FAILED)
STATUSES = (GONE, STARTING, LOST, DEAD, STUCK, FAILED, RUN_FAILED, WAITING, COMPUTING, WORKING, HERE)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What is known of one person.

    Attributes
    ----------
    user, name, workshop : str
        What the hub calls them, what they are shown as, and the workshop they are in, or ``""``.
    seat : str
        ``"open"``, ``"starting"``, ``"stopping"`` or ``""``, as the hub says.
    seat_since : float
        When it was started, in seconds since 1970.
    report : Report or None
        What their seat said last.
    heard : float
        When that was, in seconds since 1970.
    waiting, leases : tuple of dict
        Their part of what the broker tells.
    first_s : float
        For how much longer they go first, in s.
    energy_j : float
        What their runs used, in J.
    """

    user: str
    name: str = ""
    workshop: str = ""
    seat: str = ""
    seat_since: float = 0.0
    report: Report | None = None
    heard: float = 0.0
    waiting: tuple[Mapping[str, Any], ...] = ()
    leases: tuple[Mapping[str, Any], ...] = ()
    first_s: float = 0.0
    energy_j: float = field(default=0.0)


def row(seen: Seen, now: float) -> dict[str, Any]:
    """Sum up a person.

    Parameters
    ----------
    seen : Seen
        What is known.
    now : float
        The time, in seconds since 1970.

    Returns
    -------
    dict
        ``user``, ``name``, ``workshop``, ``status`` (one of `STATUSES`), ``help``, ``since``, ``why``, ``where``,
        ``waiting``, ``work``, ``leases``, ``first``, ``memory_mb`` and ``energy_j``; it changes only when there is
        something to show.
    """
    status, since, why = _status(seen, now)
    report = seen.report or Report()
    where = report.where
    work = _work(report)
    return {
        "user": seen.user,
        "name": seen.name or seen.user,
        "workshop": seen.workshop,
        "seat": seen.seat,
        "status": status,
        "help": status in NEED_HELP,
        "since": round(since),
        "why": why,
        "where": None if where is None else asdict(where),
        "waiting": [
            {name: each.get(name) for name in ("run", "kind", "position", "reason", "expected_s")}
            for each in seen.waiting
        ],
        "work": None if work is None else asdict(work),
        "leases": [{"run": each["run"], "kind": each["kind"]} for each in seen.leases],
        "first": seen.first_s > 0,
        "memory_mb": _rounded(report.memory_mb),
        "energy_j": _rounded(seen.energy_j),
    }


def _status(seen: Seen, now: float) -> tuple[str, float, str]:
    if seen.seat in ("starting", "stopping"):
        return STARTING, seen.seat_since, ""
    if seen.seat != "open":
        return GONE, 0.0, ""
    report, where = seen.report, seen.report.where if seen.report else None
    quiet = now - max(seen.heard, seen.seat_since)
    if quiet > LOST_S:
        return LOST, now - quiet, ""
    if report is None:
        return HERE, seen.seat_since, ""
    if where is not None and where.kernel == "dead":
        return DEAD, where.since, ""
    active = [each for each in report.works if each.state in ACTIVE]
    if where is not None and where.state == "failed":
        return (STUCK if where.failures >= FAILURES else FAILED), where.since, where.error
    if seen.waiting:
        return WAITING, min(each.since for each in active) if active else now, ""
    if active or seen.leases:
        return COMPUTING, min((each.since for each in active), default=now), ""
    running = where is not None and where.state == "running"
    if where is not None and running and now - where.since > STUCK_S:
        return STUCK, where.since, ""
    ended = [each for each in report.works if each.state == "failed" and now - each.since < NEWS_S]
    if ended and not running and (where is None or where.since <= ended[0].since):
        return RUN_FAILED, ended[0].since, ended[0].error
    if running and where is not None:
        return WORKING, where.since, ""
    return HERE, where.since if where is not None else seen.seat_since, ""


def _work(report: Report) -> Work | None:
    active = [each for each in report.works if each.state in ACTIVE]
    return active[0] if active else report.works[0] if report.works else None


def _rounded(number: float) -> float:
    """Two figures: what is shown does not flicker with every joule."""
    if number <= 0:
        return 0.0
    digits = 1 - math.floor(math.log10(number))
    return round(number, digits) if digits > 0 else float(round(number, digits))
