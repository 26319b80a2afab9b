"""What each seat takes of memory and processes: past its limit the greediest thing it started is ended.

Its person is told. The seat itself is not ended, so that they keep their page and what they wrote. A seat's
processes are those it started, those that the fork server started for any of them, and, where the account is the
person's own, all that are the account's. Memory is what a process holds itself and its share of what it has in
common with others (PSS).
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from artia_lab.hub.seats.identity import Identity
from artia_lab.hub.seats.servers import Servers
from artia_lab.i18n import LANGUAGES, _, use_language

MB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Member:
    """One process of a seat.

    Attributes
    ----------
    pid, parent : int
        Its number, and that of the process that started it.
    uid : int
        Its account.
    most_mb : float
        The memory that it can hold at most, in MB of 2**20 bytes: what others share with it is counted whole.
    """

    pid: int
    parent: int
    uid: int
    most_mb: float


class Watch:
    """Looks at what seats take.

    Parameters
    ----------
    servers : Servers
        The hub's fork servers, which know what was started for whom.
    memory_mb : int
        What a seat may hold with all that it started, in MB; 0 for as much as there is.
    processes : int
        How many processes it may have; 0 for as many as it likes.
    """

    def __init__(self, servers: Servers, memory_mb: int, processes: int) -> None:
        self._servers, self._memory_mb, self._processes = servers, memory_mb, processes

    def look(self, seats: Mapping[Identity, int]) -> None:
        """Look at every seat once, and end what is too much.

        Parameters
        ----------
        seats : mapping of Identity to int
            The seats that are open, and the account of each, -1 where accounts are shared.
        """
        if not seats or not (self._memory_mb or self._processes):
            return
        everything = _everything(self._servers.children())
        for seat, uid in seats.items():
            members = members_of(seat.pid, uid, everything)
            if self._processes and len(members) > self._processes:
                self._end(seat, members, uid, many=len(members))
            # No more than this can it be, and to look closer costs.
            elif self._memory_mb and sum(each.most_mb for each in members.values()) > self._memory_mb:
                held = {pid: pss_mb(pid) for pid in members}
                if sum(held.values()) > self._memory_mb:
                    self._end(seat, members, uid, held=held)

    def _end(
        self,
        seat: Identity,
        members: Mapping[int, Member],
        uid: int,
        held: Mapping[int, float] | None = None,
        many: int = 0,
    ) -> None:
        weights = held or dict.fromkeys(members, 1.0)
        groups = branches(seat.pid, members)
        if not groups:
            return
        greediest = max(groups, key=lambda root: sum(weights[pid] for pid in groups[root]))
        for pid in sorted(groups[greediest], reverse=True):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        taken = sum(weights.values())
        tell(self._servers.folder, seat.pid, uid, self._sentences(taken, many))

    def _sentences(self, taken_mb: float, many: int) -> dict[str, str]:
        said = {}
        for code in LANGUAGES:
            with use_language(code):
                if many:
                    sentence = _(
                        "Your seat had {count} processes, and may have {limit}: what had started most of them was "
                        "stopped. What you saved is kept; run your cells again, with fewer at a time."
                    ).format(count=many, limit=self._processes)
                else:
                    sentence = _(
                        "Your seat held {taken} MB of memory, and may hold {limit}: the notebook or run that held "
                        "most was stopped. What you saved is kept; run your cells again, with less at a time."
                    ).format(taken=round(taken_mb), limit=self._memory_mb)
                said[code] = sentence
        return said


def members_of(seat: int, uid: int, everything: Mapping[int, Member]) -> dict[int, Member]:
    """List the processes of a seat.

    Parameters
    ----------
    seat : int
        Its own process.
    uid : int
        The account that is its person's alone; -1 where accounts are shared.
    everything : mapping of int to Member
        All processes of the machine.

    Returns
    -------
    dict of int to Member
        The seat's, its own process among them.
    """
    children: defaultdict[int, list[Member]] = defaultdict(list)
    for each in everything.values():
        children[each.parent].append(each)
    found: dict[int, Member] = {}
    left = [everything[seat]] if seat in everything else []
    if uid > 0:
        left += [each for each in everything.values() if each.uid == uid]
    while left:
        each = left.pop()
        if each.pid not in found:
            found[each.pid] = each
            left += children[each.pid]
    return found


def branches(seat: int, members: Mapping[int, Member]) -> dict[int, set[int]]:
    """Part a seat's processes into what may be ended by itself: kernels, runs, terminals, with what they started.

    Parameters
    ----------
    seat : int
        The seat's own process.
    members : mapping of int to Member
        Its processes.

    Returns
    -------
    dict of int to set of int
        Numbers of processes, by that of the one that started them.
    """
    found: defaultdict[int, set[int]] = defaultdict(set)
    for pid in members:
        if pid == seat:
            continue
        root = pid
        while members[root].parent in members and members[root].parent not in (seat, root):
            root = members[root].parent
        found[root].add(pid)
    return dict(found)


def pss_mb(pid: int) -> float:
    """Read what a process holds of memory, its share of what it has in common with others counted.

    Parameters
    ----------
    pid : int
        Its number.

    Returns
    -------
    float
        MB of 2**20 bytes; 0 if it has ended.
    """
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def tell(folder: Path, seat: int, uid: int, sentences: Mapping[str, str]) -> None:
    """Leave a sentence for a seat, where its own account alone can read it (`artia_lab.web.notices`).

    Parameters
    ----------
    folder : Path
        Where the hub's fork servers listen.
    seat : int
        The seat's process.
    uid : int
        Its account; -1 where accounts are shared.
    sentences : mapping of str to str
        What to say, by language.
    """
    content: dict[str, Any] = {"id": secrets.token_hex(8), "sentences": dict(sentences)}
    place, aside = folder / f"notice-{seat}.json", folder / f".{secrets.token_hex(8)}"
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as stream:
        json.dump(content, stream)
    if uid > 0:
        os.chown(aside, uid, -1)
    os.replace(aside, place)


def _everything(askers: Mapping[int, int]) -> dict[int, Member]:
    found = {}
    for each in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            with each.oneshot():
                memory, parent, uid = each.memory_info(), each.ppid(), each.uids().real
            most = memory.rss / MB
            # The fork server started it, and not for itself.
            found[each.pid] = Member(pid=each.pid, parent=askers.get(each.pid, parent), uid=uid, most_mb=most)
    return found
