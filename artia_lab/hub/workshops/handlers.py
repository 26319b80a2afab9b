"""The pages of workshops: joining with a code, and coming back with a secret."""

from __future__ import annotations

import math
import time
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, urlencode

from jupyterhub.handlers.base import BaseHandler
from tornado import web

from artia_lab.errors import ArtiaError, Failure, Mistake
from artia_lab.hub.pages import language_of
from artia_lab.hub.workshops import accounts, changes, codes, store
from artia_lab.hub.workshops.address import address_of, claimed_address
from artia_lab.hub.workshops.limits import Limits
from artia_lab.hub.workshops.names import clean_name
from artia_lab.hub.workshops.records import Participant
from artia_lab.i18n import _, ngettext, use_language


class WorkshopPage(BaseHandler):
    """What both pages have in common."""

    template = ""

    def check_xsrf_cookie(self) -> None:
        """Refuse what no page of ours sent, and say what to do to whoever left one open too long."""
        try:
            super().check_xsrf_cookie()
        except web.HTTPError as error:
            with use_language(language_of(self)):
                sentence = _(
                    "This page was open for too long, or was sent twice. Open it again, then send it once."
                )
            raise web.HTTPError(error.status_code, sentence, reason=error.reason) from error

    async def show(self, **given: Any) -> None:
        """Send the page.

        Parameters
        ----------
        **given
            What its template is given besides the usual.
        """
        self.set_header("Cache-Control", "no-store")
        self.finish(await self.render_template(self.template, **given))

    def joined(self) -> Participant | None:
        """Tell which participant sends this request.

        Returns
        -------
        Participant or None
            None for anybody else.
        """
        user = self.current_user
        return store.of(self.authenticator.state, user.name) if user else None

    def seat_url(self, participant: Participant) -> str:
        """Give the address that starts a participant's seat, then opens it on the workshop's notebook.

        Parameters
        ----------
        participant : Participant
            Who.

        Returns
        -------
        str
            Path on this server.
        """
        path = store.find(self.authenticator.state, participant.workshop).path()
        place = PurePosixPath(self.base_url, "user", participant.user, path)
        return f"{self.hub.base_url}spawn/{quote(participant.user)}?" + urlencode({"next": str(place)})

    def must_wait(self, limits: Limits) -> int:
        """Tell how long this address has to wait before what it sent is looked at.

        Parameters
        ----------
        limits : Limits
            What is allowed.

        Returns
        -------
        int
            Whole seconds; 0 to go on at once.
        """
        claimed, now = claimed_address(self), time.monotonic()
        wait = limits.wait(claimed, now)
        if not wait and (found := address_of(self)) != claimed:
            wait = limits.wait(found, now)
        if wait:
            self.set_status(429)
            self.set_header("Retry-After", str(math.ceil(wait)))
        return math.ceil(wait)

    def patience(self, seconds: int) -> str:
        """Ask for patience.

        Parameters
        ----------
        seconds : int
            For how long.

        Returns
        -------
        str
            A sentence.
        """
        if seconds > 90:
            minutes = math.ceil(seconds / 60)
            return ngettext(
                "Too many wrong codes came from your network. Try again in {n} minute.",
                "Too many wrong codes came from your network. Try again in {n} minutes.",
                minutes,
            ).format(n=minutes)
        return ngettext(
            "Too many wrong codes came from your network. Try again in {n} second.",
            "Too many wrong codes came from your network. Try again in {n} seconds.",
            seconds,
        ).format(n=seconds)


class Join(WorkshopPage):
    """``/hub/join``: a code and a name to be shown make a participant."""

    template = "join.html"

    async def get(self) -> None:
        """Show the form, or to whoever is in a workshop, the way to their seat."""
        participant = self.joined()
        if participant:
            await self.welcome(participant, "")
        else:
            await self.show(code="", shown_name="", mistakes={})

    async def post(self) -> None:
        """Let somebody in."""
        with use_language(language_of(self)):
            written, shown_name = self.get_body_argument("code", ""), self.get_body_argument("shown_name", "")
            mistakes, found = self.check(written, shown_name)
            if found is None:
                await self.show(code=written[:40], shown_name=shown_name[:100], mistakes=mistakes)
                return
            try:
                participant, secret = await self.enter(found, shown_name)
            except ArtiaError as error:
                self.set_status(409 if isinstance(error, Mistake) else 500)
                await self.show(code=written[:40], shown_name=shown_name[:100], mistakes={"form": str(error)})
                return
        self.log.info("%s joined the workshop %s", participant.user, participant.workshop)
        await self.welcome(participant, secret)

    def check(self, written: str, shown_name: str) -> tuple[dict[str, str], str | None]:
        """Look at what was sent, the code last.

        Parameters
        ----------
        written, shown_name : str
            The code and the name, as they were typed.

        Returns
        -------
        mistakes : dict of str to str
            A sentence for each field that will not do, or for the form.
        workshop : str or None
            Name of the workshop that the code opens; None when something will not do.
        """
        mistakes = {}
        code = codes.read_code(written)
        if code is None:
            mistakes["code"] = _(
                "No code is written like this: one letter is wrong, or missing. Compare it again."
            )
        try:
            clean_name(shown_name)
        except Mistake as error:
            mistakes["shown_name"] = str(error)
        if mistakes or code is None:
            self.set_status(422)
            return mistakes, None
        limits: Limits = self.authenticator.codes
        if wait := self.must_wait(limits):
            return {"form": self.patience(wait)}, None
        workshop = store.by_code(self.authenticator.state, code)
        if workshop is None:
            limits.wrong(address_of(self), time.monotonic())
            self.set_status(403)
            return {
                "code": _("This code opens no workshop here. Ask whoever facilitates it to read it again.")
            }, None
        return {}, workshop.name

    async def enter(self, workshop: str, shown_name: str) -> tuple[Participant, str]:
        """Make a participant of somebody, and let them in.

        Parameters
        ----------
        workshop : str
            The workshop's name.
        shown_name : str
            The name they want to be shown.

        Returns
        -------
        participant : Participant
            Who they are now.
        secret : str
            What brings them back in.
        """
        state = self.authenticator.state
        user = changes.new_user(state)
        while self.find_user(user) or accounts.exists(user):
            user = changes.new_user(state)
        # They are written down before their account is made: whatever happens then, closing finds it.
        participant, secret = changes.join(state, workshop, shown_name, user)
        try:
            await self.authenticator.admit(self, participant)
        except Failure:
            changes.leave(state, workshop, user)
            raise
        return participant, secret

    async def welcome(self, participant: Participant, secret: str) -> None:
        """Show the way to a seat, and the secret while it is known.

        Parameters
        ----------
        participant : Participant
            Who.
        secret : str
            What brings them back in; ``""`` when it was shown before.
        """
        self.template = "joined.html"
        workshop = store.find(self.authenticator.state, participant.workshop)
        await self.show(
            title=workshop.title,
            participant=participant,
            secret=secret,
            seat_url=self.seat_url(participant),
            user=self.current_user,
        )


class Return(WorkshopPage):
    """``/hub/return``: the secret that a participant was given brings them back to their seat."""

    template = "return.html"

    async def get(self) -> None:
        """Show the form."""
        await self.show(mistake="")

    async def post(self) -> None:
        """Let a participant back in."""
        with use_language(language_of(self)):
            limits: Limits = self.authenticator.secrets
            if wait := self.must_wait(limits):
                await self.show(mistake=self.patience(wait))
                return
            participant = store.by_secret(self.authenticator.state, self.get_body_argument("secret", ""))
            if participant is None:
                limits.wrong(address_of(self), time.monotonic())
                self.set_status(403)
                sentence = _("Nobody here has this key. Compare it again, or ask whoever facilitates for another.")
                await self.show(mistake=sentence)
                return
            await self.authenticator.admit(self, participant)
        self.log.info("%s came back to the workshop %s", participant.user, participant.workshop)
        self.redirect(self.seat_url(participant), status=303)


ROUTES = [(r"/join", Join), (r"/return", Return)]
