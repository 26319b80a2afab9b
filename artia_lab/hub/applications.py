"""Who asks to act in somebody's name, and what it may do: JupyterHub's own sentences are in English alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from artia_lab.i18n import _

if TYPE_CHECKING:
    from jupyterhub.orm import OAuthClient

# What JupyterHub's identifiers of seats and of services begin with.
_SEAT, _SERVICE = "jupyterhub-user-", "service-"

# The scopes that seats, shared seats and our services ask for.
_MEANINGS: dict[str, Callable[[], str]] = {
    "(no_scope)": lambda: _("Know who you are, and nothing else."),
    "self": lambda: _("Do anything that you may do yourself."),
    "inherit": lambda: _("Do anything that you may do yourself."),
    "access:servers": lambda: _("Open seats in your name."),
    "access:services": lambda: _("Open the services of this server in your name."),
    "read:users": lambda: _("Read what this server knows of people: names, groups, when they were last here."),
    "read:users:name": lambda: _("Read people's names."),
    "read:users:groups": lambda: _("Read which groups people are in."),
    "read:users:activity": lambda: _("Read when people were last here."),
    "read:servers": lambda: _("Read whose seats are open."),
    "servers": lambda: _("Open and close seats."),
    "delete:servers": lambda: _("Close seats."),
    "users:activity": lambda: _("Tell this server that you are here."),
}


def meaning(scope: str | None) -> str | None:
    """Say what a scope allows, in the language in force.

    Parameters
    ----------
    scope : str or None
        As JupyterHub writes it, None for no scope at all; what follows ``!`` narrows it down and is left out.

    Returns
    -------
    str or None
        None if there is no sentence for it: its name then has to do.
    """
    sentence = _MEANINGS.get((scope or "(no_scope)").partition("!")[0])
    return sentence() if sentence else None


def application(client: OAuthClient) -> str:
    """Name what asks to know who somebody is, in the language in force.

    Parameters
    ----------
    client : jupyterhub.orm.OAuthClient
        As the hub knows it.

    Returns
    -------
    str
        A name for people.
    """
    identifier = client.identifier or ""
    if identifier.startswith(_SEAT):
        return _("The seat of {name}").format(name=identifier.removeprefix(_SEAT))
    if identifier == f"{_SERVICE}board":
        return _("The workshop's board")
    if identifier.startswith(_SERVICE):
        return _("The service “{name}”").format(name=identifier.removeprefix(_SERVICE))
    return str(client.description or identifier)


def key_note(note: str) -> str:
    """Say what a key is for, in the language in force.

    Parameters
    ----------
    note : str
        What was written when it was made.

    Returns
    -------
    str
        The same, unless JupyterHub wrote it.
    """
    made_by_the_hub = {
        "": _("a key without a name"),
        "Requested via api": _("asked for by a program"),
        "command-line generated": _("made by who looks after this server"),
        "from config": _("made by who looks after this server"),
    }
    if (note or "").startswith("Server at /"):
        return _("a seat")
    return made_by_the_hub.get(note or "", note)
