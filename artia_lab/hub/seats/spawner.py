"""The spawners: seats forked from the hub's fork server, cold where that cannot be, one after another."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from jupyterhub.spawner import LocalProcessSpawner, SimpleLocalProcessSpawner
from jupyterhub.utils import maybe_future, random_port
from tornado import web
from traitlets import Instance

from artia_lab.hub.seats import words
from artia_lab.hub.seats.common import Common, common, is_unix, workshop_of
from artia_lab.hub.seats.identity import Identity
from artia_lab.hub.settings import Settings
from artia_lab.hub.workshops import store
from artia_lab.i18n import _
from artia_lab.warm.launch import fork
from artia_lab.warm.process import Forked
from artia_lab.warm.reasons import Reasons
from artia_lab.warm.starting import DEFAULTS

MODULE = "artia_lab.web.seat"

# How often a seat that starts is looked at, and one that waits is told, in s.
LOOK_S, TELL_S = 0.02, 0.5

# How long a seat may take to close by itself, and then to end when it is told to, in s.
CLOSE_S, END_S = 10.0, 5.0

NO_SHELLS, SHELL = ("nologin", "false"), "/bin/bash"

# A process and a few threads for each that `seat_processes` allows: what Linux itself refuses to go beyond.
THREADS_EACH = 32


class Seat(LocalProcessSpawner):
    """A seat in the account of its person.

    Parameters
    ----------
    **kwargs : Any
        As its base class.
    """

    hub_settings = Instance(Settings, help="How the hub is.").tag(config=True)

    # Declared by the base class, by traits that type checkers do not see.
    port: Any
    proc: Any

    _process: Forked | None = None
    _turn_began: float | None = None
    identity: Identity | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._common.seats.add(self)

    @property
    def _common(self) -> Common:
        return common(self.hub_settings)

    @property
    def account(self) -> int:
        """Whose processes are this seat's alone.

        Returns
        -------
        int
            The account, -1 where accounts are shared.
        """
        if not is_unix(self.hub_settings):
            return -1
        try:
            return pwd.getpwnam(self.user.name).pw_uid
        except KeyError:
            return -1

    @property
    def _key(self) -> tuple[str, str]:
        return (self.user.name, self.name)

    # --- the line

    async def run_pre_spawn_hook(self) -> None:
        """Wait in line: JupyterHub does not count the time until `start` is called."""
        self._common.attend()
        await self._common.line.wait(self._key)
        self._turn_began = time.monotonic()
        try:
            # The one in front has a seat for good only once it is open: see `start`.
            await maybe_future(super().run_pre_spawn_hook())
        except BaseException:
            self._common.line.left(self._key)
            raise

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Say where the person stands, whenever that changes.

        Yields
        ------
        dict
            As `artia_lab.hub.seats.words.event`.
        """
        said = None
        while True:
            event = words.event(self._common.line.turn(self._key), self.hub_settings.seats)
            if event != said:
                said = event
                yield dict(event)
            await asyncio.sleep(TELL_S)

    # --- starting

    def get_env(self) -> dict[str, str]:
        """Give the variables of the seat.

        Returns
        -------
        dict of str to str
            JupyterHub's, and ours.
        """
        env: dict[str, str] = super().get_env()
        env |= DEFAULTS | self._common.servers.environment | self._common.admit(self.user.name, self.account)
        # Nobody logs in to the account of a participant; but in their own seat a terminal is theirs.
        if Path(env.get("SHELL", "")).name in NO_SHELLS:
            env["SHELL"] = SHELL
        workshop = workshop_of(self.hub_settings, self.user.name)
        if workshop:
            env["ARTIA_WORKSHOP"] = workshop
            with contextlib.suppress(Exception):
                env["ARTIA_LANG"] = store.find(self.hub_settings.state, workshop).language
        return env

    async def start(self) -> tuple[str, int]:
        """Start the seat, warm where it can be, and wait until it answers.

        Returns
        -------
        tuple
            Its address and port.

        Raises
        ------
        web.HTTPError
            If it ends before it answers.
        """
        self.port = self.port or random_port()
        env = self.get_env()
        await asyncio.to_thread(self._make_home)
        # A person who gives up meanwhile must not leave a process behind that nobody knows of.
        starting = asyncio.ensure_future(asyncio.to_thread(self._fork, env))
        try:
            process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            process = await starting
            if process is not None:
                process.kill()
            raise
        if process is None:
            log = self._log_file()
            self.popen_kwargs = {"stdout": log, "stderr": log}
            try:
                await super().start()
            finally:
                os.close(log)
        else:
            self._process, self.pid = process, process.pid
        self.identity = Identity.of(self.pid)
        await self._answers()
        self._common.opened_at = time.monotonic()
        self._common.line.opened(self._key, self._common.opened_at - (self._turn_began or self._common.opened_at))
        return self.ip or "127.0.0.1", self.port

    def _fork(self, env: dict[str, str]) -> Forked | None:
        reasons = Reasons()
        servers = self._common.servers
        if self.cmd[-2:] == ["-m", MODULE] and self.account != 0:
            streams = [os.open(os.devnull, os.O_RDONLY), *[self._log_file()] * 2]
            try:
                # The first person to come is served a little later, but as everybody else.
                for _attempt in range(2):
                    found = fork(
                        MODULE,
                        self.get_args(),
                        env=env,
                        cwd=self._folder(),
                        streams=streams,
                        log=reasons,
                        site=servers.seats,
                        account=self.account if self.account > 0 else None,
                        limits=self._limits(),
                    )
                    if found is not None or not servers.tend(wait=True):
                        break
            finally:
                for each in set(streams):
                    os.close(each)
            if found is not None:
                return found
        self.log.warning("cold start of %s's seat: %s", self.user.name, reasons.first or "warm starts are off")
        return None

    def _limits(self) -> dict[int, tuple[int, int]]:
        """Give what Linux itself shall refuse, where the account is the person's own."""
        import resource

        if self.account <= 0 or not self.hub_settings.seat_processes:
            return {}
        most = self.hub_settings.seat_processes * THREADS_EACH
        hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        return {resource.RLIMIT_NPROC: (most, most)}

    def _folder(self) -> str:
        return pwd.getpwnam(self.user.name).pw_dir

    def _make_home(self) -> None:
        """Make sure that there is a home."""

    def _log_file(self) -> int:
        """Open what a seat has to say: a file of its own, that only the hub's account can read."""
        folder = self.hub_settings.state / "seats"
        folder.mkdir(mode=0o700, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(folder / f"{self.user.name}.log", flags, 0o600)

    async def _answers(self) -> None:
        while True:
            with contextlib.suppress(OSError):
                _reader, writer = await asyncio.open_connection(self.ip or "127.0.0.1", self.port)
                writer.close()
                return
            if await self.poll() is not None:
                error: Any = web.HTTPError(500, "the seat ended before it answered")
                error.jupyterhub_message = _(
                    "Your seat ended before it answered. Try again; if it goes on, tell the person who looks "
                    "after this server."
                )
                raise error
            await asyncio.sleep(LOOK_S)

    # --- living, and what a hub that starts again must know

    def get_state(self) -> dict[str, Any]:
        """Give what tells this seat's process from any other.

        Returns
        -------
        dict
            ``pid`` and ``began``.
        """
        state: dict[str, Any] = super().get_state()
        if self.identity is not None:
            state |= {"pid": self.identity.pid, "began": self.identity.began}
        return state

    def load_state(self, state: dict[str, Any]) -> None:
        """Find the seat that an earlier hub started.

        Parameters
        ----------
        state : dict
            As `get_state` gave it.
        """
        super().load_state(state)
        if state.get("pid") and state.get("began"):
            self.identity = Identity(pid=state["pid"], began=state["began"])
            self._common.line.opened(self._key)
            with contextlib.suppress(RuntimeError):
                asyncio.get_running_loop()
                self._common.attend()

    def clear_state(self) -> None:
        """Forget the process, which has ended, and let the next person in."""
        super().clear_state()
        if self._process is not None:
            self._process.close()
        self._process = self.identity = None
        self._common.line.left(self._key)

    async def poll(self) -> int | None:
        """Look whether the seat lives.

        Returns
        -------
        int or None
            Its exit code, 0 when nobody knows it, or None while it lives.
        """
        if self._process is not None:
            code = self._process.poll()
        elif self.proc is not None:
            code = self.proc.poll()
        else:
            code = None if self.identity is not None and self.identity.lives() else 0
        if code is not None:
            self.proc = None
            self.clear_state()
        return code

    async def _signal(self, sig: int) -> bool:
        return self.identity is not None and self.identity.signal(sig)

    async def stop(self, now: bool = False) -> None:
        """Close the seat, with its kernels; runs that are under way go on.

        Parameters
        ----------
        now : bool
            Whether not to wait until it has closed by itself.
        """
        for number, seconds in ((signal.SIGTERM, CLOSE_S), (signal.SIGKILL, END_S)):
            if now and number == signal.SIGTERM:
                continue
            if await self.poll() is not None or not await self._signal(number):
                break
            if await self._ended(seconds):
                break
        if await self.poll() is None:
            self.log.warning("%s's seat, process %i, does not end", self.user.name, self.pid)

    async def _ended(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if await self.poll() is not None:
                return True
            await asyncio.sleep(LOOK_S)
        return False

    async def delete_forever(self) -> None:
        """Forget a person who leaves for good."""
        self._common.dismiss(self.user.name)


class SharedSeat(Seat, SimpleLocalProcessSpawner):
    """A seat in the account that opened the hub, with a home of its person's own."""

    def _folder(self) -> str:
        return str(self.home_dir)

    def _make_home(self) -> None:
        Path(self.home_dir).mkdir(mode=0o700, parents=True, exist_ok=True)


def command() -> list[str]:
    """Say what starts a seat cold.

    Returns
    -------
    list of str
        A command.
    """
    return [sys.executable, "-m", MODULE]
