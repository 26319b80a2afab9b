"""The corpora there are: the person's, the lab's starters, and those that a package installed."""

from __future__ import annotations

import os
from pathlib import Path

from artia_lab.corpora import datasheet, starters, system
from artia_lab.corpora.corpus import Corpus, LeftOut
from artia_lab.corpora.names import shown
from artia_lab.corpora.terms import refuse_shortcomings
from artia_lab.errors import CorpusError, NotFound
from artia_lab.home import home
from artia_lab.i18n import _, language


def shelf() -> Path:
    """Name the folder that holds the person's corpora.

    Returns
    -------
    Path
        ``ARTIA_HOME/corpora``; not created.
    """
    return home() / "corpora"


def find(id_or_folder: str | Path) -> Corpus:
    """Find a corpus that may be used.

    Parameters
    ----------
    id_or_folder : str or Path
        An id, such as ``"system/scikit-image"`` or the name of a folder under ``ARTIA_HOME/corpora``; or a folder.

    Returns
    -------
    Corpus
        The corpus; none of its items has been decoded.

    Raises
    ------
    NotFound
        If there is none; the sentence lists those there are.
    CorpusError
        If the folder is not described, or its datasheet is wrong or lacks the licence or the consent.
    """
    return refuse_shortcomings(identify(id_or_folder))


def starter(medium: str) -> str:
    """Name the corpus that the lab lends when a person named none.

    Parameters
    ----------
    medium : {"image", "audio", "text"}
        What it holds.

    Returns
    -------
    str
        The id of a starter; for texts, of the one in the language in force.
    """
    return starters.id_for(medium, language())


def every() -> list[Corpus]:
    """List the corpora there are, without decoding or generating any.

    Returns
    -------
    list of Corpus
        The person's own, the starters, then those that a package installed. One whose datasheet cannot be read is
        there with no item, and `left_out` says why.
    """
    own = []
    for folder in sorted(shelf().iterdir()) if shelf().is_dir() else ():
        if (folder / datasheet.DATASHEET).is_file() and not starters.id_of(folder.name):
            try:
                own.append(datasheet.read(folder, folder.name))
            except CorpusError as error:
                own.append(_unreadable(folder, str(error)))
    return [*own, *starters.every(shelf()), *system.every()]


def identify(id_or_folder: str | Path) -> Corpus:
    """Find a corpus, whether it may be used or not.

    Parameters
    ----------
    id_or_folder : str or Path
        An id or a folder.

    Returns
    -------
    Corpus
        What its datasheet says.

    Raises
    ------
    NotFound
        If there is none.
    CorpusError
        If the folder has no datasheet, or one that cannot be read.
    """
    wanted = str(id_or_folder)
    makers = {"starter": lambda: starters.every(shelf()), "system": system.every}
    for corpus in makers.get(wanted.partition("/")[0], list)():
        if wanted == corpus.id:
            return corpus
    named = shelf() / wanted
    plain_name = isinstance(id_or_folder, str) and "/" not in wanted and wanted not in (".", "..")
    folder = named if plain_name and os.path.isdir(named) else Path(os.path.expanduser(wanted)).absolute()
    if not wanted or not os.path.isdir(folder):
        raise NotFound(
            _("There is no corpus “{corpus}”, nor a folder of that name. There are: {known}.").format(
                corpus=shown(wanted), known=", ".join(shown(corpus.id) for corpus in every())
            )
        )
    if not (folder / datasheet.DATASHEET).is_file():
        raise CorpusError(
            _(
                "{folder} is not described yet. Say whose material it is and what may be done with it: "
                "artia corpus new FOLDER --title … --author … --licence … --consent …"
            ).format(folder=shown(folder))
        )
    return datasheet.read(folder, folder_id(folder))


def folder_id(folder: Path) -> str:
    """Give the id of a folder.

    Parameters
    ----------
    folder : Path
        An absolute path.

    Returns
    -------
    str
        Its name when it stands under ``ARTIA_HOME/corpora``; else its path, with ``~`` for the person's own
        folder.
    """
    if folder.parent == shelf():
        return starters.id_of(folder.name) or folder.name
    try:
        return f"~/{folder.relative_to(Path.home()).as_posix()}"
    except (ValueError, RuntimeError):
        return str(folder)


def _unreadable(folder: Path, reason: str) -> Corpus:
    return Corpus(
        id=folder_id(folder),
        folder=folder,
        title=folder.name,
        count=0,
        media=(),
        load=lambda: (),
        left_out=(LeftOut(file=datasheet.DATASHEET, reason=reason),),
    )
