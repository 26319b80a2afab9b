"""Whether a stretch of an output is a transposed copy of what it resembles.

Played faster or slower, a recording keeps its waves: once the speed is known to a fraction of a cent, they
agree with the source's as those of any other copy do (`artia_lab.likeness.sound_evidence`), up to all the
frequencies it holds if need be (`artia_lab.likeness.sound_mixture`). Transposed with its tempo kept, it does not:
what is left of the recording is how the level of each fine band flickers from moment to moment, which another
take of the same instrument does not repeat.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from artia_lab.likeness.sound_cells import tapered
from artia_lab.likeness.sound_evidence import agreement
from artia_lab.likeness.sound_lags import best_lag
from artia_lab.likeness.sound_mixture import fitted, in_place
from artia_lab.likeness.sound_shapes import Resemblance, magnitudes
from artia_lab.likeness.sound_signal import FRAME, RATE_HZ, Elastic, Samples, faded

Floats = NDArray[np.float32]

TUNINGS = ((0.2, 100.0, 4.0), (0.8, 5.0, 1.0), (2.0, 1.5, 0.25))
CLOSER_TUNINGS = ((2.0, 0.25), (0.2, 0.05), (0.04, 0.01))
CLOSER_WITHIN = 8
AROUND_S = 0.06
FINE_SEMITONES = np.arange(-6, 7) / 10
FINE_HOP = 128
FEWEST_MOMENTS = 8
LOWEST_BIN, HIGHEST_BIN = 4, 230
AUDIBLE_DB = 60.0
APART = 2
NEIGHBOURS = 17
PERFECT = 0.9999


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
    tempo_kept : bool
        Whether it lasts as long as the item all the same.
    evidence, coherence : float
        As in `artia_lab.likeness.sound_evidence`; in tempo, coherence is that of the flicker.
    """

    of_start_s: float
    of_stop_s: float
    start_s: float
    stop_s: float
    semitones: float
    tempo_kept: bool
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
        12 * float(np.log2(ratio)), False, span.evidence, span.coherence,
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
        False,
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
    first = max(0, found.start)
    spectra = magnitudes(item[first : first + round(stretch.seconds * RATE_HZ) + 2 * FRAME], FINE_HOP)
    skipped = max(0, -found.start) // FINE_HOP

    def _judged(semitones: float, late: int) -> Transposed | None:
        slowed, ratio = stretch.slowed(2 ** (semitones / 12))
        played = magnitudes(slowed, FINE_HOP * ratio)[skipped + max(0, -late) :]
        there = spectra[max(0, late) :]
        count = min(len(played), len(there))
        if count < FEWEST_MOMENTS:
            return None
        of_start = (skipped + max(0, -late)) * FINE_HOP / RATE_HZ
        start, length = (first + max(0, late) * FINE_HOP) / RATE_HZ, count * FINE_HOP / RATE_HZ
        return Transposed(
            of_start, of_start + length, start, start + length, semitones, True,
            *_flickering_alike(played[:count], there[:count]),
        )  # fmt: skip

    tuned = _surest(_judged(semitones, 0) for semitones in (found.semitones + FINE_SEMITONES).tolist())
    return tuned and _surest([tuned, _judged(tuned.semitones, -1), _judged(tuned.semitones, 1)])


def _surest(tried: Iterable[Transposed | None]) -> Transposed | None:
    return max((one for one in tried if one), key=lambda one: one.evidence, default=None)


def _flickering_alike(x: Floats, y: Floats) -> tuple[float, float]:
    """Evidence and correlation of the flicker of two sounds, apart from what neighbouring bands share."""
    levels = [20 * np.log10(np.maximum(one[:, LOWEST_BIN:HIGHEST_BIN], 1e-9)) for one in (x, y)]
    floors = [float(one.max()) - AUDIBLE_DB for one in levels]
    heard = (levels[0] > floors[0]) & (levels[1] > floors[1])
    flickers = [_flicker(np.maximum(one, floor)) * heard for one, floor in zip(levels, floors, strict=True)]
    energies = [float((one**2).sum()) for one in flickers]
    if min(energies) <= 0:
        return 0.0, 0.0
    alike = float((flickers[0] * flickers[1]).sum()) / np.sqrt(energies[0] * energies[1])
    together = np.abs(np.fft.rfft2(flickers[0]) * np.fft.rfft2(flickers[1]))
    product = np.abs(flickers[0] * flickers[1])
    values = min(float(one.sum() ** 2 / max((one**2).sum(), 1e-30)) for one in (together, product))
    return float(np.sqrt(values * -np.log(1 - min(alike**2, PERFECT)))) * (alike > 0), float(alike)


def _flicker(level: Floats) -> Floats:
    moved = np.zeros_like(level)
    moved[APART:] = level[APART:] - level[:-APART]
    moved -= uniform_filter1d(moved, NEIGHBOURS, axis=1, mode="nearest")
    return np.asarray(moved - moved.mean(axis=0), np.float32)
