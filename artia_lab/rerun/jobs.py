"""Several reruns at once, each in a process of its own."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
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
    working = _Working()
    futures: list[Future[None]] = []
    with ThreadPoolExecutor(max(1, at_once)) as pool:
        try:
            # The long ones first: one that began last would keep a single core busy while the others wait.
            longest_first = sorted(attempts, key=lambda each: jobs[each.number].seconds, reverse=True)
            futures += [pool.submit(each.make, working) for each in longest_first]
            for future in futures:
                future.result()
        except KeyboardInterrupt:
            working.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            # A second Ctrl-C is for those who cannot wait.
            with contextlib.suppress(KeyboardInterrupt):
                wait([each for each in futures if not each.cancelled()], timeout=GRACE_S)
            working.kill()
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


class _Working:
    """The processes at work, so that all can be stopped, and none goes on after that."""

    def __init__(self) -> None:
        self._lock, self._workers = threading.Lock(), set[Worker]()
        self.stopped = False

    def add(self, worker: Worker) -> None:
        with self._lock:
            self._workers.add(worker)
            if self.stopped:
                worker.send(signal.SIGINT)

    def remove(self, worker: Worker) -> None:
        with self._lock:
            self._workers.discard(worker)

    def stop(self) -> None:
        with self._lock:
            self.stopped = True
            for worker in self._workers:
                worker.send(signal.SIGINT)

    def kill(self) -> None:
        with self._lock:
            for worker in self._workers:
                worker.send(signal.SIGKILL)


class _Attempt:
    """The rerun of one notebook, seen from here."""

    def __init__(self, number: int, job: Job, place: Path, tell: Callable[[Progress], object]) -> None:
        self.number, self._job, self._place, self._tell = number, job, place, tell
        self._runs = place.parent / "runs" / place.stem
        self._aside = place.with_name(f".{secrets.token_hex(4)}.ipynb")
        self._progress = Progress(number=number, name=place.stem, runs=self._runs)
        self._began: float | None = None
        self._answered: dict[str, str] | None = None
        self.outcome: Outcome | None = None

    def make(self, working: _Working) -> None:
        """Rerun the notebook, unless all were stopped."""
        if working.stopped:
            return
        self._began = time.monotonic()
        self._tell(self._progress)
        saved_before, runs_before = _version(self._place), {each.id for each in every_run(self._runs)}
        answer = self._answer(working)
        made = [each for each in every_run(self._runs) if each.id not in runs_before]
        if answer["status"] == "interrupted":
            for each in made:
                each.stop()
        # When the worker was killed while it saved.
        self._aside.unlink(missing_ok=True)
        saved = _version(self._place) not in (None, saved_before)
        self.end(**answer, output=str(self._place) if saved else "", runs=tuple(str(each.path) for each in made))

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

    def _answer(self, working: _Working) -> dict[str, str]:
        task = {
            "notebook": str(self._job.notebook),
            "output": str(self._place),
            "aside": str(self._aside),
            "values": self._job.values,
            "cwd": str(self._place.parent),
        }
        environment = os.environ | {
            "ARTIA_RUNS": str(self._runs),
            "ARTIA_LANG": self._job.language,
            "ARTIA_NOTEBOOK": self._job.notebook.name,
        }
        try:
            worker = Worker(task, environment)
        except OSError as error:
            sentence = _(
                "The process that executes this notebook could not be started: {reason}. Close other programs, or "
                "rerun fewer notebooks at once."
            ).format(reason=error.strerror)
            return {"status": "failed", "sentence": sentence}
        working.add(worker)
        try:
            code = worker.listen(self._hear)
        finally:
            working.remove(worker)
        if self._answered is not None:
            return self._answered
        if working.stopped:
            return {"status": "interrupted", "sentence": _("The rerun was stopped.")}
        sentence = _("The process that executed this notebook ended with code {code}: {reason}.").format(
            code=code, reason=worker.complaint().rstrip(".") or _("no reason given")
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
