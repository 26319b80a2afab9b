"""The corpora that a form offers, and what it says of the chosen one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from artia_lab import corpora
from artia_lab.corpora import Corpus
from artia_lab.errors import CorpusError
from artia_lab.i18n import _, ngettext

NAMED = 3
LISTED = 1000


def offered(media: Collection[str]) -> list[dict[str, str]]:
    """List the corpora that hold something of the media of an experiment.

    Parameters
    ----------
    media : collection of {"image", "audio", "text"}
        What the experiment works on.

    Returns
    -------
    list of dict
        ``id`` and ``label`` of each, the person's own first.
    """
    return [
        {"id": corpus.id, "label": f"{corpus.title} ({counted(corpus)})"}
        for corpus in corpora.every()
        if not set(media).isdisjoint(corpus.media)
    ]


def usable(id_or_folder: str, media: Collection[str]) -> Corpus:
    """Find a corpus for an experiment.

    Parameters
    ----------
    id_or_folder : str
        An id, or a folder.
    media : collection of {"image", "audio", "text"}
        What the experiment works on: the corpus must hold one of them.

    Returns
    -------
    Corpus
        The corpus.

    Raises
    ------
    Mistake
        If there is none, if it may not be used, or if it holds nothing of those media.
    """
    corpus = corpora.find(id_or_folder)
    if set(media).isdisjoint(corpus.media):
        sentences: dict[tuple[str, ...], str] = {
            ("image",): _("“{corpus}” holds no picture. Choose a corpus that does, or add some to it."),
            ("audio",): _("“{corpus}” holds no sound. Choose a corpus that does, or add some to it."),
            ("text",): _("“{corpus}” holds no text. Choose a corpus that does, or add some to it."),
        }
        of_several = _("“{corpus}” holds no picture, sound or text. Choose a corpus that does, or add some to it.")
        raise CorpusError(sentences.get(tuple(media), of_several).format(corpus=corpus.title))
    return corpus


def terms(corpus: Corpus) -> dict[str, Any]:
    """Say whose material it is and what may be done with it.

    Parameters
    ----------
    corpus : Corpus
        The chosen corpus.

    Returns
    -------
    dict
        ``sentence`` on authors and licence, ``consent``, and ``warning`` when nothing of it can be published.
    """
    return {
        "sentence": credit(corpus.title, corpus.authors, corpus.licence),
        "consent": corpus.consent,
        "warning": "" if corpus.publishable else _("Private corpus: nothing made from it can be published."),
    }


def credit(title: str, authors: tuple[str, ...] | list[str], licence: str) -> str:
    """Credit a corpus in one line.

    Parameters
    ----------
    title : str
        Its title.
    authors : sequence of str
        Whose it is.
    licence : str
        SPDX expression, or ``""``.

    Returns
    -------
    str
        For example ``"“Starter drawings”, by ArtIA Lab. Licence: CC0-1.0."``.
    """
    names, others = ", ".join(authors[:NAMED]), len(authors) - NAMED
    if not names:
        names = _("nobody named")
    elif others > 0:
        names = ngettext("{names} and {count} other", "{names} and {count} others", others).format(
            names=names, count=others
        )
    if not licence:
        return _("“{title}”, by {authors}. No licence.").format(title=title, authors=names)
    return _("“{title}”, by {authors}. Licence: {licence}.").format(title=title, authors=names, licence=licence)


def files(corpus: Corpus, media: set[str]) -> dict[str, list[str]]:
    """List the files that an item's control offers.

    Parameters
    ----------
    corpus : Corpus
        The chosen corpus.
    media : set of str
        The media that the form has item controls for; with none, the corpus is not read at all.

    Returns
    -------
    dict of str to list of str
        File names by medium, the first `LISTED` of each.
    """
    return {
        medium: [item.file for item in corpus.items if item.medium == medium][:LISTED] for medium in sorted(media)
    }


def counted(corpus: Corpus) -> str:
    """Say how many items a corpus has.

    Parameters
    ----------
    corpus : Corpus
        The corpus.

    Returns
    -------
    str
        For example ``"3 items"``.
    """
    return ngettext("{count} item", "{count} items", corpus.count).format(count=corpus.count)
