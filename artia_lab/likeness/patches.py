"""Windows of pictures as vectors, and the nearest ones among all those of a corpus, in bounded memory.

A window is seen as `CELLS` × `CELLS` cells of `factor` × `factor` pixels, each its mean colour: fine enough
to know a piece of a picture again, coarse enough to forgive a recompression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Integers = NDArray[np.intp]

CELLS = 8
NEIGHBOURS = 50
CANDIDATES = 6
ROUNDS = 3
POSITIONS_AT_ONCE = 1 << 15
DISTANCES_AT_ONCE = 1 << 23
DIMENSIONS = CELLS * CELLS * 3
HOPELESS = 0.8
FITTED_AT_ONCE = 64


class Scaled(NamedTuple):
    """A reference picture at one of its scales."""

    item: str
    scale: float


Load = Callable[[Scaled], Floats]


class Found(NamedTuple):
    """The nearest window to each of a set of windows.

    Attributes
    ----------
    squared : ndarray [shape=(n,)]
        Squared distance to it.
    crowd : ndarray [shape=(n,)]
        Mean distance to the nearest windows (at most `NEIGHBOURS`) that do not overlap one another.
    source : ndarray [shape=(n,)]
        Its place in `sources`; -1 when there is none.
    at : ndarray [shape=(n, 2)]
        Its row and column, in pixels of the scaled reference.
    sources : list of Scaled
        Which reference, at which scale.
    """

    squared: Floats
    crowd: Floats
    source: Integers
    at: Integers
    sources: list[Scaled]


def cells(picture: Floats, factor: int) -> Floats:
    """Mean colour of the square of `factor` pixels that begins at each pixel.

    Parameters
    ----------
    picture : ndarray [shape=(h, w, 3)]
        Any picture of at least `factor` pixels a side.
    factor : int
        Side of a cell, in pixels.

    Returns
    -------
    ndarray [shape=(h - factor + 1, w - factor + 1, 3)]
        float32.
    """
    if factor == 1:
        return picture
    rows = sum(picture[k : picture.shape[0] - factor + 1 + k] for k in range(factor))
    assert isinstance(rows, np.ndarray)
    columns = sum(rows[:, k : rows.shape[1] - factor + 1 + k] for k in range(factor))
    return np.asarray(columns / factor**2, dtype=np.float32)


def windows_at(cell: Floats, rows: Integers, columns: Integers, factor: int) -> Floats:
    """Cut windows out, as vectors.

    Parameters
    ----------
    cell : ndarray
        What `cells` gave.
    rows, columns : ndarray of int [shape=(n,)]
        Where each window begins, in pixels.
    factor : int
        Side of a cell, in pixels.

    Returns
    -------
    ndarray [shape=(n, DIMENSIONS)]
        float32.
    """
    steps = np.arange(CELLS) * factor
    cut = cell[(rows[:, None] + steps)[:, :, None], (columns[:, None] + steps)[:, None, :]]
    return cut.reshape(len(rows), DIMENSIONS)


def nearest(asked: Floats, factor: int, sources: list[Scaled], load: Load) -> Found:
    """Find the nearest window of a corpus to each of a set of windows.

    All windows at multiples of `factor` pixels are looked at; then the few best are moved pixel by pixel
    until they fit, since a crop seldom begins at such a multiple.

    Parameters
    ----------
    asked : ndarray [shape=(n, DIMENSIONS)]
        Windows, from `windows_at`.
    factor : int
        Side of a cell, in pixels.
    sources : list of Scaled
        Where to look.
    load : callable
        Given one of `sources`, its picture at that scale, of at least a window's size.

    Returns
    -------
    Found
        One window for each asked.
    """
    n = len(asked)
    best = np.full((n, CANDIDATES), np.inf, np.float32)
    where = np.full((n, CANDIDATES, 3), -1, np.intp)
    crowd = np.full((n, NEIGHBOURS), np.inf, np.float32)
    for block, labels in _blocks(sources, load, factor, min(POSITIONS_AT_ONCE, DISTANCES_AT_ONCE // n)):
        squared = _distances(asked, block)
        b, height, width = squared.shape[1:]
        apart = np.minimum.reduceat(squared, np.arange(0, height, CELLS), axis=2)
        apart = np.minimum.reduceat(apart, np.arange(0, width, CELLS), axis=3)
        crowd = np.partition(np.hstack([crowd, apart.reshape(n, -1)]), NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
        flat = squared.reshape(n, b, -1)
        for _round in range(min(ROUNDS, flat.shape[2])):
            place = flat.argmin(axis=2)[:, :, None]
            spots = np.concatenate([np.broadcast_to(labels, (n, b, 2)), place % width], axis=2)
            spots[:, :, 1] += place[:, :, 0] // width
            every = np.hstack([best, np.take_along_axis(flat, place, 2)[:, :, 0]])
            order = np.argsort(every, axis=1, kind="stable")[:, :CANDIDATES]
            best = np.take_along_axis(every, order, 1)
            where = np.take_along_axis(np.concatenate([where, spots], axis=1), order[:, :, None], 1)
            np.put_along_axis(flat, place, np.inf, 2)
    counted = np.isfinite(crowd)
    mean = np.sqrt(crowd, where=counted, out=np.zeros_like(crowd)).sum(axis=1) / np.maximum(1, counted.sum(axis=1))
    return _fitted(asked, best, where, mean, factor, sources, load)


def _distances(asked: Floats, block: Floats) -> Floats:
    """Squared distances [shape=(n, b, rows, columns)] to every window of a block [shape=(b, h, w, 3)]."""
    views = np.lib.stride_tricks.sliding_window_view(block, (CELLS, CELLS), axis=(1, 2))
    b, height, width = views.shape[:3]
    vectors = views.transpose(0, 1, 2, 4, 5, 3).reshape(-1, DIMENSIONS)
    squared = asked @ vectors.T
    squared *= -2
    squared += (vectors**2).sum(axis=1)
    squared += (asked**2).sum(axis=1, keepdims=True)
    return np.maximum(squared, 0, out=squared).reshape(-1, b, height, width)


def _blocks(sources: list[Scaled], load: Load, factor: int, positions: int) -> Iterator[tuple[Floats, Integers]]:
    """Equal pieces of the references, stacked [shape=(b, h, w, 3)], and for each its source and first row."""
    pending: dict[tuple[int, ...], list[tuple[Floats, tuple[int, int]]]] = {}
    for number, source in enumerate(sources):
        picture = load(source)
        height, width = picture.shape[0] // factor, picture.shape[1] // factor
        whole = picture[: height * factor, : width * factor]
        reduced = whole.reshape(height, factor, width, factor, 3).mean(axis=(1, 3))
        across = width - CELLS + 1
        rows = max(1, positions // across)
        for first in range(0, height - CELLS + 1, rows):
            band = reduced[first : first + rows + CELLS - 1]
            alike = pending.setdefault(band.shape, [])
            alike.append((band, (number, first)))
            if len(alike) * across * (len(band) - CELLS + 1) >= positions:
                yield _stacked(pending.pop(band.shape))
    for alike in pending.values():
        yield _stacked(alike)


def _stacked(bands: list[tuple[Floats, tuple[int, int]]]) -> tuple[Floats, Integers]:
    return np.stack([band for band, _label in bands]), np.array([label for _band, label in bands], np.intp)


def _fitted(
    asked: Floats, best: Floats, where: Integers, crowd: Floats, factor: int, sources: list[Scaled], load: Load
) -> Found:
    squared, source = best[:, 0].copy(), where[:, 0, 0].copy()
    at = where[:, 0, 1:] * factor
    spread = (asked - asked.reshape(-1, CELLS**2, 3).mean(axis=1).repeat(CELLS**2, 0).reshape(asked.shape)) ** 2
    hopeful = best < HOPELESS * spread.sum(axis=1, keepdims=True)
    shifts = np.array(list(np.ndindex(2 * factor + 1, 2 * factor + 1))) - factor
    for number in np.unique(where[:, :, 0][hopeful]):
        which, rank = np.nonzero(hopeful & (where[:, :, 0] == number))
        cell = cells(load(sources[number]), factor)
        limit = np.array(cell.shape[:2]) - (CELLS - 1) * factor - 1
        for some in np.array_split(np.arange(len(which)), -(-len(which) // FITTED_AT_ONCE)):
            moved = where[which[some], rank[some], None, 1:] * factor + shifts
            moved = np.clip(moved, 0, limit).reshape(-1, 2)
            there = windows_at(cell, moved[:, 0], moved[:, 1], factor)
            there = there.reshape(len(some), len(shifts), DIMENSIONS)
            off = ((there - asked[which[some], None]) ** 2).sum(axis=2)
            for k, shift in enumerate(off.argmin(axis=1)):
                window = which[some[k]]
                if off[k, shift] < squared[window]:
                    squared[window], source[window] = off[k, shift], number
                    at[window] = moved.reshape(*off.shape, 2)[k, shift]
    return Found(squared, crowd, source, at, sources)
