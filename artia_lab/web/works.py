"""A person's works, as a page shows them: what their runs made, and what they published."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from artia_lab import experiments
from artia_lab.errors import ArtiaError, NotFound
from artia_lab.home import home
from artia_lab.i18n import _
from artia_lab.runs import ACTIVE, RunFolder, every_run
from artia_lab.runs.files import write_json

PAGE_OF = 24
OUTPUTS_SHOWN = 6
EXCERPT_CHARACTERS = 600
CONSENT_FORMAT = 1
CONSENT_SUFFIX = ".exhibit.json"
SHOWN_NAME_LIMIT = 80
_DOCUMENT_BYTES = 2**20
_PUBLICATION = re.compile(r"[a-z0-9][a-z0-9-]{0,80}\.zip")


@dataclass(frozen=True)
class Shown:
    """An output of a run, as it is shown.

    Attributes
    ----------
    name, medium : str
        The file's name, and ``"image"``, ``"audio"``, ``"text"``, ``"table"`` or ``"model"``.
    address : str
        Where it is, under the server's own address.
    excerpt : str
        The beginning of a text.
    """

    name: str
    medium: str
    address: str
    excerpt: str = ""


@dataclass(frozen=True)
class Work:
    """What a run made.

    Attributes
    ----------
    run, title, corpus : str
        Its id, the title of its experiment in the language in force, and that of its corpus.
    moment : str
        When it was asked for, in ISO 8601.
    under_way : bool
        Whether it is still being made.
    kept_back : bool
        Whether its corpus forbids publishing what was made from it.
    outputs : tuple of Shown
        The works among its outputs, the first few.
    more : int
        How many others it has.
    """

    run: str
    title: str
    corpus: str
    moment: str
    under_way: bool
    kept_back: bool
    outputs: tuple[Shown, ...]
    more: int


@dataclass(frozen=True)
class Published:
    """A publication of the person's.

    Attributes
    ----------
    file, title, authors, licence : str
        Its file's name and what it says of itself.
    kilobytes : int
        Its size.
    exhibited : bool
        Whether its author agreed to have it shown in the workshop's exhibition.
    shown_name : str
        Under which name; ``""`` for the one they joined with.
    """

    file: str
    title: str
    authors: str
    licence: str
    kilobytes: int
    exhibited: bool
    shown_name: str


def works(before: str = "", limit: int = PAGE_OF) -> tuple[list[Work], str]:
    """List the newest works.

    Parameters
    ----------
    before : str
        A run's id: only those that are older.
    limit : int
        How many at most.

    Returns
    -------
    found : list of Work
        What finished or is under way; a folder that other hands damaged is left out.
    rest : str
        What `before` has to be to see the next ones; ``""`` when there is none.
    """
    found: list[Work] = []
    for run in every_run():
        if before and run.id >= before:
            continue
        if len(found) == limit:
            return found, found[-1].run
        try:
            state = run.status()
            if state == "finished" or state in ACTIVE:
                found.append(_work(run, state))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found, ""


def publications_folder() -> Path:
    """Name the folder of the person's publications.

    Returns
    -------
    Path
        Not created.
    """
    return home() / "publications"


def published() -> list[Published]:
    """List the person's publications.

    Returns
    -------
    list of Published
        The newest first; what is no publication is left out.
    """
    files = [each for each in publications_folder().glob("*.zip") if _PUBLICATION.fullmatch(each.name)]
    found = []
    for file in sorted(files, key=lambda each: each.stat().st_mtime, reverse=True):
        try:
            found.append(_published(file))
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
            continue
    return found


def located_publication(name: str) -> Path:
    """Find a publication by its file's name.

    Parameters
    ----------
    name : str
        The name.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    NotFound
        If there is none of that name.
    """
    file = publications_folder() / name
    if not _PUBLICATION.fullmatch(name) or file.is_symlink() or not file.is_file():
        raise NotFound(_("There is no publication “{name}” here any more.").format(name=name))
    return file


def consent(name: str, agreed: bool, shown_name: str = "") -> None:
    """Keep whether a publication may be shown in the workshop's exhibition.

    Parameters
    ----------
    name : str
        Its file's name.
    agreed : bool
        Whether its author agrees.
    shown_name : str
        The name to show; ``""`` for the one they joined with.

    Raises
    ------
    NotFound
        If there is no such publication.
    """
    file = located_publication(name)
    said = {
        "format": CONSENT_FORMAT,
        "publication": file.name,
        "consent": agreed,
        "shown_name": " ".join(shown_name.split())[:SHOWN_NAME_LIMIT],
    }
    write_json(_consent_of(file), said)


def _consent_of(file: Path) -> Path:
    return file.with_name(file.name.removesuffix(".zip") + CONSENT_SUFFIX)


def _work(run: RunFolder, state: str) -> Work:
    asked, record = run.request(), run.record() or {}
    try:
        title = str(experiments.load(asked.experiment).title)
    except ArtiaError:
        # Whatever offered it is not installed any more.
        title = asked.experiment
    made = [each for each in record.get("outputs", []) if each.get("kind", "work") == "work"]
    corpus = record.get("corpus") or {}
    return Work(
        run=run.id,
        title=title,
        corpus=str(corpus.get("title") or asked.corpus_id),
        moment=datetime.strptime(run.id[:15], "%Y%m%d-%H%M%S").isoformat(),
        under_way=state in ACTIVE,
        kept_back=bool(record) and corpus.get("publishable") is not True,
        outputs=tuple(_shown(run, each) for each in made[:OUTPUTS_SHOWN]),
        more=max(0, len(made) - OUTPUTS_SHOWN),
    )


def _shown(run: RunFolder, output: dict[str, Any]) -> Shown:
    path = str(output["path"]).removeprefix("outputs/")
    excerpt = ""
    if output["medium"] == "text":
        with (run.outputs_folder / path).open(encoding="utf-8", errors="replace") as stream:
            excerpt = stream.read(EXCERPT_CHARACTERS)
    return Shown(path, str(output["medium"]), f"artia/api/runs/{run.id}/files/{quote(path)}", excerpt)


def _published(file: Path) -> Published:
    with zipfile.ZipFile(file) as archive, archive.open("publication.json") as stream:
        says = json.loads(stream.read(_DOCUMENT_BYTES))
    try:
        agreed = json.loads(_consent_of(file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        agreed = {}
    agreed = agreed if isinstance(agreed, dict) else {}
    return Published(
        file=file.name,
        title=str(says["title"]),
        authors=", ".join(map(str, says["authors"])),
        licence=str(says["licence"]),
        kilobytes=max(1, file.stat().st_size // 1000),
        exhibited=agreed.get("consent") is True,
        shown_name=str(agreed.get("shown_name") or ""),
    )
