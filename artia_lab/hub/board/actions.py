"""What a facilitator may do from the board: each action by its name, checked, done, and told in a sentence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from tornado.httpclient import HTTPError

from artia_lab.errors import Mistake
from artia_lab.hub.board import notebooks
from artia_lab.hub.board.knowledge import Knowledge
from artia_lab.hub.board.orders import Orders
from artia_lab.hub.board.watch import Hub, Watch
from artia_lab.i18n import _, ngettext

log = logging.getLogger("artia_lab.board")

FIRST_S, EXTEND_S = 900.0, 300.0
LONGEST_TEXT = 500
# A seat that ends takes a few seconds; a hub that is slow, more, in s.
STOPS_WITHIN_S, LOOK_S = 60.0, 0.5


class Actions:
    """Does what the board is asked.

    Parameters
    ----------
    knowledge : Knowledge
        What is known.
    hub : Hub
        The hub.
    watch : Watch
        What speaks with the broker.
    orders : Orders
        What seats fetch.
    """

    def __init__(self, knowledge: Knowledge, hub: Hub, watch: Watch, orders: Orders) -> None:
        self._knowledge, self._hub, self._watch, self._orders = knowledge, hub, watch, orders
        self._all: dict[str, Callable[[dict[str, Any], str], Awaitable[str]]] = {
            "first": self._first,
            "free": self._free,
            "extend": self._extend,
            "pause": self._pause,
            "restart": self._restart,
            "reset": self._reset,
            "message": self._message,
            "notebook": self._notebook,
        }

    async def act(self, asked: dict[str, Any], by: str) -> str:
        """Do one thing.

        Parameters
        ----------
        asked : dict
            ``do``, the name of the action, and what it takes: ``to`` (a list of users, or None for all who are
            here), ``user``, ``on``, ``text``, ``library``, ``name`` and ``content``.
        by : str
            Who asks; it is done for those alone whom they help.

        Returns
        -------
        str
            A sentence that says what was done.

        Raises
        ------
        Mistake
            If it cannot be; the sentence says why.
        """
        action = self._all.get(str(asked.get("do")))
        if action is None:
            raise Mistake(_("The board knows no such action; reload this page."))
        done = False
        try:
            sentence = await action(asked, by)
            done = True
        finally:
            # What was sent is between the facilitator and the group: no text, no name of a notebook.
            log.info("action", extra={"facts": {"do": asked["do"], "by": by, "done": done}})
        await self._watch.look_now()
        return sentence

    async def _first(self, asked: dict[str, Any], by: str) -> str:
        user, on = self._person(asked, by), asked.get("on") is not False
        await self._broker({"boost": user, "seconds": FIRST_S if on else 0.0})
        name = self._name(user)
        if not on:
            return _("{name} waits in turn again.").format(name=name)
        return _("{name} goes first for the next {minutes} minutes.").format(
            name=name, minutes=round(FIRST_S / 60)
        )

    async def _free(self, asked: dict[str, Any], by: str) -> str:
        user = self._person(asked, by)
        for run in self._runs(user):
            await self._broker({"free": run})
        return _("{name} was asked to give the place back; what was made is kept.").format(name=self._name(user))

    async def _extend(self, asked: dict[str, Any], by: str) -> str:
        user = self._person(asked, by)
        for run in self._runs(user):
            await self._broker({"extend": run, "seconds": EXTEND_S})
        return _("{name} keeps the place for at least {minutes} more minutes.").format(
            name=self._name(user), minutes=round(EXTEND_S / 60)
        )

    async def _pause(self, asked: dict[str, Any], _by: str) -> str:
        on = asked.get("on") is not False
        await self._broker({"pause": on})
        if on:
            return _("The queue is paused: what computes goes on, and nothing new begins.")
        return _("The queue goes on.")

    async def _restart(self, asked: dict[str, Any], by: str) -> str:
        user = self._person(asked, by)
        name, address = self._name(user), f"users/{quote(user, safe='')}/server"
        try:
            answer = await self._hub.ask(address, "DELETE")
            waited = 0.0
            while answer.code == 202 and await self._open(user) and waited < STOPS_WITHIN_S:
                await asyncio.sleep(LOOK_S)
                waited += LOOK_S
            await self._hub.ask(address, "POST", body="{}")
        except HTTPError as error:
            sentence = _("The seat of {name} could not be restarted: the hub answered {code}. Try again later.")
            raise Mistake(sentence.format(name=name, code=error.code)) from error
        except OSError as error:
            raise Mistake(_("The hub does not answer. Try again in a few seconds.")) from error
        return _("The seat of {name} is restarting; files and finished runs are kept.").format(name=name)

    async def _open(self, user: str) -> bool:
        await self._watch.look_now()
        return bool(self._knowledge.seats.get(user, {}).get("state"))

    async def _reset(self, asked: dict[str, Any], by: str) -> str:
        user = self._person(asked, by)
        report, _heard = self._knowledge.reports.get(user, (None, 0.0))
        if report is None or report.where is None:
            raise Mistake(_("{name} has no notebook open.").format(name=self._name(user)))
        if not notebooks.known(report.where.notebook):
            sentence = _("This notebook of {name} is not one of the library’s: nothing to bring it back to.")
            raise Mistake(sentence.format(name=self._name(user)))
        self._orders.give(user, {"do": "reset", "notebook": report.where.notebook, "by": by})
        return _("The notebook of {name} begins anew; their work is kept in a copy beside it.").format(
            name=self._name(user)
        )

    async def _message(self, asked: dict[str, Any], by: str) -> str:
        text = asked.get("text")
        if type(text) is not str or not text.strip():
            raise Mistake(_("Write the message first."))
        if len(text) > LONGEST_TEXT:
            raise Mistake(_("The message is too long: {most} characters at most.").format(most=LONGEST_TEXT))
        there = self._people(asked, by)
        for user in there:
            self._orders.give(user, {"do": "message", "text": text.strip(), "by": by})
        return ngettext(
            "The message was sent to {count} person.", "The message was sent to {count} people.", len(there)
        ).format(count=len(there))

    async def _notebook(self, asked: dict[str, Any], by: str) -> str:
        order = notebooks.order(asked)
        there = self._people(asked, by)
        for user in there:
            self._orders.give(user, {**order, "by": by})
        return ngettext(
            "The notebook was sent to {count} person.", "The notebook was sent to {count} people.", len(there)
        ).format(count=len(there))

    def _person(self, asked: dict[str, Any], by: str) -> str:
        user, known = asked.get("user"), {*self._knowledge.seats, *self._knowledge.names}
        if type(user) is not str or user not in known or not self._knowledge.concerns(by, user):
            raise Mistake(_("This person is not known here any more; reload this page."))
        return user

    def _people(self, asked: dict[str, Any], by: str) -> list[str]:
        """Those of a list, or everybody whom this facilitator helps, whose seat is open."""
        wanted = asked.get("to")
        there = [
            user
            for user, seat in self._knowledge.seats.items()
            if seat["state"] == "open" and self._knowledge.concerns(by, user)
        ]
        if wanted is not None:
            if type(wanted) is not list:
                raise Mistake(_("This person is not known here any more; reload this page."))
            there = [user for user in there if user in wanted]
        if not there:
            raise Mistake(_("Nobody is here to receive it."))
        return there

    def _runs(self, user: str) -> list[str]:
        runs = [each["run"] for each in self._knowledge.places.get("leases", []) if each["user"] == user]
        if not runs:
            raise Mistake(_("{name} holds no place to compute.").format(name=self._name(user)))
        return runs

    def _name(self, user: str) -> str:
        return self._knowledge.names.get(user, (user, ""))[0]

    async def _broker(self, message: dict[str, Any]) -> None:
        if not self._knowledge.shared:
            raise Mistake(_("Places to compute are not shared on this hub: “places” is false in its settings."))
        try:
            told = await self._watch.tell_broker(message)
        except OSError as error:
            raise Mistake(_("The queue does not answer. Try again in a few seconds.")) from error
        if not told.get("done", True) or "refused" in told:
            raise Mistake(_("It was too late: the queue has moved on. Look again, then decide."))
