"""The shape of sounds, how loud each band of frequencies is from moment to moment, to find transposed copies.

A copy played faster or slower, or transposed with its tempo kept, has the shape of its source once it is played
back at the right speed. So the output is tried at each semitone of two octaves, against the shapes of the whole
corpus laid end to end. What is found is only alike: `artia_lab.likeness.sound_transposition` judges it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, rfft

from artia_lab.likeness.sound_signal import FRAME, RATE_HZ, Elastic, Samples, magnitudes

Floats = NDArray[np.float32]

HOP = 256
BANDS = 24
LOWEST_HZ, HIGHEST_HZ = 60.0, 5000.0
DEPTH_DB = 50.0
STRETCH_S, SHORTEST_S = 2.0, 0.03
SEMITONES, SEMITONES_IN_TEMPO = 12, 5
ALIKE, CANDIDATES = 0.75, 3
EVEN = 0.02
SEGMENT = 1 << 11
LAID_MOMENTS = 1 << 15
LONGEST = 1 + int(STRETCH_S * 2.0 * RATE_HZ / HOP)


class Resemblance(NamedTuple):
    """A place of the corpus whose shape is like that of a stretch of an output.

    Attributes
    ----------
    item : str
        Which item.
    semitones : float
        By how much the output is higher, to a semitone.
    tempo_kept : bool
        Whether it lasts as long as the item all the same.
    start : int
        Where in the item the stretch would begin, in samples.
    alike : float
        Correlation of the two shapes.
    """

    item: str
    semitones: float
    tempo_kept: bool
    start: int
    alike: float


def shape(spectra: Floats) -> Floats:
    """Say how loud each band is, in decibels over what is not heard.

    Parameters
    ----------
    spectra : np.ndarray [shape=(moments, FRAME // 2 + 1)]
        From `artia_lab.likeness.sound_signal.magnitudes`.

    Returns
    -------
    np.ndarray [shape=(moments, BANDS)]
        From 0, `DEPTH_DB` below the loudest, to `DEPTH_DB`.
    """
    decibels = 10 * np.log10(np.maximum(spectra**2 @ _bands(), 1e-12))
    least = decibels.max() - DEPTH_DB
    return np.asarray(np.maximum(decibels, least) - least, np.float32)


def _bands() -> Floats:
    """Triangles of equal width in mels [shape=(FRAME // 2 + 1, BANDS)], each summing to 1."""
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (LOWEST_HZ, HIGHEST_HZ))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1) * FRAME / RATE_HZ
    bins = np.arange(FRAME // 2 + 1)[:, None]
    rise = (bins - edges[:-2]) / np.maximum(edges[1:-1] - edges[:-2], 1)
    fall = (edges[2:] - bins) / np.maximum(edges[2:] - edges[1:-1], 1)
    triangles = np.maximum(0, np.minimum(rise, fall))
    return np.asarray(triangles / np.maximum(triangles.sum(axis=0), 1e-9), np.float32)


class Shapes:
    """The shapes of a corpus, kept in 16 bits: about 2 kB for a second of sound."""

    def __init__(self) -> None:
        self._items: list[str] = []
        self._shapes: list[NDArray[np.float16]] = []

    def add(self, item: str, samples: Samples) -> None:
        """Take note of a sound.

        Parameters
        ----------
        item : str
            Its name.
        samples : np.ndarray [shape=(n,)]
            The sound, at `RATE_HZ`.
        """
        if len(samples) >= SHORTEST_S * RATE_HZ and samples.any():
            self._items.append(item)
            self._shapes.append(shape(magnitudes(samples, HOP)).astype(np.float16))

    def like(self, stretch: Elastic) -> list[Resemblance]:
        """Find the places of the corpus most like a stretch of an output, at any speed.

        Parameters
        ----------
        stretch : Elastic
            Of at most `STRETCH_S`.

        Returns
        -------
        list of Resemblance
            The most alike first, at most `CANDIDATES` items at another speed and as many in tempo.
        """
        versions = list(_versions(stretch))
        if not versions:
            return []
        found = [
            Resemblance(self._items[number], version.semitones, version.tempo_kept, start, alike)
            for first, laid in self._laid()
            for version, number, start, alike in laid.like(versions, first)
        ]
        found.sort(key=lambda one: -one.alike)
        return [one for kept in (False, True) for one in _first_of_each(found, kept)]

    def _laid(self) -> Iterator[tuple[int, _Laid]]:
        first, moments = 0, 0
        for number, one in enumerate(self._shapes, start=1):
            moments += len(one) + LONGEST
            if moments >= LAID_MOMENTS or number == len(self._shapes):
                yield first, _Laid(self._shapes[first:number])
                first, moments = number, 0


class _Version(NamedTuple):
    """The shape of a stretch played at another speed."""

    semitones: float
    tempo_kept: bool
    shape: Floats


def _versions(stretch: Elastic) -> Iterator[_Version]:
    for semitones in range(-SEMITONES, SEMITONES + 1):
        slowed, ratio = stretch.slowed(2 ** (semitones / 12))
        if len(slowed) < SHORTEST_S * RATE_HZ:
            continue
        if semitones:
            yield _Version(semitones, False, shape(magnitudes(slowed, HOP))[:LONGEST])
        if abs(semitones) <= SEMITONES_IN_TEMPO:
            yield _Version(semitones, True, shape(magnitudes(slowed, HOP * ratio))[:LONGEST])


def _first_of_each(found: list[Resemblance], tempo_kept: bool) -> list[Resemblance]:
    best: dict[str, Resemblance] = {}
    for one in found:
        if one.tempo_kept == tempo_kept:
            best.setdefault(one.item, one)
    return list(best.values())[:CANDIDATES]


class _Laid:
    """Shapes laid end to end, with silence between them, and their Fourier transform along time, in segments."""

    def __init__(self, shapes: list[NDArray[np.float16]]) -> None:
        pause = np.zeros((LONGEST, BANDS), np.float32)
        line = np.concatenate([pause, *(part for one in shapes for part in (one.astype(np.float32), pause))])
        lengths = np.array([0] + [len(one) + LONGEST for one in shapes])
        self._begins = np.cumsum(lengths)[:-1]
        self._places = len(line) - LONGEST
        self._sums = np.concatenate([[0.0], np.cumsum(line.sum(axis=1, dtype=np.float64))])
        self._squares = np.concatenate([[0.0], np.cumsum((line.astype(np.float64) ** 2).sum(axis=1))])
        self._step = SEGMENT - LONGEST
        segments = -(-self._places // self._step)
        padded = np.pad(line, ((0, segments * self._step + LONGEST - len(line)), (0, 0)))
        views = np.lib.stride_tricks.sliding_window_view(padded, SEGMENT, axis=0)[:: self._step]
        self._spectra = np.ascontiguousarray(rfft(views, axis=2).transpose(2, 0, 1))

    def like(self, versions: list[_Version], first: int) -> Iterator[tuple[_Version, int, int, float]]:
        """For each version, the sounds most like it: their number, counted from `first`, where, how much."""
        asked = np.zeros((SEGMENT, BANDS, len(versions)), np.float32)
        for k, version in enumerate(versions):
            asked[: len(version.shape), :, k] = version.shape
        products = np.matmul(self._spectra, rfft(asked, axis=0).conj())
        for k, version in enumerate(versions):
            segments = irfft(products[:, :, k], SEGMENT, axis=0)[: self._step]
            alike = self._correlation(version.shape, segments.T.ravel()[: self._places])
            heights = np.maximum.reduceat(alike, self._begins)
            for place in np.argsort(-heights, kind="stable")[:CANDIDATES].tolist():
                if heights[place] < ALIKE:
                    break
                begin = int(self._begins[place])
                at = int(alike[begin : begin + LONGEST + self._length(place)].argmax())
                yield version, first + place, (at - LONGEST) * HOP, float(heights[place])

    def _length(self, place: int) -> int:
        end = self._begins[place + 1] if place + 1 < len(self._begins) else self._places
        return int(end - self._begins[place]) - LONGEST

    def _correlation(self, asked: Floats, products: Floats) -> Floats:
        """Pearson's, of a shape and of what it is laid on, at each place."""
        count, values = len(asked), asked.size
        sums = (self._sums[count:] - self._sums[:-count])[: self._places]
        squares = (self._squares[count:] - self._squares[:-count])[: self._places]
        total, own = float(asked.sum()), float(asked.var()) * values
        spread = squares - sums**2 / values
        flat = spread < EVEN * own
        spread[flat] = np.inf
        return np.asarray((products - total / values * sums) / np.sqrt(max(own, 1e-9) * spread), np.float32)
