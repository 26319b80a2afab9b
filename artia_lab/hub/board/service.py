"""The board's process: ``python -m artia_lab.hub.board.service``, which ``artia hub`` keeps alive."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader
from jupyterhub._data import DATA_FILES_PATH
from jupyterhub.services.auth import HubAuth, HubOAuth
from tornado import httpserver, web

from artia_lab.hub import logs, pages, places
from artia_lab.hub.board import address
from artia_lab.hub.board.actions import Actions
from artia_lab.hub.board.handlers import LIMIT_BYTES, Parts, routes
from artia_lab.hub.board.knowledge import Knowledge
from artia_lab.hub.board.live import Live
from artia_lab.hub.board.metrics import Metrics
from artia_lab.hub.board.orders import Orders
from artia_lab.hub.board.watch import Hub, Watch
from artia_lab.hub.settings import Settings, load
from artia_lab.slots.people import Person, Tokens

# Whoever may no longer enter is known to be so after a minute, in s.
REMEMBER_S = 60


def application(parts: Parts, settings: Settings) -> web.Application:
    """Make the web application.

    Parameters
    ----------
    parts : Parts
        What its handlers share.
    settings : Settings
        How the hub is.

    Returns
    -------
    tornado.web.Application
        The application.
    """
    options: dict[str, Any] = {
        "cookie_secret": address.token(settings),
        "xsrf_cookies": True,
        "static_path": f"{DATA_FILES_PATH}/static",
        "static_url_prefix": f"{address.PREFIX}static/",
        "static_handler_class": pages.Files,
        "log_function": logs.request,
        pages.LANGUAGE_SETTING: settings.seat_language,
    }
    return web.Application(routes(parts), **options)


def assemble(settings: Settings) -> tuple[Parts, Watch]:
    """Put the board together.

    Parameters
    ----------
    settings : Settings
        How the hub is.

    Returns
    -------
    parts : Parts
        What its handlers share.
    watch : Watch
        What keeps it up to date.
    """
    token = address.token(settings)
    slots = places.socket_of(settings)
    if slots:
        Tokens(places.tokens_of(settings)).admit(Person(user="board", facilitator=True), token)
    HubOAuth.instance().cache_max_age = REMEMBER_S
    knowledge, orders = Knowledge(), Orders()
    hub = Hub(os.environ["JUPYTERHUB_API_URL"], token)
    watch = Watch(knowledge, hub, settings.state, settings.facilitators, slots, token)
    live = Live(knowledge)
    folders = [str(pages.HERE / "board" / "templates"), str(pages.TEMPLATES)]
    templates = Environment(
        loader=ChoiceLoader([FileSystemLoader(each) for each in folders]),
        autoescape=True,
        extensions=[pages.Words],
    )
    parts = Parts(
        knowledge=knowledge,
        live=live,
        orders=orders,
        actions=Actions(knowledge, hub, watch, orders),
        metrics=Metrics(knowledge, live),
        templates=templates,
        auth=HubAuth(cache_max_age=REMEMBER_S),
    )
    return parts, watch


async def serve(settings: Settings) -> None:
    """Answer until it is asked to end.

    Parameters
    ----------
    settings : Settings
        How the hub is.
    """
    parts, watch = assemble(settings)
    server = httpserver.HTTPServer(application(parts, settings), max_body_size=LIMIT_BYTES)
    server.listen(address.port(settings), "127.0.0.1")
    tasks = [asyncio.ensure_future(each) for each in (watch.run(), parts.live.run())]
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    ended = asyncio.ensure_future(asked.wait())
    # A task that ends by itself has failed: the process ends with it, and is started again.
    done, _rest = await asyncio.wait([ended, *tasks], return_when=asyncio.FIRST_COMPLETED)
    server.stop()
    for task in (ended, *tasks):
        task.cancel()
    for task in done - {ended}:
        task.result()


def main() -> None:
    """Run the board."""
    settings = load(os.environ.get("ARTIA_HUB_CONFIG") or None)
    logs.set_up("board", settings)
    asyncio.run(serve(settings))


if __name__ == "__main__":
    main()
