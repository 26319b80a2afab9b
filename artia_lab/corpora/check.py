"""Checking that a corpus is what its datasheet says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from artia_lab.corpora import datasheet
from artia_lab.corpora.corpus import Corpus, Item
from artia_lab.corpora.names import shown
from artia_lab.corpora.reader import CorpusReader
from artia_lab.corpora.recognise import recognise_file
from artia_lab.corpora.refusals import refusal
from artia_lab.corpora.shelf import identify
from artia_lab.corpora.survey import files_of
from artia_lab.corpora.terms import shortcomings
from artia_lab.errors import MaterialError
from artia_lab.i18n import _

SMALL_PX = 64
LOW_RATE_HZ = 8000


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing to put right in a corpus.

    Attributes
    ----------
    file : str
        The file concerned; ``"corpus.toml"`` for what the datasheet lacks.
    sentence : str
        What is wrong, and what to do.
    """

    file: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a check found.

    Attributes
    ----------
    corpus : Corpus
        The corpus that was checked.
    findings : tuple of Finding
        What is to be put right.
    """

    corpus: Corpus
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is to be put right.

        Returns
        -------
        bool
            True when there is no finding.
        """
        return not self.findings


def check(folder: Path | str) -> Report:
    """Check a corpus: its terms, and every one of its files, by decoding it.

    Parameters
    ----------
    folder : Path or str
        A corpus folder, or an id.

    Returns
    -------
    Report
        What is to be put right: missing, changed, unreadable and undescribed files; a missing licence or consent.

    Raises
    ------
    CorpusError
        If there is no datasheet, or it cannot be read.
    NotFound
        If there is no such corpus.
    """
    corpus = identify(folder)
    findings = [Finding(file=datasheet.DATASHEET, sentence=sentence) for sentence in shortcomings(corpus)]
    with CorpusReader(corpus) as reader:
        for item in corpus.items:
            try:
                _decode(reader, item)
            except MaterialError as error:
                findings.append(Finding(file=item.file, sentence=str(error)))
    if not corpus.id.startswith("system/"):
        findings += _strangers(corpus)
    return Report(corpus=corpus, findings=tuple(findings))


def _decode(reader: CorpusReader, item: Item) -> None:
    if item.medium == "audio":
        reader.sound(item, LOW_RATE_HZ)
    elif item.medium == "text":
        reader.text(item)
    else:
        reader.picture(item, SMALL_PX)


def _strangers(corpus: Corpus) -> Iterator[Finding]:
    described = {item.file for item in corpus.items}
    for name in files_of(corpus.folder):
        if name in described:
            continue
        try:
            kind = recognise_file(corpus.folder / name)
        except OSError:
            continue
        sentence = (
            _(
                "“{file}” is not in the datasheet. Add it (artia corpus add FOLDER FILE), or move it elsewhere."
            ).format(file=shown(name))
            if kind.medium
            else refusal(kind.name, name)
        )
        yield Finding(file=name, sentence=sentence)
