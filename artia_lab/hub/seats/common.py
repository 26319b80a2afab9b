"""What the seats of one hub share: settings, the line, the fork servers, tokens for places to compute."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
import weakref
from typing import Any

from artia_lab.hub import merging, places
from artia_lab.hub.seats.line import Line
from artia_lab.hub.seats.servers import Servers
from artia_lab.hub.seats.watch import Watch
from artia_lab.hub.settings import UNIX_ACCOUNTS, Settings
from artia_lab.hub.state import secret
from artia_lab.hub.workshops import store
from artia_lab.slots.people import Person, Tokens

log = logging.getLogger(__name__)

# How often the fork servers are looked at, and how often what seats take, in s.
TEND_S, WATCH_S = 3.0, 10.0


class Common:
    """What all seats of one hub share.

    Parameters
    ----------
    settings : Settings
        How the hub is.

    Attributes
    ----------
    opened_at : float
        When a seat has last opened, on the clock of `time.monotonic`.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.line = Line(settings.starts_at_once, settings.seats)
        self.servers = Servers(settings)
        self.watch = Watch(self.servers, settings.seat_memory_mb, settings.seat_processes)
        self.seats: weakref.WeakSet[Any] = weakref.WeakSet()
        self._tokens = Tokens(places.tokens_of(settings)) if settings.places else None
        self._tasks: list[asyncio.Task[None]] = []
        self.opened_at = float("-inf")

    def attend(self) -> None:
        """Begin to look after the fork servers and the limits, in the loop in force."""
        if not self._tasks:
            self._tasks = [
                asyncio.ensure_future(self._again(TEND_S, self._tend)),
                asyncio.ensure_future(self._again(WATCH_S, self._look)),
            ]

    def admit(self, user: str, uid: int) -> dict[str, str]:
        """Let somebody's runs wait for places to compute.

        Parameters
        ----------
        user : str
            The person.
        uid : int
            Their account; -1 where accounts are shared.

        Returns
        -------
        dict of str to str
            Variables for their seat: ``ARTIA_SLOTS`` and ``ARTIA_SLOTS_TOKEN``, where places are shared.
        """
        if self._tokens is None:
            return {}
        person = Person(user=user, workshop=workshop_of(self.settings, user), uid=uid)
        token = self._tokens.admit(person, self._token(user))
        return {"ARTIA_SLOTS": places.socket_of(self.settings), "ARTIA_SLOTS_TOKEN": token}

    def dismiss(self, user: str) -> None:
        """Make the token of somebody who leaves for good worth nothing.

        Parameters
        ----------
        user : str
            The person.
        """
        if self._tokens is not None:
            self._tokens.dismiss(self._token(user))

    def _token(self, user: str) -> str:
        """Make the token of a person: the same each time, so that nothing has to be remembered of it."""
        key = secret(self.settings.state / "seats-key", groups=8)
        return hmac.new(key.encode(), user.encode(), hashlib.sha256).hexdigest()

    async def _again(self, seconds: float, do: Any) -> None:
        while True:
            try:
                await do()
            except Exception:
                log.exception("looking after the seats")
            await asyncio.sleep(seconds)

    async def _tend(self) -> None:
        await asyncio.to_thread(self.servers.tend)
        if self.settings.merge_memory:
            merging.pace(time.monotonic() - self.opened_at < merging.HURRY_S)

    async def _look(self) -> None:
        open_ones = {each.identity: each.account for each in self.seats if each.identity is not None}
        await asyncio.to_thread(self.watch.look, open_ones)


def workshop_of(settings: Settings, user: str) -> str:
    """Name the workshop that somebody is in.

    Parameters
    ----------
    settings : Settings
        How the hub is.
    user : str
        The person.

    Returns
    -------
    str
        Its name, or ``""``.
    """
    participant = store.of(settings.state, user)
    return participant.workshop if participant else ""


_COMMON: dict[Settings, Common] = {}


def common(settings: Settings) -> Common:
    """Give what the seats of a hub share.

    Parameters
    ----------
    settings : Settings
        How the hub is.

    Returns
    -------
    Common
        One for each hub.
    """
    if settings not in _COMMON:
        _COMMON[settings] = Common(settings)
    return _COMMON[settings]


def is_unix(settings: Settings) -> bool:
    """Tell whether each person has their own account.

    Parameters
    ----------
    settings : Settings
        How the hub is.

    Returns
    -------
    bool
        Whether they do.
    """
    return settings.account_mode == UNIX_ACCOUNTS
