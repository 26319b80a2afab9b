"""What a broker knows, frozen: who waits, who holds which place, and who used how much."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

CPU, GPU = "cpu", "gpu"


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The part of the settings by which places are shared.

    Attributes
    ----------
    cores : tuple of int
        The cores that are shared, by their number.
    gpus : tuple of (str, int)
        The GPUs that are shared: name and memory in MB.
    gpu_weight, half_life_s, minimum_run_s, places_each
        As in `artia_lab.slots.settings.Settings`.
    quotas : mapping of str to (int, float)
        By workshop, how many places at the same time, and how many slot-seconds in all; 0 for no limit.
    """

    cores: tuple[int, ...]
    gpus: tuple[tuple[str, int], ...] = ()
    gpu_weight: float = 8.0
    half_life_s: float = 600.0
    minimum_run_s: float = 15.0
    places_each: int = 0
    quotas: Mapping[str, tuple[int, float]] = field(default_factory=dict)

    def memory_mb(self, gpu: str) -> int:
        """Give the memory of a GPU.

        Parameters
        ----------
        gpu : str
            Its name.

        Returns
        -------
        int
            MB; 0 for a GPU that is not shared here.
        """
        return dict(self.gpus).get(gpu, 0)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One run that wants to compute.

    Attributes
    ----------
    id : str
        Its name here, the only one so called.
    user, workshop : str
        Whose it is; a workshop may be ``""``.
    run : str
        Id of the run.
    cores : int
        How many cores; 0 for a GPU.
    memory_mb : int
        How much memory of a GPU, in MB; 0 for cores.
    at : float
        When it asked, in s.
    seconds : float
        About how long it will compute, in s.
    """

    id: str
    user: str
    workshop: str = ""
    run: str = ""
    cores: int = 1
    memory_mb: int = 0
    at: float = 0.0
    seconds: float = 10.0

    @property
    def kind(self) -> str:
        """What it computes on.

        Returns
        -------
        str
            ``"cpu"`` or ``"gpu"``.
        """
        return GPU if self.memory_mb else CPU


@dataclass(frozen=True, kw_only=True)
class Lease:
    """A place that somebody holds.

    Attributes
    ----------
    ask : Ask
        What was asked.
    cores : tuple of int
        The cores, by their number.
    gpu : str
        The GPU, or ``""``.
    since : float
        Since when, in s.
    charged : float
        Up to when its use has been counted already, in s.
    safe_until : float
        Before this, in s, it need not make room.
    resumable : bool
        Whether the run can go on later from where it is.
    leaving : bool
        Whether it was asked to make room.
    """

    ask: Ask
    cores: tuple[int, ...] = ()
    gpu: str = ""
    since: float = 0.0
    charged: float = 0.0
    safe_until: float = 0.0
    resumable: bool = False
    leaving: bool = False


@dataclass(frozen=True, kw_only=True)
class State:
    """Everything that decides who is next.

    Attributes
    ----------
    waiting : mapping of str to Ask
        Those who wait, by id.
    leases : mapping of str to Lease
        Places held, by id of what was asked.
    usage : mapping of str to (float, float)
        By person, what they used, in decayed slot-seconds, and when that was so, in s.
    spent : mapping of str to float
        By workshop, the slot-seconds of leases that have ended, in all.
    boosts : mapping of str to float
        By person, until when they go first, in s.
    paused : bool
        Whether nobody new may begin.
    """

    waiting: Mapping[str, Ask] = field(default_factory=dict)
    leases: Mapping[str, Lease] = field(default_factory=dict)
    usage: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    spent: Mapping[str, float] = field(default_factory=dict)
    boosts: Mapping[str, float] = field(default_factory=dict)
    paused: bool = False


def weight(rules: Rules, ask: Ask) -> float:
    """Say how many cores a place counts for.

    Parameters
    ----------
    rules : Rules
        The rules.
    ask : Ask
        What the place is for.

    Returns
    -------
    float
        Its cores, or its share of a GPU's memory times the weight of one.
    """
    if ask.kind == CPU:
        return float(ask.cores)
    largest = max((memory for _name, memory in rules.gpus), default=ask.memory_mb)
    return rules.gpu_weight * ask.memory_mb / largest


def size(ask: Ask) -> int:
    """Say how much is asked of its kind.

    Parameters
    ----------
    ask : Ask
        What is asked.

    Returns
    -------
    int
        Cores, or MB.
    """
    return ask.memory_mb or ask.cores


def joined(state: State, ask: Ask) -> State:
    """Add somebody who waits.

    Parameters
    ----------
    state : State
        Before.
    ask : Ask
        What they ask.

    Returns
    -------
    State
        After.
    """
    return replace(state, waiting={**state.waiting, ask.id: ask})


def taken(state: State, lease: Lease) -> State:
    """Give somebody a place; or change what is known of a place that is held.

    Parameters
    ----------
    state : State
        Before.
    lease : Lease
        The place.

    Returns
    -------
    State
        After.
    """
    waiting = {name: each for name, each in state.waiting.items() if name != lease.ask.id}
    return replace(state, waiting=waiting, leases={**state.leases, lease.ask.id: lease})


def left(state: State, rules: Rules, name: str, now: float) -> State:
    """Let somebody go, whether they waited or held a place, and count what they used.

    Parameters
    ----------
    state : State
        Before.
    rules : Rules
        The rules.
    name : str
        Id of what they asked; one that is unknown changes nothing.
    now : float
        The time, in s.

    Returns
    -------
    State
        After.
    """
    waiting = {each: ask for each, ask in state.waiting.items() if each != name}
    lease = state.leases.get(name)
    if lease is None:
        return replace(state, waiting=waiting)
    ask, spent = lease.ask, weight(rules, lease.ask) * max(0.0, now - lease.since)
    state = charged(state, rules, ask.user, now)
    return replace(
        state,
        waiting=waiting,
        leases={each: held for each, held in state.leases.items() if each != name},
        spent={**state.spent, ask.workshop: state.spent.get(ask.workshop, 0.0) + spent},
    )


def used(state: State, rules: Rules, user: str, now: float) -> float:
    """Say how much somebody used, what is long ago counting less.

    After each half-life what was used counts half, so that neither yesterday's work nor a rest today decides
    everything: J. Kay and P. Lauder, "A fair share scheduler", Communications of the ACM 31 (1), 1988, whose
    decayed usage is also that of Slurm's multifactor priority (``PriorityDecayHalfLife``).

    Parameters
    ----------
    state : State
        What is known.
    rules : Rules
        The rules.
    user : str
        The person.
    now : float
        The time, in s.

    Returns
    -------
    float
        Decayed core-seconds, those of places still held included.
    """
    total, at = state.usage.get(user, (0.0, now))
    total *= _left_after(rules, now - at)
    # One second of work decays from the moment it was done: the integral of what is left of each.
    scale = rules.half_life_s / math.log(2)
    for lease in state.leases.values():
        if lease.ask.user == user:
            total += weight(rules, lease.ask) * scale * (1 - _left_after(rules, now - lease.charged))
    return total


def charged(state: State, rules: Rules, user: str, now: float) -> State:
    """Count what somebody used up to now.

    Parameters
    ----------
    state : State
        Before.
    rules : Rules
        The rules.
    user : str
        The person.
    now : float
        The time, in s.

    Returns
    -------
    State
        After; `used` gives the same.
    """
    usage = {**state.usage, user: (used(state, rules, user, now), now)}
    leases = {
        name: replace(held, charged=now) if held.ask.user == user else held for name, held in state.leases.items()
    }
    return replace(state, usage=usage, leases=leases)


def spent(state: State, rules: Rules, workshop: str, now: float) -> float:
    """Say how much a workshop computed in all.

    Parameters
    ----------
    state : State
        What is known.
    rules : Rules
        The rules.
    workshop : str
        The workshop.
    now : float
        The time, in s.

    Returns
    -------
    float
        Core-seconds, those of places still held included.
    """
    return state.spent.get(workshop, 0.0) + sum(
        weight(rules, lease.ask) * max(0.0, now - lease.since)
        for lease in state.leases.values()
        if lease.ask.workshop == workshop
    )


def _left_after(rules: Rules, seconds: float) -> float:
    return float(0.5 ** (max(0.0, seconds) / rules.half_life_s))
