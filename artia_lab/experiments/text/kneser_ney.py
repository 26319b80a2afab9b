"""Modified Kneser-Ney smoothing over characters, interpolated.

S. F. Chen and J. Goodman, "An empirical study of smoothing techniques for language modeling", Computer Speech and
Language 13 (1999), 359-394, sections 3 and 4. For an n-gram ``h w`` with context ``h``::

    p(w | h) = (c(h w) - D(c(h w))) / sum_v c(h v)  +  gamma(h) p(w | h without its first character)

``c`` counts occurrences at the highest order and, below it, the different characters seen to the left. ``D``
takes three values per order, for counts of 1, 2, and 3 or more; ``gamma`` gives the discounted mass to the lower
order. Under the unigrams stands a uniform law over the alphabet and one unknown character.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from artia_lab.experiments.text.model import KneserNey, Level
from artia_lab.experiments.text.ngrams import START, Tick, encode, no_tick, sort_ngrams

FALLBACK_DISCOUNTS = (0.5, 1.0, 1.5)
HELD_OUT = 10
"""One character in this many is kept aside to measure a model."""

PIECE = 1 << 16
ROWS = 1 << 19
"""Characters scored, and n-grams looked up, between two moments when the work can be stopped."""


def discounts_of(counts: np.ndarray) -> tuple[float, float, float]:
    """Estimate D1, D2 and D3+ from counts of counts (equation 26 of the paper).

    Parameters
    ----------
    counts : np.ndarray [shape=(n,)]
        How often each n-gram of one order counts, at least 1.

    Returns
    -------
    tuple[float, float, float]
        Each above 0 and at most 1, 2 and 3. Where too few counts exist for the estimate, Ney's single discount
        ``n1 / (n1 + 2 n2)``, and where that is undefined as well, 0.5, 1 and 1.5.
    """
    n1, n2, n3, n4 = (int(np.count_nonzero(counts == times)) for times in (1, 2, 3, 4))
    if not (n1 and n2):
        return FALLBACK_DISCOUNTS
    y = n1 / (n1 + 2 * n2)
    estimated = (1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3 if n3 else 0.0)
    sound = n4 > 0 and all(0 < value <= most for value, most in zip(estimated, (1, 2, 3), strict=True))
    return estimated if sound else (y, y, y)


def estimate(ngrams: np.ndarray, counts: np.ndarray, alphabet: str, tick: Tick = no_tick) -> KneserNey:
    """Estimate a model from counted n-grams.

    Parameters
    ----------
    ngrams : np.ndarray [shape=(n, order + 1)]
        Distinct n-grams in lexicographic order, as `Ngrams.distinct` gives them.
    counts : np.ndarray [shape=(n,)]
        How often each occurs.
    alphabet : str
        The characters that the codes stand for, sorted.
    tick : callable, optional
        Told the share of the work done; may raise to stop.

    Returns
    -------
    KneserNey
        The model.
    """
    length, size = ngrams.shape[1], len(alphabet) + 2
    levels = _structure(ngrams, size, lambda done: tick(done / 2))
    adjusted = [
        np.bincount(above.shorter, minlength=each.keys.size).astype(np.int32) for each, above in pairwise(levels)
    ]
    adjusted.append(counts[levels[-1].first].astype(np.int32))

    discounts = np.empty((length, 3))
    lower = np.full(1, 1 / (size - 1))
    backoffs, probabilities = [], []
    for depth, level in enumerate(levels):
        event = level.keys % size != START
        count = np.where(event, adjusted[depth], 0)
        discounts[depth] = discounts_of(count)
        tick(0.5 + (depth + 0.2) / (2 * length))
        discount = np.append(0.0, discounts[depth])[np.minimum(count, 3)]
        context = level.keys // size
        tick(0.5 + (depth + 0.4) / (2 * length))
        total = np.bincount(context, count, minlength=lower.size)
        discounted = np.bincount(context, discount, minlength=lower.size)
        backoff = np.divide(discounted, total, out=np.ones(lower.size), where=total > 0)
        tick(0.5 + (depth + 0.6) / (2 * length))
        share = (count - discount) / np.maximum(total, 1)[context]
        tick(0.5 + (depth + 0.8) / (2 * length))
        lower = np.where(event, share + backoff[context] * lower[level.shorter], 0.0)
        backoffs.append(backoff)
        probabilities.append(lower)
        tick(0.5 + (depth + 1) / (2 * length))
    backoffs.append(np.ones(levels[-1].keys.size))
    keys = [level.keys for level in levels]
    unigram = np.full(size, backoffs[0][0] / (size - 1))
    unigram[START] = 0.0
    unigram[keys[0]] = probabilities[0]
    kept = tuple(Level(*parts) for parts in zip(keys, probabilities, backoffs[1:], strict=True))
    return KneserNey(alphabet, length - 1, ngrams, counts, discounts, kept, unigram)


class _Links(NamedTuple):
    """The n-grams of one length: keys, first row of each, and index of each without its first character."""

    keys: np.ndarray
    first: np.ndarray
    shorter: np.ndarray


def _structure(ngrams: np.ndarray, size: int, tick: Tick) -> list[_Links]:
    """Index the n-grams of every length; those that run past the end of a text are left out."""
    begins = np.zeros(len(ngrams), dtype=bool)
    begins[:1] = True
    within, only_start = np.ones(len(ngrams), dtype=bool), np.ones(len(ngrams), dtype=bool)
    owner = np.zeros(len(ngrams), dtype=np.int32)
    levels: list[_Links] = []
    for depth in range(ngrams.shape[1]):
        column = ngrams[:, depth]
        begins[1:] |= column[1:] != column[:-1]
        only_start &= column == START
        within &= only_start | (column != START)
        first = np.flatnonzero(begins & within).astype(np.int32)
        context, last = owner[first], column[first].astype(np.int64)
        keys = context * np.int64(size) + last
        shorter = np.zeros(first.size, dtype=np.int32)
        if levels:
            wanted = levels[-1].shorter[context] * np.int64(size) + last
            for begin in range(0, first.size, ROWS):
                piece = slice(begin, begin + ROWS)
                shorter[piece] = np.searchsorted(levels[-1].keys, wanted[piece])
                tick((depth + begin / first.size) / ngrams.shape[1])
        levels.append(_Links(keys, first, shorter))
        owner = np.cumsum(begins & within, dtype=np.int32) - 1
        tick((depth + 1) / ngrams.shape[1])
    return levels


def train(texts: Sequence[str], order: int, tick: Tick = no_tick) -> KneserNey:
    """Learn a model from texts; no n-gram joins two of them.

    Parameters
    ----------
    texts : Sequence[str]
        Normalised texts, together at least one character.
    order : int
        How many characters to look back, at least 0.
    tick : callable, optional
        Told the share of the work done; may raise to stop.

    Returns
    -------
    KneserNey
        The model.
    """
    sorted_ngrams = sort_ngrams(texts, order + 1, lambda done: tick(0.4 * done))
    return estimate(
        *sorted_ngrams.distinct(lambda done: tick(0.4 + done / 10)),
        sorted_ngrams.alphabet,
        lambda done: tick(0.5 + done / 2),
    )


def load(tensors: Mapping[str, np.ndarray], architecture: Mapping[str, object]) -> KneserNey:
    """Bring back a model that was kept.

    Parameters
    ----------
    tensors : Mapping[str, np.ndarray]
        ``ngrams`` and ``counts``, as `KneserNey.kept` gave them.
    architecture : Mapping[str, object]
        ``order`` and ``alphabet``, as `KneserNey.kept` gave them.

    Returns
    -------
    KneserNey
        A model with the same probabilities.
    """
    return estimate(np.asarray(tensors["ngrams"]), np.asarray(tensors["counts"]), str(architecture["alphabet"]))


def nats_per_character(model: KneserNey, text: str, tick: Tick = no_tick) -> float:
    """Measure how surprised a model is by a text (lower is better).

    Parameters
    ----------
    model : KneserNey
        The model.
    text : str
        A normalised text of at least one character, read as if it began there.
    tick : callable, optional
        Told the share of the work done; may raise to stop.

    Returns
    -------
    float
        Mean of minus the natural logarithm of each character's probability; infinite when never finite.
    """
    history = model.order
    codes = np.append(np.zeros(history, dtype=np.int64), encode(text, model.alphabet).astype(np.int64))
    total = 0.0
    for begin in range(0, len(text), PIECE):
        piece = codes[begin : begin + history + PIECE]
        total -= float(model.log_probabilities(piece)[history:].sum())
        tick(min(1.0, (begin + PIECE) / len(text)))
    return total / len(text)


def held_out_nats(texts: Sequence[str], order: int, tick: Tick = no_tick) -> float | None:
    """Measure how well the last tenth of each text is predicted from the rest.

    Parameters
    ----------
    texts : Sequence[str]
        Normalised texts, none empty.
    order : int
        How many characters to look back.
    tick : callable, optional
        Told the share of the work done; may raise to stop.

    Returns
    -------
    float or None
        Nats per character; None when every text has less than ten characters.
    """
    cuts = [len(text) - len(text) // HELD_OUT for text in texts]
    kept_aside = [text[cut:] for text, cut in zip(texts, cuts, strict=True) if cut < len(text)]
    if not kept_aside:
        return None
    learnt = [text[:cut] for text, cut in zip(texts, cuts, strict=True)]
    model = train(learnt, order, lambda done: tick(0.8 * done))
    total = sum(map(len, kept_aside))
    nats = 0.0
    for text in kept_aside:
        nats += len(text) * nats_per_character(model, text, lambda done: tick(0.9))
    return nats / total
