"""Where the board is, what it is to the hub, and what the hub lets it do."""

from __future__ import annotations

import contextlib
import json
import socket
from typing import Any

from artia_lab.hub.disk import write_private
from artia_lab.hub.settings import Settings
from artia_lab.hub.state import private_folder, secret

NAME = "board"
PREFIX = f"/services/{NAME}/"
# What somebody needs to open the board, and all that it takes.
ACCESS = f"access:services!service={NAME}"
# What the board may do at the hub: know who is there, and start and stop seats.
SCOPES = ("list:users", "read:users:name", "read:users:groups", "read:servers", "servers", "read:roles:users")


def port(settings: Settings) -> int:
    """Name the board's port: the one that is set, else a free one that is kept in the state folder.

    Parameters
    ----------
    settings : Settings
        How the hub is.

    Returns
    -------
    int
        A TCP port.
    """
    if settings.board_port:
        return settings.board_port
    file = private_folder(settings.state) / "board-port"
    with contextlib.suppress(OSError, ValueError):
        kept = int(file.read_text(encoding="ascii"))
        if 1 <= kept <= 65_535:
            return kept
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found = int(probe.getsockname()[1])
    write_private(file, str(found).encode())
    return found


def free_port(settings: Settings) -> int:
    """Make sure that the kept port is still free, before a board starts; choose another if not.

    Parameters
    ----------
    settings : Settings
        How the hub is.

    Returns
    -------
    int
        The port.
    """
    kept = port(settings)
    if not settings.board_port and not _free(kept):
        (settings.state / "board-port").unlink(missing_ok=True)
        return port(settings)
    return kept


def url(settings: Settings) -> str:
    """Give the address at which seats reach the board, as they are told by ``ARTIA_BOARD``.

    Parameters
    ----------
    settings : Settings
        How the hub is.

    Returns
    -------
    str
        On this machine, without going through the proxy; no slash at the end.
    """
    return f"http://127.0.0.1:{port(settings)}{PREFIX}".rstrip("/")


def token(settings: Settings) -> str:
    """Give the token by which the hub and its broker know the board.

    Parameters
    ----------
    settings : Settings
        How the hub is.

    Returns
    -------
    str
        160 bits, kept in the state folder.
    """
    return secret(private_folder(settings.state) / "board-token", groups=8)


def service(settings: Settings) -> dict[str, Any]:
    """Describe the board to JupyterHub.

    Parameters
    ----------
    settings : Settings
        How the hub is.

    Returns
    -------
    dict
        For ``c.JupyterHub.services``.
    """
    return {
        "name": NAME,
        "url": f"http://127.0.0.1:{port(settings)}",
        "api_token": token(settings),
        # The board is the hub's own: nobody need be asked whether it may know who they are.
        "oauth_no_confirm": True,
    }


def role() -> dict[str, Any]:
    """Give the board's role.

    Returns
    -------
    dict
        For ``c.JupyterHub.load_roles``.
    """
    return {
        "name": "board",
        "description": "The board: who is there, and starting and stopping seats",
        "scopes": list(SCOPES),
        "services": [NAME],
    }


def environment(settings: Settings) -> dict[str, str]:
    """Give the variables by which a service that the hub does not start finds it.

    Parameters
    ----------
    settings : Settings
        How the hub is.

    Returns
    -------
    dict of str to str
        The board's environment, besides that of the hub.
    """
    scopes = json.dumps(["access:services", ACCESS])
    return {
        "JUPYTERHUB_API_TOKEN": token(settings),
        "JUPYTERHUB_API_URL": f"http://127.0.0.1:{settings.hub_port}/hub/api",
        "JUPYTERHUB_BASE_URL": "/",
        "JUPYTERHUB_CLIENT_ID": f"service-{NAME}",
        "JUPYTERHUB_HOST": "",
        "JUPYTERHUB_OAUTH_ACCESS_SCOPES": scopes,
        "JUPYTERHUB_OAUTH_CALLBACK_URL": f"{PREFIX}oauth_callback",
        "JUPYTERHUB_OAUTH_SCOPES": scopes,
        "JUPYTERHUB_SERVICE_NAME": NAME,
        "JUPYTERHUB_SERVICE_PREFIX": PREFIX,
        "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{port(settings)}",
    }


def _free(number: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
    return True
