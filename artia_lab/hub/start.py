"""``artia hub``: check what a hub needs, start it, tell its address, and end it cleanly."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import socket
import ssl
import sys
from pathlib import Path
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

from artia_lab.errors import Mistake
from artia_lab.home import data_folder
from artia_lab.hub import database, logs, places, proxy
from artia_lab.hub.board import address as board
from artia_lab.hub.merging import merged
from artia_lab.hub.seats.servers import Servers
from artia_lab.hub.settings import SHARED_ACCOUNT, UNIX_ACCOUNTS, Settings, load
from artia_lab.hub.state import private_folder
from artia_lab.hub.supervise import Part, Supervisor
from artia_lab.i18n import _

# Names the settings file to hub_config/jupyterhub_config.py.
CONFIG_VARIABLE = "ARTIA_HUB_CONFIG"


def start(config: Path | None = None) -> int:
    """Open a hub on this machine, until it is stopped with Ctrl-C or SIGTERM.

    Parameters
    ----------
    config : Path, optional
        Settings, in the form of ``hub_config/hub.toml``; by default that file.

    Returns
    -------
    int
        0 after a stop that was asked for, 1 if the hub ended by itself.

    Raises
    ------
    Mistake
        If something it needs is missing; the sentence says what brings it.
    """
    settings = load(config)
    proxy.check()
    check_account(settings)
    check_files(settings)
    check_ports(settings)
    database.check(settings)
    places.check(settings)
    private_folder(settings.state)
    with merged() if settings.merge_memory else contextlib.nullcontext():
        return _run(settings, config)


def _run(settings: Settings, config: Path | None) -> int:
    # Ready before the first person comes; the hub keeps them so.
    servers = Servers(settings)
    servers.tend()
    try:
        supervisor = Supervisor(
            parts(settings, config),
            answers=lambda: _answers(settings),
            welcome=lambda: _welcome(settings),
            tell=logs.teller(settings),
        )
        return supervisor.run()
    finally:
        places.tidy(settings)
        if not settings.seats_outlive_hub:
            servers.end()


def parts(settings: Settings, config: Path | None = None) -> list[Part]:
    """List the processes of a hub.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.
    config : Path, optional
        The file they come from.

    Returns
    -------
    list of Part
        The broker, unless places are not shared, the board, and the hub.
    """
    state = settings.state
    environment = os.environ | {CONFIG_VARIABLE: str(config.absolute()) if config else ""}
    found = []
    if settings.places:
        command = [sys.executable, "-m", "artia_lab.slots.broker", "--settings", str(places.prepare(settings))]
        found.append(Part("broker", command, environment, state))
    board.free_port(settings)
    command = [sys.executable, "-m", "artia_lab.hub.board.service"]
    found.append(Part("board", command, environment | board.environment(settings), state))
    script = data_folder("hub_config") / "jupyterhub_config.py"
    command = [sys.executable, "-m", "jupyterhub", "--config", str(script)]
    # A hub that is opened again takes over the proxy, whose token is in no file.
    token = {"CONFIGPROXY_AUTH_TOKEN": secrets.token_hex(32)}
    return [*found, Part("hub", command, environment | token, state)]


def check_account(settings: Settings) -> None:
    """Refuse a mode that the account in force cannot run, or that would make everybody root.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.

    Raises
    ------
    Mistake
        With what to do instead.
    """
    root = os.geteuid() == 0
    if settings.account_mode == UNIX_ACCOUNTS:
        if not root:
            raise Mistake(_("Only root can start seats in people's own accounts. Use sudo, or another “mode”."))
        check_reach()
        check_facilitators(settings)
    elif root and not settings.root_seats:
        raise Mistake(
            _(
                "Everybody who joins would be root on this machine. Open this hub from an ordinary account, "
                "or leave “mode” out so that each person has their own."
            )
        )


def check_facilitators(settings: Settings) -> None:
    """Make sure that those who facilitate have an account of the machine, which they enter with.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.

    Raises
    ------
    Mistake
        If somebody has none.
    """
    for person in settings.facilitators:
        try:
            pwd.getpwnam(person)
        except KeyError:
            sentence = _(
                "“{person}” of the setting “facilitators” has no account on this machine: make one first."
            )
            raise Mistake(sentence.format(person=person)) from None


def check_reach(folder: Path | None = None) -> None:
    """Make sure that people can read the program their seats run.

    Parameters
    ----------
    folder : Path, optional
        What they have to read; by default this program's files.

    Raises
    ------
    Mistake
        If a folder on the way is closed to others.
    """
    ours = [Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable), Path(__file__).parent]
    for place in [folder] if folder else ours:
        for each in [place, *place.resolve().parents]:
            if not each.stat().st_mode & 0o001:
                sentence = _(
                    "The seats cannot read this program, because “{folder}” is closed to others. Install it "
                    "in a place such as /opt, or use another “mode”."
                )
                raise Mistake(sentence.format(folder=each))


def check_files(settings: Settings) -> None:
    """Make sure that the files the settings name can be read.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.

    Raises
    ------
    Mistake
        If one cannot.
    """
    for name in ("certificate", "certificate_key"):
        file = getattr(settings, name)
        if file and not os.access(file, os.R_OK):
            sentence = _(
                "The file “{file}” of the setting “{name}” cannot be read. Check its name and permissions."
            )
            raise Mistake(sentence.format(file=file, name=name))


def check_ports(settings: Settings) -> None:
    """Make sure that the ports are free, or held by the proxy that an earlier hub left behind.

    Parameters
    ----------
    settings : Settings
        How the hub shall be.

    Raises
    ------
    Mistake
        If another program listens there, or the address is not one of this machine's.
    """
    ours = _left_behind(settings)
    here = [(name, "127.0.0.1") for name in ("hub_port", "proxy_port", "board_port")]
    for name, address in (("port", settings.address), *here):
        port = getattr(settings, name)
        if not port or (ours and name in ("port", "proxy_port")):
            # One that is free is chosen; or JupyterHub replaces the proxy.
            continue
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address.strip("[]"), port))
            except OSError as error:
                sentence = _(
                    "The hub cannot listen at {address}, port {port}: {reason}. Close the program that is "
                    "there, or change “{name}” in the settings."
                )
                reason = error.strerror or str(error)
                raise Mistake(sentence.format(address=address, port=port, reason=reason, name=name)) from error


def _left_behind(settings: Settings) -> bool:
    import psutil

    try:
        number = int((settings.state / "proxy.pid").read_text(encoding="ascii"))
        return any("configurable-http-proxy" in word for word in psutil.Process(number).cmdline())
    except (OSError, ValueError, psutil.Error):
        return False


def _answers(settings: Settings) -> bool:
    """Whether the hub is reached at its address; the proxy is there before it is, and before it knows the way."""
    try:
        socket.create_connection(("127.0.0.1", settings.hub_port), timeout=1).close()
    except OSError:
        return False
    # What is asked is this machine: no matter whose name the certificate bears.
    handlers = [ProxyHandler({}), HTTPSHandler(context=ssl._create_unverified_context())]
    try:
        with build_opener(*handlers).open(f"{settings.url}hub/api", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _welcome(settings: Settings) -> None:
    lines = [_("The hub is open at {url}").format(url=settings.url)]
    if settings.account_mode == SHARED_ACCOUNT:
        password = settings.state / "password"
        lines += [
            _("People join with any name and the password kept in “{file}”.").format(file=password),
            _(
                "They share one account: whoever has the password can open anybody's seat. "
                "It is for people who trust each other."
            ),
        ]
        if settings.facilitators:
            sentence = _("Those who facilitate enter with the password kept in “{file}”.")
            lines.append(sentence.format(file=settings.state / "facilitator-password"))
    else:
        lines.append(_("People join with the name and password of their account on this machine."))
    lines.append(_("“artia workshop open NAME --seats 30 --hours 3” lets a group in with a code."))
    if not settings.certificate and settings.address not in ("127.0.0.1", "::1", "localhost"):
        lines.append(
            _(
                "Without “certificate”, passwords cross the network unprotected: "
                "keep it to a network that you trust."
            )
        )
    print("\n".join([*lines, _("Ctrl-C closes it.")]), flush=True)
