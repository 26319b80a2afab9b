"""Making a publication of what was just made again: its files, what they say of themselves, and one archive."""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from artia_lab.corpora import Corpus, Item, datasheet
from artia_lab.errors import CorpusError, Mistake
from artia_lab.i18n import _, visible
from artia_lab.provenance import archive, crate, credentials, notebooks, rules
from artia_lab.provenance.hiding import Hidden
from artia_lab.provenance.identity import Identity
from artia_lab.provenance.page import Words, page
from artia_lab.provenance.publication import DOCUMENT, SIGNATURE, Publication, PublishedCorpus
from artia_lab.provenance.terms import Terms
from artia_lab.runs import RunFolder
from artia_lab.runs.digests import content_digest, file_digest

PAGE, PACKAGES, ROOT = "index.html", "environment.txt", "root.pem"
EXECUTED = "notebook/executed.ipynb"
NAME_LIMIT = 60


@dataclass(frozen=True, kw_only=True)
class Material:
    """What is published: an executed notebook, the runs it made, and what they came from.

    Attributes
    ----------
    executed : Path
        The executed notebook, as `artia_lab.rerun` leaves it.
    name : str
        What the notebook is called.
    runs : tuple of RunFolder
        The finished runs that it made, at least one.
    main : RunFolder
        The one that the publication is about, among them.
    corpora : mapping of str to Corpus
        The corpora of the runs, by their id.
    words : Words
        Of the experiment of `main`.
    hidden : mapping of str to str
        What replaces names that shall not be published, such as folders.
    """

    executed: Path
    name: str
    runs: tuple[RunFolder, ...]
    main: RunFolder
    corpora: Mapping[str, Corpus]
    words: Words
    hidden: Mapping[str, str] = field(default_factory=dict)


def place_of(to: Path, title: str) -> Path:
    """Name the file of a publication.

    Parameters
    ----------
    to : Path
        The folder where it shall stand.
    title : str
        Its title.

    Returns
    -------
    Path
        An absolute path that ends in ``.zip``, of letters without accents, digits and hyphens.
    """
    plain = unicodedata.normalize("NFKD", title.replace("’", " ")).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:NAME_LIMIT].strip("-")
    return to.absolute() / f"{name or 'publication'}.zip"


def publish(material: Material, terms: Terms, to: Path) -> Path:
    """Write a publication.

    Parameters
    ----------
    material : Material
        What is published.
    terms : Terms
        What its authors say of it.
    to : Path
        The folder where it shall stand.

    Returns
    -------
    Path
        The publication, one ``.zip``.

    Raises
    ------
    Mistake
        If a term is missing, the material does not allow it, a file of that name is there, or it cannot be
        written; nothing is left then.
    """
    terms = terms.checked()
    place = place_of(to, terms.title)
    if place.exists():
        raise archive.there_already(place)
    refuse(material, terms)
    with TemporaryDirectory(prefix="artia-publication-") as folder:
        staged = _Staged(Path(folder), material, terms, Identity.of_this_lab())
        archive.write(place, Path(folder), staged.make(place.name))
    return place


def refuse(material: Material, terms: Terms) -> None:
    """Refuse what the corpora or their licences do not allow.

    Parameters
    ----------
    material : Material
        What would be published.
    terms : Terms
        What its authors say of it.

    Raises
    ------
    CorpusError
        If a corpus is kept back, or an item's licence forbids the chosen one.
    """
    for run in material.runs:
        rules.refuse(material.corpora[run.request().corpus_id], run.record() or {}, terms.licence)
    if terms.with_corpus:
        if len({corpus.digest for corpus in material.corpora.values()}) > 1:
            raise CorpusError(
                _("This notebook used several corpora. Publish it with their digests only: --corpus-digest-only.")
            )
        rules.refuse_sharing(material.corpora[material.main.request().corpus_id])


class _Staged:
    """The files of a publication, in the folder they are packed from."""

    def __init__(self, folder: Path, material: Material, terms: Terms, identity: Identity) -> None:
        self._folder, self._material, self._terms, self._identity = folder, material, terms, identity
        shown = {
            corpus.id: name for corpus in material.corpora.values() if (name := _plain_id(corpus)) != corpus.id
        }
        folders = {str(corpus.folder): _plain_id(corpus) for corpus in material.corpora.values()}
        self._hidden = Hidden(folders | shown | dict(material.hidden))
        self._corpus = material.corpora[material.main.request().corpus_id]

    def make(self, file: str) -> list[str]:
        """Make every file, and list them in the order of the archive."""
        executed = notebooks.published(self._hidden.json(self._material.executed))
        source = f"notebook/{self._material.name}"
        self._write(EXECUTED, executed)
        self._write(source, notebooks.source(executed))
        records = {f"runs/{run.id}": self._run(run) for run in self._material.runs}
        items = self._items() if self._terms.with_corpus else {}
        (self._folder / PACKAGES).write_text(installed(), encoding="utf-8")
        (self._folder / ROOT).write_bytes(self._identity.root_pem)
        published = self._says(source, records)
        (self._folder / PAGE).write_text(
            page(
                self._folder,
                published,
                self._material.words,
                records,
                executed,
                file=file,
                fingerprint=self._identity.root_fingerprint,
            ),
            encoding="utf-8",
        )
        published = replace(published, files=self._digests())
        runs = {f"runs/{run.id}": RunFolder(self._folder / "runs" / run.id) for run in self._material.runs}
        (self._folder / crate.METADATA).write_bytes(
            crate.describe(self._folder, published, runs, str(self._material.words.title), items)
        )
        published = replace(published, files=self._digests())
        content = (json.dumps(published.to_json(), ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
        (self._folder / DOCUMENT).write_bytes(content)
        (self._folder / SIGNATURE).write_bytes(self._identity.sign(content))
        return [DOCUMENT, SIGNATURE, *sorted(published.files)]

    def _run(self, run: RunFolder) -> dict[str, Any]:
        """Copy a run, hide what it says of folders, and sign what it made."""
        target = self._folder / "runs" / run.id
        record = self._hidden.json(run.path / "record.json")
        self._write(f"runs/{run.id}/request.json", self._hidden.json(run.path / "request.json"))
        self._write(f"runs/{run.id}/record.json", record)
        lines = [json.dumps(each, ensure_ascii=False) + "\n" for each in self._hidden.lines(run.diary)]
        (target / "events.jsonl").write_text("".join(lines), encoding="utf-8")
        for entry in record["outputs"]:
            path = target / entry["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(run.path / entry["path"], path)
            if file_digest(path) != entry["sha256"]:
                raise Mistake(
                    _(
                        "“{file}” is no longer what the run made. Make the run again, then publish the new one."
                    ).format(file=visible(entry["path"]))
                )
            if path.suffix in credentials.TYPES:
                credentials.sign(path, entry, record, self._terms, self._identity)
                if content_digest(path, entry["medium"]) != entry["digest"]:
                    raise RuntimeError(f"{entry['path']} does not decode to what its record says")
        return record

    def _items(self) -> dict[str, Item]:
        """Copy the corpus, and its datasheet."""
        target = self._folder / "corpus"
        for item in self._corpus.items:
            place = target / item.file
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._corpus.folder / item.file, place)
            if file_digest(place) != item.sha256:
                raise CorpusError(
                    _(
                        "“{file}” was changed since it was described. Put it back as it was, or describe it again "
                        "(artia corpus add) and make the run again."
                    ).format(file=visible(item.file))
                )
        datasheet.write(replace(self._corpus, folder=target))
        return {f"corpus/{item.file}": item for item in self._corpus.items}

    def _says(self, source: str, records: Mapping[str, dict[str, Any]]) -> Publication:
        main = records[f"runs/{self._material.main.id}"]
        asked, said = self._material.main.request(), main["corpus"]
        included = self._terms.with_corpus
        return Publication(
            title=self._terms.title,
            authors=self._terms.authors,
            licence=self._terms.licence,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            language=asked.language,
            experiment=asked.experiment,
            parameters=main["parameters"],
            seed=main["seed"],
            notebook=source,
            executed=EXECUTED,
            runs=tuple(records),
            corpus=PublishedCorpus(
                id=_plain_id(self._corpus),
                title=said["title"],
                digest=said["digest"],
                authors=tuple(said["authors"]),
                licence=said["licence"],
                included=included,
                folder="corpus" if included else "",
            ),
            environment=main["environment"],
            training_mining="allowed" if self._terms.allow_training else "notAllowed",
            files={},
        )

    def _digests(self) -> dict[str, str]:
        paths = (path for path in self._folder.rglob("*") if path.is_file())
        return {path.relative_to(self._folder).as_posix(): file_digest(path) for path in sorted(paths)}

    def _write(self, name: str, document: dict[str, Any]) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def installed() -> str:
    """List everything that is installed here.

    Returns
    -------
    str
        ``name==version`` lines, sorted; the sha256 of what stands before the last newline is the one in the
        environment of a run's record.
    """
    # The first one found is the one that is imported.
    found = {re.sub(r"[-_.]+", "-", each.name).lower(): each.version for each in reversed(list(distributions()))}
    return "\n".join(f"{name}=={version}" for name, version in sorted(found.items())) + "\n"


def _plain_id(corpus: Corpus) -> str:
    """The id of a corpus, or the name of its folder when the id would tell where that is."""
    known = corpus.id.startswith(("starter/", "system/")) or "/" not in corpus.id
    return corpus.id if known else corpus.folder.name
