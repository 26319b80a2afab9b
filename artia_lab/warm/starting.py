"""Starting the fork server: when it is needed, once, and not again and again when it cannot live."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from artia_lab.errors import Mistake
from artia_lab.warm import settings, wire
from artia_lab.warm.address import SHARED, Address, Untrusted, address_of, connect
from artia_lab.warm.fixed import HOMES, NEEDED_TO_LIVE, read_at_import
from artia_lab.warm.reasons import Log, log

# Threads that wait for each other must not burn the cores that other people's runs are waiting for. On two
# cores, alone and beside four busy processes: 7.9 and 22 s without this, 8.7 and 16 s with it.
DEFAULTS = {"GOMP_SPINCOUNT": "10000"}

# How libraries must behave while the server imports them: torch asks for GPUs without opening a CUDA context, and
# ipykernel does not end its kernels when the server, their parent, is gone (it takes parent 1 for init).
OWN = {"PYTORCH_NVML_BASED_CUDA_CHECK": "1", "JPY_PARENT_PID": "1"}

# A fork takes some tens of milliseconds; thirty people may ask at once. Past this a cold start is sooner, in s.
PATIENCE_S = 10.0

# The start of the server itself, in s: longer than it takes on a slow disk.
STARTUP_S = 60.0

# How many servers may be started within that time, when each of them had come to serve before it was ended.
STARTS = 3


def prepare(wait: bool = False, env: Mapping[str, str] | None = None, site: Site | None = None) -> bool:
    """Start the fork server, so that the next process starts at once.

    Parameters
    ----------
    wait : bool
        Whether to return only when it is ready.
    env : mapping of str to str, optional
        The environment of the processes to come; by default that of this process.
    site : Site, optional
        Which server; by default the one that this process's environment speaks of.

    Returns
    -------
    bool
        Whether it is ready.
    """
    env = DEFAULTS | dict(os.environ if env is None else env)
    address = find(env, log, site)
    if address is None:
        return False
    started: subprocess.Popen[bytes] | None = None
    until = time.monotonic() + (STARTUP_S if wait else 0.0)
    refusals = 0
    while True:
        try:
            with connect(address, PATIENCE_S) as line:
                wire.send(line, {"ask": "ready"})
                answer, _descriptors = wire.receive(line)
            if "pid" in answer:
                return True
            # One that knows an older environment makes way; one that is unfit stays.
            refusals += 1
            if refusals > 1:
                log.warning("no warm start: %s", answer.get("refused"))
                return False
        except (Untrusted, TimeoutError) as error:
            log.warning("no warm start: %s", error)
            return False
        except (OSError, EOFError):
            pass
        try:
            started = started or start(address, env, site)
        except (OSError, Mistake) as error:
            log.warning("no warm start: the fork server cannot be started: %s", error)
            return False
        if time.monotonic() >= until or (started is not None and started.poll() is not None):
            return False
        time.sleep(0.02)


@dataclass(frozen=True, kw_only=True)
class Site:
    """Which fork server: what it imports, and whether it serves one person or many.

    Attributes
    ----------
    imports : Path
        A file like ``kernels/artia/warm.toml``.
    shared : str
        The folder of one that serves many people; ``""`` for a person's own.
    idle_seconds : float
        How long it stays when nobody uses it, in s; 0 for as long as its file says.
    """

    imports: Path
    shared: str = ""
    idle_seconds: float = 0.0


def here() -> Site:
    """Tell which server the environment of this process speaks of.

    Returns
    -------
    Site
        A hub's, when ``ARTIA_WARM_SERVER`` names its folder; else the person's own.
    """
    return Site(imports=settings.path(), shared=os.environ.get(SHARED, ""))


def find(env: Mapping[str, str], log: Log, site: Site | None = None) -> Address | None:
    """Find the place of the server for an environment.

    Parameters
    ----------
    env : mapping of str to str
        The environment of the processes to come.
    log : logging.Logger or logging.LoggerAdapter
        Where the reason is told when there is none.
    site : Site, optional
        Which server; by default the one that this process's environment speaks of.

    Returns
    -------
    Address or None
        The place, or None when every start is cold here.
    """
    if os.environ.get("ARTIA_WARM") == "off" or not hasattr(os, "pidfd_open"):
        return None
    try:
        site = site or here()
        return address_of(settings.read(site.imports), env, site.shared)
    except (Mistake, OSError) as error:
        log.warning("cold start: %s", error)
        return None


def start(address: Address, env: Mapping[str, str], site: Site | None = None) -> subprocess.Popen[bytes] | None:
    """Start the server of an address, unless someone is doing so or has done so.

    Parameters
    ----------
    address : Address
        Where it shall be.
    env : mapping of str to str
        The environment of the processes to come.
    site : Site, optional
        Which server; by default the one that this process's environment speaks of.

    Returns
    -------
    subprocess.Popen or None
        The server, or None when someone else has started it, or alone may.

    Raises
    ------
    OSError
        If it cannot be started.
    Mistake
        If its settings cannot be read.
    """
    site = site or here()
    if site.shared and address.owner() != os.getuid():
        return None
    lock = os.open(address.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        _count(lock, address)
        asked = settings.read(site.imports)
        given = {name: env[name] for name in NEEDED_TO_LIVE if name in env} | read_at_import(env)
        if site.shared:
            # Nobody's home: what stands there would be read for everybody.
            given = {name: value for name, value in given.items() if name not in (*HOMES, "USER", "LOGNAME")}
            given["HOME"] = str(address.home)
            address.home.mkdir(mode=0o700, exist_ok=True)
        with open(address.log, "wb", opener=_private) as said:
            return subprocess.Popen(
                [
                    *(sys.executable, "-Xfrozen_modules=off", "-m", "artia_lab.warm.server", address.folder),
                    *(address.key, "all" if address.for_all else "owner"),
                    *(str(site.idle_seconds or asked.idle_seconds), str(lock), *asked.imports),
                ],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                pass_fds=(lock,),
                start_new_session=True,
                env=given | OWN,
                cwd="/",
            )
    finally:
        os.close(lock)


def may_start(address: Address, had_served: bool) -> bool:
    """Tell whether another server would fare better than the last one, which is not there.

    One that died while it imported will do so again; one that served was ended from outside, unless that goes on.

    Parameters
    ----------
    address : Address
        Where it was.
    had_served : bool
        Whether it had come to serve.

    Returns
    -------
    bool
        False for about a minute after a start in vain.
    """
    lately, starts = _starts(address)
    return not lately or (had_served and starts < STARTS)


def _starts(address: Address) -> tuple[bool, int]:
    """Tell whether a server was started lately and has not left of its own accord, and how many in a row."""
    try:
        lately = time.time() - address.log.stat().st_mtime < STARTUP_S
        return lately, int(address.lock.read_text() or 1) if lately else 0
    except (OSError, ValueError):
        return False, 0


def _count(lock: int, address: Address) -> None:
    """Note in the lock how many servers were started in a row."""
    starts = _starts(address)[1] + 1
    # A full disk has no room for it.
    with contextlib.suppress(OSError):
        os.truncate(lock, 0)
        os.pwrite(lock, str(starts).encode(), 0)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)
