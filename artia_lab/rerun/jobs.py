"""Several reruns at once, each in a process of its own, with the next one made ready meanwhile."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

from artia_lab import warm
from artia_lab.errors import Mistake
from artia_lab.i18n import _
from artia_lab.rerun.outcome import Outcome
from artia_lab.rerun.prepare import Job
from artia_lab.rerun.process import Worker
from artia_lab.rerun.progress import Progress
from artia_lab.runs import every_run

# How long a worker may take to save what was done when it is stopped, in s.
GRACE_S = 5.0


def rerun(
    jobs: Sequence[Job],
    out: Path,
    *,
    at_once: int = 1,
    tell: Callable[[Progress], object] = lambda _progress: None,
) -> list[Outcome]:
    """Rerun notebooks; one that fails does not stop the others.

    Parameters
    ----------
    jobs : sequence of Job
        The notebooks, already checked.
    out : Path
        Folder for the executed notebooks, and for their runs under ``runs``; made when missing.
    at_once : int > 0
        How many are executed at the same time.
    tell : callable
        Called when a notebook's rerun begins, before each of its cells, and once when it has ended; from several
        threads, but in this order for each notebook.

    Returns
    -------
    list of Outcome
        In the order of `jobs`. After a Ctrl-C, those that had not ended are ``interrupted``.

    Raises
    ------
    Mistake
        If `out` cannot be written to.
    """
    try:
        (out / "runs").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Mistake(
            _("“{folder}” cannot be made: {reason}. Choose another folder.").format(
                folder=out, reason=error.strerror
            )
        ) from error
    with warm.hearing(_say_why_cold):
        return _rerun(jobs, out, at_once, tell)


def _say_why_cold(reason: str) -> None:
    print(
        _("Notebooks start cold, some seconds later than they could: {reason}.").format(reason=reason),
        file=sys.stderr,
        flush=True,
    )


def _rerun(jobs: Sequence[Job], out: Path, at_once: int, tell: Callable[[Progress], object]) -> list[Outcome]:
    # One notebook alone is executed by the time that a fork server is ready.
    warm.prepare(wait=len(jobs) > 1)
    attempts = [
        _Attempt(number, job, place, tell)
        for number, (job, place) in enumerate(zip(jobs, _places(jobs, out.absolute()), strict=True))
    ]
    # The long ones first: one that began last would keep a single core busy while the others wait.
    line = _Line(sorted(attempts, key=lambda each: jobs[each.number].seconds, reverse=True))
    lanes = max(1, min(at_once, len(jobs)))
    with ThreadPoolExecutor(lanes + 1) as pool:
        futures = [pool.submit(line.work) for _lane in range(lanes)]
        try:
            for future in futures:
                future.result()
        except KeyboardInterrupt:
            futures += [pool.submit(each.dismiss) for each in line.stop()]
            # A second Ctrl-C is for those who cannot wait.
            with contextlib.suppress(KeyboardInterrupt):
                wait(futures, timeout=GRACE_S)
            for each in attempts:
                each.send(signal.SIGKILL)
    return [each.outcome or each.end("interrupted", _("This notebook was not begun.")) for each in attempts]


def _places(jobs: Sequence[Job], out: Path) -> list[Path]:
    """Name the executed notebooks, keeping apart those that share a name, and away from every source."""
    sources = {os.path.realpath(job.notebook) for job in jobs}
    places: list[Path] = []
    for job in jobs:
        place, number = out / job.notebook.name, 2
        while place in places or os.path.realpath(place) in sources:
            place, number = out / f"{job.notebook.stem}-{number}.ipynb", number + 1
        places.append(place)
    return places


class _Line:
    """The notebooks that wait for their turn, and those that had it."""

    def __init__(self, attempts: Sequence[_Attempt]) -> None:
        self._lock, self._waiting, self._begun = threading.Lock(), list(attempts), list[_Attempt]()

    def work(self) -> None:
        """Rerun one after the other, until none is left; meanwhile, the next one gets ready."""
        while (attempt := self._next()) is not None:
            attempt.begin()
            self._make_one_ready()
            attempt.follow()

    def stop(self) -> list[_Attempt]:
        """Interrupt those at work, let none begin any more, and give those that never will."""
        with self._lock:
            never, self._waiting = self._waiting, []
            for attempt in self._begun:
                attempt.send(signal.SIGINT)
        return never

    def _next(self) -> _Attempt | None:
        with self._lock:
            if not self._waiting:
                return None
            self._begun.append(self._waiting.pop(0))
            return self._begun[-1]

    def _make_one_ready(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting[0].get_ready()


class _Attempt:
    """The rerun of one notebook, seen from here."""

    def __init__(self, number: int, job: Job, place: Path, tell: Callable[[Progress], object]) -> None:
        self.number, self._job, self._place, self._tell = number, job, place, tell
        self._runs = place.parent / "runs" / place.stem
        self._aside = place.with_name(f".{secrets.token_hex(4)}.ipynb")
        self._progress = Progress(number=number, name=place.stem, runs=self._runs)
        self._began: float | None = None
        self._worker: Worker | None = None
        self._refused, self._stopped = "", False
        self._answered: dict[str, str] | None = None
        self.outcome: Outcome | None = None

    def get_ready(self) -> None:
        """Start the process, which reads the notebook and starts a kernel, and then waits."""
        if self._worker is None and not self._refused:
            try:
                self._worker = Worker(self._task(), self._environment())
            except OSError as error:
                self._refused = error.strerror or str(error)

    def begin(self) -> None:
        """Let the rerun begin, unless all were stopped meanwhile."""
        self.get_ready()
        if self._stopped:
            self.dismiss()
            return
        self._began = time.monotonic()
        self._before = _version(self._place), {each.id for each in every_run(self._runs)}
        self._tell(self._progress)
        if self._worker is not None:
            self._worker.begin()

    def follow(self) -> None:
        """Tell how the rerun goes until it has ended."""
        if self._began is None:
            return
        answer = self._answer()
        saved_before, runs_before = self._before
        made = [each for each in every_run(self._runs) if each.id not in runs_before]
        if answer["status"] == "interrupted":
            for each in made:
                each.stop()
        # When the worker was killed while it saved.
        self._aside.unlink(missing_ok=True)
        saved = _version(self._place) not in (None, saved_before)
        self.end(**answer, output=str(self._place) if saved else "", runs=tuple(str(each.path) for each in made))

    def dismiss(self) -> None:
        """End a process that got ready for nothing."""
        if self._worker is not None:
            self._worker.dismiss()
            self._worker.listen(lambda _message: None)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to whatever of it is alive."""
        self._stopped = True
        if self._worker is not None:
            self._worker.send(number)

    def end(self, status: str, sentence: str, output: str = "", runs: tuple[str, ...] = ()) -> Outcome:
        """Say how it ended."""
        self.outcome = Outcome(
            notebook=str(self._job.notebook),
            status=status,
            output=output,
            seconds=0.0 if self._began is None else round(time.monotonic() - self._began, 2),
            runs=runs,
            sentence=sentence,
        )
        self._tell(replace(self._progress, outcome=self.outcome))
        return self.outcome

    def _task(self) -> dict[str, Any]:
        return {
            "notebook": str(self._job.notebook),
            "output": str(self._place),
            "aside": str(self._aside),
            "values": self._job.values,
            "cwd": str(self._place.parent),
        }

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "ARTIA_RUNS": str(self._runs),
            "ARTIA_LANG": self._job.language,
            "ARTIA_NOTEBOOK": self._job.notebook.name,
        }

    def _answer(self) -> dict[str, str]:
        if self._worker is None:
            sentence = _(
                "The process that executes this notebook could not be started: {reason}. Close other programs, or "
                "rerun fewer notebooks at once."
            ).format(reason=self._refused)
            return {"status": "failed", "sentence": sentence}
        code = self._worker.listen(self._hear)
        if self._answered is not None:
            return self._answered
        if self._stopped:
            return {"status": "interrupted", "sentence": _("The rerun was stopped.")}
        sentence = _("The process that executed this notebook ended with code {code}: {reason}.").format(
            code=code, reason=self._worker.complaint().rstrip(".") or _("no reason given")
        )
        return {"status": "failed", "sentence": sentence}

    def _hear(self, message: dict[str, Any]) -> None:
        if "status" in message:
            self._answered = message
        else:
            self._progress = replace(self._progress, cell=message["cell"], cells=message["of"])
            self._tell(self._progress)


def _version(place: Path) -> tuple[int, int] | None:
    """Tell one saved file from the next at the same place."""
    try:
        found = place.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns
