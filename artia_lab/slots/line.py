"""How a worker, or a facilitator's board, reaches the broker."""

from __future__ import annotations

import os
import socket
from typing import Any

from artia_lab.slots.lines import PATIENCE_S, Line
from artia_lab.slots.people import peer


def address() -> str:
    """Name the broker's socket.

    Returns
    -------
    str
        ``ARTIA_SLOTS``; ``""`` where places are not shared.
    """
    return os.environ.get("ARTIA_SLOTS", "")


def credentials() -> dict[str, str]:
    """Give what tells whose run this is, where the account does not.

    Returns
    -------
    dict
        ``token``, if ``ARTIA_SLOTS_TOKEN`` is set.
    """
    token = os.environ.get("ARTIA_SLOTS_TOKEN", "")
    return {"token": token} if token else {}


def connect(place: str) -> Line:
    """Reach the broker.

    Parameters
    ----------
    place : str
        Its socket.

    Returns
    -------
    Line
        A connection, which no process that we start inherits.

    Raises
    ------
    OSError
        If there is none, or what answers is neither root's nor ours: it would learn our token.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(PATIENCE_S)
        connection.connect(place)
        if peer(connection)[1] not in (0, os.geteuid()):
            raise PermissionError(f"{place} is answered by another user")
    except BaseException:
        connection.close()
        raise
    return Line(connection)


def command(place: str, message: dict[str, Any], token: str = "") -> dict[str, Any]:
    """Ask the broker something once.

    Parameters
    ----------
    place : str
        Its socket.
    message : dict
        As `artia_lab.slots.commands.obey` takes it: ``{"tell": True}``, ``{"boost": "ada", "seconds": 600}``…
    token : str
        Whose question it is; by default ``ARTIA_SLOTS_TOKEN``, or the account.

    Returns
    -------
    dict
        What it told; ``refused`` for somebody it does not know.

    Raises
    ------
    OSError
        If it does not answer.
    """
    line = connect(place)
    try:
        line.send(message | ({"token": token} if token else credentials()))
        answer = line.receive(PATIENCE_S)
        if answer is None:
            raise TimeoutError("the broker does not answer")
        told: dict[str, Any] = answer.get("told", answer)
        return told
    finally:
        line.close()
