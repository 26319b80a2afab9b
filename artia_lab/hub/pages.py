"""The hub's pages: the language of each answer, the words in it, and the files they load."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, pass_context
from jinja2.ext import Extension
from jinja2.runtime import Context
from jupyterhub.handlers.static import CacheControlStaticFilesHandler

from artia_lab import i18n
from artia_lab.hub import applications, sentences
from artia_lab.hub.workshops import store as participants
from artia_lab.i18n import use_language
from artia_lab.pages import LANGUAGE_COOKIE, SERVED_FILES, counted, language_for, written
from artia_lab.pages import POLICY as POLICY

if TYPE_CHECKING:
    from jupyterhub.user import User
    from tornado.web import RequestHandler

    from artia_lab.hub.workshops.records import Participant

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
# What pages load, at ``/hub/static/artia/NAME``.
FILES = (SERVED_FILES, HERE / "static")
# Name of the hub's own language among the settings of its web server.
LANGUAGE_SETTING = "artia_language"
_FILE = re.compile(r"artia/([a-z-]+\.(?:css|js))")


def language_of(handler: RequestHandler) -> str:
    """Say in which language to answer a request.

    Parameters
    ----------
    handler : tornado.web.RequestHandler
        What answers it.

    Returns
    -------
    str
        ``"fr"`` or ``"en"``: what the person chose with the buttons of a page, else what their browser asks for,
        else the language of the hub.
    """
    return language_for(
        handler.get_cookie(LANGUAGE_COOKIE),
        handler.request.headers.get("Accept-Language"),
        handler.settings.get(LANGUAGE_SETTING) or i18n.language(),
    )


def guest(state: Path, user: User | None) -> Participant | None:
    """Find whoever joined a workshop with its code, whose name in the system is not the one to be shown.

    Parameters
    ----------
    state : Path
        The hub's state folder.
    user : jupyterhub.user.User or None
        Who asks for a page.

    Returns
    -------
    Participant or None
        None for whoever came otherwise, or has not come yet.
    """
    return participants.of(state, user.name) if user else None


class Words(Extension):
    """Gives templates what writes sentences in the language of whoever asked for the page.

    ``_("English {named}", named=…)``, ``ngettext(one, many, n, …)``, ``language()``, ``put(text)`` for what
    carries both languages, and functions of `artia_lab.hub.sentences` and `artia_lab.hub.applications`. Templates
    of macros have to be imported ``with context``, from which the language is known.

    Parameters
    ----------
    environment : jinja2.Environment
        Where templates are.
    """

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        speaking = (sentences.explain, sentences.explain_login, sentences.why_it_failed,
                    applications.meaning, applications.application, applications.key_note)  # fmt: skip
        environment.globals |= {each.__name__: _spoken(each) for each in speaking}
        environment.globals |= {
            "_": _spoken(written),
            "ngettext": _spoken(counted),
            "language": _spoken(i18n.language),
            "put": _spoken(str),
        }


class Files(CacheControlStaticFilesHandler):
    """JupyterHub's own static files, and ours under ``artia/``."""

    @classmethod
    def get_absolute_path(cls, root: str, path: str) -> str:
        """Find a file.

        Parameters
        ----------
        root : str
            JupyterHub's folder.
        path : str
            What was asked for.

        Returns
        -------
        str
            Where it is, if it is.
        """
        if ours := _FILE.fullmatch(path):
            for folder in FILES:
                if (folder / ours[1]).is_file():
                    return str(folder / ours[1])
        return super().get_absolute_path(root, path)

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """Refuse what is outside of the folders.

        Parameters
        ----------
        root : str
            JupyterHub's folder.
        absolute_path : str
            What `get_absolute_path` found.

        Returns
        -------
        str or None
            The same path.
        """
        if Path(absolute_path).parent in FILES:
            return absolute_path
        return super().validate_absolute_path(root, absolute_path)


def _spoken(function: Callable[..., Any]) -> Callable[..., Any]:
    """Call a function in the language of whoever asked for the page."""

    @pass_context
    @wraps(function)
    def speak(context: Context, *args: Any, **named: Any) -> Any:
        # The hub gives a template no handler, but this method of one.
        with use_language(language_of(context["static_url"].__self__)):
            return function(*args, **named)

    return speak
