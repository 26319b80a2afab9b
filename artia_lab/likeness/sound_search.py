"""The passages of an output that are copies of passages of a corpus: proposed, judged one by one, put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness.sound_evidence import Span, agreement
from artia_lab.likeness.sound_kinds import SAME_PITCH_SEMITONES
from artia_lab.likeness.sound_lags import Block, Ear, blocks, lags
from artia_lab.likeness.sound_passages import AS_IT_IS, FASTER, LEAST, UNDER, Heard, Passage, surely_heard
from artia_lab.likeness.sound_samples import nearly_one, same_samples
from artia_lab.likeness.sound_shapes import SHORTEST_S, STRETCH_S, Resemblance, Shapes
from artia_lab.likeness.sound_signal import RATE_HZ, Elastic, Samples, mono, resampled
from artia_lab.likeness.sound_transposition import Transposed, by_high_frequencies, closer, faster, in_tempo
from artia_lab.likeness.sound_under import HIGHEST_RATE_HZ, under

SAME_LAG = 3
COHERENT = 0.9
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
        full = mono(reference)
        samples = resampled(full, output.sr)
        corpus_s += len(samples) / RATE_HZ
        shapes.add(item, samples)
        alike = []
        nearly: dict[int, Block] = {}
        for block, lag in lags(looked_for, Ear(samples)):
            piece = ear.samples[block.start : block.stop]
            if span := agreement(piece, samples, lag + block.start):
                alike.append(_as_it_is(item, span, block.start, lag / RATE_HZ))
            coherent = not span or abs(span.coherence) > COHERENT
            if coherent and block.start not in nearly and nearly_one(piece, samples, lag + block.start):
                nearly[block.start] = block
        if not any(one.sure for one in alike):
            for block in nearly.values():
                piece = output.samples[_at(block.start, output.sr) : _at(block.stop, output.sr)]
                if same := same_samples(piece, full, output.sr):
                    alike.append(_as_it_is(item, same[0], block.start, same[1] - block.start / RATE_HZ))
        passages += _joined([one for one in alike if one.near])
    passages += [one for one in _joined(list(under(output, passages, references, corpus_s))) if one.near]
    if output.covered(passages).sum() < ACCOUNTED_FOR * output.sounding.sum():
        passages += _transposed(output, passages, shapes, references)
    return sorted(passages, key=lambda one: (-one.evidence, one.item, one.of_start_s))


def _as_it_is(item: str, span: Span, offset: int, later: float) -> Passage:
    of_start, of_stop = (offset + span.start) / RATE_HZ, (offset + span.stop) / RATE_HZ
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
    rate = min(output.sr, HIGHEST_RATE_HZ)
    for item, places in resembling.items():
        full = resampled(mono(references[item]), output.sr, rate)
        low = resampled(full, rate)
        for start, stretch, found in places:
            for judged in _judged(stretch, low, full, rate, found):
                passage = _passage(item, judged, start / RATE_HZ)
                if passage.near and not _found_already(passage, known):
                    yield passage


def _found_already(passage: Passage, known: list[Passage]) -> bool:
    """Whether what is hardly transposed is known as it is, perhaps under other sounds."""
    hardly = abs(passage.semitones) <= SAME_PITCH_SEMITONES
    return hardly and surely_heard(known, passage.item, passage.of_start_s, passage.of_stop_s)


def _judged(
    stretch: Elastic, low: Samples, full: Samples, rate: float, found: Resemblance
) -> Iterator[Transposed]:
    """Judge a resemblance by the item at `RATE_HZ`, then at its full rate unless that was enough."""
    judged = (in_tempo if found.tempo_kept else faster)(stretch, low, found)
    if judged:
        yield judged
        if judged.evidence >= LEAST[judged.how].sure:
            return
        if judged.how == FASTER and judged.evidence >= CLOSER_LOOK:
            surer = closer(stretch, full, judged, rate)
            if surer and surer.evidence >= LEAST[UNDER].sure:
                yield surer
                return
    surer = by_high_frequencies(stretch, full, found, rate)
    if surer:
        yield surer


def _passage(item: str, judged: Transposed, offset_s: float) -> Passage:
    return Passage(
        item, judged.how, offset_s + judged.of_start_s, offset_s + judged.of_stop_s,
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
