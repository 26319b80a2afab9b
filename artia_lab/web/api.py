"""What every answer of the extension shares: who may ask, sentences for errors, work off the event loop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from http.client import responses
from typing import Any, ParamSpec, TypeVar

from jupyter_server.base.handlers import APIHandler
from tornado import web

from artia_lab.errors import ArtiaError, Mistake, NotFound
from artia_lab.i18n import _
from artia_lab.runs import RunFolder, runs_folder
from artia_lab.runs.folder import RUN_ID

Given = ParamSpec("Given")
Gives = TypeVar("Gives")

# The resource that an authorizer of the server decides about.
RESOURCE = "artia"


def located(run: str) -> RunFolder:
    """Find a run by its whole id: an address names one run, now and later, and no folder elsewhere.

    Parameters
    ----------
    run : str
        The id.

    Returns
    -------
    RunFolder
        The run.

    Raises
    ------
    NotFound
        If there is none of that name.
    """
    folder = runs_folder() / run
    if not RUN_ID.fullmatch(run) or not (folder / "request.json").is_file():
        raise NotFound(_("There is no run “{name}” here any more.").format(name=run))
    return RunFolder(folder)


def refused(error: ArtiaError) -> web.HTTPError:
    """Turn one of our errors into an answer that carries its sentence.

    Parameters
    ----------
    error : ArtiaError
        What went wrong.

    Returns
    -------
    tornado.web.HTTPError
        With status 404, 400 or 500.
    """
    status = 404 if isinstance(error, NotFound) else 400 if isinstance(error, Mistake) else 500
    return web.HTTPError(status, str(error))


class Api(APIHandler):
    """An address that answers in JSON."""

    auth_resource = RESOURCE

    async def work(self, function: Callable[Given, Gives], *args: Given.args, **kwargs: Given.kwargs) -> Gives:
        """Do in a thread what touches the disk or waits, so that other requests are answered meanwhile.

        Parameters
        ----------
        function : callable
            What to do.
        *args
            Given to it.
        **kwargs
            Given to it.

        Returns
        -------
        object
            What it gave back.

        Raises
        ------
        tornado.web.HTTPError
            With its sentence, if it raised one of our errors.
        """
        try:
            return await asyncio.to_thread(function, *args, **kwargs)
        except ArtiaError as error:
            raise refused(error) from error

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say what went wrong in a sentence, as JSON.

        Parameters
        ----------
        status_code : int
            The HTTP status.
        **kwargs
            ``exc_info``, from Tornado.
        """
        error = kwargs.get("exc_info", (None, None))[1]
        # The parent's would write a "%" of the sentence twice.
        sentence = error.get_message() if isinstance(error, web.HTTPError) else None
        self.finish(json.dumps({"message": sentence or responses.get(status_code, "")}, ensure_ascii=False))

    def answer(self, content: Any, status: int = 200) -> None:
        """Send a JSON document.

        Parameters
        ----------
        content : object
            Of JSON types.
        status : int
            The HTTP status.
        """
        self.set_status(status)
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps(content, ensure_ascii=False))

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        """Read a whole number from the address.

        Parameters
        ----------
        name : str
            Its name after the ``?``.
        default : int
            What it is when it is absent.
        low, high : int
            What it may be, ends included.

        Returns
        -------
        int
            The number.

        Raises
        ------
        tornado.web.HTTPError
            With status 400 if it is no such number.
        """
        written = self.get_query_argument(name, str(default))
        # int() takes other digits, signs and underscores as well; twenty digits hold any size of file.
        number = int(written) if written.isascii() and written.isdigit() and len(written) <= 20 else None
        if number is None or not low <= number <= high:
            sentence = _("“{name}” has to be a whole number from {low} to {high}.")
            raise web.HTTPError(400, sentence.format(name=name, low=low, high=high))
        return number
