"""The passages of an output that are copies of passages of a corpus: proposed, judged one by one, put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness.sound_evidence import Span, agreement
from artia_lab.likeness.sound_lags import Ear, blocks, lags
from artia_lab.likeness.sound_passages import AS_IT_IS, FASTER, IN_TEMPO, LEAST, UNDER, Heard, Passage
from artia_lab.likeness.sound_shapes import SHORTEST_S, STRETCH_S, Resemblance, Shapes
from artia_lab.likeness.sound_signal import RATE_HZ, Elastic, mono, resampled
from artia_lab.likeness.sound_transposition import Transposed, closer, faster, in_tempo
from artia_lab.likeness.sound_under import HIGHEST_RATE_HZ, under

SAME_LAG = 3
JOINED_S = 0.3
ACCOUNTED_FOR, MOSTLY = 0.9, 0.5
PAUSE_S = 0.2
CLOSER_LOOK = 2.0


def find(output: Heard, references: Mapping[str, NDArray]) -> list[Passage]:
    """Find the passages of an output that are copies of passages of a corpus, or near it.

    Parameters
    ----------
    output : Heard
        The output.
    references : Mapping of str to np.ndarray [shape=(n,) or (channels, n)]
        Sounds of the corpus, at the output's rate; each is asked for once, and again as long as not all of the
        output is accounted for.

    Returns
    -------
    list of Passage
        Those of the greatest evidence first.
    """
    ear, shapes = Ear(output.resampled), Shapes()
    looked_for = [block for block in blocks(ear) if output.sounding[block.start : block.stop].any()]
    passages: list[Passage] = []
    corpus_s = 0.0
    for item, reference in references.items():
        samples = resampled(mono(reference), output.sr)
        corpus_s += len(samples) / RATE_HZ
        shapes.add(item, samples)
        there = Ear(samples)
        alike = [
            _as_it_is(item, span, block.start, lag)
            for block, lag in lags(looked_for, there)
            if (span := agreement(ear.samples[block.start : block.stop], samples, lag + block.start))
        ]
        passages += _joined([one for one in alike if one.near])
    passages += _joined(list(under(output, passages, references, corpus_s)))
    if output.covered(passages).sum() < ACCOUNTED_FOR * output.sounding.sum():
        passages += _transposed(output, passages, shapes, references)
    return sorted(passages, key=lambda one: (-one.evidence, one.item, one.of_start_s))


def _as_it_is(item: str, span: Span, offset: int, lag: int) -> Passage:
    of_start, of_stop = (offset + span.start) / RATE_HZ, (offset + span.stop) / RATE_HZ
    later = lag / RATE_HZ
    return Passage(
        item, AS_IT_IS, of_start, of_stop, of_start + later, of_stop + later, 0.0, span.evidence, span.coherence
    )


def _joined(passages: list[Passage]) -> list[Passage]:
    """Put together the passages that go on from one block to the next."""
    joined: list[Passage] = []
    for one in sorted(passages, key=lambda one: one.of_start_s):
        for k, other in enumerate(joined):
            lags = [passage.start_s - passage.of_start_s for passage in (one, other)]
            same = one.item == other.item and abs(lags[0] - lags[1]) <= SAME_LAG / RATE_HZ
            if same and one.of_start_s <= other.of_stop_s + JOINED_S:
                new = max(0.0, one.of_stop_s - max(one.of_start_s, other.of_stop_s)) / one.length_s
                surer, less_sure = sorted((one, other), key=lambda passage: -passage.evidence)
                joined[k] = surer._replace(
                    of_start_s=other.of_start_s,
                    start_s=other.start_s,
                    of_stop_s=max(one.of_stop_s, other.of_stop_s),
                    stop_s=max(one.stop_s, other.stop_s),
                    evidence=float(np.hypot(surer.evidence, less_sure.evidence * new**0.5)),
                )
                break
        else:
            joined.append(one)
    return joined


def _transposed(
    output: Heard, known: list[Passage], shapes: Shapes, references: Mapping[str, NDArray]
) -> Iterator[Passage]:
    """Look for transposed copies in the stretches that are not accounted for."""
    accounted_for = output.covered(known)
    resembling: dict[str, list[tuple[int, Elastic, Resemblance]]] = {}
    for start, stop in _stretches(output.sounding):
        if accounted_for[start:stop].mean() <= MOSTLY:
            stretch = Elastic(output.samples[_at(start, output.sr) : _at(stop, output.sr)], output.sr)
            for found in shapes.like(stretch):
                resembling.setdefault(found.item, []).append((start, stretch, found))
    for item, places in resembling.items():
        samples = resampled(mono(references[item]), output.sr)
        for start, stretch, found in places:
            judged = (in_tempo if found.tempo_kept else faster)(stretch, samples, found)
            if judged and not found.tempo_kept and CLOSER_LOOK <= judged.evidence < LEAST[FASTER].sure:
                rate = min(output.sr, HIGHEST_RATE_HZ)
                surer = closer(stretch, resampled(mono(references[item]), output.sr, rate), judged, rate)
                judged = surer if surer and surer.evidence >= LEAST[UNDER].sure else judged
            if judged and (passage := _passage(item, judged, start / RATE_HZ)).near:
                yield passage


def _passage(item: str, judged: Transposed, offset_s: float) -> Passage:
    return Passage(
        item, IN_TEMPO if judged.tempo_kept else FASTER, offset_s + judged.of_start_s, offset_s + judged.of_stop_s,
        judged.start_s, judged.stop_s, judged.semitones, judged.evidence, judged.coherence,
    )  # fmt: skip


def _at(sample: int, sr: float) -> int:
    return round(sample * sr / RATE_HZ)


def _stretches(sounding: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Cut a sound at its silences, and into equal stretches that are not too long."""
    edges = np.diff(sounding.astype(np.int8), prepend=0, append=0)
    starts, stops = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    apart = starts[1:] - stops[:-1] >= PAUSE_S * RATE_HZ
    for start, stop in zip(starts[np.append(True, apart)], stops[np.append(apart, True)], strict=True):
        if stop - start >= SHORTEST_S * RATE_HZ:
            count = int(-(-(stop - start) // (STRETCH_S * RATE_HZ)))
            cuts = np.linspace(start, stop, count + 1).round().astype(int).tolist()
            yield from pairwise(cuts)
