"""The passages of an output that lie under other sounds, listened for at its full rate where possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness.sound_cells import tapered
from artia_lab.likeness.sound_mixture import Fit, fitted, in_place
from artia_lab.likeness.sound_passages import UNDER, Heard, Passage, surely_heard
from artia_lab.likeness.sound_places import Even, pieces, places
from artia_lab.likeness.sound_signal import RATE_HZ, Samples, mono, resampled

STRETCH_S, OVERLAP_S = 4.0, 0.5
HIGHEST_RATE_HZ = 48_000
RATES_HZ = (44_100, 22_050, 11_025)
ACCOUNTED_FOR = 0.9
AFFORDABLE_S2 = 3_000.0


class Stretch:
    """A stretch of an output, made ready.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,)]
        The output.
    rate : float
        Its rate, in Hz.
    start, stop : int
        Where the stretch lies, in samples.
    """

    def __init__(self, samples: Samples, rate: float, start: int, stop: int) -> None:
        self.rate, self.start, self.stop = rate, start, stop
        self.samples = tapered(samples[start:stop], rate)
        self.even = Even(self.samples, rate, moments=True)

    def best(self, item: Samples, parts: list[tuple[int, Even]]) -> Fit | None:
        """Find where an item is most surely heard in the stretch.

        Parameters
        ----------
        item : np.ndarray [shape=(n,)]
            The item, at the stretch's rate.
        parts : list of (int, Even)
            From `artia_lab.likeness.sound_places.pieces`.

        Returns
        -------
        Fit or None
            None when there is not evidence enough to speak of it.
        """
        fits = [
            fit
            for first, piece in parts
            for place, within in places(self.even, piece)
            if (fit := fitted(self.samples, item, place - first, self.rate, within))
        ]
        best = max(fits, key=lambda fit: fit.evidence, default=None)
        return in_place(self.samples, item, best, self.rate) if best else None


def rate_affordable(output: Heard, seconds: float, corpus_s: float) -> float:
    """Give the rate at which to listen: the output's, or a lower one beside a large corpus.

    Parameters
    ----------
    output : Heard
        The output.
    seconds : float
        How much of it is to be listened to.
    corpus_s : float
        How long the corpus is.

    Returns
    -------
    float
        In Hz; 0 when it would take too long at any.
    """
    own = (output.sr,) if output.sr <= HIGHEST_RATE_HZ else ()
    for rate in (*own, *(rate for rate in RATES_HZ if rate < output.sr)):
        if seconds * corpus_s * rate <= AFFORDABLE_S2 * RATES_HZ[0]:
            return rate
    return 0.0


def under(
    output: Heard, known: list[Passage], references: Mapping[str, NDArray], corpus_s: float
) -> Iterator[Passage]:
    """Look under other sounds for the items of a corpus.

    Parameters
    ----------
    output : Heard
        The output.
    known : list of Passage
        Those found already: what surely accounts for a stretch leaves nothing to look for there.
    references : Mapping of str to np.ndarray [shape=(n,) or (channels, n)]
        Sounds of the corpus, at the output's rate.
    corpus_s : float
        How long they are together, in seconds.

    Yields
    ------
    Passage
        At most one of each item in each stretch; what goes on in the next may be sure with it.
    """
    accounted_for = output.covered([passage for passage in known if passage.sure])
    wanted = []
    size, step = (round(seconds * RATE_HZ) for seconds in (STRETCH_S, STRETCH_S - OVERLAP_S))
    length = len(output.sounding)
    for start in range(0, max(1, length - size + step), step):
        heard = output.sounding[start : start + size]
        if heard.any() and accounted_for[start : start + size].sum() < ACCOUNTED_FOR * heard.sum():
            wanted.append((start / RATE_HZ, min(start + size, length) / RATE_HZ))
    rate = rate_affordable(output, sum(stop - start for start, stop in wanted), corpus_s)
    if not wanted or not rate:
        return
    samples = resampled(output.samples, output.sr, rate)
    stretches = [Stretch(samples, rate, round(start * rate), round(stop * rate)) for start, stop in wanted]
    longest = max(len(stretch.samples) for stretch in stretches)
    for item, reference in references.items():
        heard_there = resampled(mono(reference), output.sr, rate)
        if not heard_there.any():
            continue
        parts = list(pieces(heard_there, rate, longest)) if len(heard_there) else []
        for stretch in stretches:
            place_s = stretch.start / rate, stretch.stop / rate
            if not surely_heard(known, item, *place_s) and (fit := stretch.best(heard_there, parts)):
                yield _passage(item, fit, stretch)


def _passage(item: str, fit: Fit, stretch: Stretch) -> Passage:
    of_start, of_stop = ((stretch.start + at) / stretch.rate for at in (fit.start, fit.stop))
    later = (stretch.start + fit.place) / stretch.rate
    coherence = float(np.sqrt(fit.share)) * (1 if fit.gain > 0 else -1)
    return Passage(
        item, UNDER, of_start, of_stop, of_start - later, of_stop - later, 0.0, fit.evidence, coherence
    )  # fmt: skip
