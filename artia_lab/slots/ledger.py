"""What a broker writes down, so that the next one knows who holds which place, who waited, and who used how much.

Times are those of the machine's monotonic clock: after it was started anew they mean nothing, nor do leases.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from artia_lab.slots.state import Ask, Lease, State

FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Holder:
    """The process that holds a place.

    Attributes
    ----------
    pid : int
        Its number.
    started : str
        When it began, in ticks of the machine: a number that another process gets later does not count.
    proof : str
        What only it was told.
    uid : int
        Its account.
    """

    pid: int
    started: str
    proof: str
    uid: int


def began(pid: int) -> str:
    """Say when a process began.

    Parameters
    ----------
    pid : int
        Its number.

    Returns
    -------
    str
        Ticks since the machine began; ``""`` when there is no such process, or nothing but its remains.
    """
    try:
        after = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if after[0] in "ZX" else after[19]


def alive(holder: Holder) -> bool:
    """Say whether the process that held a place is still there.

    Parameters
    ----------
    holder : Holder
        The process.

    Returns
    -------
    bool
        False also for another process that has its number now.
    """
    return began(holder.pid) == holder.started != ""


def save(file: Path, state: State, holders: Mapping[str, Holder]) -> None:
    """Write down what is known, in place of what was written before.

    Parameters
    ----------
    file : Path
        Where.
    state : State
        What is known.
    holders : mapping of str to Holder
        By id of the lease.
    """
    content = {
        "format": FORMAT,
        "boot": _boot(),
        # Not `asdict`, which copies deeply: this is done at each change.
        "waiting": [vars(each) for each in state.waiting.values()],
        "leases": [
            vars(lease) | {"ask": vars(lease.ask), "holder": vars(holders[name])}
            for name, lease in state.leases.items()
            if name in holders
        ],
        "usage": dict(state.usage),
        "spent": dict(state.spent),
        "boosts": dict(state.boosts),
        "paused": state.paused,
    }
    aside = file.with_name(f".{file.name}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "w", encoding="utf-8") as stream:
        json.dump(content, stream)
    # No flush to the disk: when the machine itself stops, nobody holds a place any more.
    os.replace(aside, file)


def restore(file: Path) -> tuple[State, dict[str, Holder], dict[tuple[str, str], float]]:
    """Read what the last broker knew.

    Parameters
    ----------
    file : Path
        Where it was written.

    Returns
    -------
    state : State
        Nobody waits; nothing at all is known when the file is missing or damaged, and only what workshops spent
        when it is older than the machine's start.
    holders : dict of str to Holder
        The processes that held the places, by id of the lease; `alive` tells whether they still do.
    waited : dict of (str, str) to float
        When the runs that waited had asked, by person and run.
    """
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if content["format"] != FORMAT or content["boot"] != _boot():
            spent = content["spent"] if content["format"] == FORMAT else {}
            return State(spent=spent), {}, {}
        leases, holders = {}, {}
        for each in content["leases"]:
            holder, ask = Holder(**each.pop("holder")), Ask(**each.pop("ask"))
            lease = Lease(ask=ask, **each)
            leases[ask.id] = replace(lease, cores=tuple(lease.cores), leaving=False)
            holders[ask.id] = holder
        waited = {(each["user"], each["run"]): float(each["at"]) for each in content["waiting"]}
        usage = {user: (float(total), float(at)) for user, (total, at) in content["usage"].items()}
        state = State(
            leases=leases,
            usage=usage,
            spent=content["spent"],
            boosts=content["boosts"],
            paused=bool(content["paused"]),
        )
    except (OSError, ValueError, TypeError, KeyError):
        return State(), {}, {}
    return state, holders, waited


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
