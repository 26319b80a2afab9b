"""Who is next: pure functions of what is known and of the time.

In this order go: those whom the facilitator put first; then those who used least of late (`state.used`, and at
least a minimum run for each place they hold), less a little for each second they have waited, so that no stream of
newcomers keeps anybody waiting for ever; then those who asked first.

A place that is free goes to the first in that order whom it suits: smaller runs pass a large one that does not fit
yet, but only for so long as a minimum run; then what becomes free is kept for the large one.

Whoever waits while somebody who used a minimum run more computes takes that place, once its run has computed for
a minimum run and can be resumed. A run that cannot be resumed is never interrupted: its person would lose it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from artia_lab.slots.state import CPU, GPU, Ask, Lease, Rules, State, left, size, spent, taken, used, weight

AGE_RATE = 0.02
"""How much less somebody counts as having used for each second that they wait, in core-seconds."""

BUSY, TURN, QUOTA, LIMIT, PAUSED, LARGER = "busy", "turn", "quota", "limit", "paused", "larger"
"""Why a run waits: no place is free; others who used less go first; its workshop, or its person, holds all it may;
the queue is paused; room is being made for a larger run."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to do now.

    Attributes
    ----------
    state : State
        As it will be.
    grants : tuple of Lease
        Places to give.
    leave : tuple of str
        Ids of those who must make room.
    """

    state: State
    grants: tuple[Lease, ...] = ()
    leave: tuple[str, ...] = ()


def possible(rules: Rules, ask: Ask) -> bool:
    """Say whether a whole machine that nobody uses would do.

    Parameters
    ----------
    rules : Rules
        The rules.
    ask : Ask
        What is asked.

    Returns
    -------
    bool
        False for what can never be given.
    """
    return _fit(rules, State(), ask, 0.0) is not None


def order(state: State, rules: Rules, now: float) -> list[Ask]:
    """Put those who wait in the order in which they will be served.

    Parameters
    ----------
    state : State
        What is known.
    rules : Rules
        The rules.
    now : float
        The time, in s.

    Returns
    -------
    list of Ask
        The next one first.
    """
    counted = _counted(state, rules, now)

    def _rank(ask: Ask) -> tuple[bool, float, float, str]:
        boosted = state.boosts.get(ask.user, 0.0) > now
        return not boosted, counted.get(ask.user, 0.0) - AGE_RATE * (now - ask.at), ask.at, ask.id

    return sorted(state.waiting.values(), key=_rank)


def plan(state: State, rules: Rules, now: float) -> Plan:
    """Decide who gets a place, and who must make room for another.

    Parameters
    ----------
    state : State
        What is known.
    rules : Rules
        The rules.
    now : float
        The time, in s.

    Returns
    -------
    Plan
        Nothing to do, where the queue is paused.
    """
    grants: list[Lease] = []
    while not state.paused and (found := next(_next(state, rules, now), None)) is not None:
        # A place that was just given changes who is next.
        state = taken(state, found)
        grants.append(found)
    leave = () if state.paused else tuple(_make_room(state, rules, now))
    for name in leave:
        state = taken(state, replace(state.leases[name], leaving=True))
    return Plan(state=state, grants=tuple(grants), leave=leave)


def reasons(state: State, rules: Rules, now: float) -> dict[str, str]:
    """Say why each one waits.

    Parameters
    ----------
    state : State
        What is known, after `plan`.
    rules : Rules
        The rules.
    now : float
        The time, in s.

    Returns
    -------
    dict of str to str
        One of the reasons of this module, by id.
    """
    found: dict[str, str] = {}
    # When the last of those ahead of one asked, by kind.
    latest = {CPU: float("-inf"), GPU: float("-inf")}
    kept: set[str] = set()
    smallest = _smallest(state)
    for ask in order(state, rules, now):
        if state.paused:
            reason = PAUSED
        elif (why := _withheld(state, rules, ask, now)) is not None:
            reason = why
        elif ask.kind in kept:
            reason = LARGER
        else:
            reason = TURN if latest[ask.kind] > ask.at else BUSY
            if _drains(rules, smallest, ask, now):
                kept.add(ask.kind)
        found[ask.id] = reason
        latest[ask.kind] = max(latest[ask.kind], ask.at)
    return found


def _counted(state: State, rules: Rules, now: float) -> dict[str, float]:
    """What each person counts as having used: a place just given counts for a minimum run at once."""
    found = {}
    people = {ask.user for ask in state.waiting.values()} | {held.ask.user for held in state.leases.values()}
    for user in people:
        found[user] = used(state, rules, user, now)
    for held in state.leases.values():
        ahead = max(0.0, rules.minimum_run_s - (now - held.since))
        found[held.ask.user] += weight(rules, held.ask) * ahead
    return found


def _next(state: State, rules: Rules, now: float) -> Iterator[Lease]:
    kept: set[str] = set()
    smallest = _smallest(state)
    for ask in order(state, rules, now):
        if len(kept) == len(smallest):
            return
        if ask.kind in kept or _withheld(state, rules, ask, now) is not None:
            continue
        lease = _fit(rules, state, ask, now)
        if lease is not None:
            yield lease
        elif _drains(rules, smallest, ask, now) or size(ask) <= smallest[ask.kind]:
            # Nobody behind it needs less, or what becomes free is kept for it.
            kept.add(ask.kind)


def _withheld(state: State, rules: Rules, ask: Ask, now: float) -> str | None:
    held = [each.ask for each in state.leases.values()]
    if rules.places_each and sum(each.user == ask.user for each in held) >= rules.places_each:
        return LIMIT
    places, seconds = rules.quotas.get(ask.workshop, (0, 0.0))
    if places and sum(each.workshop == ask.workshop for each in held) >= places:
        return QUOTA
    if seconds and spent(state, rules, ask.workshop, now) >= seconds:
        return QUOTA
    return None


def _smallest(state: State) -> dict[str, int]:
    """The least that anybody who waits needs, by kind."""
    least: dict[str, int] = {}
    for ask in state.waiting.values():
        least[ask.kind] = min(least.get(ask.kind, size(ask)), size(ask))
    return least


def _drains(rules: Rules, smallest: dict[str, int], ask: Ask, now: float) -> bool:
    """Whether what becomes free is kept for a run that is larger than others and has waited long enough."""
    return size(ask) > smallest[ask.kind] and now - ask.at >= rules.minimum_run_s


def _fit(rules: Rules, state: State, ask: Ask, now: float) -> Lease | None:
    """Find a place that is free: the lowest cores, or the GPU with the least room that is enough."""
    whole = Lease(ask=ask, since=now, charged=now, safe_until=now + rules.minimum_run_s)
    if ask.kind == CPU:
        busy = {core for each in state.leases.values() for core in each.cores}
        free = [core for core in rules.cores if core not in busy]
        return replace(whole, cores=tuple(free[: ask.cores])) if 0 < ask.cores <= len(free) else None
    room = dict(rules.gpus)
    for each in state.leases.values():
        if each.gpu in room:
            room[each.gpu] -= each.ask.memory_mb
    enough = [(memory, name) for name, memory in room.items() if memory >= ask.memory_mb]
    return replace(whole, gpu=min(enough)[1]) if enough else None


def _make_room(state: State, rules: Rules, now: float) -> Iterator[str]:
    """Name those who must leave, so that those who wait and used clearly less can begin."""
    if not any(_may_be_asked(state, each, now) for each in state.leases.values()):
        return
    counted = _counted(state, rules, now)
    # What will be free: the places of those who are leaving already.
    later = state
    for name, held in state.leases.items():
        if held.leaving:
            later = left(later, rules, name, now)
    for ask in order(state, rules, now):
        if not any(_may_be_asked(state, each, now) for each in later.leases.values()):
            return
        if _withheld(state, rules, ask, now) is not None:
            continue
        after, leaving = later, []
        boosted = state.boosts.get(ask.user, 0.0) > now
        margin = 0.0 if boosted else rules.minimum_run_s * weight(rules, ask)
        below = counted.get(ask.user, 0.0) + margin
        candidates = sorted(
            (
                held
                for held in after.leases.values()
                if held.ask.kind == ask.kind
                and held.ask.user != ask.user
                and _may_be_asked(state, held, now)
                and (boosted or counted[held.ask.user] >= below)
            ),
            key=lambda held: (-counted[held.ask.user], held.since),
        )
        while (lease := _fit(rules, after, ask, now)) is None and candidates:
            leaving.append(candidates.pop(0).ask.id)
            after = left(after, rules, leaving[-1], now)
        if lease is not None:
            later = taken(after, replace(lease, safe_until=float("inf")))
            yield from leaving


def _may_be_asked(state: State, held: Lease, now: float) -> bool:
    boosted = state.boosts.get(held.ask.user, 0.0) > now
    return held.resumable and not held.leaving and not boosted and now >= held.safe_until
