"""One connection to a broker, as the broker sees it: what comes in is checked, and nobody slow holds up others."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from typing import TYPE_CHECKING, Any

from artia_lab.slots import lines, people

if TYPE_CHECKING:
    from artia_lab.slots.broker import Broker

# How long somebody may stay connected without asking for anything, in s: at first, and between two questions.
FIRST_WORD_S, IDLE_S = 5.0, 120.0

# Nobody honest says more than this, in messages a second and in messages at once.
RATE, BURST = 50.0, 200.0

# What may lie unread before somebody who does not read is let go, in bytes.
UNREAD_BYTES = 65_536
# An answer about everybody may be long.
ANSWER_BYTES = 2**22

NEW, IDLE, WAITING, OFFERED, HOLDING = "new", "idle", "waiting", "offered", "holding"


class Guest(asyncio.Protocol):
    """Whoever is at the other end.

    Parameters
    ----------
    broker : Broker
        Whom to tell.

    Attributes
    ----------
    stage : str
        ``"new"``, ``"idle"``, ``"waiting"``, ``"offered"`` (a place, which it must take) or ``"holding"``.
    id : str
        What its ask is called; ``""`` before.
    person : Person or None
        Who it is, once that is known.
    pid, uid : int
        Process and account, as the kernel tells them.
    used_j : float
        The energy that it says it used, in J.
    """

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._lines = lines.Lines()
        self._transport: asyncio.Transport | None = None
        self._allowance, self._spoke = BURST, time.monotonic()
        self._deadline: asyncio.TimerHandle | None = None
        self._queue: list[dict[str, Any]] = []
        self._checking: asyncio.Task[None] | None = None
        self.stage, self.id = NEW, ""
        self.person: people.Person | None = None
        self.pid, self.uid = 0, -1
        self.used_j = 0.0
        self.told: object = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Welcome it, or not.

        Parameters
        ----------
        transport : asyncio.Transport
            The connection.
        """
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.pid, self.uid = people.peer(transport.get_extra_info("socket"))
        if not self._broker.welcome(self):
            transport.abort()
            return
        self._wait_for_word(FIRST_WORD_S)

    def connection_lost(self, error: Exception | None) -> None:
        """Let it go.

        Parameters
        ----------
        error : Exception or None
            What broke it.
        """
        if self._deadline is not None:
            self._deadline.cancel()
        if self._checking is not None:
            self._checking.cancel()
        self._broker.gone(self)

    def data_received(self, data: bytes) -> None:
        """Hear what it says.

        Parameters
        ----------
        data : bytes
            Some bytes, cut anywhere.
        """
        try:
            self._queue += self._lines.feed(data)
        except lines.Garbled:
            self.close()
            return
        now = time.monotonic()
        self._allowance = min(BURST, self._allowance + RATE * (now - self._spoke)) - len(data.splitlines())
        self._spoke = now
        if self._allowance < 0:
            self.close()
        elif self._checking is None:
            self._hear()

    def send(self, message: dict[str, Any]) -> None:
        """Say something; whoever does not read is let go in the end.

        Parameters
        ----------
        message : dict
            JSON types.
        """
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(lines.line(message))
        most = ANSWER_BYTES if self.stage == IDLE else UNREAD_BYTES
        if self._transport.get_write_buffer_size() > most and self.stage != HOLDING:
            self.close()

    def behind(self) -> bool:
        """Say whether it has not read yet what it was told before.

        Returns
        -------
        bool
            Then it need not be told more news.
        """
        return self._transport is None or self._transport.get_write_buffer_size() > 0

    def refuse(self, why: str) -> None:
        """Turn it away, and say why.

        Parameters
        ----------
        why : str
            One word, which the worker turns into a sentence.
        """
        self.send({"refused": why})
        if self._transport is not None:
            self._transport.close()
            # What it does not read must not keep the connection.
            asyncio.get_running_loop().call_later(FIRST_WORD_S, self._transport.abort)

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()

    def settled(self) -> None:
        """It has asked for a place: from now on it may be silent."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def idle(self) -> None:
        """It has asked a question, and may ask another."""
        if self.stage in (NEW, IDLE):
            self.stage = IDLE
            self._wait_for_word(IDLE_S)

    def _wait_for_word(self, seconds: float) -> None:
        self.settled()
        self._deadline = asyncio.get_running_loop().call_later(seconds, self.close)

    def _hear(self) -> None:
        while self._queue and self._transport is not None and not self._transport.is_closing():
            message = self._queue.pop(0)
            try:
                if self.person is None:
                    self._identify(message)
                    if self._checking is not None:
                        return
                    if self.person is None:
                        self.refuse("unknown")
                        return
                self._broker.hear(self, message)
            except lines.Garbled:
                self.close()

    def _identify(self, message: dict[str, Any]) -> None:
        token = lines.name(message, "token", lines.TOKEN)
        if not token:
            self.person = self._broker.by_account(self.uid)
            return
        found = self._broker.check(token)
        if found is None or isinstance(found, people.Person):
            self.person = people.checked(found, self.uid)
            return
        # A check that asks somebody else may take its time; the others are served meanwhile.
        if self._transport is not None:
            self._transport.pause_reading()
        self._checking = asyncio.ensure_future(self._await(found, message))

    async def _await(self, found: Any, message: dict[str, Any]) -> None:
        with contextlib.suppress(Exception):
            self.person = people.checked(await asyncio.wait_for(found, FIRST_WORD_S), self.uid)
        self._checking = None
        if self._transport is None or self._transport.is_closing():
            return
        if self.person is None:
            self.refuse("unknown")
            return
        self._transport.resume_reading()
        self._queue.insert(0, message)
        self._hear()


def process(pid: int) -> int | None:
    """Open a process, to be told of its end.

    Parameters
    ----------
    pid : int
        Its number.

    Returns
    -------
    int or None
        A descriptor; None when there is no such process, or the system cannot tell.
    """
    try:
        return os.pidfd_open(pid)
    except (OSError, AttributeError):
        return None
