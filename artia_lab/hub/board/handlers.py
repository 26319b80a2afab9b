"""The board's addresses: the page and its events for facilitators, reports and orders for seats, and figures."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass
from http.client import responses
from typing import Any

from jinja2 import Environment
from jupyterhub.services.auth import HubAuth, HubOAuthCallbackHandler, HubOAuthenticated, UserNotAllowed
from tornado import iostream, web

from artia_lab.errors import ArtiaError, Mistake
from artia_lab.hub import pages
from artia_lab.hub.board import notebooks, reports
from artia_lab.hub.board.actions import Actions
from artia_lab.hub.board.address import ACCESS, PREFIX
from artia_lab.hub.board.knowledge import Knowledge
from artia_lab.hub.board.live import Live
from artia_lab.hub.board.metrics import Metrics
from artia_lab.hub.board.orders import Orders
from artia_lab.hub.board.words import words
from artia_lab.i18n import _, use_language

# A request for orders is answered after so long even if there is none, in s.
POLL_S = 25.0
# A page says who it is again after so long: whoever no longer facilitates sees nothing new, in s.
STREAM_S = 600.0
BEAT_S = 15.0
LIMIT_BYTES = 8 * 2**20


@dataclass(frozen=True)
class Parts:
    """What the handlers share.

    Attributes
    ----------
    knowledge : Knowledge
        What is known.
    live : Live
        What tells pages.
    orders : Orders
        What seats fetch.
    actions : Actions
        What facilitators may do.
    metrics : Metrics
        Figures.
    templates : jinja2.Environment
        The hub's pages and the board's.
    auth : jupyterhub.services.auth.HubAuth
        Tells whose a seat's token is.
    """

    knowledge: Knowledge
    live: Live
    orders: Orders
    actions: Actions
    metrics: Metrics
    templates: Environment
    auth: HubAuth


class _Base(web.RequestHandler):
    def initialize(self, parts: Parts) -> None:
        self.parts = parts

    def set_default_headers(self) -> None:
        self.set_header("Content-Security-Policy", pages.POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")

    def answer(self, content: dict[str, Any]) -> None:
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(content, ensure_ascii=False))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None))[1]
        said = error.log_message if isinstance(error, web.HTTPError) and error.log_message else None
        self.answer({"message": said or responses.get(status_code, "")})

    def body(self) -> dict[str, Any]:
        try:
            content = json.loads(self.request.body or b"null")
        except (ValueError, RecursionError):
            content = None
        if type(content) is not dict:
            raise web.HTTPError(400, "no JSON object")
        return content


class _Facilitator(HubOAuthenticated, _Base):
    """What only facilitators may ask."""

    identified = False

    def check_xsrf_cookie(self) -> None:
        # Whoever brings no cookie is nobody yet: the hub looks every minute whether the board answers. And whoever
        # shows a token rather than a cookie is no browser; whether it is one is known in a moment.
        if "Cookie" in self.request.headers and (self.identified or "Authorization" not in self.request.headers):
            super().check_xsrf_cookie()

    async def prepare(self) -> None:
        # Asked without waiting in the loop, which serves everybody else meanwhile.
        found = await self.hub_auth.get_user(self, sync=False)
        self.identified = True
        self.check_xsrf_cookie()
        try:
            self.current_user = self.check_hub_user(found) if found else None
        except UserNotAllowed:
            with use_language(pages.language_of(self)):
                raise web.HTTPError(403, _("The board is for those who facilitate.")) from None
        if self.current_user is None:
            self.stranger()

    def stranger(self) -> None:
        with use_language(pages.language_of(self)):
            raise web.HTTPError(403, _("Your visit has ended: reload this page."))


class Page(_Facilitator):
    """``GET /services/board/``: the board itself."""

    def stranger(self) -> None:
        """Send whoever is not known yet to the hub, and back."""
        self.redirect(self.get_login_url())

    def get(self) -> None:
        """Show the page."""
        language = pages.language_of(self)
        with use_language(language):
            said = words()
        template = self.parts.templates.get_template("board.html")
        self.finish(
            template.render(
                static_url=self.static_url,
                base_url="/hub/",
                logout_url="/hub/logout",
                user=self.current_user,
                services=[{"name": "board", "href": PREFIX}],
                parsed_scopes={},
                xsrf_token=self.xsrf_token.decode(),
                words=json.dumps(said, ensure_ascii=False).replace("<", "\\u003c"),
                library=[each for each in notebooks.library() if each.startswith(language)]
                + [each for each in notebooks.library() if not each.startswith(language)],
            )
        )

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say what went wrong in a page.

        Parameters
        ----------
        status_code : int
            The HTTP status.
        **kwargs
            ``exc_info``, from Tornado.
        """
        error = kwargs.get("exc_info", (None, None))[1]
        said = error.log_message if isinstance(error, web.HTTPError) else None
        template = self.parts.templates.get_template("refused.html")
        with use_language(pages.language_of(self)):
            sentence = said or _("The server did not answer as it should. Try again in a moment.")
        self.finish(
            template.render(static_url=self.static_url, base_url="/hub/", sentence=sentence, status=status_code)
        )


class Events(_Facilitator):
    """``GET /services/board/api/events``: what changes, as server-sent events."""

    async def get(self) -> None:
        """Tell what changes until the page is closed."""
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        # A proxy that gathers before it sends would hold everything back.
        self.set_header("X-Accel-Buffering", "no")
        page = self.parts.live.open(self.current_user["name"])
        loop = asyncio.get_running_loop()
        end = loop.time() + STREAM_S
        try:
            self.write("retry: 1000\n\n")
            while loop.time() < end:
                try:
                    self.write(await asyncio.wait_for(page.get(), BEAT_S))
                except TimeoutError:
                    self.write(": still here\n\n")
                await self.flush()
        except iostream.StreamClosedError:
            return
        finally:
            self.parts.live.close(page)


class Act(_Facilitator):
    """``POST /services/board/api/act``: do something; as `artia_lab.hub.board.actions.Actions` takes it."""

    async def post(self) -> None:
        """Do it, and answer with a sentence."""
        asked = self.body()
        language = pages.language_of(self)
        try:
            with use_language(language):
                said = await self.parts.actions.act(asked, self.current_user["name"])
        except Mistake as error:
            self.set_status(400)
            self.answer({"done": False, "message": str(error)})
            return
        except ArtiaError as error:
            self.set_status(500)
            self.answer({"done": False, "message": str(error)})
            return
        self.parts.live.look()
        self.answer({"done": True, "message": said})


class _Seat(_Base):
    """What a seat asks, with the token that the hub gave it; no cookie is ever looked at."""

    user = ""

    def check_xsrf_cookie(self) -> None:
        # A browser sends no such header by itself.
        return

    async def prepare(self) -> None:
        kind, _space, token = self.request.headers.get("Authorization", "").partition(" ")
        model = None
        if kind.lower() in ("token", "bearer") and token:
            model = await self.parts.auth.user_for_token(token, sync=False)
        seat = model and f"access:servers!server={model['name']}/"
        if not model or model.get("kind") != "user" or seat not in model["scopes"]:
            raise web.HTTPError(403, "no seat's token")
        self.user = model["name"]


class Report(_Seat):
    """``POST /services/board/api/report``: what a seat says of itself; an empty object says “as before”."""

    def post(self) -> None:
        """Take note of it."""
        if len(self.request.body) > reports.LIMIT_BYTES:
            raise web.HTTPError(413, "too long")
        content = self.body()
        try:
            report = reports.read(content) if content else None
        except (reports.Garbled, AttributeError, TypeError) as error:
            raise web.HTTPError(400, "no report") from error
        self.answer({"known": self.parts.knowledge.heard(self.user, report)})


class Fetch(_Seat):
    """``GET /services/board/api/orders?after=N``: what the board asks of a seat, as soon as there is something."""

    async def get(self) -> None:
        """Wait for orders."""
        after = self.get_query_argument("after", "")
        orders = self.parts.orders
        if not after:
            self.answer({"orders": [], "last": orders.now()})
            return
        if not (after.isascii() and after.isdigit() and len(after) <= 20):
            raise web.HTTPError(400, "after")
        waiting = asyncio.ensure_future(orders.wait(self.user, int(after), POLL_S))
        self._waiting = waiting
        with contextlib.suppress(asyncio.CancelledError):
            found = await waiting
            self.answer({"orders": found, "last": found[-1]["number"] if found else int(after)})

    def on_connection_close(self) -> None:
        """Wait no longer for a seat that has gone."""
        if (waiting := getattr(self, "_waiting", None)) is not None:
            waiting.cancel()


class Figures(_Base):
    """``GET /services/board/metrics``: figures for Prometheus, to whoever may read the hub's own or the board."""

    async def prepare(self) -> None:
        """Check the token, which needs the scope ``read:metrics`` or access to the board."""
        kind, _space, token = self.request.headers.get("Authorization", "").partition(" ")
        model = None
        if kind.lower() in ("token", "bearer") and token:
            model = await self.parts.auth.user_for_token(token, sync=False)
        if not model or not self.parts.auth.check_scopes({"read:metrics", ACCESS}, model):
            raise web.HTTPError(403, "this token may not read metrics")

    def get(self) -> None:
        """Send them."""
        self.set_header("Content-Type", self.parts.metrics.content_type)
        self.finish(self.parts.metrics.text())


ROUTES: dict[str, Any] = {
    r"": Page,
    r"api/events": Events,
    r"api/act": Act,
    r"api/report": Report,
    r"api/orders": Fetch,
    r"metrics": Figures,
}


def routes(parts: Parts) -> list[Any]:
    """Place the addresses.

    Parameters
    ----------
    parts : Parts
        What they share.

    Returns
    -------
    list
        Rules of Tornado's.
    """
    found: list[Any] = [(PREFIX + pattern, handler, {"parts": parts}) for pattern, handler in ROUTES.items()]
    return [
        *found,
        (PREFIX.rstrip("/"), web.RedirectHandler, {"url": PREFIX}),
        (f"{PREFIX}oauth_callback", HubOAuthCallbackHandler),
    ]
