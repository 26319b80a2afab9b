"""Whether a stretch of an output is a transposed copy of what it resembles.

Played faster or slower, a recording keeps its waves: once the speed is known to a fraction of a cent, they
agree with the source's as those of any other copy do (`artia_lab.likeness.sound_evidence`), up to all the
frequencies it holds if need be (`artia_lab.likeness.sound_mixture`). Transposed with its tempo kept, it does not:
what is left of the recording is how it flickers (`artia_lab.likeness.sound_flicker`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness.sound_cells import tapered
from artia_lab.likeness.sound_evidence import agreement
from artia_lab.likeness.sound_flicker import LOW, Band, Interval, high_band, interval
from artia_lab.likeness.sound_flicker import evidence as flicker_evidence
from artia_lab.likeness.sound_lags import best_lag
from artia_lab.likeness.sound_mixture import fitted, in_place
from artia_lab.likeness.sound_passages import FASTER, HIGH_FREQUENCIES, IN_TEMPO
from artia_lab.likeness.sound_shapes import Resemblance
from artia_lab.likeness.sound_signal import RATE_HZ, Elastic, Samples, faded

TUNINGS = ((0.2, 100.0, 4.0), (0.8, 5.0, 1.0), (2.0, 1.5, 0.25))
CLOSER_TUNINGS = ((2.0, 0.25), (0.2, 0.05), (0.04, 0.01))
CLOSER_WITHIN = 8
AROUND_S = 0.06
FEWEST_MOMENTS = 8


class Transposed(NamedTuple):
    """A stretch of an output that agrees with a stretch of an item.

    Attributes
    ----------
    of_start_s, of_stop_s : float
        Where in the stretch of output, in seconds.
    start_s, stop_s : float
        Where in the item, in seconds.
    semitones : float
        By how much the output is higher.
    how : str
        One of those of `artia_lab.likeness.sound_passages`.
    evidence, coherence : float
        As in `artia_lab.likeness.sound_evidence`, or of the flicker (`artia_lab.likeness.sound_flicker`).
    """

    of_start_s: float
    of_stop_s: float
    start_s: float
    stop_s: float
    semitones: float
    how: str
    evidence: float
    coherence: float


def faster(stretch: Elastic, item: Samples, found: Resemblance) -> Transposed | None:
    """Judge whether a stretch of output is an item played faster or slower.

    Parameters
    ----------
    stretch : Elastic
        A stretch of output.
    item : np.ndarray [shape=(n,)]
        The item, at `RATE_HZ`.
    found : Resemblance
        Where the stretch resembles it.

    Returns
    -------
    Transposed or None
        With the evidence there is; None when there is none.
    """
    ratio, start = 2 ** (found.semitones / 12), found.start
    for length_s, cents, step in TUNINGS:
        tried = ratio * 2 ** (np.arange(-cents, cents + step / 2, step) / 1200)
        ratio, start = _tuned(stretch, item, tried.tolist(), start, length_s)
    slowed, ratio = stretch.slowed(ratio)
    span = agreement(slowed, item, start, same_speed=False)
    if span is None:
        return None
    place = (np.array([span.start, span.stop]) / RATE_HZ).tolist()
    later = start / RATE_HZ
    return Transposed(
        place[0] / ratio, place[1] / ratio, place[0] + later, place[1] + later,
        12 * float(np.log2(ratio)), FASTER, span.evidence, span.coherence,
    )  # fmt: skip


def closer(stretch: Elastic, item: Samples, judged: Transposed, rate: float) -> Transposed | None:
    """Listen at full rate to a stretch that may be an item played faster or slower.

    Parameters
    ----------
    stretch : Elastic
        A stretch of output.
    item : np.ndarray [shape=(n,)]
        The item, at `rate`.
    judged : Transposed
        From `faster`.
    rate : float
        In Hz.

    Returns
    -------
    Transposed or None
        With evidence as in `artia_lab.likeness.sound_mixture`; None when there is not enough to speak of it.
    """
    ratio, best, played = 2 ** (judged.semitones / 12), None, None
    for cents, step in CLOSER_TUNINGS:
        for offset in np.arange(-cents, cents + step / 2, step).tolist():
            slowed, really = stretch.slowed(ratio * 2 ** (offset / 1200), rate)
            place = round((judged.of_start_s * really - judged.start_s) * rate)
            fit = fitted(tapered(slowed, rate), item, place, rate, CLOSER_WITHIN)
            if fit and (best is None or fit.evidence > best.evidence):
                best, played = fit, (tapered(slowed, rate), really)
        ratio = played[1] if played else ratio
    sure = best and played and in_place(played[0], item, best, rate)
    if not sure or not played:
        return None
    ratio = played[1]
    place_s = np.array([sure.start, sure.stop]) / rate
    start, stop = (place_s - sure.place / rate).tolist()
    of_start, of_stop = (place_s / ratio).tolist()
    return Transposed(
        of_start,
        of_stop,
        start,
        stop,
        12 * float(np.log2(ratio)),
        FASTER,
        sure.evidence,
        float(np.sqrt(sure.share)),
    )


def _tuned(stretch: Elastic, item: Samples, ratios: list[float], start: int, length_s: float) -> tuple[float, int]:
    """The ratio, and the place in the item, at which the waves of the loudest `length_s` agree best."""
    middle = ratios[len(ratios) // 2]
    inside = (max(0.0, -start / RATE_HZ / middle), (len(item) - start) / RATE_HZ / middle)
    begin_s, part = stretch.loudest(length_s / middle, *inside)
    best, chosen = -1.0, (middle, start)
    around = round(AROUND_S * RATE_HZ)
    for asked in ratios:
        slowed, ratio = part.slowed(asked)
        window = faded(np.diff(slowed, prepend=slowed[:1]))
        late = round(begin_s * ratio * RATE_HZ)
        first = start + late - around
        under = _slice(item, first, first + len(window) + 2 * around)
        lag, alike = best_lag(window, np.diff(under, prepend=under[:1]))
        if alike > best:
            best, chosen = alike, (ratio, first + lag - late)
    return chosen


def _slice(samples: Samples, start: int, stop: int) -> Samples:
    """A slice that may begin before a sound or end after it."""
    inside = samples[min(max(0, start), len(samples)) : max(0, stop)]
    return np.pad(inside, (min(max(0, -start), stop - start), max(0, stop - max(len(samples), start))))


def in_tempo(stretch: Elastic, item: Samples, found: Resemblance) -> Transposed | None:
    """Judge whether a stretch of output is an item transposed with its tempo kept.

    Parameters
    ----------
    stretch : Elastic
        A stretch of output.
    item : np.ndarray [shape=(n,)]
        The item, at `RATE_HZ`.
    found : Resemblance
        Where the stretch resembles it.

    Returns
    -------
    Transposed or None
        With the evidence there is; None when there is none.
    """
    laid = _laid(stretch, item, found.start / RATE_HZ, LOW, 1.0)
    tuned = interval(laid.ours, laid.theirs, LOW)
    if not tuned or tuned.moments < FEWEST_MOMENTS:
        return None
    slowed, ratio = stretch.slowed(2 ** (tuned.semitones / 12))
    skipped = round(laid.of_start_s * RATE_HZ * ratio)
    ours = LOW.spectra(slowed[skipped:], ratio)[max(0, -tuned.late) :]
    theirs = laid.theirs[max(0, tuned.late) :]
    count = min(len(ours), len(theirs))
    return _transposed(laid, tuned, IN_TEMPO, LOW, *flicker_evidence(ours[:count], theirs[:count], LOW.bins()))


def by_high_frequencies(stretch: Elastic, item: Samples, found: Resemblance, rate: float) -> Transposed | None:
    """Judge by its highest frequencies whether a stretch of output is an item transposed, in tempo or not.

    Parameters
    ----------
    stretch : Elastic
        A stretch of output.
    item : np.ndarray [shape=(n,)]
        The item, at `rate`.
    found : Resemblance
        Where the stretch resembles it.
    rate : float
        In Hz.

    Returns
    -------
    Transposed or None
        Its evidence is how far its interval stands out; None when there are too few high frequencies, or moments.
    """
    band, ratio = high_band(rate), 1.0 if found.tempo_kept else 2 ** (found.semitones / 12)
    if band is None:
        return None
    laid = _laid(stretch, item, found.start / RATE_HZ, band, ratio)
    tuned = interval(laid.ours, laid.theirs, band)
    if tuned and not found.tempo_kept:
        # Its speed is known to a semitone only: it is compared again at the one that it was found to have.
        laid = _laid(stretch, item, found.start / RATE_HZ, band, ratio * 2 ** (tuned.semitones / 12))
        tuned = interval(laid.ours, laid.theirs, band)
    return tuned and _transposed(laid, tuned, HIGH_FREQUENCIES, band, tuned.stands_out, tuned.alike)


class _Laid(NamedTuple):
    """The spectra of a stretch of output, slowed by a ratio, and of what it is laid on.

    They begin at `of_start_s` and `start_s`.
    """

    ours: NDArray[np.float32]
    theirs: NDArray[np.float32]
    of_start_s: float
    start_s: float
    ratio: float


def _laid(stretch: Elastic, item: Samples, start_s: float, band: Band, ratio: float) -> _Laid:
    slowed, ratio = stretch.slowed(ratio, band.rate)
    skipped, first = (max(0, round(seconds * band.rate)) for seconds in (-start_s, start_s))
    theirs = item[first : first + len(slowed) + 2 * band.frame]
    return _Laid(
        band.spectra(slowed[skipped:]), band.spectra(theirs), skipped / band.rate / ratio, first / band.rate, ratio
    )


def _transposed(
    laid: _Laid, found: Interval, how: str, band: Band, evidence: float, coherence: float
) -> Transposed:
    moment_s = band.hop / band.rate
    of_start_s = laid.of_start_s + max(0, -found.late) * moment_s / laid.ratio
    start_s, length_s = laid.start_s + max(0, found.late) * moment_s, found.moments * moment_s
    semitones = 12 * float(np.log2(laid.ratio)) + found.semitones
    return Transposed(
        of_start_s, of_start_s + length_s / laid.ratio, start_s, start_s + length_s, semitones, how,
        evidence, coherence,
    )  # fmt: skip
