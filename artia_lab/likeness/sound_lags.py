"""Where a piece of a sound might lie in another sound, by cross-correlation.

Two correlations propose lags, and `artia_lab.likeness.sound_evidence` judges them. That of the flattened sounds
(the phase transform of Knapp and Carter, 1976) has a peak for each place from which anything was taken, were
it a fraction of a second, or lying under another sound. Plain sounds, like a low drum or a pure tone, have too
few frequencies for it: for them the correlation of the waves themselves, brought to the level of each place,
is looked at too.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, rfft

from artia_lab.likeness.sound_signal import RATE_HZ, Samples, Spectra, faded, flattened

Floats = NDArray[np.float32]

BLOCK_S, OVERLAP_S = 4.0, 0.5
PIECE = 1 << 18
PEAKS, ODD_PEAK = 12, 45.0
PLAIN_VALUES = 0.1
PLAIN_PEAKS, PLAIN_ALIKE = 3, 0.3
APART_S = 0.01
SETTLED_S = 0.2
SETTLED = 0.02


class Ear:
    """A sound at `RATE_HZ` made ready to be searched, or to be searched for.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,)]
        The sound.
    """

    def __init__(self, samples: Samples) -> None:
        self.samples = samples
        self.flat = flattened(samples)
        self.steep = np.diff(faded(samples), prepend=np.float32(0)).astype(np.float32)


class Block:
    """A stretch of an output, to look for in many sounds.

    Parameters
    ----------
    ear : Ear
        The output.
    start, stop : int
        Where the stretch lies, in samples.
    """

    def __init__(self, ear: Ear, start: int, stop: int) -> None:
        self.start, self.stop = start, stop
        self.flat, self.steep = _Wave(ear.flat[start:stop]), _Wave(ear.steep[start:stop])
        power = np.abs(rfft(self.flat.samples)) ** 2
        even = float(power.sum() ** 2 / max(float((power**2).sum()) * len(power), 1e-30))
        self.plain = even < PLAIN_VALUES


def blocks(ear: Ear) -> list[Block]:
    """Cut an output into stretches that overlap a little.

    Parameters
    ----------
    ear : Ear
        The output.

    Returns
    -------
    list of Block
        At least one.
    """
    size, step = round(BLOCK_S * RATE_HZ), round((BLOCK_S - OVERLAP_S) * RATE_HZ)
    starts = range(0, max(1, len(ear.flat) - size + step), step)
    return [Block(ear, start, min(start + size, len(ear.flat))) for start in starts]


def lags(looked_for: list[Block], ear: Ear) -> Iterator[tuple[Block, int]]:
    """Propose places where stretches of an output, or some of them, might lie in another sound.

    Parameters
    ----------
    looked_for : list of Block
        The stretches.
    ear : Ear
        The other sound.

    Yields
    ------
    tuple of (Block, int)
        A stretch and a lag, in samples: by how much what begins the output is later in the other sound.
    """
    found: dict[int, set[int]] = {}
    longest = max((block.stop - block.start for block in looked_for), default=0)
    for first in range(0, max(1, len(ear.flat) - longest), PIECE) if len(ear.flat) else ():
        flat, steep = (_Wave(wave[first : first + PIECE + longest]) for wave in (ear.flat, ear.steep))
        for number, block in enumerate(looked_for):
            proposed = _peaks_of_flat(block.flat, flat)
            if block.plain:
                proposed += _peaks_of_waves(block.steep, steep)
            found.setdefault(number, set()).update(first + lag - block.start for lag in proposed)
    for number, proposals in found.items():
        yield from ((looked_for[number], lag) for lag in sorted(proposals))


class _Wave:
    """Samples that remember what was computed of them."""

    def __init__(self, samples: Samples) -> None:
        self.samples = samples
        self._spectra: dict[int, Spectra] = {}
        self._energies: dict[int, NDArray[np.float64]] = {}

    @cached_property
    def squares(self) -> NDArray[np.float64]:
        return self.samples.astype(np.float64) ** 2

    def spectrum(self, size: int) -> Spectra:
        if size not in self._spectra:
            self._spectra[size] = rfft(self.samples, size)
        return self._spectra[size]

    def energy_under(self, length: int) -> NDArray[np.float64]:
        if length not in self._energies:
            self._energies[length] = energy_under(self.squares, length)
        return self._energies[length]

    def correlation(self, other: _Wave) -> Floats:
        """Sum of ``self[t] other[t + lag]`` for each lag from ``1 - len(self)`` to ``len(other) - 1``."""
        ours, theirs = len(self.samples), len(other.samples)
        size = 1 << (ours + theirs - 1).bit_length()
        size = size * 3 // 4 if ours + theirs <= size * 3 // 4 else size  # few sizes: spectra serve again
        every = irfft(np.conj(self.spectrum(size)) * other.spectrum(size), size)
        return np.concatenate([every[size - ours + 1 :], every[:theirs]])


def energy_under(squares: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """Give the energy of a sound under another one, laid on it at each place where they overlap.

    Parameters
    ----------
    squares : np.ndarray [shape=(n,)]
        The squares of its samples.
    length : int
        How long the other one is, in samples.

    Returns
    -------
    np.ndarray [shape=(n + length - 1,)]
        For the other one beginning from ``1 - length`` to ``n - 1``.
    """
    sums = np.concatenate([np.zeros(length), np.cumsum(squares), np.zeros(length - 1)])
    sums[length + len(squares) :] = sums[length + len(squares) - 1]
    return sums[length:] - sums[:-length]


def best_lag(window: Samples, under: Samples) -> tuple[int, float]:
    """Find where in a sound a shorter one agrees best with it, upside down or not.

    Parameters
    ----------
    window, under : np.ndarray [shape=(n,)]
        The shorter and the longer sound.

    Returns
    -------
    tuple of (int, float)
        Where in the longer sound the shorter one begins, and how much they agree, in [0, 1].
    """
    a, b = _Wave(window), _Wave(under)
    inside = slice(len(window) - 1, len(under))
    energies = b.energy_under(len(window))[inside]
    energies = np.maximum(energies, energies.max() * 1e-3) * a.squares.sum() + 1e-20
    alike = np.abs(a.correlation(b)[inside]) / np.sqrt(energies)
    return int(alike.argmax()), float(alike.max())


def highest(heights: NDArray, before: int, count: int, least: float, apart: float) -> list[int]:
    """Find the highest places of a correlation, some way apart.

    Parameters
    ----------
    heights : np.ndarray [shape=(n,)]
        One for each place; those around what is found are set to 0.
    before : int
        How many places come before place 0.
    count : int
        How many to find at most.
    least : float
        What they must be above.
    apart : float
        By how many places they are apart.

    Returns
    -------
    list of int
        The highest first.
    """
    found, around = [], round(apart)
    for _peak in range(count):
        at = int(heights.argmax())
        if heights[at] <= least:
            break
        found.append(at - before)
        heights[max(0, at - around) : at + around] = 0
    return found


def _peaks_of_flat(block: _Wave, other: _Wave) -> list[int]:
    # Were the two unrelated, the odds would follow χ² of one degree of freedom.
    length = len(block.samples)
    odds = block.correlation(other) ** 2
    odds /= block.squares.mean() * (other.energy_under(length) + other.squares.sum() * 1e-4) + 1e-12
    return highest(odds, length - 1, PEAKS, ODD_PEAK, RATE_HZ * APART_S)


def _peaks_of_waves(block: _Wave, other: _Wave) -> list[int]:
    length = len(block.samples)
    alike = block.correlation(other) ** 2
    overlap = energy_under(np.ones(len(other.samples)), length)
    few = np.minimum(overlap, SETTLED_S * RATE_HZ) * SETTLED
    under = other.energy_under(length) + few * other.squares.mean()
    under *= block.energy_under(len(other.samples))[::-1] + few * block.squares.mean()
    alike /= np.maximum(under, 1e-20)
    np.minimum(alike, 1 - 1e-6, out=alike)
    alike[alike < PLAIN_ALIKE] = 0
    heights = (-np.log1p(-alike) * overlap).astype(np.float32)
    return highest(heights, length - 1, PLAIN_PEAKS, 0.0, RATE_HZ * APART_S)
