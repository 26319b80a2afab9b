"""Keeping the parts of a hub alive: whichever ends unasked is started again, and seats go on meanwhile.

The parts are the hub itself (which keeps its proxy alive), the broker of places to compute, and the board. They
end with whoever started them: a supervisor that is killed leaves the seats and the proxy, which the next finds.
"""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from artia_lab.i18n import _

# A part that ends again and again is started less and less often, in s; one that lived for so long begins anew.
DELAYS_S = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
HEALTHY_S = 60.0
# Without the hub there is nothing: after as many quick ends in a row, people are told.
HUB_TRIES = 6
LOOK_S = 0.1
# A hub that is asked to end first ends its seats.
ENDING_S = 60.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Part:
    """One process that is kept alive.

    Attributes
    ----------
    name : str
        ``"hub"``, ``"broker"`` or ``"board"``.
    command : list of str
        What starts it.
    environment : mapping of str to str
        All of its variables.
    cwd : Path
        Its folder.
    process : subprocess.Popen or None
        The one that lives, or ended last.
    ends : int
        How often in a row it ended before it had lived for long.
    asked : bool
        Whether it was asked to end.
    """

    name: str
    command: list[str]
    environment: Mapping[str, str]
    cwd: Path
    process: subprocess.Popen[bytes] | None = None
    ends: int = 0
    asked: bool = False
    began: float = field(default=0.0, repr=False)
    due: float = field(default=0.0, repr=False)

    def start(self) -> None:
        """Start it."""
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=dict(self.environment),
            cwd=self.cwd,
            stdin=subprocess.DEVNULL,
            # The database and what seats make are for their owners alone.
            umask=0o077,
            # Ctrl-C in a terminal is for the supervisor, which then ends each part in its own way.
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )

    def alive(self) -> bool:
        """Say whether it lives.

        Returns
        -------
        bool
            False before its start as well.
        """
        return self.process is not None and self.process.poll() is None

    def ended(self, now: float) -> None:
        """Take note that it ended without being asked, and decide when to start it again.

        Parameters
        ----------
        now : float
            The time, in s.
        """
        self.ends = 1 if now - self.began > HEALTHY_S else self.ends + 1
        self.due = now + DELAYS_S[min(self.ends, len(DELAYS_S)) - 1]

    def ask_to_end(self) -> None:
        """Ask it to end; once, since JupyterHub takes a second time for impatience."""
        if self.process is not None and self.alive() and not self.asked:
            self.asked = True
            self.process.terminate()

    def end(self, patience_s: float) -> None:
        """Wait until it has ended, and see to it.

        Parameters
        ----------
        patience_s : float
            How long it may take, in s.
        """
        if self.process is None:
            return
        try:
            self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Supervisor:
    """Keeps parts alive until it is asked to end them.

    Parameters
    ----------
    parts : list of Part
        In the order to start them; the hub is the last.
    answers : callable
        Says whether the hub answers.
    welcome : callable
        Called the first time that it does.
    tell : callable, optional
        Given each start and end: ``part``, ``what`` and ``code``; for the log.
    """

    def __init__(
        self,
        parts: list[Part],
        answers: Callable[[], bool],
        welcome: Callable[[], None],
        tell: Callable[[str, str, int | None], None] = lambda part, what, code: None,
    ) -> None:
        self.parts, self._answers, self._welcome, self._tell = parts, answers, welcome, tell
        self._asked = self._welcomed = False

    @property
    def hub(self) -> Part:
        """The part without which there is nothing.

        Returns
        -------
        Part
            The last one.
        """
        return self.parts[-1]

    def run(self) -> int:
        """Start the parts, and keep them alive until a signal asks to end.

        Returns
        -------
        int
            0 after a stop that was asked for, 1 if the hub could not be kept open.
        """
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._end) for number in numbers}
        try:
            for part in self.parts:
                if not self._asked:
                    part.start()
                    self._tell(part.name, "started", None)
            while not self._asked:
                if not self._welcomed and self._answers():
                    self._welcomed = True
                    self._welcome()
                if not self._look(time.monotonic()):
                    return 1
                time.sleep(LOOK_S)
            return 0
        finally:
            # The seats first: they still use the broker and the board.
            for part in reversed(self.parts):
                part.ask_to_end()
                part.end(ENDING_S)
            for number, handler in before.items():
                signal.signal(number, handler)
            if self._asked:
                print(_("The hub is closed."), flush=True)

    def _end(self, _number: int, _frame: object) -> None:
        self._asked = True
        self.hub.ask_to_end()

    def _look(self, now: float) -> bool:
        """Start again what has ended; False when there is no use in going on."""
        for part in self.parts:
            if part.alive():
                continue
            if part.due == 0.0 and not self._asked:
                code = part.process.returncode if part.process is not None else None
                part.ended(now)
                self._tell(part.name, "ended", code)
                if part is self.hub and (not self._welcomed or part.ends >= HUB_TRIES):
                    print(_given_up(self._welcomed).format(code=code), file=sys.stderr, flush=True)
                    return False
                print(_started_again(part.name).format(code=code), file=sys.stderr, flush=True)
            if not self._asked and now >= part.due > 0.0:
                part.due = 0.0
                part.start()
                self._tell(part.name, "started", None)
        return True


def _given_up(welcomed: bool) -> str:
    if welcomed:
        return _(
            "The hub ends by itself again and again (code {code}); what it said stands above. Seats that were "
            "open go on: run “artia hub” again to reach them."
        )
    return _("The hub could not start (code {code}); what it said stands above.")


def _started_again(part: str) -> str:
    sentences = {
        "hub": _("The hub ended by itself (code {code}) and is opened again; open seats go on."),
        "broker": _("The queue ended by itself (code {code}) and is started again; runs go on."),
        "board": _("The board ended by itself (code {code}) and is started again."),
    }
    return sentences[part]


def _end_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
