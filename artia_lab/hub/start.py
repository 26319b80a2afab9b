"""``artia hub``: check what a hub needs, start it, tell its address, and end it cleanly."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from artia_lab.errors import Mistake
from artia_lab.home import data_folder
from artia_lab.hub import proxy
from artia_lab.hub.settings import SHARED_ACCOUNT, UNIX_ACCOUNTS, Settings, load
from artia_lab.hub.state import private_folder
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
    state = private_folder(settings.state)
    environment = os.environ | {CONFIG_VARIABLE: str(config.absolute()) if config else ""}
    script = data_folder("hub_config") / "jupyterhub_config.py"
    hub = subprocess.Popen(
        [sys.executable, "-m", "jupyterhub", "--config", str(script)],
        env=environment,
        cwd=state,
        stdin=subprocess.DEVNULL,
        # The database and what seats make are for their owners alone.
        umask=0o077,
        # Ctrl-C in a terminal is for this process, which then ends the hub in its own way.
        start_new_session=True,
    )
    return _accompany(hub, settings)


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
    elif root and not settings.root_seats:
        raise Mistake(
            _(
                "Everybody who joins would be root on this machine. Open this hub from an ordinary account, "
                "or leave “mode” out so that each person has their own."
            )
        )


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
    for name, address in (("port", settings.address), ("hub_port", "127.0.0.1"), ("proxy_port", "127.0.0.1")):
        port = getattr(settings, name)
        if ours and name != "hub_port":
            # JupyterHub replaces it.
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


def _accompany(hub: subprocess.Popen[bytes], settings: Settings) -> int:
    asked: list[int] = []

    def end(number: int, _frame: object) -> None:
        asked.append(number)
        if hub.poll() is None:
            hub.send_signal(signal.SIGTERM)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        welcomed = False
        while hub.poll() is None:
            if not welcomed and _answers(settings):
                welcomed = True
                _welcome(settings)
            time.sleep(0.2)
        if asked:
            print(_("The hub is closed."), flush=True)
            return 0
        if welcomed:
            sentence = _(
                "The hub ended by itself (code {code}); what it said stands above. Seats that were open go on: "
                "run “artia hub” again to reach them."
            )
        else:
            sentence = _("The hub could not start (code {code}); what it said stands above.")
        print(sentence.format(code=hub.returncode), file=sys.stderr, flush=True)
        return 1
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _answers(settings: Settings) -> bool:
    """Whether the hub itself listens; the proxy is there before it is."""
    try:
        socket.create_connection(("127.0.0.1", settings.hub_port), timeout=1).close()
    except OSError:
        return False
    return True


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
    else:
        lines.append(_("People join with the name and password of their account on this machine."))
    if not settings.certificate and settings.address not in ("127.0.0.1", "::1", "localhost"):
        lines.append(
            _(
                "Without “certificate”, passwords cross the network unprotected: "
                "keep it to a network that you trust."
            )
        )
    print("\n".join([*lines, _("Ctrl-C closes it.")]), flush=True)
