"""Several reruns at once, each in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from artia_lab.errors import Mistake
from artia_lab.i18n import _
from artia_lab.rerun.outcome import Outcome
from artia_lab.rerun.prepare import Job
from artia_lab.runs import every_run


def rerun(
    jobs: Sequence[Job],
    out: Path,
    *,
    at_once: int = 1,
    tell: Callable[[str, Outcome | None], None] = lambda _name, _outcome: None,
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
        Called with a notebook's name when its rerun starts (and None) and ends (and its outcome), from several
        threads.

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
    places = _places(jobs, out.absolute())
    stopping = threading.Event()
    outcomes: dict[int, Outcome] = {}

    def _work(number: int) -> None:
        tell(places[number].stem, None)
        outcomes[number] = _rerun_one(jobs[number], places[number], stopping)
        tell(places[number].stem, outcomes[number])

    with ThreadPoolExecutor(max(1, at_once)) as pool:
        futures = [pool.submit(_work, number) for number in range(len(jobs))]
        try:
            for future in futures:
                future.result()
        except KeyboardInterrupt:
            stopping.set()
            pool.shutdown(cancel_futures=True)
    return [
        outcomes.get(number)
        or Outcome(
            notebook=str(job.notebook),
            status="interrupted",
            output="",
            seconds=0.0,
            sentence=_("This notebook was not begun."),
        )
        for number, job in enumerate(jobs)
    ]


def _places(jobs: Sequence[Job], out: Path) -> list[Path]:
    """Name the executed notebooks, keeping apart those that share a name."""
    places: list[Path] = []
    for job in jobs:
        place, number = out / job.notebook.name, 2
        while place in places or place == job.notebook:
            place, number = out / f"{job.notebook.stem}-{number}.ipynb", number + 1
        places.append(place)
    return places


def _rerun_one(job: Job, place: Path, stopping: threading.Event) -> Outcome:
    began, runs = time.monotonic(), place.parent / "runs" / place.stem
    task = {
        "notebook": str(job.notebook),
        "output": str(place),
        "values": job.values,
        "cwd": str(place.parent),
    }
    environment = os.environ | {
        "ARTIA_RUNS": str(runs),
        "ARTIA_LANG": job.language,
        "ARTIA_NOTEBOOK": job.notebook.name,
    }
    place.unlink(missing_ok=True)
    before = {each.id for each in every_run(runs)}
    worker = subprocess.Popen(
        [sys.executable, "-m", "artia_lab.rerun.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    answer = _converse(worker, json.dumps(task), stopping)
    made = [each for each in every_run(runs) if each.id not in before]
    if answer["status"] == "interrupted":
        for each in made:
            each.stop()
    return Outcome(
        notebook=str(job.notebook),
        status=answer["status"],
        output=str(place) if place.exists() else "",
        seconds=round(time.monotonic() - began, 2),
        runs=tuple(str(each.path) for each in made),
        sentence=answer["sentence"],
    )


def _converse(worker: subprocess.Popen[str], task: str, stopping: threading.Event) -> dict[str, str]:
    printed, complaints, sent = "", "", False
    while True:
        try:
            printed, complaints = worker.communicate(None if sent else task, timeout=0.2)
            break
        except subprocess.TimeoutExpired:
            sent = True
            if stopping.is_set():
                with contextlib.suppress(ProcessLookupError):
                    # Papermill passes it on to the kernel, and saves what was done.
                    os.killpg(worker.pid, signal.SIGINT)
                stopping_answer = {"status": "interrupted", "sentence": _("The rerun was stopped.")}
                try:
                    worker.communicate(timeout=5)
                except subprocess.TimeoutExpired:
                    os.killpg(worker.pid, signal.SIGKILL)
                    worker.communicate()
                return stopping_answer
    try:
        answer: dict[str, str] = json.loads(printed.splitlines()[-1])
    except (IndexError, ValueError):
        last = complaints.strip().splitlines()[-1:] or [_("no reason given")]
        sentence = _("The process that executed this notebook ended with code {code}: {reason}.").format(
            code=worker.returncode, reason=last[0].rstrip(".")
        )
        return {"status": "failed", "sentence": sentence}
    return answer
