"""How many wrong codes are evaluated: a few from each address, few from all together.

A guess beyond is refused unread, the right code too, or else refusing would tell. Somebody who made no mistake yet
has a first try whatever others do, within a limit of its own, unless they do not wait when they are asked to: so a
workshop can be joined while it is attacked. In the long run hardly more than one guess a second is looked at, and
a code of 44 bits holds out for hundreds of thousands of years.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

# Whoever has more addresses than this is held by what all may do together.
MOST_ADDRESSES = 20_000


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """How many mistakes are allowed.

    Attributes
    ----------
    at_once : int
        How many in a row.
    every_s : float
        After how long one more is, in seconds.
    """

    at_once: int
    every_s: float


ADDRESS = Allowance(at_once=5, every_s=120)
EVERYBODY = Allowance(at_once=40, every_s=10)
NEWCOMERS = Allowance(at_once=20, every_s=1)
# How often somebody may be asked to wait and still pass for new here: guessers do not stop asking.
IMPATIENCE = Allowance(at_once=3, every_s=20)


class Mistakes:
    """Mistakes made so far, forgotten as time passes.

    Parameters
    ----------
    allowed : Allowance
        How many are.
    """

    def __init__(self, allowed: Allowance) -> None:
        self._allowed = allowed
        self._made = 0.0
        self._at = 0.0

    def count(self, now: float) -> float:
        """Tell how many count still.

        Parameters
        ----------
        now : float
            Seconds of a clock that never goes back.

        Returns
        -------
        float
            Not always a whole number.
        """
        self._made = max(0.0, self._made - (now - self._at) / self._allowed.every_s)
        self._at = now
        return self._made

    def wait(self, now: float) -> float:
        """Tell when another is allowed.

        Parameters
        ----------
        now : float
            Seconds of a clock that never goes back.

        Returns
        -------
        float
            In how many seconds; 0 for now.
        """
        beyond = self.count(now) + 1 - self._allowed.at_once
        return max(0.0, beyond * self._allowed.every_s)

    def add(self, now: float) -> None:
        """Count one more.

        Parameters
        ----------
        now : float
            Seconds of a clock that never goes back.
        """
        self._made = self.count(now) + 1


class Limits:
    """Who may try a code now.

    Parameters
    ----------
    address, everybody, newcomers : Allowance
        What each address may do, all together, and then those who have made no mistake yet.
    """

    def __init__(
        self, address: Allowance = ADDRESS, everybody: Allowance = EVERYBODY, newcomers: Allowance = NEWCOMERS
    ) -> None:
        self._allowed = address
        self._by_address: OrderedDict[str, Mistakes] = OrderedDict()
        self._impatience: OrderedDict[str, Mistakes] = OrderedDict()
        self._everybody = Mistakes(everybody)
        self._newcomers = Mistakes(newcomers)
        self.evaluated_wrong = 0
        self.refused = 0

    def wait(self, address: str, now: float) -> float:
        """Tell when an address may try a code.

        Parameters
        ----------
        address : str
            Where the try comes from.
        now : float
            Seconds of a clock that never goes back.

        Returns
        -------
        float
            In how many seconds; 0 for now, and then the try may be evaluated at once.
        """
        mine = self._by_address.get(address)
        wait = mine.wait(now) if mine else 0.0
        if not wait:
            wait = self._everybody.wait(now)
            if wait and self._is_new(address, now):
                wait = self._newcomers.wait(now)
        if wait:
            self.refused += 1
            _of(self._impatience, address, IMPATIENCE).add(now)
        return wait

    def _is_new(self, address: str, now: float) -> bool:
        mine, asked = self._by_address.get(address), self._impatience.get(address)
        return not (mine and mine.count(now)) and not (asked and asked.wait(now))

    def wrong(self, address: str, now: float) -> None:
        """Count a try that was evaluated and wrong.

        Parameters
        ----------
        address : str
            Where it came from.
        now : float
            Seconds of a clock that never goes back.
        """
        self.evaluated_wrong += 1
        common = self._newcomers if self._everybody.wait(now) else self._everybody
        common.add(now)
        _of(self._by_address, address, self._allowed).add(now)


def _of(known: OrderedDict[str, Mistakes], address: str, allowed: Allowance) -> Mistakes:
    """Find what an address did, and forget those of which nothing was heard for the longest time."""
    found = known.setdefault(address, Mistakes(allowed))
    known.move_to_end(address)
    while len(known) > MOST_ADDRESSES:
        known.popitem(last=False)
    return found
