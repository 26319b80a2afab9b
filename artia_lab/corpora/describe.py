"""Describing a folder of material, and adding to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from artia_lab.corpora import datasheet
from artia_lab.corpora.corpus import Corpus, Item
from artia_lab.corpora.licences import spdx
from artia_lab.corpora.names import checked_name, inside, shown
from artia_lab.corpora.recognise import recognise_file
from artia_lab.corpora.refusals import refusal
from artia_lab.corpora.shelf import find, folder_id
from artia_lab.corpora.sums import sha256_of
from artia_lab.corpora.survey import survey
from artia_lab.corpora.terms import refuse_shortcomings
from artia_lab.errors import CorpusError, MaterialError
from artia_lab.i18n import _


def describe(
    folder: Path | str,
    *,
    title: str = "",
    authors: Sequence[str] = (),
    licence: str = "",
    consent: str = "",
    uses: Sequence[str] = (),
    contact: str = "",
    language: str = "",
    description: str = "",
    private: bool = False,
) -> Corpus:
    """Describe a folder of material in place, so that it becomes a corpus.

    Pictures, sounds and texts are told apart by their content, and not decoded. Hidden files are passed over.

    Parameters
    ----------
    folder : Path or str
        The folder; its files stay as they are, a ``corpus.toml`` joins them.
    title : str
        The name of the corpus.
    authors : sequence of str
        Who made the material.
    licence : str
        SPDX expression.
    consent : str
        How consent was obtained.
    uses : sequence of str, optional
        What the consent is for.
    contact, language, description : str, optional
        Whom to ask, the language of the material, and what it is.
    private : bool, optional
        Keep it to the person: licence, consent and authors may then be missing, and nothing made from it can be
        published.

    Returns
    -------
    Corpus
        The corpus; `left_out` says which files of the folder are not in it, and why.

    Raises
    ------
    CorpusError
        If the folder is missing or already described, if it holds nothing that can be used, or if the licence,
        the consent, the authors or the title are missing.
    """
    folder = Path(folder).expanduser().absolute()
    if not folder.is_dir():
        raise CorpusError(
            _("There is no folder {folder}. Give the folder that holds your pictures, sounds or texts.").format(
                folder=shown(folder)
            )
        )
    if (folder / datasheet.DATASHEET).exists():
        raise CorpusError(
            _(
                "{folder} is described already. Correct its {datasheet} in a text editor, or add to it: "
                "artia corpus add FOLDER FILE"
            ).format(folder=shown(folder), datasheet=datasheet.DATASHEET)
        )
    stated = Corpus(
        id=folder_id(folder),
        folder=folder,
        title=title,
        authors=tuple(authors),
        licence=spdx(licence),
        consent=consent,
        uses=tuple(uses),
        contact=contact,
        language=language,
        description=description,
        private=private,
        count=0,
        media=(),
        load=lambda: (),
    )
    refuse_shortcomings(stated)
    items, left_out = survey(folder, ", ".join(authors), stated.licence)
    if not items:
        raise CorpusError(
            _("{folder} holds no picture, sound or text that can be used. Put some in it first. {reason}")
            .format(folder=shown(folder), reason=left_out[0].reason if left_out else "")
            .strip()
        )
    corpus = _with_items(replace(stated, left_out=tuple(left_out)), items)
    datasheet.write(corpus)
    return corpus


def add(
    corpus: Corpus | Path | str, files: Iterable[Path | str], *, author: str = "", licence: str = ""
) -> Corpus:
    """Add files to a corpus, or say again what a file of its folder holds.

    A file from elsewhere is copied into the folder; one that stands there is listed in place, and its sha256 is
    taken anew.

    Parameters
    ----------
    corpus : Corpus, Path or str
        A corpus of the person's, its id, or its folder.
    files : iterable of Path or str
        The files to add; nothing is added unless all can be.
    author, licence : str, optional
        Whose they are and under which SPDX expression, where the corpus's own do not hold.

    Returns
    -------
    Corpus
        The corpus with its new items.

    Raises
    ------
    CorpusError
        If the corpus is not the person's own, or if another file of the same name is there.
    MaterialError
        If a file is missing or cannot be used.
    """
    known = corpus if isinstance(corpus, Corpus) else find(corpus)
    folder = known.folder
    if not (folder / datasheet.DATASHEET).is_file() or known.id.startswith(("system/", "starter/")):
        raise CorpusError(
            _(
                "“{corpus}” came with the lab and stays as it is. Make a corpus of your own: "
                "artia corpus new FOLDER"
            ).format(corpus=shown(known.id))
        )
    licence = spdx(licence)
    sources = list(dict.fromkeys(Path(file).expanduser().absolute() for file in files))
    names = [_name_in(folder, source) for source in sources]
    items = {item.file: item for item in known.items}
    copied: list[Path] = []
    try:
        for source, name in zip(sources, names, strict=True):
            target = folder / name
            if not target.exists():
                copied.append(target)
                _copy(source, target)
            elif not target.samefile(source):
                raise CorpusError(
                    _("The corpus already has a file named “{file}”. Rename yours, then add it again.").format(
                        file=shown(name)
                    )
                )
            before = items.get(name)
            items[name] = Item(
                file=name,
                medium=recognise_file(target).medium,
                sha256=sha256_of(folder, name),
                author=author or (before.author if before else ", ".join(known.authors)),
                licence=licence or (before.licence if before else known.licence),
            )
        changed = _with_items(known, list(items.values()))
        datasheet.write(changed)
    except BaseException:
        for target in copied:
            target.unlink(missing_ok=True)
        raise
    return changed


def _with_items(corpus: Corpus, items: list[Item]) -> Corpus:
    fixed = tuple(items)
    media = tuple(sorted({item.medium for item in fixed} - {""}))
    return replace(corpus, count=len(fixed), media=media, load=lambda: fixed)


def _name_in(folder: Path, source: Path) -> str:
    """Find the name a file has, or will have, in the corpus folder, after checking that it can be used."""
    if source.is_dir():
        raise MaterialError(
            _("“{file}” is a folder. Give the files that are in it.").format(file=shown(source.name))
        )
    try:
        kind = recognise_file(source)
    except OSError as error:
        raise MaterialError(
            _("“{file}” cannot be opened: {reason}. Check its name and its permissions.").format(
                file=shown(source), reason=error.strerror
            )
        ) from None
    if not kind.medium:
        raise MaterialError(refusal(kind.name, source.name))
    if source.is_relative_to(folder) and ".." not in source.parts:
        name = source.relative_to(folder).as_posix()
    else:
        name = source.name
    inside(folder, name)
    return checked_name(name)


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        raise CorpusError(
            _("“{file}” cannot be copied into the corpus: {reason}. Make room, then add it again.").format(
                file=shown(source.name), reason=error.strerror
            )
        ) from None
