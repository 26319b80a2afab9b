"""Where an item might lie under other sounds in a stretch of an output, heard at its full rate.

The stretch is made even, all its moments and frequencies of one level, so that what is loud hides nothing; the
item is made even over frequency alone, so that its loudest moments count most. A place where it lies stands out
of the correlation of the two far above the places around it (Knapp and Carter, 1976). Low sounds hold too few
of all frequencies to show there: they are looked for again among low frequencies alone. A tone, whose correlation
is as high one period later, stands out of nothing around it: it is looked for by the filter matched to it in a
noise that has the stretch's spectrum (Turin, 1960), and what counts is how far the filter's answer is above the
level of such a noise.
`artia_lab.likeness.sound_mixture` judges what is proposed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.ndimage import uniform_filter1d
from scipy.signal import resample_poly

from artia_lab.likeness.sound_lags import highest
from artia_lab.likeness.sound_signal import Samples, Spectra

LOWER, MATCHED_LOWER = 16, 4
PIECE_S = 16.0
FRAME_S, LOW_FRAMES_S = 0.0116, (0.186, 0.093)
SMOOTHED_BINS, LOW_SMOOTHED_BINS = 4, 0
FLOOR_DB = -65.0
AROUND_S, LOW_AROUND_S = 0.1, 1.0
STANDS_OUT = 5.5
MATCHED, SMOOTHED_HZ, MATCHED_FLOOR = 7.0, 200.0, 1e-9
PLACES = 2
APART_S = 0.005
QUIET = 0.05


def frame(seconds: float, rate: float) -> int:
    """Give the power of two nearest to a duration.

    Parameters
    ----------
    seconds : float
        The duration.
    rate : float
        In Hz.

    Returns
    -------
    int
        In samples, at least 16.
    """
    return int(max(16, 1 << round(np.log2(seconds * rate))))


class Even:
    """A sound made even, at its rate and `LOWER` times lower, and as it is, `MATCHED_LOWER` times lower.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,)]
        The sound.
    rate : float
        Its rate, in Hz.
    moments : bool
        Whether its moments are made even too, besides its frequencies.
    """

    def __init__(self, samples: Samples, rate: float, moments: bool) -> None:
        low = resample_poly(samples, 1, LOWER).astype(np.float32)
        self.whole = _Wave(_even(samples, frame(FRAME_S, rate), SMOOTHED_BINS, moments))
        self.low = [
            _Wave(_even(low, frame(seconds, rate / LOWER), LOW_SMOOTHED_BINS, moments)) for seconds in LOW_FRAMES_S
        ]
        self.as_it_is = _Wave(resample_poly(samples, 1, MATCHED_LOWER).astype(np.float32))
        self.rate = rate


def pieces(item: Samples, rate: float, longest: int) -> Iterator[tuple[int, Even]]:
    """Cut an item in pieces short enough to be held even in memory, and make each even.

    Parameters
    ----------
    item : np.ndarray [shape=(n,)]
        The item.
    rate : float
        Its rate, in Hz.
    longest : int
        How much of it is laid on a stretch at most: pieces overlap by as much.

    Yields
    ------
    tuple of (int, Even)
        Where the piece begins in the item, and the piece.
    """
    step = round(PIECE_S * rate)
    for first in range(0, max(1, len(item) - longest), step):
        yield first, Even(item[first : first + step + longest], rate, moments=False)


def places(stretch: Even, piece: Even) -> list[tuple[int, int]]:
    """Propose places of a stretch of output where a piece of an item might begin.

    Parameters
    ----------
    stretch, piece : Even
        The two.

    Returns
    -------
    list of tuple of (int, int)
        Where it would begin in the stretch, perhaps before it, in samples, and to how many samples; what several
        ways propose is said once, by the most exact of them.
    """
    rate = stretch.rate
    whole = _outstanding(stretch.whole, piece.whole, rate, AROUND_S)
    matched = _matched(stretch.as_it_is, piece.as_it_is, rate / MATCHED_LOWER)
    low = [
        place
        for ours, theirs in zip(stretch.low, piece.low, strict=True)
        for place in _outstanding(ours, theirs, rate / LOWER, LOW_AROUND_S)
    ]
    found: list[tuple[int, int]] = []
    for lower, some, within in (
        (1, whole, 1),
        (MATCHED_LOWER, matched, 2 * MATCHED_LOWER),
        (LOWER, low, 2 * LOWER),
    ):
        for place in some:
            if all(abs(place * lower - other) > within for other, _within in found):
                found.append((place * lower, within))
    return found


class _Wave:
    """Samples that remember their spectra."""

    def __init__(self, samples: Samples) -> None:
        self.samples = samples
        self._spectra: dict[int, Spectra] = {}

    def spectrum(self, size: int) -> Spectra:
        if size not in self._spectra:
            self._spectra[size] = rfft(self.samples, size)
        return self._spectra[size]


def _outstanding(ours: _Wave, theirs: _Wave, rate: float, around_s: float) -> list[int]:
    """The places where the correlation stands out most of those around it."""
    if not ours.samples.size or not theirs.samples.size:
        return []
    before = len(theirs.samples) - 1
    size = next_fast_len(len(ours.samples) + before, real=True)
    every = irfft(ours.spectrum(size) * np.conj(theirs.spectrum(size)), size)
    squares = np.concatenate([every[size - before :], every[: len(ours.samples)]]) ** 2
    level = uniform_filter1d(squares, 2 * round(around_s * rate / 2) + 1, mode="constant")
    squares /= np.maximum(level, QUIET**2 * squares.mean() + 1e-30)
    return highest(squares, before, PLACES, STANDS_OUT**2, APART_S * rate)


def _matched(ours: _Wave, theirs: _Wave, rate: float) -> list[int]:
    """The places where the matched filter answers most, far above the noise that would have the same spectrum."""
    length, other = len(ours.samples), len(theirs.samples)
    if not length or not other:
        return []
    size = next_fast_len(length + other - 1, real=True)
    spectrum, of_item = ours.spectrum(size), theirs.spectrum(size)
    power = spectrum.real**2 + spectrum.imag**2
    power = uniform_filter1d(power, 2 * round(SMOOTHED_HZ * size / rate / 2) + 1)
    power += MATCHED_FLOOR * power.max() + np.float32(1e-30)
    every = irfft(spectrum * np.conj(of_item) / power, size)
    answers = np.abs(np.concatenate([every[size - other + 1 :], every[:length]]))
    white, item = irfft(spectrum / np.sqrt(power), size)[:length], irfft(of_item / np.sqrt(power), size)[:other]
    sums = np.cumsum(np.pad(item.astype(np.float64) ** 2, (1, 0)))
    begins = np.arange(1 - other, length)
    # Of the item, only what lies on the stretch.
    laid = sums[np.clip(length - begins, 0, other)] - sums[np.clip(-begins, 0, other)]
    answers /= np.sqrt((white**2).mean() * (laid + QUIET**2 * sums[-1])) + 1e-30
    return highest(answers, other - 1, PLACES, MATCHED, APART_S * rate)


def _even(samples: Samples, size: int, smoothed: int, moments: bool) -> Samples:
    hop = size // 2
    padded = np.pad(samples, (size, size + -len(samples) % hop))
    window = np.sqrt(np.hanning(size + 1)[:-1]).astype(np.float32)
    spectra = rfft(np.lib.stride_tricks.sliding_window_view(padded, size)[::hop] * window)
    power = spectra.real**2 + spectra.imag**2
    if not moments:
        power = power.mean(axis=0, keepdims=True)
    level = np.sqrt(uniform_filter1d(power, 2 * smoothed + 1, axis=1))
    spectra /= level + np.float32(float(level.max()) * 10 ** (FLOOR_DB / 20) + 1e-9)
    spectra[:, 0] = 0
    waves: NDArray[np.float32] = irfft(spectra, size) * window
    out = np.zeros(len(padded) + size, np.float32)
    out[: len(waves) * hop] += waves[:, :hop].ravel()
    out[hop : hop + len(waves) * hop] += waves[:, hop:].ravel()
    return out[size : size + len(samples)]
