"""What is written about each try of a combination, before it starts and when it has ended.

A sweep's folder::

    sweep.json                  which notebook it is of
    index.html  sweep.csv       what came of it, written again as it goes
    reruns/1/                   one folder for each time the command worked
        source/<name>.ipynb     the notebook as it was then
        <name>-2.ipynb          one executed notebook for each combination,
        <name>-2.json           what was asked of it and how it ended,
        runs/<name>-2/<run>/    and its runs

Nothing else is remembered: what is done is read from these files.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from artia_lab.rerun import Outcome
from artia_lab.runs import RunFolder, every_run
from artia_lab.runs.files import write_json


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try of one combination.

    Attributes
    ----------
    place : Path
        Its JSON document.
    digest : str
        That of the notebook.
    language : {"fr", "en"}
        The language in which the notebook spoke.
    values : dict
        The combination.
    status : {"begun", "finished", "failed", "interrupted"}
        How far it is.
    seconds : float
        How long it took.
    runs : tuple of str
        Names of the runs that it made.
    sentence : str
        What went wrong, or ``""``.
    """

    place: Path
    digest: str
    language: str
    values: dict[str, Any]
    status: str = "begun"
    seconds: float = 0.0
    runs: tuple[str, ...] = ()
    sentence: str = ""

    @property
    def notebook(self) -> Path:
        """The executed notebook.

        Returns
        -------
        Path
            Where it stands, or would.
        """
        return self.place.with_suffix(".ipynb")

    @property
    def run_folders(self) -> tuple[RunFolder, ...]:
        """Its runs.

        Returns
        -------
        tuple of RunFolder
            The oldest first; one that was deleted since has no record.
        """
        return tuple(RunFolder(self.place.parent / "runs" / self.place.stem / name) for name in self.runs)

    def ended(self, outcome: Outcome) -> Attempt:
        """Take over how it ended.

        Parameters
        ----------
        outcome : Outcome
            The end.

        Returns
        -------
        Attempt
            The same attempt, ended.
        """
        return replace(
            self,
            status=outcome.status,
            seconds=outcome.seconds,
            sentence=outcome.sentence,
            runs=tuple(sorted(Path(each).name for each in outcome.runs)),
        )

    def write(self) -> None:
        """Write it down."""
        document = asdict(self)
        del document["place"]
        write_json(self.place, {"format": 1, **document, "runs": list(self.runs)})


def every_attempt(folder: Path) -> list[Attempt]:
    """Read all attempts of a sweep's folder.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    list of Attempt
        The oldest first. One whose notebook went on to its end after the sweep was killed is finished.
    """
    reruns = sorted((each for each in folder.glob("reruns/*") if each.name.isdecimal()), key=lambda f: int(f.name))
    found = [_read(place) for each in reruns for place in sorted(each.glob("*.json"))]
    return [_seen_through(each) for each in found if each is not None]


def _read(place: Path) -> Attempt | None:
    try:
        document = json.loads(place.read_text(encoding="utf-8"))
        del document["format"]
        return Attempt(place=place, **document | {"runs": tuple(document["runs"])})
    except (OSError, ValueError, KeyError, TypeError):
        # Whatever it is, it is no attempt of ours.
        return None


def _seen_through(attempt: Attempt) -> Attempt:
    """Look whether an attempt that nobody heard the end of came to one."""
    if attempt.status != "begun":
        return attempt
    try:
        document = json.loads(attempt.notebook.read_text(encoding="utf-8"))
        account = document["metadata"]["papermill"]
        complete = account["end_time"] and all(
            each["metadata"]["papermill"]["status"] == "completed" for each in document["cells"]
        )
        if not complete or account.get("exception"):
            return attempt
        made = every_run(attempt.place.parent / "runs" / attempt.place.stem)
        return replace(
            attempt,
            status="finished",
            seconds=round(float(account["duration"]), 2),
            runs=tuple(sorted(each.id for each in made)),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return attempt
