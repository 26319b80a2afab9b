"""How a corpus is laid out: where its paragraphs begin, what its words look like, and what ends them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from artia_lab.experiments.text.model import KneserNey
from artia_lab.experiments.text.ngrams import START, Ngrams, encode

MARKS = 6
LONGEST_USUAL_WORD = 12
SAMPLE = 1 << 16
"""Characters read to tell what a word looks like."""


def marks_of(model: KneserNey) -> tuple[int, ...]:
    """List what most often ends a word.

    Parameters
    ----------
    model : KneserNey
        The model.

    Returns
    -------
    tuple[int, ...]
        Codes of the commonest characters that no word contains, at most `MARKS`.
    """
    outside = [
        code for code, character in enumerate(model.alphabet, start=1) if not re.match(r"[\w'’‑-]", character)
    ]
    return tuple(sorted(outside, key=lambda code: (-model.unigram[code], code))[:MARKS])


def beginnings(ngrams: Ngrams) -> np.ndarray:
    """Find where paragraphs begin.

    Parameters
    ----------
    ngrams : Ngrams
        The corpus.

    Returns
    -------
    np.ndarray [shape=(n,), dtype=int64]
        Places in ``ngrams.codes`` of the first character of each text, and of whatever follows a blank line or,
        in a corpus with fewer blank lines than texts, a new line.
    """
    for mark in ("\n\n", "\n"):
        codes = encode(mark, ngrams.alphabet)
        low, high, matched = ngrams.find(codes.tolist())
        if matched < codes.size:
            continue
        following = ngrams.positions[low:high].astype(np.int64) + codes.size
        following = following[~np.isin(ngrams.codes[following], [START, codes[0]])]
        if following.size >= len(ngrams.texts):
            return np.unique(np.concatenate([ngrams.starts, following]))
    return ngrams.starts


def word_pattern(texts: Sequence[str]) -> str:
    """Choose what counts as a word.

    Parameters
    ----------
    texts : Sequence[str]
        The corpus.

    Returns
    -------
    str
        Regular expression of a word, with its apostrophes and hyphens and what separates it from the one before;
        in a writing that puts no space between words (Chinese, Japanese, Thai), of a few characters.
    """
    share = max(1, SAMPLE // max(1, len(texts)))
    runs = [run for text in texts for run in re.findall(r"\w+", text[:share])]
    spaced = not runs or sum(map(len, runs)) / len(runs) <= LONGEST_USUAL_WORD
    return r"\W{0,6}\w+(?:['’‑-]\w+)*" if spaced else r"\W{0,3}\w{1,4}"
