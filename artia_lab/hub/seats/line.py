"""The line of people whose seats are to start: a few at a time, and the first who came first."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Hashable
from dataclasses import dataclass

# What a start is taken to last before one has been seen, in s, and how many are remembered.
FIRST_GUESS_S = 1.0
REMEMBERED = 20


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Where somebody stands.

    Attributes
    ----------
    position : int
        0 when their seat is starting, 1 when they are next, and so on.
    expected_s : float or None
        How long until their seat is ready, in s; None when that depends on somebody who leaves.
    full : bool
        Whether they wait for a seat to be given back.
    """

    position: int
    expected_s: float | None
    full: bool = False


class Line:
    """Lets a few start at a time, and as many be open as there are seats.

    Parameters
    ----------
    at_once : int
        How many may be starting at the same time.
    seats : int
        How many may be open at the same time, those that start included.
    """

    def __init__(self, at_once: int, seats: int) -> None:
        self._at_once, self._seats = at_once, seats
        self._waiting: OrderedDict[Hashable, asyncio.Event] = OrderedDict()
        self._starting: set[Hashable] = set()
        self._open: set[Hashable] = set()
        self._lasted: deque[float] = deque(maxlen=REMEMBERED)

    async def wait(self, who: Hashable) -> None:
        """Wait until somebody's seat may start; it then counts as starting until `opened` or `left`.

        Parameters
        ----------
        who : hashable
            Whose seat it is.

        Raises
        ------
        asyncio.CancelledError
            If they give up; they are then out of the line.
        """
        turn = self._waiting.setdefault(who, asyncio.Event())
        self._move()
        try:
            await turn.wait()
        except asyncio.CancelledError:
            self.left(who)
            raise

    def opened(self, who: Hashable, seconds: float | None = None) -> None:
        """Note that a seat is open.

        Parameters
        ----------
        who : hashable
            Whose seat it is.
        seconds : float, optional
            How long its start lasted; by default it was found open.
        """
        self._starting.discard(who)
        self._open.add(who)
        if seconds is not None:
            self._lasted.append(seconds)
        self._move()

    def left(self, who: Hashable) -> None:
        """Note that a seat is closed, did not start, or is not wanted any more.

        Parameters
        ----------
        who : hashable
            Whose seat it was; anybody else is ignored.
        """
        self._waiting.pop(who, None)
        self._starting.discard(who)
        self._open.discard(who)
        self._move()

    def turn(self, who: Hashable) -> Turn:
        """Tell where somebody stands.

        Parameters
        ----------
        who : hashable
            Whose seat it is.

        Returns
        -------
        Turn
            Their turn; at position 0 when they do not wait.
        """
        each = self.expected_start_s()
        if who not in self._waiting:
            return Turn(position=0, expected_s=each)
        position = list(self._waiting).index(who) + 1
        free = self._seats - len(self._open) - len(self._starting)
        if position > free:
            return Turn(position=position, expected_s=None, full=True)
        rounds = (len(self._starting) + position - 1) // self._at_once + 1
        return Turn(position=position, expected_s=rounds * each)

    def expected_start_s(self) -> float:
        """Tell how long a start lasts, as far as is known.

        Returns
        -------
        float
            Seconds.
        """
        return sum(self._lasted) / len(self._lasted) if self._lasted else FIRST_GUESS_S

    def counts(self) -> dict[str, int]:
        """Count the seats by what they do.

        Returns
        -------
        dict
            ``waiting``, ``starting`` and ``open``.
        """
        return {"waiting": len(self._waiting), "starting": len(self._starting), "open": len(self._open)}

    def _move(self) -> None:
        while (
            self._waiting
            and len(self._starting) < self._at_once
            and len(self._starting) + len(self._open) < self._seats
        ):
            who, turn = self._waiting.popitem(last=False)
            self._starting.add(who)
            turn.set()
