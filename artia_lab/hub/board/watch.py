"""Asking, again and again, what the hub, the broker, the workshops and the machine have to say."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from tornado.httpclient import AsyncHTTPClient, HTTPError, HTTPResponse

from artia_lab.hub.board.knowledge import Knowledge
from artia_lab.hub.workshops import store
from artia_lab.slots.line import command

log = logging.getLogger("artia_lab.board")

# How often each is asked, in s.
HUB_S, PLACES_S, WORKSHOPS_S, MACHINE_S = 2.0, 1.0, 5.0, 5.0
PAGE = 200
TIMEOUT_S = 20.0


class Hub:
    """The hub's own interface, in the name of the board.

    Parameters
    ----------
    url : str
        Such as ``http://127.0.0.1:8081/hub/api``.
    token : str
        The board's.
    """

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url, token

    async def ask(self, path: str, method: str = "GET", **more: Any) -> HTTPResponse:
        """Ask the hub.

        Parameters
        ----------
        path : str
            Under its address.
        method : str
            HTTP's.
        **more
            For Tornado's client.

        Returns
        -------
        tornado.httpclient.HTTPResponse
            Its answer.

        Raises
        ------
        OSError or tornado.httpclient.HTTPError
            If it does not answer, or refuses.
        """
        headers = {
            "Authorization": f"token {self._token}",
            "Accept": "application/jupyterhub-pagination+json, application/json",
        }
        return await AsyncHTTPClient().fetch(
            f"{self._url}/{path}", method=method, headers=headers, request_timeout=TIMEOUT_S, **more
        )

    async def users(self) -> list[dict[str, Any]]:
        """List everybody whom the hub knows.

        Returns
        -------
        list of dict
            As the hub describes them.
        """
        found: list[dict[str, Any]] = []
        offset: int | None = 0
        while offset is not None:
            page = json.loads((await self.ask(f"users?limit={PAGE}&offset={offset}")).body)
            found += page["items"]
            following = page["_pagination"]["next"]
            offset = following["offset"] if following else None
        return found


def seats(users: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Say whose seat is open.

    Parameters
    ----------
    users : list of dict
        As the hub describes them.

    Returns
    -------
    dict of str to dict
        By user: ``state`` and ``since``.
    """
    found = {}
    for each in users:
        server = (each.get("servers") or {}).get("")
        state, since = "", 0.0
        if server:
            pending = {"spawn": "starting", "stop": "stopping"}.get(server.get("pending") or "")
            state = pending or ("open" if server.get("ready") else "")
            since = _seconds(server.get("started"))
        found[each["name"]] = {"state": state, "since": since}
    return found


def workshops(
    state: Path, facilitators: tuple[str, ...]
) -> tuple[list[dict[str, Any]], dict[str, tuple[str, str]]]:
    """Read what is known of the workshops.

    Parameters
    ----------
    state : Path
        The hub's state folder.
    facilitators : tuple of str
        Those of the hub: a workshop whose own have all left is anybody's among them.

    Returns
    -------
    workshops : list of dict
        Those that are not closed.
    names : dict of str to (str, str)
        By user, the name that is shown and the workshop.
    """
    listed, names, now = [], {}, datetime.now(UTC)
    for each in store.every(state):
        if each.closed:
            continue
        people = store.participants(state, each.name)
        names.update({person.user: (person.shown_name, each.name) for person in people})
        listed.append(
            {
                "name": each.name,
                "title": each.title,
                "seats": each.seats,
                "joined": len(people),
                "expires": each.expires.timestamp(),
                "state": "closing" if each.closing else "open" if each.accepts(now) else "expired",
                "language": each.language,
                "facilitators": [name for name in each.facilitators if name in facilitators] or [*facilitators],
            }
        )
    return listed, names


class Watch:
    """Keeps a `Knowledge` up to date.

    Parameters
    ----------
    knowledge : Knowledge
        What is known.
    hub : Hub
        The hub.
    state : Path
        The hub's state folder.
    facilitators : tuple of str
        Those of the hub.
    slots : str
        The broker's socket; ``""`` where places are not shared.
    token : str
        The board's token there.
    """

    def __init__(
        self, knowledge: Knowledge, hub: Hub, state: Path, facilitators: tuple[str, ...], slots: str, token: str
    ) -> None:
        self._knowledge, self._hub, self._state, self._slots, self._token = knowledge, hub, state, slots, token
        knowledge.shared, knowledge.facilitators = bool(slots), facilitators

    async def run(self) -> None:
        """Ask until it is cancelled."""
        asked = [(self._ask_hub, HUB_S), (self._read_workshops, WORKSHOPS_S), (self._measure, MACHINE_S)]
        if self._slots:
            asked.append((self._ask_broker, PLACES_S))
        await asyncio.gather(*(self._again_and_again(what, pause) for what, pause in asked))

    async def tell_broker(self, message: dict[str, Any]) -> dict[str, Any]:
        """Ask the broker for something.

        Parameters
        ----------
        message : dict
            As `artia_lab.slots.commands.obey` takes it.

        Returns
        -------
        dict
            What it told.

        Raises
        ------
        OSError
            If it does not answer.
        """
        return await asyncio.to_thread(command, self._slots, message, self._token)

    async def look_now(self) -> None:
        """Ask hub and broker at once, after something was changed there."""
        await self._quietly(self._ask_hub)
        if self._slots:
            await self._quietly(self._ask_broker)

    async def _again_and_again(self, what: Callable[[], Awaitable[None]], pause_s: float) -> None:
        while True:
            await self._quietly(what)
            await asyncio.sleep(pause_s)

    async def _quietly(self, what: Callable[[], Awaitable[None]]) -> None:
        try:
            await what()
        except (OSError, HTTPError, ValueError, KeyError) as error:
            if what == self._ask_hub:
                self._knowledge.hub = False
            elif what == self._ask_broker:
                self._knowledge.places = {}
            log.info("%s: %s", what.__name__.strip("_"), type(error).__name__)

    async def _ask_hub(self) -> None:
        self._knowledge.seats = seats(await self._hub.users())
        self._knowledge.hub = True

    async def _ask_broker(self) -> None:
        told = await self.tell_broker({"tell": True})
        self._knowledge.places = told if "leases" in told else {}

    async def _read_workshops(self) -> None:
        self._knowledge.workshops, self._knowledge.names = await asyncio.to_thread(
            workshops, self._state, self._knowledge.facilitators
        )

    async def _measure(self) -> None:
        memory = psutil.virtual_memory()
        self._knowledge.machine = {
            "memory_mb": (memory.total - memory.available) / 2**20,
            "memory_total_mb": memory.total / 2**20,
            "load": psutil.getloadavg()[0],
            "cores": float(psutil.cpu_count() or 1),
        }


def _seconds(moment: str | None) -> float:
    return datetime.fromisoformat(moment).timestamp() if moment else 0.0
