"""What a facilitator may ask of a broker; anybody may ask what there is, and see only their own part of it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from artia_lab.slots import forecast, lines
from artia_lab.slots.state import taken, used

if TYPE_CHECKING:
    from artia_lab.slots.broker import Broker
    from artia_lab.slots.guest import Guest

# A worker that was asked to give its place back is ended after so long, gently and then not, in s.
ASKED_S, ENDED_S = 5.0, 10.0
LONGEST_S = 86_400.0


def obey(broker: Broker, guest: Guest, message: dict[str, Any]) -> dict[str, Any]:
    """Do what is asked, if the one who asks may.

    Parameters
    ----------
    broker : Broker
        The broker.
    guest : Guest
        Who asks.
    message : dict
        ``{"tell": true}``, ``{"boost": USER, "seconds": S}``, ``{"pause": BOOL}``, ``{"free": RUN}`` or
        ``{"extend": RUN, "seconds": S}``.

    Returns
    -------
    dict
        What is told: everything for ``tell``; else ``done``, whether anything was.

    Raises
    ------
    lines.Garbled
        If it is none of these.
    """
    person = guest.person
    if person is None:
        raise lines.Garbled("nobody")
    if "tell" in message:
        return _everything(broker, person.user, person.facilitator)
    asked = [name for name in ("boost", "pause", "free", "extend") if name in message]
    if len(asked) != 1:
        raise lines.Garbled("no such question")
    if not person.facilitator:
        return {"done": False, "why": "only a facilitator may"}
    seconds = lines.number(message, "seconds", 0.0, LONGEST_S, 600.0)
    what = asked[0]
    if what == "pause":
        broker.state = replace(broker.state, paused=lines.boolean(message, "pause"))
        done, of = True, ""
    else:
        of = lines.name(message, what)
        done = _boost(broker, of, seconds) if what == "boost" else _on_run(broker, what, of, seconds)
    broker.journal.write(what, by=person.user, of=of, done=done, on=broker.state.paused, seconds=seconds)
    broker.settle_soon()
    return {"done": done}


def _boost(broker: Broker, user: str, seconds: float) -> bool:
    until = broker.clock() + seconds
    boosts = {name: end for name, end in broker.state.boosts.items() if name != user and end > broker.clock()}
    broker.state = replace(broker.state, boosts={**boosts, user: until} if seconds else boosts)
    return bool(user)


def _on_run(broker: Broker, what: str, run: str, seconds: float) -> bool:
    done = False
    for name, lease in list(broker.state.leases.items()):
        if lease.ask.run != run or not run:
            continue
        done = True
        if what == "extend":
            until = max(lease.safe_until, broker.clock()) + seconds
            broker.state = taken(broker.state, replace(lease, safe_until=until))
            continue
        if name in broker.guests:
            broker.guests[name].send({"leave": "freed"})
        loop = asyncio.get_running_loop()
        loop.call_later(ASKED_S, _end, broker, name, signal.SIGTERM)
        loop.call_later(ENDED_S, _end, broker, name, signal.SIGKILL)
    return done


def _end(broker: Broker, name: str, number: signal.Signals) -> None:
    """End the process that holds a place, where the system lets us; the descriptor names no other process."""
    process = broker.watched(name)
    if process is not None:
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(process, number)


def _everything(broker: Broker, user: str, everybody: bool) -> dict[str, Any]:
    state, now = broker.state, broker.clock()
    turns = forecast.turns(state, broker.rules, now)
    waiting = [
        {
            "user": ask.user,
            "workshop": ask.workshop,
            "run": ask.run,
            "kind": ask.kind,
            "waited_s": round(now - ask.at, 1),
            "position": turns[name].position,
            "reason": turns[name].reason,
            "expected_s": turns[name].expected_s,
        }
        for name, ask in state.waiting.items()
    ]
    held = [
        {
            "user": lease.ask.user,
            "workshop": lease.ask.workshop,
            "run": lease.ask.run,
            "kind": lease.ask.kind,
            "cores": list(lease.cores),
            "gpu": lease.gpu,
            "memory_mb": lease.ask.memory_mb,
            "held_s": round(now - lease.since, 1),
            "energy_j": broker.guests[name].used_j if name in broker.guests else 0.0,
            "resumable": lease.resumable,
            "leaving": lease.leaving,
        }
        for name, lease in state.leases.items()
    ]
    mine = [each for each in waiting if everybody or each["user"] == user]
    people = {each.user for each in state.waiting.values()} | set(state.usage)
    return {
        "cores": len(broker.rules.cores),
        "gpus": [{"name": name, "memory_mb": memory} for name, memory in broker.rules.gpus],
        "paused": state.paused,
        "waiting_count": len(waiting),
        "held_count": len(held),
        "waiting": sorted(mine, key=lambda each: each["position"]),
        "leases": [each for each in held if everybody or each["user"] == user],
        "boosts": {
            name: round(end - now, 1)
            for name, end in state.boosts.items()
            if end > now and (everybody or name == user)
        },
        "usage": {
            name: round(used(state, broker.rules, name, now), 2) for name in people if everybody or name == user
        },
        "totals": [each for each in broker.totals.values() if everybody or each["user"] == user],
    }
