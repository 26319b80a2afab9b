"""How much evidence there is that two sounds, laid one on the other, hold the same recording.

Two copies of a recording agree in phase at every frequency, with one gain for all; two sounds that are merely
alike agree here and disagree there. What one leaves unexplained of the other is measured band by band and
moment by moment. A share r left, over n independent values, is worth ``-n ln r``: twice the mutual information
of two Gaussian signals (Gelfand and Yaglom, 1957), which for two unrelated ones would follow χ² of one degree
of freedom (see Carter, 1987, on coherence). Evidence is the square root of the sum, like a number of standard
deviations.

What is plain gives little: a steady tone has hardly more than one independent value however long it lasts, nor
has a click however many frequencies it holds. So the independent values of a band are counted by how evenly
the product of the two is spread, both over time and over frequency; the smaller count is kept, less one.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, rfft

from artia_lab.likeness.sound_signal import FRAME, RATE_HZ, Samples, window

Floats = NDArray[np.float64]

BANDS_HZ = (30.0, 80.0, 160.0, 320.0, 640.0, 1280.0, 2560.0, 5000.0)
GROUPED_FRAMES = 4
SHORTEST_S = 0.04
SMALLEST_FRAME = 64
CUT_EDGE = 8
UNHEARD = 1e-7
BY_CHANCE = 1.5
PERFECT = 1 - 1e-5
HOPELESS = 9.0
SAME_GAIN = 1.26
WORST = 2.0
AS_LOUD, ANOTHER_WAVE, DENIED = 2.0, 0.5, 4.0
OF_A_TONE = 1.0
OF_SUREST_BAND = 0.25
DELAYS = np.arange(-6, 7) / 8


class Span(NamedTuple):
    """A stretch of two sounds that agree.

    Attributes
    ----------
    start, stop : int
        Where in the first sound, in samples.
    delay : float
        By how many samples, less than one, the second is late, beyond the lag asked about.
    coherence : float
        Over all, in [-1, 1]; negative when one is upside down.
    evidence : float
        As in the module's documentation.
    """

    start: int
    stop: int
    delay: float
    coherence: float
    evidence: float


def agreement(first: Samples, second: Samples, lag: int, same_speed: bool = True) -> Span | None:
    """Find the stretch over which two sounds agree most, ``first[t]`` being laid on ``second[t + lag]``.

    Parameters
    ----------
    first, second : np.ndarray [shape=(n,)]
        Sounds at `RATE_HZ`.
    lag : int
        In samples.
    same_speed : bool, optional
        Whether both run at the same speed to the last digit; if not, high frequencies may disagree.

    Returns
    -------
    Span or None
        None when they overlap too little, or agree nowhere.
    """
    begin = max(0, -lag) + CUT_EDGE
    end = min(len(first), len(second) - lag) - CUT_EDGE
    if end - begin < SHORTEST_S * RATE_HZ:
        return None
    x, y = first[begin:end], second[begin + lag : end + lag]
    size = FRAME
    while len(x) < 4 * size > 4 * SMALLEST_FRAME:
        size //= 2
    cells = _Cells(x, y, size)
    worth = cells.evidence(same_speed)
    moments = worth.sum(axis=1) - BY_CHANCE * (cells.values > 1).sum(axis=1)
    i, j = richest(moments)
    hop = size // 2
    start = i * GROUPED_FRAMES * hop
    stop = len(x) if j == len(moments) else j * GROUPED_FRAMES * hop + hop
    if stop - start < SHORTEST_S * RATE_HZ:
        return None
    gained = worth[i:j].sum(axis=0)
    if gained.sum() > HOPELESS:
        independent = _independent(x[start:stop], y[start:stop], cells.edges_hz)
        counted = np.maximum(cells.values[i:j].sum(axis=0), 1e-9)
        gained *= np.clip((independent - OF_A_TONE) / counted, 0, 1)
    return Span(
        begin + start - (CUT_EDGE if i == 0 else 0),
        begin + stop + (CUT_EDGE if stop == len(x) else 0),
        cells.delay,
        cells.coherence(i, j),
        float(np.sqrt(max(0.0, gained.sum() - (1 - OF_SUREST_BAND) * gained.max()))),
    )


class _Cells:
    """What two sounds have in common in each band (columns) at each group of frames (rows)."""

    def __init__(self, x: Samples, y: Samples, size: int) -> None:
        of_x, of_y = _spectra(x, size), _spectra(y, size)
        bins = np.unique(np.clip(np.rint(np.array(BANDS_HZ) * size / RATE_HZ), 1, size // 2).astype(int))
        self.edges_hz = bins * RATE_HZ / size
        cross = of_x * of_y.conj()
        self.delay = _delay(cross, size)
        turned = np.exp(-2j * np.pi * self.delay / size * np.arange(size // 2 + 1)).astype(np.complex64)

        def cells(values: NDArray) -> Floats:
            banded = np.add.reduceat(values[:, : bins[-1]], bins[:-1], axis=1, dtype=np.float64)
            return np.add.reduceat(banded, np.arange(0, len(banded), GROUPED_FRAMES), axis=0)

        size_of_cross = np.abs(cross)
        self.shared = cells((cross * turned).real)
        self.of_x, self.of_y = cells(np.abs(of_x) ** 2), cells(np.abs(of_y) ** 2)
        self.values = cells(size_of_cross) ** 2 / np.maximum(cells(size_of_cross**2), 1e-30)
        unheard = (self.of_x <= UNHEARD * self.of_x.max()) | (self.of_y <= UNHEARD * self.of_y.max())
        self.shared[unheard] = self.values[unheard] = 0

    def evidence(self, same_speed: bool) -> Floats:
        """Give what each cell is worth, with one gain for all bands of a moment; what disagrees counts against."""
        coherence = self.shared / np.sqrt(np.maximum(self.of_x * self.of_y, 1e-30))
        shared = self.shared * (-1.0 if (coherence * self.values).sum() < 0 else 1.0)
        gains = np.maximum(shared, 0) / np.maximum(self.of_y, 1e-30)
        explained = gains * np.maximum(shared, 0) / np.maximum(self.of_x, 1e-30)
        common = _weighted_medians(gains, self.values * explained)
        gains = np.clip(gains, common / SAME_GAIN, common * SAME_GAIN)
        left = 1 - gains * (2 * shared - gains * self.of_y) / np.maximum(self.of_x, 1e-30)
        left[self.values == 0] = 1
        worth = -np.log(np.clip(left, 1 - PERFECT, WORST))
        if same_speed:
            loudness = common**2 * self.of_y / np.maximum(self.of_x, 1e-30)
            as_loud = (loudness > 1 / AS_LOUD) & (loudness < AS_LOUD) & (common > 0)
            other = shared < ANOTHER_WAVE * np.sqrt(self.of_x * self.of_y)
            worth[as_loud & other & (self.values > 0)] = -DENIED
        return np.asarray(np.maximum(self.values - 1, 0) * worth)

    def coherence(self, i: int, j: int) -> float:
        """Give the coherence of all bands together from one group of frames to another."""
        both = self.of_x[i:j].sum() * self.of_y[i:j].sum()
        return float(np.clip(self.shared[i:j].sum() / np.sqrt(max(both, 1e-30)), -1, 1))


def _weighted_medians(values: Floats, weights: Floats) -> Floats:
    """Of each row [shape=(rows, 1)]."""
    order = np.argsort(values, axis=1)
    sums = np.cumsum(np.take_along_axis(weights, order, 1), axis=1)
    middle = (sums < sums[:, -1:] / 2).sum(axis=1, keepdims=True)
    return np.take_along_axis(values, np.take_along_axis(order, middle, 1), 1)


def _spectra(samples: Samples, size: int) -> NDArray[np.complex64]:
    views = np.lib.stride_tricks.sliding_window_view(samples, size)[:: size // 2]
    spectra: NDArray[np.complex64] = rfft((views - views.mean(axis=1, keepdims=True)) * window(size))
    return spectra


def _delay(cross: NDArray[np.complex64], size: int) -> float:
    """The fraction of a sample that makes the phases of most frequencies agree."""
    total = cross.sum(axis=0) / np.maximum(np.abs(cross).sum(axis=0), 1e-20)
    phases = np.exp(-2j * np.pi / size * DELAYS[:, None] * np.arange(size // 2 + 1))
    return float(DELAYS[np.abs((total * phases).real.sum(axis=1)).argmax()])


def richest(moments: Floats) -> tuple[int, int]:
    """Find the stretch of greatest sum (Kadane's algorithm, by running sums).

    Parameters
    ----------
    moments : np.ndarray [shape=(n,)]
        What each moment adds.

    Returns
    -------
    tuple of (int, int)
        Its first moment, and the one after its last.
    """
    sums = np.concatenate([[0.0], np.cumsum(moments)])
    lowest = np.minimum.accumulate(sums)
    j = int((sums - lowest).argmax())
    return int(sums[: j + 1].argmin()), j


def _independent(x: Samples, y: Samples, edges_hz: Floats) -> Floats:
    """How many independent values each band of a stretch holds."""
    of_x, of_y = rfft(x), rfft(y)
    hertz = np.arange(len(of_x)) * RATE_HZ / len(x)
    counts = []
    for low, high in pairwise(edges_hz.tolist()):
        inside = (hertz >= low) & (hertz < high)
        over_frequency = spread(np.abs(of_x[inside] * of_y[inside]))
        waves = [irfft(np.where(inside, spectrum, 0), len(x)) for spectrum in (of_x, of_y)]
        over_time = spread(np.abs(waves[0] * waves[1])) * 2 * (high - low) / RATE_HZ
        counts.append(min(over_frequency, over_time))
    return np.array(counts)


def spread(weights: NDArray) -> float:
    """Tell over how many values a weight is spread.

    Parameters
    ----------
    weights : np.ndarray
        None negative.

    Returns
    -------
    float
        Their number when the weight is even, 1 when one has it all.
    """
    total = weights.sum(dtype=np.float64)
    return float(total**2 / max((weights.astype(np.float64) ** 2).sum(), 1e-30))
