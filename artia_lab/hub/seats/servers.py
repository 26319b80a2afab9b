"""The hub's fork servers: one has imported what seats need, the other what kernels and runs need.

Two and not one: a seat forked from a process that has also imported torch held 11 MB more of its own and had four
times as many pages to copy. Where people have their own accounts both belong to root and fork for all of them.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import logging
import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

from artia_lab.home import data_folder
from artia_lab.hub.settings import UNIX_ACCOUNTS, Settings
from artia_lab.warm import prepare, settings, wire
from artia_lab.warm.address import SHARED, connect, own_folder, shared_folder
from artia_lab.warm.starting import DEFAULTS, Site, find

log = logging.getLogger(__name__)

# They stay as long as the hub: nobody may have come for a week. In s.
STAYS_S = 30 * 86_400.0
ANSWERS_S = 5.0

# How long one may still import when the hub is closed, in s.
STARTS_S = 45.0

# What seats are given of the hub's own environment, as JupyterHub does.
KEPT = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "VIRTUAL_ENV")


class Servers:
    """The fork servers of one hub.

    Parameters
    ----------
    hub : Settings
        How the hub is.
    """

    def __init__(self, hub: Settings) -> None:
        self._warm = os.environ.get("ARTIA_WARM") != "off"
        folder = ""
        if self._warm:
            try:
                folder = str(_folder(hub))
            except OSError as error:
                log.warning("cold starts: %s", error)
                self._warm = False
        self.seats = Site(imports=data_folder("hub_config") / "seats.toml", shared=folder, idle_seconds=STAYS_S)
        self.kernels = Site(imports=settings.path(), shared=folder, idle_seconds=STAYS_S)

    @property
    def folder(self) -> Path:
        """Where they listen, and where seats find what the hub has to tell them.

        Returns
        -------
        Path
            A folder; ``.`` where everything starts cold.
        """
        return Path(self.seats.shared)

    @property
    def environment(self) -> dict[str, str]:
        """What a seat has to know.

        Returns
        -------
        dict of str to str
            Variables.
        """
        return {SHARED: self.seats.shared} if self._warm else {"ARTIA_WARM": "off"}

    def tend(self, wait: bool = False) -> bool:
        """Start those that are not there.

        Parameters
        ----------
        wait : bool
            Whether to return only when the one for seats is ready, or cannot be.

        Returns
        -------
        bool
            Whether the one for seats is ready.
        """
        if not self._warm:
            return False
        # First the one that people wait for.
        ready = prepare(wait=wait, env=given(), site=self.seats)
        prepare(env=given(), site=self.kernels)
        return ready

    def children(self) -> dict[int, int]:
        """List the processes that live.

        Returns
        -------
        dict of int to int
            The process that asked for each, by its number.
        """
        found: dict[int, int] = {}
        for site in (self.seats, self.kernels) if self._warm else ():
            answer = _ask(site, {"ask": "children"})
            found |= {int(pid): int(asker) for pid, asker in answer.get("children", [])}
        return found

    def end(self) -> None:
        """End both, and leave no folder behind; what they have started goes on."""
        for site in (self.seats, self.kernels) if self._warm else ():
            until = time.monotonic() + STARTS_S
            # One that still imports does not listen yet, and would stay.
            while not (pid := _ask(site, {"ask": "ready"}).get("pid")) and _is_held(site):
                if time.monotonic() > until:
                    log.warning("a fork server that does not answer is left behind")
                    break
                time.sleep(0.2)
            if pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGTERM)
        if self._warm and self.folder != own_folder():
            shutil.rmtree(self.folder, ignore_errors=True)


def given() -> dict[str, str]:
    """Keep of this process's environment what seats are given.

    Returns
    -------
    dict of str to str
        Variables.
    """
    return DEFAULTS | {name: os.environ[name] for name in KEPT if name in os.environ}


def _ask(site: Site, question: dict[str, str]) -> dict[str, Any]:
    address = find(given(), log, site)
    if address is None:
        return {}
    try:
        with connect(address, ANSWERS_S) as line:
            wire.send(line, question)
            answer, descriptors = wire.receive(line)
            for each in descriptors:
                os.close(each)
            return dict(answer)
    except (OSError, EOFError):
        return {}


def _is_held(site: Site) -> bool:
    """Tell whether a server holds its lock, from its start on."""
    address = find(given(), log, site)
    if address is None:
        return False
    try:
        lock = os.open(address.lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _folder(hub: Settings) -> Path:
    if hub.account_mode != UNIX_ACCOUNTS:
        # Everybody is the account that opened the hub: another person's server would do as well.
        return own_folder()
    name = f"artia-hub-{hashlib.sha256(str(hub.state).encode()).hexdigest()[:8]}"
    for parent in ("/run", "/tmp"):
        folder = Path(parent) / name
        try:
            folder.mkdir(mode=0o755, exist_ok=True)
            found = shared_folder(folder)
            # The account that the hub is opened from may make folders that nobody else enters.
            found.chmod(0o755)
            return found
        except OSError:
            continue
    raise OSError("neither /run nor /tmp has room for the sockets")
