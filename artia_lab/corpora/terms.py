"""What a datasheet must say before its material may be used."""

from __future__ import annotations

import re
from pathlib import Path

from artia_lab.corpora.corpus import Corpus
from artia_lab.corpora.licences import spdx
from artia_lab.corpora.names import shown
from artia_lab.errors import CorpusError
from artia_lab.i18n import _

LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")


def shortcomings(corpus: Corpus) -> list[str]:
    """Say what a datasheet lacks.

    Parameters
    ----------
    corpus : Corpus
        What it says.

    Returns
    -------
    list of str
        One sentence for each thing to put right, with the remedy; empty when the corpus may be used.
    """
    where = shown(corpus.folder)
    wanting: list[str] = []
    if not corpus.title.strip():
        wanting.append(_('The corpus in {folder} has no title. Give it one: title = "…"').format(folder=where))
    if not corpus.private:
        wanting += _missing_terms(corpus, where)
    if corpus.language and not LANGUAGE.match(corpus.language):
        wanting.append(
            _("“{language}” is not a language code. Write fr, en, fr-CA … or nothing.").format(
                language=shown(corpus.language)
            )
        )
    for licence in sorted({corpus.licence, *(item.licence for item in corpus.items)}):
        try:
            spdx(licence)
        except CorpusError as error:
            wanting.append(str(error))
    return wanting


def refuse_shortcomings(corpus: Corpus) -> Corpus:
    """Refuse a corpus whose datasheet lacks something.

    Parameters
    ----------
    corpus : Corpus
        What its datasheet says.

    Returns
    -------
    Corpus
        The same corpus.

    Raises
    ------
    CorpusError
        If something is missing; the sentence says the first thing to put right.
    """
    wanting = shortcomings(corpus)
    if wanting:
        raise CorpusError(wanting[0])
    return corpus


def _missing_terms(corpus: Corpus, where: str | Path) -> list[str]:
    wanting = []
    if not any(author.strip() for author in corpus.authors):
        wanting.append(
            _('The corpus in {folder} names no author. Say whose material it is: authors = ["…"]').format(
                folder=where
            )
        )
    if not corpus.licence.strip():
        wanting.append(
            _(
                'The corpus in {folder} has no licence. Name one (licence = "CC-BY-4.0", for instance), or keep '
                "it "
                "to yourself: private = true"
            ).format(folder=where)
        )
    if not corpus.consent.strip():
        wanting.append(
            _(
                'The corpus in {folder} does not say how consent was obtained. Say it (consent = "…"), or keep '
                "it to "
                "yourself: private = true"
            ).format(folder=where)
        )
    return wanting
