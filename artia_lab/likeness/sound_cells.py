"""What a stretch of an output and an item laid in it hold, and share, in each cell of a band and some moments.

Cells are of three kinds, each with frames as short as its frequencies allow.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from artia_lab.likeness.sound_places import frame
from artia_lab.likeness.sound_signal import Samples, window

Floats = NDArray[np.float64]

KINDS = ((0.093, 30.0, 400.0, 6), (0.023, 400.0, 3000.0, 12), (0.0116, 3000.0, 20_000.0, 14))
GROUPED_FRAMES = 4
SMALLEST_FRAME = 128
SHORTEST_S = 0.04
EDGE_S = 0.004
UNHEARD, SILENT = 1e-9, 1e-6
OF_A_GAIN = 1.0


def tapered(samples: Samples, rate: float) -> Samples:
    """Soften both ends of a stretch, whose cut edges would click.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,)]
        The stretch.
    rate : float
        Its rate, in Hz.

    Returns
    -------
    np.ndarray [shape=(n,)]
        Another array.
    """
    softened = samples.copy()
    size = min(round(EDGE_S * rate), len(samples) // 2)
    ramp = _ramp(size)
    softened[:size] *= ramp
    softened[len(samples) - size :] *= ramp[::-1]
    return softened


class Cells(NamedTuple):
    """What a stretch and an item laid in it share and hold, cell by cell.

    Attributes
    ----------
    shared : np.ndarray [shape=(cells,)]
        Sums of the cross spectrum, complex.
    of_item, whole : np.ndarray [shape=(cells,)]
        Energies of the item and of the stretch.
    values : np.ndarray [shape=(cells,)]
        How many values each cell holds, counted by how evenly their product is spread, less one.
    second, lasts, hertz : np.ndarray [shape=(cells,)]
        When each begins, from where the item is first heard, how long it lasts, and its middle frequency.
    kind : np.ndarray [shape=(cells,)]
        Which of `KINDS`.
    edges : tuple of np.ndarray
        Of the bands of each kind, in Hz.
    start : int
        Where in the stretch the item is first heard, in samples.
    item, stretch : np.ndarray [shape=(n,)]
        What they hold where they overlap.
    """

    shared: NDArray[np.complex128]
    of_item: Floats
    whole: Floats
    values: Floats
    second: Floats
    lasts: Floats
    hertz: Floats
    kind: NDArray[np.intp]
    edges: tuple[Floats, ...]
    start: int
    item: Samples
    stretch: Samples


def cells(stretch: Samples, item: Samples, place: int, rate: float) -> Cells | None:
    """Lay an item in a stretch, and cut both in cells.

    Parameters
    ----------
    stretch : np.ndarray [shape=(n,)]
        From `tapered`.
    item : np.ndarray [shape=(n,)]
        At the same rate.
    place : int
        Where it begins in the stretch, perhaps before it, in samples.
    rate : float
        In Hz.

    Returns
    -------
    Cells or None
        Those where the item is heard; None when there is none.
    """
    begin, end = max(0, -place), min(len(item), len(stretch) - place)
    if end - begin < SHORTEST_S * rate:
        return None
    start = place + begin
    x = _softened_where_cut(item[begin:end], start, len(stretch), rate)
    parts: list[tuple[NDArray, ...]] = []
    edges: list[Floats] = []
    for kind, (seconds, low, high, count) in enumerate(KINDS):
        size = frame(seconds, rate)
        while len(x) < size > SMALLEST_FRAME:
            size //= 2
        every = np.rint(np.geomspace(low, max(low, min(high, 0.45 * rate)), count + 1) * size / rate)
        bins = np.unique(np.maximum(every, 1)).astype(np.intp)
        edges.append(bins * rate / size)
        if len(bins) > 1:
            parts.append(_of_a_kind(kind, stretch, x, start, rate, size, bins))
    if not parts:
        return None
    shared, of_item, whole, values, second, lasts, hertz, kinds = map(np.concatenate, zip(*parts, strict=True))
    heard = (of_item > UNHEARD * of_item.max()) & (whole > UNHEARD * whole.max()) & (values > 0)
    if not heard.any():
        return None
    return Cells(
        shared[heard], of_item[heard], whole[heard], values[heard], second[heard], lasts[heard], hertz[heard],
        kinds[heard], tuple(edges), start, x, stretch[start : start + len(x)],
    )  # fmt: skip


def _of_a_kind(
    kind: int, stretch: Samples, x: Samples, start: int, rate: float, size: int, bins: NDArray[np.intp]
) -> tuple[NDArray, ...]:
    """The first eight columns of `Cells`."""
    hop = size // 2
    around = stretch[max(0, start - hop) : start + len(x) + hop + size]
    before = max(0, hop - start)
    around = np.pad(around, (before, len(x) + 2 * hop + size - before - len(around)))
    # Of all the frequencies, those of this kind: a fiftieth where frames are long.
    inside = slice(bins[0], bins[-1])
    of_item = _spectra(np.pad(x, (hop, hop + size)), size)[:, inside]
    of_stretch = _spectra(around, size)[:, inside]
    rows = np.arange(0, len(of_item), GROUPED_FRAMES)

    def grouped(values: NDArray) -> NDArray:
        banded = np.add.reduceat(values, bins[:-1] - bins[0], axis=1)
        return np.add.reduceat(banded, rows, axis=0).astype(np.result_type(values, np.float64)).ravel()

    cross = of_stretch * of_item.conj()
    power = cross.real**2 + cross.imag**2
    values = grouped(np.sqrt(power)) ** 2 / np.maximum(grouped(power), 1e-30)
    whole = grouped(of_stretch.real**2 + of_stretch.imag**2)
    # What leaks into a silent moment, after the end of both for instance, is alike whatever they are.
    moments = whole.reshape(len(rows), -1).sum(axis=1)
    whole[np.repeat(moments <= SILENT * moments.max(), len(bins) - 1)] = 0
    seconds = np.repeat(rows * hop / rate, len(bins) - 1)
    return (
        grouped(cross),
        grouped(of_item.real**2 + of_item.imag**2),
        whole,
        np.maximum(values - OF_A_GAIN, 0),
        seconds,
        np.full(len(seconds), GROUPED_FRAMES * hop / rate),
        np.tile((bins[:-1] + bins[1:]) / 2 * rate / size, len(rows)),
        np.full(len(seconds), kind),
    )


def _ramp(size: int) -> Samples:
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(size) / max(1, size))).astype(np.float32)


def _softened_where_cut(item: Samples, start: int, length: int, rate: float) -> Samples:
    """Give an item the soft edges that the stretch has where it lies on them."""
    softened = item.copy()
    size = round(EDGE_S * rate)
    ramp = _ramp(size)
    after = length - start - len(item)
    first, last = max(0, size - start), max(0, size - after)
    softened[:first] *= ramp[start:]
    softened[len(item) - last :] *= ramp[::-1][:last]
    return softened


def _spectra(samples: Samples, size: int) -> NDArray[np.complex64]:
    spectra: NDArray[np.complex64] = rfft(
        np.lib.stride_tricks.sliding_window_view(samples, size)[:: size // 2] * window(size)
    )
    return spectra
