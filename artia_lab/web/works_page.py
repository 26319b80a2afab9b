"""``artia/works``: the page of a person's works, and what its buttons ask for."""

from __future__ import annotations

import mimetypes
import os
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from artia_lab import i18n
from artia_lab.errors import Mistake, NotFound
from artia_lab.i18n import use_language
from artia_lab.pages import LANGUAGE_COOKIE, POLICY, SERVED_FILES, counted, language_for, written
from artia_lab.runs.folder import RUN_ID
from artia_lab.web import works
from artia_lab.web.api import RESOURCE, Api, located, refused
from artia_lab.web.publishing import Publishing, Terms

HERE = Path(__file__).parent
FILES = (SERVED_FILES, HERE / "static")
# Where what is being published is among the settings of the server.
SETTING = "artia_publishing"
# Those that most people hesitate between; any other of SPDX's may be written in their stead.
LICENCES = ("CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC0-1.0")
_FILE = re.compile(r"[a-z-]+\.(?:css|js)")
_templates = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True)
_templates.globals |= {"_": written, "ngettext": counted, "language": i18n.language}


def language_of(handler: web.RequestHandler) -> str:
    """Say in which language to answer a request.

    Parameters
    ----------
    handler : tornado.web.RequestHandler
        What answers it.

    Returns
    -------
    str
        What the person chose with the buttons of a page, else the language of their notebooks.
    """
    return language_for(handler.get_cookie(LANGUAGE_COOKIE), None, i18n.language())


class WorksPage(JupyterHandler):
    """``GET artia/works``: what the person's runs made, and what they published."""

    auth_resource = RESOURCE

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Send the page."""
        before = self.get_query_argument("before", "")
        with use_language(language_of(self)):
            found, rest = works.works(before if RUN_ID.fullmatch(before) else "")
            page = _templates.get_template("works.html").render(
                base_url=self.base_url,
                works=found,
                rest=rest,
                published=works.published(),
                licences=LICENCES,
                workshop=os.environ.get("ARTIA_WORKSHOP", ""),
            )
        # The page's scripts show this token with what they ask.
        assert self.xsrf_token
        self.set_header("Cache-Control", "no-store")
        self.finish(page)

    @property
    def content_security_policy(self) -> str:
        """What a browser may do with the page.

        Returns
        -------
        str
            A policy.
        """
        return POLICY


class PageFile(JupyterHandler):
    """``GET artia/page/NAME``: a style or a script of the page."""

    auth_resource = RESOURCE

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Send it.

        Parameters
        ----------
        name : str
            Its name.
        """
        for folder in FILES if _FILE.fullmatch(name) else ():
            if (folder / name).is_file():
                self.set_header("Content-Type", f"{mimetypes.guess_type(name)[0]}; charset=utf-8")
                self.set_header("Cache-Control", "private, no-cache")
                self.finish((folder / name).read_bytes())
                return
        raise web.HTTPError(404)


class Publication(Api):
    """``artia/api/runs/ID/publication``: publish a run, and follow it."""

    @property
    def _publishing(self) -> Publishing:
        publishing: Publishing = self.settings.setdefault(SETTING, Publishing())
        return publishing

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Say how it is going.

        Parameters
        ----------
        name : str
            The run's id.
        """
        self.answer(self._publishing.state(name))

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Begin to publish it.

        Parameters
        ----------
        name : str
            The run's id.
        """
        with use_language(language_of(self)):
            run = await self.work(located, name)
            terms = await self.work(Terms.of, self.get_json_body())
            await self.work(run.request)
            try:
                self._publishing.begin(run.id, terms)
            except Mistake as error:
                raise refused(error) from error
            self.answer(self._publishing.state(run.id), 202)


class Exhibition(Api):
    """``PUT artia/api/publications/NAME/exhibition``: agree that a publication is shown, or take it back."""

    @web.authenticated
    @authorized
    async def put(self, name: str) -> None:
        """Keep what the person chose.

        Parameters
        ----------
        name : str
            The publication's file.
        """
        content: Any = self.get_json_body()
        said = content if isinstance(content, dict) else {}
        agreed, shown_name = said.get("agreed"), said.get("shown_name", "")
        if not isinstance(agreed, bool) or not isinstance(shown_name, str):
            raise web.HTTPError(400)
        with use_language(language_of(self)):
            await self.work(works.consent, name, agreed, shown_name)
        self.answer({"file": name, "exhibited": agreed})


class PublicationFile(JupyterHandler, web.StaticFileHandler):
    """``GET artia/api/publications/NAME``: a publication, to keep elsewhere."""

    auth_resource = RESOURCE

    def initialize(self) -> None:  # type: ignore[override]
        """Leave the folder for later: whose it is depends on the environment."""
        web.StaticFileHandler.initialize(self, path=os.devnull)

    @web.authenticated
    @authorized
    async def get(self, name: str, include_body: bool = True) -> None:  # type: ignore[override]
        """Send it.

        Parameters
        ----------
        name : str
            The publication's file.
        include_body : bool
            False for the headers alone.
        """
        try:
            file = works.located_publication(name)
        except NotFound as error:
            raise refused(error) from error
        self.root = str(file.parent.resolve())
        self.set_header("Content-Disposition", f'attachment; filename="{file.name}"')
        await web.StaticFileHandler.get(self, file.name, include_body)
