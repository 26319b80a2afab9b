"""Whether two sounds are one sample for sample, but for a gain: what tells a copy of the plainest sound.

As far as one hears, a pure tone or a low thud that was cut agrees with its source no more surely than with such a
tone from elsewhere; but no two recordings have the same noise in their last bits, nor two syntheses the same
rounding. One value of which only 1e-11 differs is evidence of ``sqrt(-ln 1e-11)``, just enough
(`artia_lab.likeness.sound_evidence`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness.sound_evidence import Span
from artia_lab.likeness.sound_lags import best_lag
from artia_lab.likeness.sound_signal import RATE_HZ, Samples

NEARLY, LOOKED_AT_S = 0.98, 0.1
SHORTEST_S, FEWEST_VALUES = 0.01, 100
DIFFERING, LEAST_DIFFERING = 1e-11, 1e-15
DIFFERENCES, ALIKE = 4, 0.5


def nearly_one(first: Samples, second: Samples, lag: int) -> bool:
    """Tell whether two sounds are so alike that it is worth comparing them sample for sample.

    Parameters
    ----------
    first, second : np.ndarray [shape=(n,)]
        Sounds at `RATE_HZ`.
    lag : int
        ``first[t]`` is laid on ``second[t + lag]``.

    Returns
    -------
    bool
        By the waves of the loudest tenth of a second.
    """
    begin, end = max(0, -lag), min(len(first), len(second) - lag)
    if end - begin < SHORTEST_S * RATE_HZ:
        return False
    x, y = first[begin:end], second[begin + lag : end + lag]
    loudest = _loudest(x, round(LOOKED_AT_S * RATE_HZ))
    return _alike(x[loudest], y[loudest]) > NEARLY


def same_samples(first: Samples, second: Samples, rate: float) -> tuple[Span, float] | None:
    """Find the stretch over which two sounds are one, sample for sample.

    Parameters
    ----------
    first, second : np.ndarray [shape=(n,)]
        The sounds, at their own rate.
    rate : float
        In Hz.

    Returns
    -------
    tuple of (Span, float) or None
        A stretch of the first, in samples at `RATE_HZ`, and by how many seconds it is later in the second; None
        when there is none.
    """
    # A wave's differences of differences hold hardly more than its last bits, which are found in one place only.
    bits = [np.diff(one, DIFFERENCES) for one in (first, second)]
    size = min(round(LOOKED_AT_S * rate), len(bits[0]), len(bits[1]) // 2)
    if size < SHORTEST_S * rate / 2:
        return None
    part = _loudest(bits[0], size)
    at, alike = best_lag(bits[0][part], bits[1])
    if alike < ALIKE:
        return None
    lag = at - part.start
    begin, end = max(0, -lag), min(len(first), len(second) - lag)
    x, y = (one.astype(np.float64) for one in (first[begin:end], second[begin + lag : end + lag]))
    part = _loudest(x, size)
    gain = float(x[part] @ y[part]) / max(float(y[part] @ y[part]), 1e-30)
    # What is left of each sample, beside the level of the loudest part.
    level = float(np.sqrt((x[part] ** 2).mean()))
    start, stop = _longest(np.abs(x - gain * y) <= np.sqrt(DIFFERING) * level)
    x, y = x[start:stop], y[start:stop]
    if stop - start < SHORTEST_S * rate or len(np.unique(x)) < FEWEST_VALUES:
        return None
    differing = float(((x - gain * y) ** 2).sum()) / max(float((x**2).sum()), 1e-30)
    if differing > DIFFERING:
        return None
    evidence = float(np.sqrt(-np.log(max(differing, LEAST_DIFFERING))))
    start, stop = (round((begin + at) * RATE_HZ / rate) for at in (start, stop))
    return Span(start, stop, 0.0, float(np.sign(gain)), evidence), lag / rate


def _loudest(samples: NDArray, size: int) -> slice:
    size = min(size, len(samples))
    sums = np.cumsum(np.pad(samples.astype(np.float64) ** 2, (1, 0)))
    begin = int((sums[size:] - sums[: len(sums) - size]).argmax())
    return slice(begin, begin + size)


def _alike(x: Samples, y: Samples) -> float:
    energy = float(x @ x) * float(y @ y)
    return abs(float(x @ y)) / np.sqrt(energy) if energy > 0 else 0.0


def _longest(same: NDArray[np.bool_]) -> tuple[int, int]:
    edges = np.flatnonzero(np.diff(same.astype(np.int8), prepend=0, append=0))
    starts, stops = edges[::2], edges[1::2]
    if not len(starts):
        return 0, 0
    longest = int((stops - starts).argmax())
    return int(starts[longest]), int(stops[longest])
