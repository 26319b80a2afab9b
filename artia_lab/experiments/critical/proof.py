"""What a copy check promises, checked on a run that was kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from artia_lab import corpora
from artia_lab.experiments.critical.copy_check_planted import ORIGINAL, PLANTED, SUFFIX, original, planted
from artia_lab.experiments.critical.copy_check_references import references
from artia_lab.experiments.critical.copy_check_verdict import COPY, examine

if TYPE_CHECKING:
    from artia_lab.runs import RunFolder


def a_planted_copy_is_found(folder: RunFolder) -> bool:
    """Check that a copy planted in what a run compared with is found there, and that an original is not flagged.

    Parameters
    ----------
    folder : RunFolder
        A finished run of the experiment ``critical.copy-check``; its seed chooses what is planted.

    Returns
    -------
    bool
        Whether, in each medium of its corpus, the copy is called one, of the item it was taken from, and the
        original is not.

    Raises
    ------
    Mistake
        If the corpus is no longer there, or can no longer be read.
    """
    asked = folder.request()
    seed = int(asked.parameters["seed"])
    with corpora.CorpusReader(corpora.find(asked.corpus_id)) as reader:
        media = [medium for medium in SUFFIX if medium in reader.corpus.media]
        return bool(media) and all(_holds(reader, medium, seed) for medium in media)


def _holds(reader: Any, medium: str, seed: int) -> bool:
    item, copy = planted(reader, medium, seed)
    compared = references(reader, medium, lambda _sentence: None)
    found = examine(str(PLANTED), medium, copy, compared)
    other = examine(str(ORIGINAL), medium, original(medium, seed), compared)
    named = bool(found.likeness.nearest) and found.likeness.nearest[0].item == item
    return found.verdict == COPY and named and other.verdict != COPY
