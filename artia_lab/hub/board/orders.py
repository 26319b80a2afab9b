"""What the board asks of seats: each seat fetches what is new, and asks again where it stood after a break."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from typing import Any

# Orders that a seat did not fetch within this are stale: who comes back from lunch is not sent elsewhere, in s.
KEPT_S = 600.0
KEPT = 50


class Orders:
    """Orders by person, each with a number that only ever grows, over restarts of the board as well."""

    def __init__(self) -> None:
        self._kept: defaultdict[str, deque[dict[str, Any]]] = defaultdict(lambda: deque(maxlen=KEPT))
        self._news: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._last = 0

    def give(self, user: str, order: dict[str, Any]) -> int:
        """Give an order to somebody's seat.

        Parameters
        ----------
        user : str
            The person.
        order : dict
            ``do`` and what it takes.

        Returns
        -------
        int
            Its number.
        """
        number = self._next()
        self._kept[user].append({"number": number, "at": time.time(), **order})
        self._news[user].set()
        return number

    def now(self) -> int:
        """Give the number from which a seat that has just opened asks.

        Returns
        -------
        int
            Greater than that of every order so far.
        """
        return self._next()

    def after(self, user: str, number: int) -> list[dict[str, Any]]:
        """List what is new to a seat.

        Parameters
        ----------
        user : str
            The person.
        number : int
            That of the last order that it has taken.

        Returns
        -------
        list of dict
            The orders since, the oldest first.
        """
        since = time.time() - KEPT_S
        return [each for each in self._kept[user] if each["number"] > number and each["at"] > since]

    async def wait(self, user: str, number: int, seconds: float) -> list[dict[str, Any]]:
        """Wait until there is something new to a seat.

        Parameters
        ----------
        user : str
            The person.
        number : int
            That of the last order that it has taken.
        seconds : float
            How long at most.

        Returns
        -------
        list of dict
            The orders; empty if there was none.
        """
        if not (found := self.after(user, number)):
            self._news[user].clear()
            try:
                await asyncio.wait_for(self._news[user].wait(), seconds)
            except TimeoutError:
                return []
            found = self.after(user, number)
        return found

    def _next(self) -> int:
        # Milliseconds: exact in JavaScript, and a board that was started again does not begin from 1.
        self._last = max(self._last + 1, time.time_ns() // 1_000_000)
        return self._last
