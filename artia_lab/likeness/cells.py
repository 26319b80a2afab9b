"""Windows of pictures as vectors: cells of mean colour, and the cosines that say the most of them first.

A window is seen as `CELLS` × `CELLS` cells of `factor` × `factor` pixels, each its mean colour: fine enough
to know a piece of a picture again, coarse enough to forgive a recompression. Written in an orthonormal basis
(cosines, and three colours of which the first is grey), distances stay what they were, and those over the first
few cosines alone are never larger: they tell where to look, at a fraction of the cost.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness.pixels import Floats, resized

Integers = NDArray[np.intp]
Cosines = tuple[int, int]

CELLS = 8
DIMENSIONS = CELLS * CELLS * 3
ONE_WAY = 0.05
FAR = np.float32(1e9)

_step = np.arange(CELLS)
_COSINES = np.cos(np.pi * (2 * _step + 1) * _step[:, None] / (2 * CELLS)) * np.sqrt(2 / CELLS)
_COSINES[0] /= np.sqrt(2)
_COSINES = _COSINES.astype(np.float32)
_GREY = np.array([[1, 1, 1]], np.float32) / np.sqrt(np.float32(3))
_TINTS = np.array([[3**0.5, 0, -(3**0.5)], [1, -2, 1]], np.float32) / np.sqrt(np.float32(6))


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


def two_ways(by_cell: Floats) -> NDArray[np.bool_]:
    """Tell which windows are more than a slope, an edge or stripes, which are alike wherever they come from.

    Parameters
    ----------
    by_cell : ndarray [shape=(n, CELLS * CELLS, 3)]
        Windows.

    Returns
    -------
    ndarray of bool [shape=(n,)]
        From the structure tensor of their lightness.
    """
    down, across = np.gradient(by_cell.mean(axis=2).reshape(-1, CELLS, CELLS), axis=(1, 2))
    xx, yy, xy = ((a * b).sum(axis=(1, 2)) for a, b in ((across, across), (down, down), (across, down)))
    return np.asarray(xx + yy - np.hypot(xx - yy, 2 * xy) > 2 * ONE_WAY * (xx + yy))


def every_window(cell: Floats, factor: int) -> Floats:
    """Cut every window of a small map of cells out, as vectors.

    Parameters
    ----------
    cell : ndarray
        What `cells` gave.
    factor : int
        Side of a cell, in pixels.

    Returns
    -------
    ndarray [shape=(n, DIMENSIONS)]
        Row after row.
    """
    rows, columns = (np.arange(length - (CELLS - 1) * factor) for length in cell.shape[:2])
    down, across = (axis.ravel() for axis in np.meshgrid(rows, columns, indexing="ij"))
    return windows_at(cell, down, across, factor)


def first_cosines(cut: Floats, cosines: Cosines) -> Floats:
    """Write windows in their first cosines.

    Parameters
    ----------
    cut : ndarray [shape=(n, CELLS, CELLS, 3)]
        Windows.
    cosines : tuple of int
        How many cosines each way, in grey and in the two other colours.

    Returns
    -------
    ndarray [shape=(n, dimensions)]
        float32.
    """
    parts = []
    for mixed, count in zip((_GREY, _TINTS), cosines, strict=True):
        basis = _COSINES[:count]
        part = np.einsum("nyxc,vy,ux,kc->nkuv", cut, basis, basis, mixed, optimize=True)
        parts.append(part.reshape(len(cut), len(mixed) * count**2))
    return np.concatenate(parts, axis=1)


def tiles_of(picture: Floats, factor: int, cosines: Cosines) -> tuple[Floats, int, Floats]:
    """Write every window at multiples of `factor` in its first cosines, by tiles of CELLS × CELLS windows.

    Parameters
    ----------
    picture : ndarray [shape=(h, w, 3)]
        Of at least a window's size.
    factor : int
        Side of a cell, in pixels.
    cosines : tuple of int
        How many cosines each way, in grey and in the two other colours.

    Returns
    -------
    tuple of (ndarray, int, ndarray)
        The windows, each with its squared length at the end [shape=(tiles, CELLS * CELLS, dimensions + 1)]; how
        many tiles there are across; and the mean squared length, in each tile, of what the cosines leave out.
    """
    height, width = picture.shape[0] // factor, picture.shape[1] // factor
    reduced = resized(picture[: height * factor, : width * factor], height, width)
    parts = [
        _slid(np.tensordot(reduced, mixed, (2, 1)), count).reshape(height - CELLS + 1, width - CELLS + 1, -1)
        for mixed, count in zip((_GREY, _TINTS), cosines, strict=True)
    ]
    seen = np.concatenate(parts, axis=2)
    high, wide, depth = seen.shape
    down, across = -(-high // CELLS), -(-wide // CELLS)
    padded = np.zeros((down * CELLS, across * CELLS, depth + 1), np.float32)
    padded[:, :, depth] = FAR
    padded[:high, :wide, :depth] = seen
    lengths = np.einsum("yxd,yxd->yx", seen, seen)
    padded[:high, :wide, depth] = lengths
    tiles = padded.reshape(down, CELLS, across, CELLS, depth + 1).swapaxes(1, 2)
    beyond = np.maximum(_summed(np.einsum("yxc,yxc->yx", reduced, reduced)) - lengths, 0)
    rows, columns = (np.arange(0, length, CELLS) for length in (high, wide))
    total = np.add.reduceat(np.add.reduceat(beyond, rows, axis=0), columns, axis=1)
    counted = np.minimum(CELLS, high - rows)[:, None] * np.minimum(CELLS, wide - columns)
    beyond = (total / counted).ravel().astype(np.float32)
    return tiles.reshape(down * across, CELLS * CELLS, depth + 1), across, beyond


def _summed(values: Floats) -> Floats:
    """The sum over the window that begins at each place."""
    rows = np.asarray(sum(values[k : values.shape[0] - CELLS + 1 + k] for k in range(CELLS)))
    return np.asarray(sum(rows[:, k : rows.shape[1] - CELLS + 1 + k] for k in range(CELLS)))


def _slid(values: Floats, count: int) -> Floats:
    """The first cosines both ways of the window that begins at each place [shape=(h, w, channels)]."""
    slide = np.lib.stride_tricks.sliding_window_view
    basis = _COSINES[:count].T
    along = slide(values, CELLS, axis=1)
    along = (along.reshape(-1, CELLS) @ basis).reshape(*along.shape[:3], count)
    both = slide(along, CELLS, axis=0)
    return (both.reshape(-1, CELLS) @ basis).reshape(*both.shape[:4], count)
