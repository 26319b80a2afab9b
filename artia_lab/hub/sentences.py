"""What the hub's pages say when something is refused or fails: JupyterHub's own sentences are in English alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from artia_lab.i18n import _

Sentence = Callable[[], str]


class Refusal(NamedTuple):
    """What a page says of an error.

    Attributes
    ----------
    title : str
        A heading.
    sentence : str
        What happened, and what to do next.
    """

    title: str
    sentence: str


# What JupyterHub says, and what is said in its stead; anything else is told by its status alone.
_KNOWN: tuple[tuple[re.Pattern[str], Sentence], ...] = (
    (
        re.compile("xsrf|form invalid or expired", re.IGNORECASE),
        lambda: _("This page had been open for too long. Fill it in again: it will work now."),
    ),
    (
        re.compile("auth has expired"),
        lambda: _("You joined a while ago. Leave, join again, then come back here."),
    ),
    (
        re.compile("Redirect loop"),
        lambda: _("Your seat answers, and the way to it is not ready. Wait a few seconds, then load it again."),
    ),
    (
        re.compile("limit exceeded|Too many users"),
        lambda: _("Every seat is taken just now. Wait a few minutes, then try again."),
    ),
    (
        re.compile("already running|is pending|already (?:running|starting)"),
        lambda: _("Your seat is already open, or on its way. Go to the first page to find it."),
    ),
    (
        re.compile("[Ss]hare not found|[Ii]nvalid share code"),
        lambda: _("This invitation is not valid any more. Ask for another."),
    ),
    (
        re.compile("share with yourself"),
        lambda: _("This invitation is yours: it is for somebody else."),
    ),
)
_BY_STATUS: dict[int, tuple[Sentence, Sentence]] = {
    400: (
        lambda: _("This request cannot be understood"),
        lambda: _("Go back to the page you came from, load it again, and try once more."),
    ),
    403: (
        lambda: _("This is not yours to open"),
        lambda: _("If it should be, ask the person who leads the workshop, or who looks after this server."),
    ),
    404: (
        lambda: _("There is nothing at this address"),
        lambda: _("It may have moved, it may be closed, or it may not be yours to open."),
    ),
    424: (
        lambda: _("This seat is closed"),
        lambda: _("Go to the first page to open it again: what was saved is still there."),
    ),
    429: (
        lambda: _("Too many people at the same time"),
        lambda: _("Wait a minute, then try again."),
    ),
    503: (
        lambda: _("This does not answer just now"),
        lambda: _("It may be starting again. Wait a few seconds, then load the page again."),
    ),
}


def known(said: str) -> str | None:
    """Say what JupyterHub said, in the language in force.

    Parameters
    ----------
    said : str
        A sentence of JupyterHub's.

    Returns
    -------
    str or None
        None if it is not one of those that matter to people.
    """
    for pattern, sentence in _KNOWN:
        if pattern.search(said):
            return sentence()
    return None


def explain(status: int, said: object = None, error: BaseException | None = None) -> Refusal:
    """Say what an error page says, in the language in force.

    Parameters
    ----------
    status : int
        The HTTP status.
    said : object
        What JupyterHub says of it.
    error : BaseException, optional
        What was raised; its ``jupyterhub_message``, a sentence of ours or a `Text`, goes before anything else.

    Returns
    -------
    Refusal
        A heading and a sentence.
    """
    title, sentence = _BY_STATUS.get(
        status,
        (
            (lambda: _("This cannot be done")) if status < 500 else (lambda: _("Something went wrong here")),
            (lambda: _("Go back to the page you came from, load it again, and try once more."))
            if status < 500
            else (lambda: _("It is not your doing. Try again; if it goes on, tell who looks after this server.")),
        ),
    )
    ours = getattr(error, "jupyterhub_message", None)
    return Refusal(title(), str(ours) if ours else known(str(said or "")) or sentence())


def explain_login(said: object = None, error: BaseException | None = None) -> str:
    """Say why somebody was not let in, in the language in force.

    Parameters
    ----------
    said : object
        What JupyterHub says of it.
    error : BaseException, optional
        What was raised, as for `explain`.

    Returns
    -------
    str
        A sentence, the same for a name that is not known as for a wrong password.
    """
    ours = getattr(error, "jupyterhub_message", None)
    if ours:
        return str(ours)
    return known(str(said or "")) or _(
        "This name and this password do not go together. Check both, then try again."
    )


def why_it_failed(error: BaseException | None) -> str:
    """Say why a seat did not start, in the language in force.

    Parameters
    ----------
    error : BaseException or None
        What was raised.

    Returns
    -------
    str
        A sentence.
    """
    if isinstance(error, TimeoutError) or getattr(error, "reason", None) == "timeout":
        return _("It took too long to start. The machine may be busy: wait a minute, then try again.")
    return known(str(error or "")) or _(
        "Something in it did not start. Try again; if it goes on, tell the person who leads the workshop."
    )
