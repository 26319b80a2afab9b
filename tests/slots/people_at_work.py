"""Thirty people for ten minutes, in simulated time: the broker's own decisions, and nothing else of it."""

from __future__ import annotations

import heapq
import random
from collections import defaultdict
from dataclasses import dataclass, replace

from artia_lab.slots import fair
from artia_lab.slots.state import Ask, Rules, State, joined, left, taken, weight

# As the broker: how often it looks; how soon a worker makes room; what is done again when a run is taken up.
TICK_S, LEAVES_IN_S, TAKEN_UP_S = 0.5, 0.7, 2.0


@dataclass(frozen=True, kw_only=True)
class Habit:
    """How somebody works.

    Attributes
    ----------
    shortest_s, longest_s : float
        How long a run of theirs computes, in s.
    pause_s : float
        How long they look at what came out, on average, in s; 0 for somebody who always has work.
    resumable : bool
        Whether their runs can make room.
    """

    shortest_s: float
    longest_s: float
    pause_s: float = 0.0
    resumable: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of it.

    Attributes
    ----------
    slot_s : dict of str to float
        Slot-seconds by person.
    finished : dict of str to int
        Runs by person.
    busy : float
        Share of the slot-seconds that there were.
    waits : list of float
        How long each run waited for its first place, in s.
    """

    slot_s: dict[str, float]
    finished: dict[str, int]
    busy: float
    waits: list[float]


def workshop() -> dict[str, Habit]:
    """Thirty people with mixed work: twelve always have some, half of them trainings of a minute."""
    people = {f"mosaics-{k}": Habit(shortest_s=3, longest_s=10) for k in range(6)}
    people |= {f"training-{k}": Habit(shortest_s=50, longest_s=70, resumable=True) for k in range(6)}
    return people | {f"looks-{k}": Habit(shortest_s=3, longest_s=10, pause_s=90) for k in range(18)}


def jain(values: list[float]) -> float:
    """R. Jain, D. Chiu, W. Hawe, "A quantitative measure of fairness", DEC TR-301, 1984: 1 when all are equal."""
    return sum(values) ** 2 / (len(values) * sum(value**2 for value in values))


def simulate(people: dict[str, Habit], rules: Rules, seconds: float = 600.0, seed: int = 0) -> Outcome:
    """Let people work, each with one run at a time."""
    chance = random.Random(seed)
    state, now, count = State(), 0.0, 0
    rest: dict[str, float] = {}
    began: dict[str, float] = {}
    leaves: dict[str, float] = {}
    slot_s: dict[str, float] = defaultdict(float)
    finished: dict[str, int] = defaultdict(int)
    waits: list[float] = []
    arrivals = [(chance.uniform(0, 5 + habit.pause_s), user) for user, habit in people.items()]
    heapq.heapify(arrivals)

    def give_back(name: str) -> None:
        nonlocal state
        lease = state.leases[name]
        slot_s[lease.ask.user] += (now - lease.since) * weight(rules, lease.ask)
        rest[name] -= now - lease.since
        state = left(state, rules, name, now)

    while now < seconds:
        while arrivals and arrivals[0][0] <= now:
            _at, user = heapq.heappop(arrivals)
            habit, count = people[user], count + 1
            took = chance.uniform(habit.shortest_s, habit.longest_s)
            name = f"{user}/{count}"
            rest[name] = took
            state = joined(state, Ask(id=name, user=user, at=now, seconds=took))
        for name, lease in list(state.leases.items()):
            user = lease.ask.user
            if now >= lease.since + rest[name] - 1e-9:
                give_back(name)
                leaves.pop(name, None)
                finished[user] += 1
                pause = people[user].pause_s
                heapq.heappush(arrivals, (now + (chance.expovariate(1 / pause) if pause else 0.0), user))
            elif now >= leaves.get(name, float("inf")):
                del leaves[name]
                give_back(name)
                rest[name] += TAKEN_UP_S
                state = joined(state, replace(lease.ask, at=now))
        plan = fair.plan(state, rules, now)
        state = plan.state
        assert len([core for lease in state.leases.values() for core in lease.cores]) <= len(rules.cores)
        for lease in plan.grants:
            name = lease.ask.id
            if name not in began:
                began[name] = now
                waits.append(now - lease.ask.at)
            state = taken(state, replace(lease, resumable=people[lease.ask.user].resumable))
        leaves |= dict.fromkeys(plan.leave, now + LEAVES_IN_S)
        ends = [lease.since + rest[name] for name, lease in state.leases.items()]
        following = [*ends, *leaves.values(), *(each[0] for each in arrivals[:1]), now + TICK_S]
        now = max(min(following), now + 1e-6)
    for name in list(state.leases):
        give_back(name)
    busy = sum(slot_s.values()) / (now * len(rules.cores))
    return Outcome(slot_s=dict(slot_s), finished=dict(finished), busy=busy, waits=waits)


def whole_sessions(people: dict[str, Habit], rules: Rules) -> int:
    """How many are served in the same time when each holds a core from its first run to the end of the session."""
    return min(len(people), len(rules.cores))
