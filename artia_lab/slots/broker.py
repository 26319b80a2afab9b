"""The broker of places to compute: ``python -m artia_lab.slots.broker --settings FILE``.

It answers on a Unix socket, in one thread, and computes nothing itself. An open connection is a lease: when its
worker dies the kernel closes it, and the place is free. What it knows is written down at each change, so that a
broker that is started after one that was killed knows who still computes where.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import resource
import secrets
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from artia_lab.errors import ArtiaError
from artia_lab.slots import commands, fair, forecast, ledger, lines, people
from artia_lab.slots.guest import HOLDING, IDLE, NEW, OFFERED, WAITING, Guest, process
from artia_lab.slots.journal import Journal
from artia_lab.slots.machine import listen, locked, rules_of
from artia_lab.slots.settings import UNIX, Settings, load
from artia_lab.slots.state import CPU, Ask, Lease, joined, left, taken, weight

log = logging.getLogger("artia_lab.slots")

# Whoever is offered a place and does not take it, such as a stopped process, loses it after so long, in s.
TAKE_S = 3.0
# How often those who wait are told where they stand, and how often it is looked whether anybody must leave, in s.
TELL_S, TICK_S = 0.25, 0.5
# No place takes more power than this, in W for each core that it counts for: workers may claim no more.
MOST_WATTS = 1000.0


class Broker:
    """Shares the places of one machine.

    Parameters
    ----------
    settings : Settings
        How.
    check : callable, optional
        Tells whose a token is; by default the files in ``tokens`` of the state folder.
    clock : callable, optional
        Gives the time, in s.

    Raises
    ------
    Failure
        If its folder is open to others, or another broker is at work there.
    """

    def __init__(
        self, settings: Settings, check: people.Check | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.settings, self.clock = settings, clock
        folder = people.private(Path(settings.state_folder))
        self._lock = locked(folder / "lock")
        self.check: people.Check = check or people.Tokens(folder / "tokens")
        self.rules = rules_of(settings)
        self.journal = Journal(folder, settings.journal_mb * 2**20, settings.journal_files)
        self.totals = {(each["workshop"], each["user"]): each for each in self.journal.totals()}
        self._ledger = folder / "state.json"
        self.state, self.holders, self._waited = ledger.restore(self._ledger)
        self.guests: dict[str, Guest] = {}
        self._everyone: set[Guest] = set()
        self._accounts: Counter[int] = Counter()
        self._watched: dict[str, int] = {}
        self._settling = self._telling = False
        self._settled_at = self._settling_took = 0.0

    async def serve(self, ready: Callable[[], None] = lambda: None) -> None:
        """Answer until it is cancelled.

        Parameters
        ----------
        ready : callable
            Called when it listens.
        """
        loop = asyncio.get_running_loop()
        for name in list(self.state.leases):
            if name not in self.holders or not ledger.alive(self.holders[name]):
                self.release(name, "died")
            else:
                self._watch(name, self.holders[name].pid)
        server = await loop.create_unix_server(lambda: Guest(self), sock=listen(self.settings), backlog=1024)
        ready()
        try:
            async with server:
                while True:
                    self.settle_soon()
                    await asyncio.sleep(TICK_S)
        finally:
            self._save()
            for each in list(self._everyone):
                each.close()
            with contextlib.suppress(OSError):
                os.unlink(self.settings.socket)
            os.close(self._lock)

    def by_account(self, uid: int) -> people.Person | None:
        """Name whoever gives no token.

        Parameters
        ----------
        uid : int
            The account.

        Returns
        -------
        Person or None
            None where accounts are shared.
        """
        return people.account(uid) if self.settings.accounts == UNIX else None

    def welcome(self, guest: Guest) -> bool:
        """Take note of a connection.

        Parameters
        ----------
        guest : Guest
            The connection.

        Returns
        -------
        bool
            False when there are too many.
        """
        each = self._accounts[guest.uid] if self.settings.accounts == UNIX else 0
        if len(self._everyone) >= self.settings.connections or each >= self.settings.connections_each:
            return False
        self._everyone.add(guest)
        self._accounts[guest.uid] += 1
        return True

    def gone(self, guest: Guest) -> None:
        """Take note that a connection is closed.

        Parameters
        ----------
        guest : Guest
            The connection.
        """
        if guest not in self._everyone:
            return
        self._everyone.discard(guest)
        self._accounts[guest.uid] -= 1
        if self.guests.get(guest.id) is guest:
            self.release(guest.id, "ended")

    def hear(self, guest: Guest, message: dict[str, Any]) -> None:
        """Do what somebody asks.

        Parameters
        ----------
        guest : Guest
            Who.
        message : dict
            What.

        Raises
        ------
        lines.Garbled
            If it is nonsense.
        """
        if "ask" in message and guest.stage in (NEW, IDLE):
            self._ask(guest, message["ask"])
        elif "here" in message and guest.stage == OFFERED:
            guest.stage = HOLDING
            guest.send({"go": True})
        elif guest.stage == HOLDING:
            self._news(guest, message)
        elif guest.stage in (NEW, IDLE):
            guest.idle()
            guest.send({"told": commands.obey(self, guest, message)})
        elif "here" not in message:
            raise lines.Garbled("not now")

    def settle_soon(self) -> None:
        """Decide who is next, in a moment; with very many who wait, at most half of the time goes into it."""
        if not self._settling:
            self._settling = True
            wait = self._settled_at + self._settling_took - time.monotonic()
            asyncio.get_running_loop().call_later(max(0.0, wait), self._settle)

    def release(self, name: str, how: str) -> None:
        """Let somebody go.

        Parameters
        ----------
        name : str
            Id of what they asked.
        how : str
            For the journal: ``ended``, ``died``, ``withdrawn``.
        """
        now = self.clock()
        lease, guest = self.state.leases.get(name), self.guests.pop(name, None)
        self.holders.pop(name, None)
        if (watched := self._watched.pop(name, None)) is not None:
            asyncio.get_running_loop().remove_reader(watched)
            os.close(watched)
        self.state = left(self.state, self.rules, name, now)
        if guest is not None:
            guest.stage = IDLE
            guest.close()
        if lease is not None and how != "withdrawn":
            self._account(lease, guest, how, now)
        self.settle_soon()

    def watched(self, name: str) -> int | None:
        """Give the process that holds a place.

        Parameters
        ----------
        name : str
            Id of the lease.

        Returns
        -------
        int or None
            A descriptor of it; None when the place is free, or the system cannot tell.
        """
        return self._watched.get(name)

    def _ask(self, guest: Guest, asked: Any) -> None:
        if type(asked) is not dict or guest.person is None:
            raise lines.Garbled("ask")
        run, held = lines.name(asked, "run"), lines.name(asked, "held")
        if held:
            self._take_back(guest, held, lines.name(asked, "proof"))
            return
        person, settings = guest.person, self.settings
        if sum(each.user == person.user for each in self.state.waiting.values()) >= settings.waiting_each:
            guest.refuse("many")
            return
        cores = int(lines.number(asked, "cores", 0, 4096, 0)) or min(settings.cores_each, len(self.rules.cores))
        memory = 0
        if lines.boolean(asked, "gpu") and self.rules.gpus:
            whole = max(each for _name, each in self.rules.gpus)
            wanted = max(settings.gpu_share_mb, int(lines.number(asked, "memory_mb", 0, 10_000_000, 0)))
            cores, memory = 0, min(wanted, whole) if settings.gpu_share_mb else whole
        now = self.clock()
        ask = Ask(
            id=secrets.token_hex(8),
            user=person.user,
            workshop=person.workshop,
            run=run,
            cores=cores,
            memory_mb=memory,
            at=min(now, self._waited.pop((person.user, run), now)),
            seconds=lines.number(asked, "seconds", 1.0, 86_400.0, 10.0),
        )
        if not fair.possible(self.rules, ask):
            guest.refuse("impossible")
            return
        guest.settled()
        guest.stage, guest.id = WAITING, ask.id
        self.guests[ask.id] = guest
        self.state = joined(self.state, ask)
        self.settle_soon()

    def _take_back(self, guest: Guest, name: str, proof: str) -> None:
        """Somebody who held a place when the last broker died is here again."""
        holder = self.holders.get(name)
        known = holder is not None and secrets.compare_digest(holder.proof, proof) and holder.uid == guest.uid
        if not known or name in self.guests:
            guest.refuse("forgotten")
            return
        guest.settled()
        guest.stage, guest.id = HOLDING, name
        self.guests[name] = guest
        guest.send({"go": True})

    def _news(self, guest: Guest, message: dict[str, Any]) -> None:
        """Take note of what somebody who computes says."""
        lease = self.state.leases[guest.id]
        if "used_j" in message:
            most = MOST_WATTS * max(1.0, weight(self.rules, lease.ask)) * (self.clock() - lease.since)
            guest.used_j = lines.number(message, "used_j", 0.0, most, 0.0)
        if "resumable" in message or "stays" in message:
            resumable = lines.boolean(message, "resumable") and "stays" not in message
            self.state = taken(
                self.state, replace(lease, resumable=resumable, leaving=lease.leaving and resumable)
            )

    def _settle(self) -> None:
        began = time.monotonic()
        self._settling = False
        plan = fair.plan(self.state, self.rules, self.clock())
        self.state = plan.state
        for lease in plan.grants:
            self._offer(lease)
        for name in plan.leave:
            if name in self.guests:
                self.guests[name].send({"leave": "turn"})
        if self.state.waiting and not self._telling:
            self._telling = True
            asyncio.get_running_loop().call_later(TELL_S, self._tell)
        self._save()
        self._settled_at = time.monotonic()
        self._settling_took = self._settled_at - began

    def _offer(self, lease: Lease) -> None:
        name, guest = lease.ask.id, self.guests[lease.ask.id]
        proof = secrets.token_hex(16)
        self.holders[name] = ledger.Holder(
            pid=guest.pid, started=ledger.began(guest.pid), proof=proof, uid=guest.uid
        )
        guest.stage = OFFERED
        total = self.rules.memory_mb(lease.gpu)
        guest.send(
            {
                "granted": {
                    "id": name,
                    "proof": proof,
                    "cores": list(lease.cores),
                    "gpu": lease.gpu,
                    "memory_mb": lease.ask.memory_mb,
                    "whole": lease.ask.memory_mb == total,
                    "hide_gpu": lease.ask.kind == CPU and bool(self.rules.gpus),
                }
            }
        )
        self._watch(name, guest.pid)
        asyncio.get_running_loop().call_later(TAKE_S, self._withdraw, name, guest)

    def _withdraw(self, name: str, guest: Guest) -> None:
        if self.guests.get(name) is guest and guest.stage == OFFERED:
            self.release(name, "withdrawn")

    def _watch(self, name: str, pid: int) -> None:
        """Be told when a process ends, though a child of its may still hold its connection open."""
        watched = process(pid)
        if watched is not None:
            self._watched[name] = watched
            asyncio.get_running_loop().add_reader(watched, self.release, name, "died")

    def _tell(self) -> None:
        """Tell those who wait where they stand, if that has changed."""
        began = time.monotonic()
        for name, turn in forecast.turns(self.state, self.rules, self.clock()).items():
            guest = self.guests[name]
            if guest.told != turn and not guest.behind():
                guest.told = turn
                guest.send(
                    {"wait": {"position": turn.position, "reason": turn.reason, "expected_s": turn.expected_s}}
                )
        # A tenth of the time at most goes into it, however many wait.
        asyncio.get_running_loop().call_later(10 * (time.monotonic() - began), self._told)

    def _told(self) -> None:
        self._telling = False

    def _account(self, lease: Lease, guest: Guest | None, how: str, now: float) -> None:
        ask = lease.ask
        line = {
            "user": ask.user,
            "workshop": ask.workshop,
            "kind": ask.kind,
            "seconds": round(now - lease.since, 3),
            "slot_seconds": round((now - lease.since) * weight(self.rules, ask), 3),
            "waited_s": round(lease.since - ask.at, 3),
            "energy_j": round(guest.used_j if guest is not None else 0.0, 2),
        }
        self.journal.write("lease", run=ask.run, how=how, **line)
        zero = dict.fromkeys(("leases", "slot_seconds", "waited_s", "energy_j"), 0)
        total = self.totals.setdefault(
            (ask.workshop, ask.user), {"workshop": ask.workshop, "user": ask.user, **zero}
        )
        total["leases"] += 1
        for name in ("slot_seconds", "waited_s", "energy_j"):
            total[name] = round(total[name] + line[name], 3)

    def _save(self) -> None:
        try:
            ledger.save(self._ledger, self.state, self.holders)
        except OSError as error:
            log.warning("the state of the places cannot be kept: %s", error.strerror)


async def _serve(settings: Settings) -> None:
    broker = Broker(settings)
    serving = asyncio.ensure_future(broker.serve(lambda: print("ready", flush=True)))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await serving


def main(arguments: list[str] | None = None) -> int:
    """Share the places of this machine until somebody ends it.

    Parameters
    ----------
    arguments : list of str, optional
        Of the command line.

    Returns
    -------
    int
        Exit code.
    """
    parser = argparse.ArgumentParser(prog="python -m artia_lab.slots.broker", description=__doc__)
    parser.add_argument("--settings", required=True, type=Path)
    asked = parser.parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(name)s %(levelname)s %(message)s", level=logging.INFO)
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        asyncio.run(_serve(load(asked.settings)))
    except ArtiaError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
