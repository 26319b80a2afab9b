"""What ``publication.json`` says of a publication, written once and read back with suspicion."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from artia_lab.errors import Mistake
from artia_lab.i18n import LANGUAGES, _, visible

FORMAT = 1
DOCUMENT = "publication.json"
SIGNATURE = "publication.p7s"
LIMIT_BYTES = 16 << 20
TRAINING = ("notAllowed", "allowed")

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class PublishedCorpus:
    """The corpus that a publication came from.

    Attributes
    ----------
    id, title, digest : str
        As its run's record names it; of a folder elsewhere than among the corpora, the id is its name alone.
    authors : tuple of str
        Whose it is.
    licence : str
        SPDX expression.
    included : bool
        Whether its items are in the publication.
    folder : str
        Where they are, ``"corpus"``; ``""`` when they are not included.
    """

    id: str
    title: str
    digest: str
    authors: tuple[str, ...]
    licence: str
    included: bool = False
    folder: str = ""


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What a publication says of itself.

    Attributes
    ----------
    title : str
        Its title.
    authors : tuple of str
        Whose it is, at least one.
    licence : str
        SPDX expression.
    created : str
        ISO date and time, with its zone.
    language : {"fr", "en"}
        The language in which its notebook and its run speak.
    experiment : str
        Id of the experiment.
    parameters : dict
        Every value by name, as JSON types.
    seed : int
        Where chance started from.
    notebook, executed : str
        Paths in the publication of the source and of the executed notebook.
    runs : tuple of str
        Paths of its run folders, such as ``"runs/<id>"``; at least one.
    corpus : PublishedCorpus
        What it came from.
    environment : dict
        As in the run's record.
    training_mining : {"notAllowed", "allowed"}
        Whether the authors allow training and data mining.
    files : dict of str to str
        sha256 by path of every file but the document itself and its signature.
    """

    title: str
    authors: tuple[str, ...]
    licence: str
    created: str
    language: str
    experiment: str
    parameters: dict[str, Any]
    seed: int
    notebook: str
    executed: str
    runs: tuple[str, ...]
    corpus: PublishedCorpus
    environment: dict[str, Any]
    training_mining: str
    files: dict[str, str]

    def to_json(self) -> dict[str, Any]:
        """Give the document that is written.

        Returns
        -------
        dict
            Plain JSON types.
        """
        return {"format": FORMAT, **asdict(self)}


def read_publication(folder: Path) -> Publication:
    """Read what an unpacked publication says of itself.

    Parameters
    ----------
    folder : Path
        Where it was unpacked.

    Returns
    -------
    Publication
        Checked: every path in it is relative and stays inside the folder, those of the notebooks and of the runs
        are paths of ``files``, every digest is one. Whether the files are there and have these digests is for
        whoever reviews to find out.

    Raises
    ------
    Mistake
        If the document is missing, too large, no JSON, of another format, or says something it may not.
    """
    path = folder / DOCUMENT
    try:
        if path.is_symlink() or path.stat().st_size > LIMIT_BYTES:
            raise ValueError(_("it is a link, or larger than 16 MB"))
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Mistake(
            _("There is no {document} here: this is no publication of ArtIA Lab.").format(document=DOCUMENT)
        ) from None
    except (OSError, ValueError) as error:
        raise _unreadable(error) from error
    try:
        # Deeply nested JSON ends in RecursionError.
        document = json.loads(content, parse_constant=_no_constant)
        return _publication(document)
    except (ValueError, RecursionError) as error:
        raise _unreadable(error) from error


def _unreadable(error: Exception) -> Mistake:
    return Mistake(
        _("{document} cannot be read as a publication: {reason}. Ask its authors for another copy.").format(
            document=DOCUMENT, reason=visible(str(error))[:300]
        )
    )


def _publication(document: Any) -> Publication:
    said = _Said(document, "")
    if said.document.get("format") != FORMAT:
        raise ValueError(_("its format is not {format}").format(format=FORMAT))
    files = {_inside(name): digest for name, digest in said.mapping("files").items()}
    if not all(isinstance(digest, str) and _SHA256.fullmatch(digest) for digest in files.values()):
        raise said.wrong("files")
    runs = tuple(_inside(each) for each in said.texts("runs"))
    if any(f"{each}/record.json" not in files or f"{each}/request.json" not in files for each in runs):
        raise said.wrong("runs")
    return Publication(
        title=said.text("title"),
        authors=said.texts("authors"),
        licence=said.text("licence"),
        created=_date(said),
        language=said.one_of("language", LANGUAGES),
        experiment=said.text("experiment"),
        parameters=said.mapping("parameters"),
        seed=said.whole("seed"),
        notebook=_among(said, "notebook", files),
        executed=_among(said, "executed", files),
        runs=runs,
        corpus=_corpus(_Said(said.mapping("corpus"), "corpus.")),
        environment=said.mapping("environment"),
        training_mining=said.one_of("training_mining", TRAINING),
        files=files,
    )


def _corpus(said: _Said) -> PublishedCorpus:
    included = said.document.get("included")
    folder = said.text("folder", empty=True)
    if not isinstance(included, bool) or folder != ("corpus" if included else ""):
        raise said.wrong("included")
    digest = said.text("digest")
    if not _SHA256.fullmatch(digest):
        raise said.wrong("digest")
    return PublishedCorpus(
        id=said.text("id"),
        title=said.text("title"),
        digest=digest,
        authors=said.texts("authors"),
        licence=said.text("licence"),
        included=included,
        folder=folder,
    )


@dataclass(frozen=True)
class _Said:
    """A JSON object, of which each member is read as what it must be."""

    document: dict[str, Any]
    prefix: str

    def __post_init__(self) -> None:
        if not isinstance(self.document, dict):
            raise ValueError(_("it is not a JSON object"))

    def wrong(self, name: str) -> ValueError:
        return ValueError(_("“{name}” is missing or is not as it should be").format(name=self.prefix + name))

    def text(self, name: str, *, empty: bool = False) -> str:
        value = self.document.get(name)
        if not isinstance(value, str) or not (empty or value.strip()):
            raise self.wrong(name)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.document.get(name)
        if not isinstance(value, list) or not value or not all(isinstance(e, str) and e.strip() for e in value):
            raise self.wrong(name)
        return tuple(value)

    def mapping(self, name: str) -> dict[str, Any]:
        value = self.document.get(name)
        if not isinstance(value, dict):
            raise self.wrong(name)
        return value

    def whole(self, name: str) -> int:
        value = self.document.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(name)
        return value

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name)
        if value not in allowed:
            raise self.wrong(name)
        return value


def _date(said: _Said) -> str:
    written = said.text("created")
    try:
        if datetime.fromisoformat(written).tzinfo is None:
            raise ValueError(written)
    except ValueError:
        raise said.wrong("created") from None
    return written


def _among(said: _Said, name: str, files: Mapping[str, str]) -> str:
    path = _inside(said.text(name))
    if path not in files or not path.startswith("notebook/") or not path.endswith(".ipynb"):
        raise said.wrong(name)
    return path


def _inside(path: str) -> str:
    pure = PurePosixPath(path)
    plain = str(pure) == path and not pure.is_absolute() and ".." not in pure.parts and path != "."
    if not plain or "\\" in path or "\0" in path:
        raise ValueError(_("“{path}” leads out of the publication").format(path=visible(path)))
    return path


def _no_constant(written: str) -> float:
    raise ValueError(written)
