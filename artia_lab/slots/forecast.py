"""What those who wait are told: their position, and about how long it will take."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from artia_lab.slots import fair
from artia_lab.slots.state import CPU, GPU, Ask, Rules, State

LONGEST_S = 6 * 3600
STEPS_S = (0, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1200, 1800, 2700, 3600)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Where somebody stands.

    Attributes
    ----------
    position : int
        Among those who wait for the same kind of place, from 1.
    reason : str
        One of those of `artia_lab.slots.fair`.
    expected_s : int or None
        About how long until it begins, in s; None when nobody can tell.
    """

    position: int
    reason: str
    expected_s: int | None


def turns(state: State, rules: Rules, now: float) -> dict[str, Turn]:
    """Tell everybody who waits where they stand.

    Parameters
    ----------
    state : State
        What is known, after `artia_lab.slots.fair.plan`.
    rules : Rules
        The rules.
    now : float
        The time, in s.

    Returns
    -------
    dict of str to Turn
        By id.
    """
    reasons = fair.reasons(state, rules, now)
    ordered = fair.order(state, rules, now)
    found = {}
    for kind in (CPU, GPU):
        mine = [ask for ask in ordered if ask.kind == kind]
        if not mine:
            continue
        free_in = _free_in(state, rules, kind, now)
        contested = len(mine) > 1
        for position, ask in enumerate(mine, 1):
            reason = reasons[ask.id]
            wait = None
            if reason not in (fair.PAUSED, fair.QUOTA):
                begin = [heapq.heappop(free_in) for _place in range(min(_places(rules, ask), len(free_in)))]
                # Where others wait as well, a run that is long gives its place back after a minimum run.
                takes = min(ask.seconds, max(rules.minimum_run_s, 1.0)) if contested else ask.seconds
                for _each in begin:
                    heapq.heappush(free_in, begin[-1] + takes)
                wait = rounded(begin[-1])
            found[ask.id] = Turn(position=position, reason=reason, expected_s=wait)
    return found


def rounded(seconds: float) -> int:
    """Round a wait as a person would say it, so that it is not told anew every second.

    Parameters
    ----------
    seconds : float
        Seconds.

    Returns
    -------
    int
        Seconds; whole hours above one.
    """
    if seconds > STEPS_S[-1]:
        return min(LONGEST_S, round(seconds / 3600) * 3600)
    return min(STEPS_S, key=lambda step: (abs(step - seconds), step))


def _places(rules: Rules, ask: Ask) -> int:
    return ask.cores if ask.kind == CPU else 1


def _free_in(state: State, rules: Rules, kind: str, now: float) -> list[float]:
    """In how many seconds each place of a kind will be free, as a heap."""
    waits: list[float] = []
    for held in state.leases.values():
        if held.ask.kind != kind:
            continue
        rest = max(0.0, held.ask.seconds - (now - held.since))
        if held.leaving:
            rest = min(rest, 1.0)
        elif held.resumable:
            rest = min(rest, max(0.0, held.safe_until - now) + 1.0)
        waits += [max(rest, 1.0)] * (len(held.cores) or 1)
    if kind == CPU:
        waits += [0.0] * (len(rules.cores) - len(waits))
    else:
        share = min((ask.memory_mb for ask in state.waiting.values() if ask.kind == GPU), default=1)
        room = sum(memory for _name, memory in rules.gpus) - sum(
            held.ask.memory_mb for held in state.leases.values() if held.ask.kind == GPU
        )
        waits += [0.0] * min(1000, room // share)
    heapq.heapify(waits)
    return waits or [0.0]
