"""How the level of each fine band of a sound flickers from moment to moment: what transposing it leaves.

Another take of the same instrument does not flicker alike. Laid along pitch, a transposed copy flickers as its
source does, some semitones away: the correlation of the two has one peak there, and next to nothing anywhere else.
So all transpositions are compared at once, and the other ones say what chance gives. The highest frequencies tell
most: above those of an instrument lies what belongs to one recording, its breath, its room and its noise, be it
that of a pure tone or a low thud.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.ndimage import uniform_filter1d

from artia_lab.likeness.sound_evidence import spread
from artia_lab.likeness.sound_places import frame
from artia_lab.likeness.sound_signal import RATE_HZ, Samples, magnitudes

Floats = NDArray[np.float32]

FRAME_S, HOPS = 0.046, 4
FEWEST_MOMENTS = 3
AUDIBLE_DB = 60.0
APART = 2
NEIGHBOURS = 17
SEMITONES, ASIDE_SEMITONES, PEAK_SEMITONES = 5.6, 6.0, 0.35
PERFECT = 0.9999
LOWEST_HZ, HIGH_HZ, HIGHEST_HZ = 86.0, 5000.0, 16_000.0
LOW_STEP, HIGH_STEP = 0.05, 0.02
HIGHEST_OF_RATE, NARROWEST = 0.363, 1.4


class Band(NamedTuple):
    """The frequencies at which two sounds are compared.

    Attributes
    ----------
    rate : float
        Of the two sounds, in Hz.
    low, high : float
        From and to, in Hz.
    step : float
        From one point to the next along pitch, in semitones.
    """

    rate: float
    low: float
    high: float
    step: float

    @property
    def frame(self) -> int:
        """Length of a frame.

        Returns
        -------
        int
            In samples.
        """
        return frame(FRAME_S, self.rate)

    @property
    def hop(self) -> int:
        """From one moment to the next.

        Returns
        -------
        int
            In samples.
        """
        return self.frame // HOPS

    def spectra(self, samples: Samples, slower: float = 1.0) -> Floats:
        """Measure the spectrum of a sound from moment to moment.

        Parameters
        ----------
        samples : np.ndarray [shape=(n,)]
            At the band's rate.
        slower : float, optional
            How many times slower the sound is played than the one it is compared with.

        Returns
        -------
        np.ndarray [shape=(moments, bins)]
            From `artia_lab.likeness.sound_signal.magnitudes`.
        """
        return magnitudes(samples, self.hop * slower, self.frame)

    def bins(self) -> slice:
        """Give the bins of a spectrum that lie in the band.

        Returns
        -------
        slice
            Of the second axis of `spectra`.
        """
        return slice(*(round(hertz * self.frame / self.rate) for hertz in (self.low, self.high)))

    def pitches(self, aside: float) -> Floats:
        """Give the points along pitch, and some more on either side.

        Parameters
        ----------
        aside : float
            How many semitones more.

        Returns
        -------
        np.ndarray [shape=(points,)]
            In bins, not whole ones, none beyond the highest.
        """
        beyond = round(aside / self.step)
        count = int(12 * np.log2(self.high / self.low) / self.step) + 1
        hertz = self.low * 2 ** (np.arange(-beyond, count + beyond) * self.step / 12)
        return np.minimum(hertz * self.frame / self.rate, self.frame / 2 - 1.001).astype(np.float32)


LOW = Band(RATE_HZ, LOWEST_HZ, HIGH_HZ, LOW_STEP)


def high_band(rate: float) -> Band | None:
    """Give the band of high frequencies that a sound may hold, whatever its transposition.

    Parameters
    ----------
    rate : float
        Of the sound, in Hz.

    Returns
    -------
    Band or None
        None when there are too few.
    """
    highest = min(HIGHEST_HZ, HIGHEST_OF_RATE * rate)
    return Band(rate, HIGH_HZ, highest, HIGH_STEP) if highest >= NARROWEST * HIGH_HZ else None


class Interval(NamedTuple):
    """By how much one sound is higher than another that flickers alike.

    Attributes
    ----------
    semitones : float
        By how much.
    late : int
        By how many moments the other one is late.
    moments : int
        Over how many they were compared.
    stands_out : float
        How far their correlation there is above those at other intervals, in standard deviations.
    alike : float
        Their correlation.
    """

    semitones: float
    late: int
    moments: int
    stands_out: float
    alike: float


def interval(sound: Floats, other: Floats, band: Band) -> Interval | None:
    """Find by how much a sound is higher than another, both beginning at about the same moment.

    Parameters
    ----------
    sound, other : np.ndarray [shape=(moments, bins)]
        From `Band.spectra`.
    band : Band
        The frequencies to compare, of `other`.

    Returns
    -------
    Interval or None
        The one that stands out most; None when they are too short, or silent.
    """
    ours, theirs = _along_pitch(sound, band, ASIDE_SEMITONES), _along_pitch(other, band, 0.0)
    found = [_interval(ours[max(0, -late) :], theirs[max(0, late) :], band, late) for late in (-1, 0, 1)]
    return max((one for one in found if one), key=lambda one: one.stands_out, default=None)


def _interval(ours: Floats, theirs: Floats, band: Band, late: int) -> Interval | None:
    count = min(len(ours), len(theirs))
    if count < FEWEST_MOMENTS:
        return None
    ours, theirs = ours[:count], theirs[:count]
    points, there = ours.shape[1], theirs.shape[1]
    size = next_fast_len(points + there, real=True)
    products = irfft((np.conj(rfft(theirs, size)) * rfft(ours, size)).sum(axis=0), size)[: points - there + 1]
    sums = np.concatenate([[0.0], np.cumsum((ours.astype(np.float64) ** 2).sum(axis=0))])
    energies = sums[there:] - sums[:-there]
    own = float((theirs.astype(np.float64) ** 2).sum())
    if not own or not energies.max():
        return None
    alike = products / np.sqrt(np.maximum(energies, 1e-3 * energies.max()) * own)
    semitones = (np.arange(len(alike)) - (len(alike) - 1) / 2) * band.step
    peak = int(np.where(np.abs(semitones) <= SEMITONES, alike, -1).argmax())
    elsewhere = alike[np.abs(semitones - semitones[peak]) > PEAK_SEMITONES]
    by_chance = float(np.sqrt((elsewhere**2).mean()))
    return Interval(
        float(semitones[peak]), late, count, float(alike[peak]) / max(by_chance, 1e-9), float(alike[peak])
    )


def evidence(sound: Floats, other: Floats, bins: slice) -> tuple[float, float]:
    """Weigh whether two sounds of one pitch flicker alike, apart from what neighbouring bands share.

    Parameters
    ----------
    sound, other : np.ndarray [shape=(moments, bins)]
        From `Band.spectra`.
    bins : slice
        Those to compare.

    Returns
    -------
    tuple of (float, float)
        Evidence as in `artia_lab.likeness.sound_evidence`, and the correlation of the two.
    """
    flickers = [_flicker(one, bins)[:, bins] for one in (sound, other)]
    heard = (flickers[0] != 0) & (flickers[1] != 0)
    flickers = [one * heard for one in flickers]
    energies = [float((one**2).sum()) for one in flickers]
    if min(energies) <= 0:
        return 0.0, 0.0
    alike = float((flickers[0] * flickers[1]).sum()) / np.sqrt(energies[0] * energies[1])
    together = np.abs(np.fft.rfft2(flickers[0]) * np.fft.rfft2(flickers[1]))
    product = np.abs(flickers[0] * flickers[1])
    values = min(spread(together), spread(product))
    return float(np.sqrt(values * -np.log(1 - min(alike**2, PERFECT)))) * (alike > 0), float(alike)


def _along_pitch(spectra: Floats, band: Band, aside: float) -> Floats:
    flicker, points = _flicker(spectra, band.bins()), band.pitches(aside)
    below = points.astype(np.intp)
    nearer = points - below
    return np.asarray(flicker[:, below] * (1 - nearer) + flicker[:, below + 1] * nearer)


def _flicker(spectra: Floats, bins: slice) -> Floats:
    """How much each bin rises, more than those around it; 0 where it is not heard beside the loudest of `bins`."""
    level = 20 * np.log10(np.maximum(spectra, 1e-9))
    least = float(level[:, bins].max()) - AUDIBLE_DB
    heard = level > least
    level = np.maximum(level, least)
    moved = np.zeros_like(level)
    moved[APART:] = level[APART:] - level[:-APART]
    moved -= uniform_filter1d(moved, NEIGHBOURS, axis=1, mode="nearest")
    return np.asarray((moved - moved.mean(axis=0)) * heard, np.float32)
