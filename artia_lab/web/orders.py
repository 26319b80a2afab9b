"""What a facilitator asks of a seat: show a message, open a notebook, begin one anew with the work kept aside."""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from artia_lab.errors import Failure, Mistake, NotFound
from artia_lab.home import data_folder, home, library_copy
from artia_lab.i18n import LANGUAGES, _
from artia_lab.web.api import Api

# Where the inbox is among the settings of the server.
SETTING = "artia_inbox"
POLL_S = 25.0
# A page that has not asked for so long is closed, in s.
THERE_S = POLL_S + 10.0
KEPT = 50


class Inbox:
    """What the person's page shall show and do, fetched by the extension of JupyterLab.

    Attributes
    ----------
    reporter : artia_lab.web.report.Reporter or None
        Where the page's place in its notebook goes; None for a lab that is on no hub.
    """

    def __init__(self) -> None:
        self.reporter: Any = None
        self._kept: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._news = asyncio.Condition()
        self._last = time.time_ns() // 1_000_000
        self._asked = float("-inf")

    @property
    def last(self) -> int:
        """The number of the last one.

        Returns
        -------
        int
            It only ever grows.
        """
        return self._last

    async def obey(self, order: dict[str, Any]) -> None:
        """Do what the board asks, or leave it to the page.

        Parameters
        ----------
        order : dict
            ``do``: ``"message"`` with ``text``; ``"open"`` with ``library``, or ``name`` and ``content``;
            ``"reset"`` with ``notebook``.
        """
        match order["do"]:
            case "message":
                text = _("{name}: {text}").format(name=order["by"], text=order["text"])
                await self._put({"do": "message", "text": text})
            case "open":
                path = await asyncio.to_thread(received, order)
                text = _("The facilitator opens a notebook for you.")
                await self._put({"do": "open", "path": path, "text": text})
            case "reset" if time.monotonic() - self._asked < THERE_S:
                # The page first saves what is typed in it.
                await self._put({"do": "reset", "path": str(order["notebook"])})
            case "reset":
                await asyncio.to_thread(begin_anew, str(order["notebook"]))

    async def wait(self, after: int) -> list[dict[str, Any]]:
        """Wait for something that is new to a page.

        Parameters
        ----------
        after : int
            The number of the last one that it knows.

        Returns
        -------
        list of dict
            What is new; empty if nothing was.
        """
        self._asked = time.monotonic()
        try:
            async with asyncio.timeout(POLL_S), self._news:
                await self._news.wait_for(lambda: self._last > after)
        except TimeoutError:
            return []
        return [each for each in self._kept if each["number"] > after]

    async def _put(self, order: dict[str, Any]) -> None:
        async with self._news:
            self._last = max(self._last + 1, time.time_ns() // 1_000_000)
            self._kept.append({"number": self._last, **order})
            self._news.notify_all()


def received(order: dict[str, Any]) -> str:
    """Put a notebook where the person finds it, over nothing of theirs.

    Parameters
    ----------
    order : dict
        ``library``, such as ``"fr/I1.ipynb"``; or ``name`` and ``content``.

    Returns
    -------
    str
        Its path, as the server calls it.
    """
    if "library" in order:
        code, _slash, name = str(order["library"]).partition("/")
        _original(f"notebooks/{code}/{name}")
        return f"notebooks/{code}/{(library_copy(code) / name).name}"
    wanted = PurePosixPath(str(order["name"])).name
    content = str(order["content"]).encode()
    folder = home() / "notebooks"
    folder.mkdir(parents=True, exist_ok=True)
    stem, number = wanted.removesuffix(".ipynb"), 1
    while True:
        place = folder / (f"{stem}.ipynb" if number == 1 else f"{stem} ({number}).ipynb")
        try:
            descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        except FileExistsError:
            if place.read_bytes() == content:
                break
            number += 1
            continue
        with open(descriptor, "wb") as stream:
            stream.write(content)
        break
    return f"notebooks/{place.name}"


def begin_anew(notebook: str) -> str:
    """Bring a notebook of the library back to how it came, and keep the person's work in a copy beside it.

    Parameters
    ----------
    notebook : str
        Its path, as the server calls it.

    Returns
    -------
    str
        The path of the copy; ``""`` when there was nothing of theirs to keep.

    Raises
    ------
    NotFound
        If the library has no such notebook.
    Failure
        If the copy cannot be kept; then nothing was changed.
    """
    original = _original(notebook).read_bytes()
    place = home() / notebook
    try:
        before = place.read_bytes() if place.exists() else original
        kept = _kept_aside(place, before) if before != original else None
        aside = place.with_name(f".{os.getpid()}-{place.name}")
        aside.write_bytes(original)
        os.replace(aside, place)
    except OSError as error:
        sentence = _("The notebook stays as it is, because its copy cannot be kept: {reason}.")
        raise Failure(sentence.format(reason=error.strerror)) from error
    return f"{PurePosixPath(notebook).parent}/{kept.name}" if kept else ""


def _kept_aside(place: Path, content: bytes) -> Path:
    moment = f"{datetime.now():%Y-%m-%d %H-%M-%S}"
    name = _("{notebook} (my work, {moment})").format(notebook=place.stem, moment=moment)
    copy, number = place.with_name(f"{name}.ipynb"), 1
    while copy.exists():
        number += 1
        copy = place.with_name(f"{name} {number}.ipynb")
    with copy.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    return copy


def _original(notebook: str) -> Path:
    parts = PurePosixPath(notebook).parts
    if len(parts) == 3 and parts[0] == "notebooks" and parts[1] in LANGUAGES:
        file = data_folder("notebooks") / parts[1] / parts[2]
        if file.suffix == ".ipynb" and file.is_file():
            return file
    raise NotFound(_("The library has no notebook “{name}”.").format(name=notebook))


class Orders(Api):
    """``GET artia/api/orders?after=N``: what the page shall show and do, as soon as there is something."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Wait for something new; ``hub`` is false where nothing ever will be."""
        inbox: Inbox = self.settings[SETTING]
        on_hub = inbox.reporter is not None
        after = self.whole("after", 0, 0, 2**62)
        if not after or not on_hub:
            self.answer({"orders": [], "last": inbox.last, "hub": on_hub})
            return
        found = await inbox.wait(after)
        self.answer({"orders": found, "last": found[-1]["number"] if found else after, "hub": True})


class Here(Api):
    """``POST artia/api/here``: in which cell of which notebook the person is, as their page says."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Take note of it."""
        said = self.get_json_body() or {}
        notebook, cell, cells = said.get("notebook"), said.get("cell"), said.get("cells")
        if type(notebook) is not str or type(cell) is not int or type(cells) is not int or len(notebook) > 1000:
            raise web.HTTPError(400, _("A place in a notebook has “notebook”, “cell” and “cells”."))
        inbox: Inbox = self.settings[SETTING]
        if inbox.reporter is not None:
            inbox.reporter.positions.seen(notebook, max(0, cell), max(0, cells))
        self.answer({"known": inbox.reporter is not None})


class Anew(Api):
    """``POST artia/api/notebooks/anew``: brings a notebook of the library back, the person's work kept aside."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Do it, and say where the work is."""
        said = self.get_json_body() or {}
        if type(said.get("notebook")) is not str:
            raise web.HTTPError(400, str(Mistake(_("Say which “notebook” shall begin anew."))))
        kept = await self.work(begin_anew, said["notebook"])
        if kept:
            message = _("The notebook begins anew. Your work is kept beside it, in “{name}”.").format(
                name=PurePosixPath(kept).name
            )
        else:
            message = _("The notebook begins anew; it was as it came.")
        self.answer({"kept": kept, "message": message})
