"""Two texts: which of the five tiers they reach."""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from math import log2, sqrt

from artia_lab.i18n import _
from artia_lab.verify.finding import DIFFERENT, IDENTICAL, NUMERIC, PERCEPTUAL, STATISTICAL, Finding, within
from artia_lab.verify.numbers import NUMBER, same
from artia_lab.verify.result import worst
from artia_lab.verify.thresholds import TEXT_SHORTEST, TEXT_STATISTICAL

MOST_CHARACTERS = 100_000
PIECE = 50
SHUFFLES = 8
SHOWN_CHARACTERS = 60


def compare_texts(reference: str, new: str) -> Finding:
    """Compare two texts.

    Parameters
    ----------
    reference, new : str
        The texts; may be empty.

    Returns
    -------
    Finding
        The tier, its measures and why. Numerically equal means that only numbers differ, in what they were rounded
        from; perceptually equal, that a reader sees the same: spaces, line ends and composed letters aside.
    """
    if reference == new:
        return Finding(IDENTICAL, {}, _("Every character is the same."))
    numbers = _numbers(reference, new)
    if numbers == NUMERIC:
        return Finding(NUMERIC, {}, _("Only numbers differ, by no more than rounding."))
    numbers = numbers or _numbers(_read(reference), _read(new))
    if numbers:
        return Finding(PERCEPTUAL, {}, _("It reads the same: only spaces or the last figures of numbers differ."))
    measures = of_writing(reference, new)
    where = _first_difference(reference, new)
    if min(len(reference), len(new)) >= TEXT_SHORTEST and within(measures, TEXT_STATISTICAL):
        said = _("It is another text in the same manner. {where}")
        return Finding(STATISTICAL, measures, said.format(where=where))
    return Finding(DIFFERENT, measures, _("It is another text. {where}").format(where=where))


def of_writing(a: str, b: str) -> dict[str, float]:
    """Measure how two texts differ as writing.

    Parameters
    ----------
    a, b : str
        The texts.

    Returns
    -------
    dict of str to float
        ``pairs`` and ``words``, the Jensen-Shannon distances between the frequencies of pairs of characters and of
        the lengths of words, from 0 to 1; ``pairs_ratio``, the first by what it is when pieces of both texts are
        shuffled, which is 1 for one manner whatever their length; ``length_ratio``, how much longer the longer is.
    """
    a, b = a[:MOST_CHARACTERS].lower(), b[:MOST_CHARACTERS].lower()
    counted = [[_pairs(text[i : i + PIECE + 1]) for i in range(0, len(text), PIECE)] for text in (a, b)]
    pairs = apart(*(_sum(each) for each in counted))
    lengths = (Counter(min(len(word), 15) for word in re.findall(r"\w+", text)) for text in (a, b))
    longer = max(len(a), len(b)) / max(1, min(len(a), len(b)))
    return {
        "pairs": pairs,
        "pairs_ratio": pairs / max(1e-9, _shuffled(*counted)),
        "words": apart(*lengths),
        "length_ratio": float(longer),
    }


def _pairs(text: str) -> Counter[str]:
    return Counter(text[i : i + 2] for i in range(len(text) - 1))


def _sum(pieces: Sequence[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for piece in pieces:
        total.update(piece)
    return total


def _shuffled(a: list[Counter[str]], b: list[Counter[str]]) -> float:
    """How far apart two texts would be if each were a random half of both."""
    chance, pieces, found = random.Random(0), [*a, *b], []
    for _round in range(SHUFFLES):
        chance.shuffle(pieces)
        found.append(apart(_sum(pieces[: len(a)]), _sum(pieces[len(a) :])))
    return sum(found) / SHUFFLES


def apart(a: Counter, b: Counter) -> float:
    """Measure the Jensen-Shannon distance between two countings.

    Parameters
    ----------
    a, b : Counter
        How often each thing was seen.

    Returns
    -------
    float
        From 0, the same shares, to 1, nothing in common; 1 when only one of them is empty.
    """
    whole = a.total(), b.total()
    if not all(whole):
        return float(any(whole))
    divergence = 0.0
    for key in a.keys() | b.keys():
        p, q = a[key] / whole[0], b[key] / whole[1]
        divergence += sum(x * log2(2 * x / (p + q)) for x in (p, q) if x) / 2
    return sqrt(min(1.0, max(0.0, divergence)))


def _read(text: str) -> str:
    """What a reader sees of a text, spaces of every kind and line ends aside."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _numbers(a: str, b: str) -> str:
    """The worst tier of the numbers of two texts that differ in nothing else; empty where they do, or they are."""
    if NUMBER.sub("0", a) != NUMBER.sub("0", b):
        return ""
    tiers = [same(one[0], other[0]) for one, other in zip(NUMBER.finditer(a), NUMBER.finditer(b), strict=True)]
    return "" if "" in tiers else worst(tiers)


def _first_difference(a: str, b: str) -> str:
    shared = next((i for i, pair in enumerate(zip(a, b, strict=False)) if pair[0] != pair[1]), min(len(a), len(b)))
    start = max(0, shared - SHOWN_CHARACTERS // 3)
    parts = [" ".join(text[start : start + SHOWN_CHARACTERS].split()) for text in (b, a)]
    return _("It says “{new}” where the reference says “{reference}”.").format(new=parts[0], reference=parts[1])
