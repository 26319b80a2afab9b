"""What a person asks to audit: the works of a run, a file, a folder, or a copy made on purpose."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from artia_lab.corpora import Corpus, Item
from artia_lab.corpora.names import inside, shown
from artia_lab.corpora.recognise import recognise_file
from artia_lab.corpora.refusals import refusal
from artia_lab.corpora.sums import sha256_of
from artia_lab.corpora.survey import files_of
from artia_lab.errors import CorpusError, MaterialError, Mistake, NotFound
from artia_lab.home import home
from artia_lab.i18n import _, ngettext
from artia_lab.likeness import Likeness
from artia_lab.runs import ACTIVE, RunFolder, every_run, find_run, runs_folder

AUDITS = "critical.copy-check"
LAST = "last"
REASONS = 20


@dataclass(frozen=True)
class Subject:
    """Files to audit.

    Attributes
    ----------
    name : str
        What they are, for people.
    folder : Path
        Where they are.
    items : tuple of Item
        Those that can be compared with the corpus.
    left_out : tuple of str
        A sentence for each file that cannot, or for many.
    measured : mapping of str to Likeness
        How near to this very corpus the run that made them found its works, by file.
    """

    name: str
    folder: Path
    items: tuple[Item, ...]
    left_out: tuple[str, ...] = ()
    measured: Mapping[str, Likeness] = field(default_factory=dict)

    @property
    def corpus(self) -> Corpus:
        """The same files as a corpus of nobody, so that they are decoded as carefully as one.

        Returns
        -------
        Corpus
            For a reader; it is never kept.
        """
        media = tuple(sorted({item.medium for item in self.items}))
        return Corpus(
            id=str(self.folder),
            folder=self.folder,
            title=self.name,
            count=len(self.items),
            media=media,
            load=lambda: self.items,
        )


def find_subject(asked: str, corpus: Corpus, most: int) -> Subject | None:
    """Find what a person asks to audit.

    Parameters
    ----------
    asked : str
        A run's id, the beginning or end of one, its folder, ``"last"``, or a file or a folder; ``""`` for the
        newest finished run made from the corpus.
    corpus : Corpus
        What it will be compared with.
    most : int
        How many files at most.

    Returns
    -------
    Subject or None
        At least one file; None when nothing was asked and no run was made from the corpus.

    Raises
    ------
    Mistake
        If there is no such thing, or nothing in it can be compared with the corpus.
    """
    wanted = asked.strip()
    if not wanted:
        made = (run for run in _finished() if run.request().corpus_id == corpus.id)
        newest = next((run for run in made if _has_work(run, corpus.media)), None)
        return None if newest is None else _of_run(newest, corpus, most)
    if wanted == LAST:
        last = next((run for run in _finished() if _has_work(run, corpus.media)), None)
        if last is None:
            raise NotFound(
                _(
                    "There is no finished run in “{folder}” that holds a work to compare with “{corpus}”. Run an "
                    "experiment first, or name a file or a folder."
                ).format(folder=shown(runs_folder()), corpus=shown(corpus.title))
            )
        return _of_run(last, corpus, most)
    path = _path(wanted)
    if path is None:
        return _of_run(_run_named(wanted), corpus, most)
    if (path / "request.json").is_file():
        return _of_run(RunFolder(path), corpus, most)
    if path.is_dir():
        return _chosen(shown(path.name or path), path, files_of(path), corpus, most)
    real = path.resolve()
    return _chosen(shown(path.name), real.parent, [real.name], corpus, most)


def sorted_out(folder: Path, names: Iterable[str], corpus: Corpus, most: int) -> tuple[list[Item], list[str]]:
    """Tell which files can be compared with a corpus.

    Parameters
    ----------
    folder : Path
        Where they are.
    names : iterable of str
        Their names in it.
    corpus : Corpus
        What they will be compared with.
    most : int
        How many at most.

    Returns
    -------
    items : list of Item
        Those that can.
    left_out : list of str
        Why the others cannot, one sentence each.
    """
    items: list[Item] = []
    left_out: list[str] = []
    beyond = others = 0
    for name in names:
        if len(items) == most:
            beyond += 1
            continue
        try:
            items.append(_item(folder, name, corpus))
        except (MaterialError, CorpusError) as error:
            others += len(left_out) == REASONS
            left_out = [*left_out, str(error)][:REASONS]
    if others:
        left_out.append(
            ngettext(
                "{count} other file cannot be compared either.",
                "{count} other files cannot be compared either.",
                others,
            ).format(count=others)
        )
    if beyond:
        left_out.append(
            ngettext(
                "{count} more file was not looked at: {most} at most were asked for.",
                "{count} more files were not looked at: {most} at most were asked for.",
                beyond,
            ).format(count=beyond, most=most)
        )
    return items, left_out


def _finished() -> Iterable[RunFolder]:
    """The finished runs that made something, the newest first; audits are not audited unless they are named."""
    for run in every_run():
        try:
            if run.request().experiment != AUDITS and run.status() == "finished":
                yield run
        except (OSError, ValueError, KeyError, TypeError):
            # A folder that other hands emptied is no run of ours.
            continue


def _has_work(run: RunFolder, media: tuple[str, ...]) -> bool:
    made = (run.record() or {}).get("outputs", [])
    return any(each["kind"] == "work" and each["medium"] in media for each in made)


def _run_named(name: str) -> RunFolder:
    if not any(run.id.startswith(name) or run.id.endswith(name) for run in every_run()):
        raise NotFound(
            _(
                "“{subject}” is neither a run nor a file: there is none of that name in {runs}, {here} or {home}. "
                "Give the id of a run, or the whole path of a file or of a folder."
            ).format(subject=shown(name), runs=shown(runs_folder()), here=shown(home()), home=shown(Path.home()))
        )
    return find_run(name)


def _path(wanted: str) -> Path | None:
    """A path, from the lab's folder or the person's own when it is not whole."""
    try:
        path = Path(os.path.expanduser(wanted))
        places = [path] if path.is_absolute() else [home() / path, Path.home() / path]
        return next((place for place in places if place.exists()), None)
    except (ValueError, OSError, RuntimeError):
        return None


def _of_run(run: RunFolder, corpus: Corpus, most: int) -> Subject:
    state = run.status()
    if state in ACTIVE:
        raise Mistake(_("The run “{run}” is still under way. Wait for its end, or stop it.").format(run=run.id))
    record = run.record() or run.closing_record(state)
    works = [each["path"] for each in record["outputs"] if each["kind"] == "work"]
    folder = run.outputs_folder
    names = [Path(each).relative_to(folder.name).as_posix() for each in works]
    subject = _chosen(_("the run {run}").format(run=run.id), folder, names, corpus, most)
    return replace(subject, measured=_measured(record, folder.name, subject.items, corpus))


def _measured(
    record: Mapping[str, Any], outputs: str, items: Iterable[Item], corpus: Corpus
) -> dict[str, Likeness]:
    """What the run itself found, of works that nobody touched since, if it compared them with the same corpus."""
    compared_with = {record["corpus"].get("digest"), record.get("model", {}).get("corpus", {}).get("digest")}
    if corpus.digest not in compared_with:
        return {}
    there, found = {item.file for item in corpus.items}, {}
    entries = {each["path"]: each for each in record["outputs"]}
    for item in items:
        entry = entries[f"{outputs}/{item.file}"]
        if entry.get("likeness") and entry.get("sha256") == item.sha256:
            said = {name: value for name, value in entry["likeness"].items() if name != "sentence"}
            # A record that other hands wrote may say anything.
            with suppress(TypeError, ValueError, KeyError, AttributeError):
                likeness = Likeness.from_json(said)
                known = tuple(each for each in likeness.nearest if each.item in there)
                found[item.file] = replace(likeness, nearest=known)
    return found


def _chosen(name: str, folder: Path, names: Iterable[str], corpus: Corpus, most: int) -> Subject:
    items, left_out = sorted_out(folder, names, corpus, most)
    if not items:
        sentence = _("There is nothing to look at in “{subject}”.").format(subject=name)
        instead = _("Name a run, a file or a folder that holds a picture, a sound or a text, as the corpus does.")
        raise MaterialError(" ".join([sentence, *left_out[:1], instead]))
    return Subject(name, folder, tuple(items), tuple(left_out))


def _item(folder: Path, name: str, corpus: Corpus) -> Item:
    try:
        name.encode("utf-8")
        kind = recognise_file(inside(folder, name))
    except UnicodeEncodeError:
        raise MaterialError(
            _("“{file}” has a name that is not readable text. Rename it.").format(file=shown(name))
        ) from None
    except OSError as error:
        raise MaterialError(
            _("“{file}” cannot be opened: {reason}. Check its permissions and its disk.").format(
                file=shown(name), reason=error.strerror
            )
        ) from None
    if not kind.medium:
        raise MaterialError(refusal(kind.name, name))
    if kind.medium not in corpus.media:
        sentences = {
            "image": _("“{file}” is a picture, and the corpus “{corpus}” holds none to compare it with."),
            "audio": _("“{file}” is a sound, and the corpus “{corpus}” holds none to compare it with."),
            "text": _("“{file}” is a text, and the corpus “{corpus}” holds none to compare it with."),
        }
        raise MaterialError(sentences[kind.medium].format(file=shown(name), corpus=shown(corpus.title)))
    return Item(file=name, medium=kind.medium, sha256=sha256_of(folder, name))
