"""Where a written text comes from: the longest spans that the corpus holds, one after the other."""

from __future__ import annotations

from dataclasses import dataclass

from artia_lab.experiments.text.ngrams import Ngrams, Tick, encode, no_tick


@dataclass(frozen=True)
class Citation:
    """A span of a text that stands in the corpus.

    Attributes
    ----------
    start : int
        Where the span begins in the text, in characters from 0.
    span : str
        Its characters.
    text : int or None
        Index of the corpus text that holds it; None when the corpus lacks the character.
    offset : int or None
        Where the span begins there, in characters from 0: its first place in reading order.
    places : int
        How many places of the corpus hold it.
    """

    start: int
    span: str
    text: int | None
    offset: int | None
    places: int


def cite(ngrams: Ngrams, written: str, tick: Tick = no_tick) -> list[Citation]:
    """Cut a text into the longest spans that stand in a corpus, from left to right.

    Parameters
    ----------
    ngrams : Ngrams
        The corpus.
    written : str
        A normalised text.
    tick : callable, optional
        Told the share of the work done; may raise to stop.

    Returns
    -------
    list[Citation]
        Spans that, end to end, are the text.
    """
    codes = encode(written, ngrams.alphabet).tolist()
    citations = []
    start = 0
    while start < len(codes):
        low, high, matched = ngrams.find(codes[start:])
        if not matched:
            citations.append(Citation(start, written[start], None, None, 0))
            start += 1
            continue
        places = ngrams.positions[low:high]
        while start + matched < len(codes) and matched >= ngrams.length:
            longer = places[ngrams.codes[places + matched] == codes[start + matched]]
            if not longer.size:
                break
            places, matched = longer, matched + 1
        text, offset = ngrams.locate(int(places.min()))
        citations.append(Citation(start, written[start : start + matched], text, offset, len(places)))
        start += matched
        tick(start / len(codes))
    return citations
