"""Whether what was made from a corpus may be published, and if not, which item forbids it and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from artia_lab.corpora import Corpus
from artia_lab.errors import CorpusError
from artia_lab.i18n import _, ngettext, visible
from artia_lab.provenance.licences import keeps_noncommercial, obstacle, proposals

NAMED = 3

# A use is a person's own words, in either language. Words that forbid, or that set a condition nobody here can
# check, make of it a refusal.
_PUBLICATION = re.compile(r"\b(re)?publi(sh|c?at|er\b|é)", re.IGNORECASE)
_RESERVE = re.compile(
    r"\b(no|not|never|without|except|unless|before|ask|permission|sans|pas|aucune?|jamais|sauf|excepté|hors|ni|"
    r"avant|demander|accord|autorisation)\b|\bnon(?![- ]?commercial)",
    re.IGNORECASE,
)
_NONCOMMERCIAL = re.compile(r"\bnon[- ]?commercial", re.IGNORECASE)


def refuse(corpus: Corpus, record: Mapping[str, Any], licence: str) -> None:
    """Refuse to publish a run whose material does not allow it.

    Parameters
    ----------
    corpus : Corpus
        What the datasheet of the corpus says today.
    record : mapping
        The record of the run, which names the items it used and, for one that drew from a model, those the model
        learnt from.
    licence : str
        SPDX expression that the publication is to bear.

    Raises
    ------
    CorpusError
        If the corpus, then or today, is private, has no licence or no consent, if its consent is for other uses,
        or if the licence of an item forbids the chosen one. The sentence names the item and says what to do.
    """
    refuse_corpus(corpus, record)
    agreed = bool(agreed_uses(corpus.uses))
    materials = licences_of(record)
    noncommercial = [each for each in agreed_uses(corpus.uses) if _NONCOMMERCIAL.search(each)]
    if noncommercial and len(noncommercial) == len(agreed_uses(corpus.uses)) and not keeps_noncommercial(licence):
        raise CorpusError(
            _(
                "The consent that “{corpus}” describes is for a publication that is not commercial ({uses}), "
                "which {licence} does not keep. Choose a NonCommercial licence, such as CC-BY-NC-4.0."
            ).format(corpus=visible(corpus.title), uses=visible(", ".join(noncommercial)), licence=licence)
        )
    refused: dict[str, list[str]] = {}
    reasons: dict[str, str] = {}
    for name, material in materials:
        why = obstacle(material, licence, agreed=agreed) if material else _("no licence at all")
        if why:
            refused.setdefault(material, []).append(name)
            reasons[material] = why
    if not refused:
        return
    said = [_says(names, material, reasons[material]) for material, names in refused.items()]
    fitting = proposals({each for _name, each in materials if each}, agreed=agreed) if "" not in refused else []
    if fitting:
        remedy = _("What would suit all of them: {licences}.").format(licences=", ".join(fitting))
    else:
        remedy = _(
            "No licence suits all of them: leave these items out of the corpus and make the run again, or, if you "
            "hold the rights, give them another licence in the datasheet."
        )
    raise CorpusError(
        _("This cannot be published under {licence}. {reasons} {remedy}").format(
            licence=licence, reasons=" ".join(said), remedy=remedy
        )
    )


def refuse_corpus(corpus: Corpus, record: Mapping[str, Any]) -> None:
    """Refuse to publish what was made from a corpus that is kept back, whatever the licence would be.

    Parameters
    ----------
    corpus, record : Corpus, mapping
        As for `refuse`.

    Raises
    ------
    CorpusError
        If the corpus, then or today, is private, has no licence or no consent, or if its consent is for other
        uses.
    """
    title = visible(corpus.title)
    if corpus.private:
        raise CorpusError(
            _(
                "“{corpus}” is a private corpus: nothing made from it can be published. If the people concerned "
                "now agree, say so in its datasheet (licence, consent, private = false) and make the run again."
            ).format(corpus=title)
        )
    where = corpus.folder / "corpus.toml"
    if not corpus.licence.strip():
        raise CorpusError(
            _(
                "“{corpus}” has no licence, so that nothing made from it can be published. Write one in the "
                "datasheet, {file}, and make the run again."
            ).format(corpus=title, file=where)
        )
    if not corpus.consent.strip():
        raise CorpusError(
            _(
                "“{corpus}” does not say how consent was obtained, so that nothing made from it can be published. "
                "Write it in the datasheet, {file}, and make the run again."
            ).format(corpus=title, file=where)
        )
    if not _allowed(corpus.uses):
        raise CorpusError(
            _(
                "The consent that “{corpus}” describes is for other uses ({uses}), not for publication. Ask the "
                "people concerned; if they agree, add “publication” to its uses in {file}."
            ).format(corpus=title, uses=visible(", ".join(corpus.uses)), file=where)
        )
    learnt = (record.get("model") or {}).get("corpus") or {}
    if learnt and learnt.get("publishable") is not True:
        raise CorpusError(
            _(
                "This run drew from a model that learnt from “{corpus}”, of which nothing may be published, nor "
                "of what is drawn from it. Train a model on material that may."
            ).format(corpus=visible(str(learnt.get("title") or learnt.get("id") or "")))
        )
    if record["corpus"].get("publishable") is not True:
        raise CorpusError(
            _(
                "When this run was made, “{corpus}” was private or had no licence, and the run keeps that "
                "promise. Make the run again now, then publish the new one."
            ).format(corpus=title)
        )


def suggestion(corpus: Corpus, record: Mapping[str, Any]) -> str:
    """Suggest a licence for a publication.

    Parameters
    ----------
    corpus, record : Corpus, mapping
        As for `refuse`.

    Returns
    -------
    str
        That of the corpus when it suits, else the freest of those that do; ``""`` when none does.
    """
    fitting = proposals(
        {each for _name, each in licences_of(record) if each}, agreed=bool(agreed_uses(corpus.uses))
    )
    return corpus.licence if corpus.licence in fitting else next(iter(fitting), "")


def agreed_uses(uses: Sequence[str]) -> list[str]:
    """List the uses of a datasheet that are a consent to publication.

    Parameters
    ----------
    uses : sequence of str
        In a person's own words, in French or in English.

    Returns
    -------
    list of str
        Those that name publication, without a reserve.
    """
    return [each for each in uses if _PUBLICATION.search(each) and not _RESERVE.search(each)]


def licences_of(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List what a run was made from with the licence of each.

    Parameters
    ----------
    record : mapping
        Its record.

    Returns
    -------
    list of tuple of str
        Name and SPDX expression: of each item it used, or of the whole corpus when it named none.
    """
    found = [(str(each["file"]), str(each.get("licence") or "").strip()) for each in record["items"]]
    corpus = record["corpus"]
    return found or [(str(corpus.get("title") or corpus["id"]), str(corpus.get("licence") or "").strip())]


def _allowed(uses: Sequence[str]) -> bool:
    """No use named forbids none; one that is refused is refused, whatever stands beside it."""
    if any(_PUBLICATION.search(each) and _RESERVE.search(each) for each in uses):
        return False
    return not any(each.strip() for each in uses) or bool(agreed_uses(uses))


def _says(names: Sequence[str], material: str, why: str) -> str:
    first, others = ", ".join(f"“{visible(each)}”" for each in names[:NAMED]), len(names) - NAMED
    if others > 0:
        first = ngettext("{names} and {count} other", "{names} and {count} others", others).format(
            names=first, count=others
        )
    if not material:
        return _("{items}: {why}.").format(items=first, why=why)
    return _("{items} ({licence}): {why}.").format(items=first, licence=material, why=why)


def refuse_sharing(corpus: Corpus) -> None:
    """Refuse to put the items of a corpus in a publication when one of them may not be passed on as it is.

    Parameters
    ----------
    corpus : Corpus
        The corpus, which may be published from.

    Raises
    ------
    CorpusError
        If an item has no licence, or terms of its own while the datasheet names no consent to publication.
    """
    agreed = bool(agreed_uses(corpus.uses))
    for item in corpus.items:
        if not item.licence.strip() or ("LicenseRef-" in item.licence and not agreed):
            raise CorpusError(
                _(
                    "The corpus cannot be put in the publication: nothing says that “{item}” ({licence}) may be "
                    "passed on. Publish with its digest only, --corpus-digest-only, or add “publication” to the "
                    "uses of the datasheet if its authors agree."
                ).format(item=visible(item.file), licence=item.licence or _("no licence at all"))
            )
