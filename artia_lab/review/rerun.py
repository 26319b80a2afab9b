"""Rerunning the notebook of a publication where it can do no harm, and taking back what it made."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from artia_lab.i18n import Text, _, visible
from artia_lab.provenance import Publication
from artia_lab.review.corpus import place_inside
from artia_lab.review.inside import EXECUTED, OUTCOME
from artia_lab.review.limits import GB, MB, Limits
from artia_lab.review.result import Rerun
from artia_lab.review.sandbox import HOME, INPUT, Sandbox, environment
from artia_lab.review.unpack import Room, unpack
from artia_lab.review.watch import Ending, watched
from artia_lab.review.words import same, tried, words
from artia_lab.runs import RunFolder, every_run
from artia_lab.warm import settings

# Loaded by the run alone, which loads them itself: to import them before it starts would take longer.
ONE_PROCESS_ONLY = ("torch", "diffusers", "librosa", "safetensors.torch")
INSIDE = "artia_lab.review.inside"


def rerun_safely(
    publication: Publication,
    folder: Path,
    corpus: Path,
    work: Path,
    limits: Limits,
    sandboxed: bool = True,
    meanwhile: Callable[[], object] = lambda: None,
) -> Rerun:
    """Execute the notebook of a publication.

    Parameters
    ----------
    publication : Publication
        What it says.
    folder : Path
        Where it was unpacked; the rerun sees its notebook and nothing else of it, so that it cannot copy results.
    corpus : Path
        Folder of the corpus.
    work : Path
        A folder to keep things in.
    limits : Limits
        What the rerun may use.
    sandboxed : bool
        False to execute it as any program of this person.
    meanwhile : callable
        Done in this process while the other one works.

    Returns
    -------
    Rerun
        What came of it.
    """
    name = Path(publication.notebook).name
    place, named = place_inside(publication.corpus.id)
    archive = work / "results.zip"
    with archive.open("wb") as results:
        if sandboxed:
            values = {} if named else {"corpus": place}
            shown = {str(INPUT / "notebook" / name): folder / publication.notebook}
            sandbox = Sandbox(
                limits=limits,
                shown=shown | ({place: corpus} if place else {}),
                written={str(INPUT / "warm.toml"): _imports()},
                variables={"ARTIA_LANG": publication.language, "ARTIA_WARM": str(INPUT / "warm.toml")},
            )
            told = [str(INPUT / "notebook" / name), json.dumps(values), str(HOME / "out")]
            with sandbox.command([sys.executable, "-m", INSIDE, *told]) as (command, descriptors):
                ending = watched(command, descriptors, limits, results, meanwhile=meanwhile)
        else:
            home = Path(tempfile.mkdtemp(prefix="home-", dir=work))
            if named and place:
                link = home / Path(place).relative_to(HOME)
                link.parent.mkdir(parents=True)
                link.symlink_to(corpus)
            values = {} if named else {"corpus": str(corpus)}
            told = [str(folder / publication.notebook), json.dumps(values), str(work / "out")]
            command = [sys.executable, "-m", INSIDE, *told]
            ending = watched(command, [], limits, results, _unprotected(publication, home), meanwhile)
    made = _received(archive, work / "results", limits) if not ending.stopped else None
    return replace(_understood(made, ending, limits, work / "results"), sandboxed=sandboxed)


def _received(archive: Path, folder: Path, limits: Limits) -> dict[str, Any] | Text:
    room = Room(entries=5000, total_bytes=limits.result_bytes)
    names = tried(lambda: unpack(archive, folder, room))
    if isinstance(names, Text):
        return names
    try:
        said = json.loads((folder / OUTCOME).read_text("utf-8"))
        return {
            "status": str(said["status"]),
            "sentence": str(said["sentence"])[:4000],
            "disk_full": bool(said["disk_full"]),
        }
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return words(lambda: _("The rerun sent back something that is no result."))


def _understood(made: dict[str, Any] | Text | None, ending: Ending, limits: Limits, folder: Path) -> Rerun:
    rerun = Rerun(sandboxed=True, seconds=ending.seconds)
    if ending.stopped:
        return replace(rerun, reason=words(lambda: _why_stopped(ending.stopped, limits)))
    if isinstance(made, Text):
        if ending.code:
            last = visible(ending.complaint.strip().rpartition("\n")[2])[:500]
            made = words(
                lambda: _("The rerun ended before its end, with code {code}: {reason}").format(
                    code=ending.code, reason=last or _("no reason given")
                )
            )
        return replace(rerun, reason=made)
    assert made is not None
    executed = folder / EXECUTED
    runs = tuple(sorted(every_run(folder / "runs"), key=_order))
    rerun = replace(rerun, executed=executed if executed.is_file() else None, runs=runs)
    if made["status"] == "finished":
        return rerun
    reason = same(visible(made["sentence"]))
    if made["disk_full"]:
        filled = words(
            lambda: _("The notebook filled the {size} MB of disk that a review gives it. {reason}").format(
                size=limits.disk_bytes // MB, reason=visible(made["sentence"])
            )
        )
        return replace(rerun, reason=filled)
    return replace(rerun, reason=reason)


def _order(run: RunFolder) -> tuple[str, str]:
    """Order runs by the first thing that each said, since the ids of one second are not in order."""
    try:
        return str(run.events()[0][0]["time"]), run.id
    except (OSError, LookupError, TypeError):
        return "", run.id


def _why_stopped(stopped: str, limits: Limits) -> str:
    sentences = {
        "time": _("The notebook had not ended after {minutes} minutes, and was stopped. If it needs longer, "
                  "review again with --minutes."),
        "memory": _("The notebook held more than {memory} GB of memory, and was stopped. If it needs more, review "
                    "again with --memory."),
        "processes": _("The notebook started more than {processes} processes or threads, and was stopped."),
        "results": _("The notebook made more than {results} MB of results, and was stopped."),
    }  # fmt: skip
    return sentences[stopped].format(
        minutes=f"{limits.seconds / 60:.3g}",
        memory=f"{limits.memory_bytes / GB:.3g}",
        processes=limits.processes,
        results=limits.result_bytes // MB,
    )


def _imports() -> str:
    """List what more than one process of a rerun imports, as settings of warm start."""
    every = settings.read(settings.path())
    kept = [name for name in every.imports if not name.startswith(ONE_PROCESS_ONLY)]
    return f"imports = {json.dumps(kept)}\nidle_seconds = 3600\n"


def _unprotected(publication: Publication, home: Path) -> dict[str, str]:
    """Write the environment of a rerun that nothing separates from this person's files."""
    return environment() | {
        "ARTIA_HOME": str(home / "artia"),
        "ARTIA_LANG": publication.language,
        "ARTIA_WARM": "off",
        "HOME": str(home),
        "TMPDIR": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "PATH": os.environ.get("PATH", ""),
    }
