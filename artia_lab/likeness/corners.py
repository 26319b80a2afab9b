"""Corners of a picture, described so as to be known again turned, resized, mirrored or recoloured.

A corner is where the structure tensor of the lightness has two large eigenvalues (Harris and Stephens, 1988;
their harmonic mean after Brown, Szeliski and Winder, 2005). It is described, in a frame turned with its own
dominant gradient, by histograms of gradient directions in 4 × 4 cells (after Lowe, "Distinctive Image Features
from Scale-Invariant Keypoints", 2004). Size is dealt with by a ladder of sizes: a reference is described at
halvings, a work at fine steps between them, so that some pair of sizes always agrees within some 9 %.

Lightness is half the sum of the largest and the smallest colour, which no change of hue, no exchange of
colours alters, and which an inversion merely reverses. In these frames a mirror image and a negative are mere
permutations of a description: neither is computed twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness.pixels import Floats, halved, resized, smoothed

CELLS, DIRECTIONS = 4, 8
CELL = 5.0
BORDER = 7
LEAST_SIDE = 24
CROWD_SIDE = 24
FEWEST = 100
FAINTEST = 1e-7
CLIPPED = 0.25
LARGEST_SIDE = 448

_middles = (np.arange(CELLS, dtype=np.float32) - (CELLS - 1) / 2) * CELL
_CELL_Y, _CELL_X = (axis.ravel() for axis in np.meshgrid(_middles, _middles, indexing="ij"))
_CELL_WEIGHT = np.exp(-(_CELL_X**2 + _CELL_Y**2) / (2 * (CELLS * CELL / 2) ** 2))[:, None]
_AROUND = np.array([(y, x) for y in range(-7, 8) for x in range(-7, 8) if x * x + y * y <= 49])
_AROUND_WEIGHT = np.exp(-(_AROUND**2).sum(axis=1) / 32).astype(np.float32)
_MIRRORED = (-np.arange(DIRECTIONS)) % DIRECTIONS


class Corners(NamedTuple):
    """Corners of one picture.

    Attributes
    ----------
    at : ndarray [shape=(n, 2)]
        Column and row, in pixels of the picture, the middle of the first pixel being at 0.
    angle : ndarray [shape=(n,)]
        Direction of the dominant gradient, in radians, from columns towards rows.
    scale : ndarray [shape=(n,)]
        Size at which it was found, over that of the picture.
    described : ndarray [shape=(n, CELLS * CELLS * DIRECTIONS)]
        Of unit length.
    """

    at: Floats
    angle: Floats
    scale: Floats
    described: Floats


def of_reference(lightness: Floats, every: float) -> Corners:
    """Find the corners of a reference, at a size within `LARGEST_SIDE` and at its halvings.

    Parameters
    ----------
    lightness : ndarray [shape=(h, w)]
        From `pixels.lightness`.
    every : float
        Area, in pixels, for which one corner is kept; `FEWEST` are, however small it is.

    Returns
    -------
    Corners
        Some hundreds.
    """
    found, scale = [], 1.0
    seen = lightness
    while max(seen.shape) > LARGEST_SIDE:
        seen, scale = halved(seen), scale / 2
    while min(seen.shape) >= LEAST_SIDE:
        found.append(_at(seen, lightness.shape, scale, every))
        seen, scale = halved(seen), scale / 2
    return _joined(found)


def of_work(lightness: Floats, every: float, steps: int) -> Corners:
    """Find the corners of a work, at fine steps of size within `LARGEST_SIDE`.

    Parameters
    ----------
    lightness : ndarray [shape=(h, w)]
        From `pixels.lightness`.
    every : float
        Area, in pixels, for which one corner is kept; `FEWEST` are, however small it is.
    steps : int
        How many sizes from one halving to the next.

    Returns
    -------
    Corners
        Some thousands.
    """
    height, width = lightness.shape
    found, scale = [], min(1.0, LARGEST_SIDE / max(height, width))
    while min(height, width) * scale >= LEAST_SIDE:
        seen = resized(lightness, round(height * scale), round(width * scale))
        found.append(_at(seen, lightness.shape, scale, every))
        scale *= 2 ** (-1 / steps)
    return _joined(found)


def mirrored(described: Floats) -> Floats:
    """Describe the same corners in the mirror image.

    Parameters
    ----------
    described : ndarray
        Of `Corners`.

    Returns
    -------
    ndarray
        Of the same shape.
    """
    cells = described.reshape(-1, CELLS, CELLS, DIRECTIONS)
    return np.ascontiguousarray(cells[:, ::-1][..., _MIRRORED]).reshape(described.shape)


def inverted(described: Floats) -> Floats:
    """Describe the same corners in the negative.

    Parameters
    ----------
    described : ndarray
        Of `Corners`.

    Returns
    -------
    ndarray
        Of the same shape.
    """
    cells = described.reshape(-1, CELLS, CELLS, DIRECTIONS)
    return np.ascontiguousarray(cells[:, ::-1, ::-1]).reshape(described.shape)


def _joined(found: Sequence[Corners]) -> Corners:
    if not found:
        empty = np.zeros(0, np.float32)
        return Corners(empty.reshape(0, 2), empty, empty, empty.reshape(0, _CELL_X.size * DIRECTIONS))
    return Corners(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _at(seen: Floats, shape: tuple[int, ...], scale: float, every: float) -> Corners:
    """Corners of the picture at one size."""
    soft = smoothed(seen)
    across, down = np.zeros_like(soft), np.zeros_like(soft)
    np.subtract(soft[:, 2:], soft[:, :-2], out=across[:, 1:-1])
    np.subtract(soft[2:], soft[:-2], out=down[1:-1])
    row, column, strength = _strongest(across, down, max(FEWEST, int(seen.size / every)))
    rows = row.astype(np.float32) + _peak(strength, row, column, 0)
    columns = column.astype(np.float32) + _peak(strength, row, column, 1)
    angle, described = _described(across, down, row, column, rows, columns)
    at = np.stack(
        [(columns + 0.5) * shape[1] / seen.shape[1] - 0.5, (rows + 0.5) * shape[0] / seen.shape[0] - 0.5], axis=1
    )
    return Corners(at.astype(np.float32), angle, np.full(len(row), scale, np.float32), described)


def _strongest(across: Floats, down: Floats, count: int) -> tuple[NDArray, NDArray, Floats]:
    """Places of the strongest corners, spread over the picture, and how strong every pixel is."""
    xx, yy, xy = (smoothed(smoothed(smoothed(m))) for m in (across * across, down * down, across * down))
    strength = (xx * yy - xy * xy) / (xx + yy + 1e-9)
    inner = strength[1:-1, 1:-1]
    peak = inner > FAINTEST
    height, width = strength.shape
    for dy, dx in ((0, 1), (1, -1), (1, 0), (1, 1)):
        peak &= inner > strength[1 + dy : height - 1 + dy, 1 + dx : width - 1 + dx]
        peak &= inner >= strength[1 - dy : height - 1 - dy, 1 - dx : width - 1 - dx]
    row, column = (axis + BORDER for axis in np.nonzero(peak[BORDER - 1 : 1 - BORDER, BORDER - 1 : 1 - BORDER]))
    if len(row) > count:
        # The first of each small square, then the second of each…: a strong corner does not hide a far one.
        value = -strength[row, column]
        square = (row // CROWD_SIDE) * (width // CROWD_SIDE + 1) + column // CROWD_SIDE
        order = np.lexsort((value, square))
        begins = np.flatnonzero(np.diff(square[order], prepend=-1))
        rank = np.empty(len(order), np.intp)
        rank[order] = np.arange(len(order)) - np.repeat(begins, np.diff(np.append(begins, len(order))))
        kept = np.lexsort((value, rank))[:count]
        row, column = row[kept], column[kept]
    return row, column, strength


def _peak(strength: Floats, row: NDArray, column: NDArray, axis: int) -> Floats:
    """How far from each pixel, along an axis, the parabola through its neighbours has its top."""
    dy, dx = 1 - axis, axis
    before, here, after = (strength[row + k * dy, column + k * dx] for k in (-1, 0, 1))
    bend = np.minimum(before - 2 * here + after, -1e-12)
    return np.clip((before - after) / (2 * bend), -0.5, 0.5).astype(np.float32)


def _described(
    across: Floats, down: Floats, row: NDArray, column: NDArray, rows: Floats, columns: Floats
) -> tuple[Floats, Floats]:
    height, width = across.shape
    around = np.clip(row[:, None] + _AROUND[:, 0], 0, height - 1) * width
    around += np.clip(column[:, None] + _AROUND[:, 1], 0, width - 1)
    angle = np.arctan2(down.ravel()[around] @ _AROUND_WEIGHT, across.ravel()[around] @ _AROUND_WEIGHT)
    cosine, sine = np.cos(angle)[:, None], np.sin(angle)[:, None]
    seen = _sampled(
        _directions(across, down),
        columns[:, None] + cosine * _CELL_X - sine * _CELL_Y,
        rows[:, None] + sine * _CELL_X + cosine * _CELL_Y,
    )
    turn = (angle * (DIRECTIONS / (2 * np.pi))) % DIRECTIONS
    whole = turn.astype(np.intp) % DIRECTIONS
    part = (turn - np.floor(turn))[:, None, None].astype(np.float32)
    first = (np.arange(DIRECTIONS) + whole[:, None]) % DIRECTIONS
    turned = (1 - part) * np.take_along_axis(seen, first[:, None], 2)
    turned += part * np.take_along_axis(seen, (first[:, None] + 1) % DIRECTIONS, 2)
    described = (turned * _CELL_WEIGHT).reshape(len(row), _CELL_X.size * DIRECTIONS)
    described = np.minimum(_unit(described), CLIPPED)
    return angle.astype(np.float32), _unit(described).astype(np.float32, copy=False)


def _unit(vectors: Floats) -> Floats:
    return vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)


def _directions(across: Floats, down: Floats) -> Floats:
    """How strong the gradient is in each direction, over every other pixel, a little spread."""
    strength = np.sqrt(across * across + down * down) + 1e-9
    height, width = across.shape[0] // 2, across.shape[1] // 2
    every = np.empty((height, width, DIRECTIONS), np.float32)
    for k in range(DIRECTIONS // 2):
        turn = 2 * np.pi * k / DIRECTIONS
        along = across * np.float32(np.cos(turn)) + down * np.float32(np.sin(turn))
        along *= np.abs(along) / strength
        for way, sign in ((k, 1), (k + DIRECTIONS // 2, -1)):
            every[:, :, way] = halved(np.maximum(sign * along, 0))
    return smoothed(every)


def _sampled(every: Floats, columns: Floats, rows: Floats) -> Floats:
    """Values between the pixels of a map of every other pixel."""
    height, width, depth = every.shape
    x = np.clip((columns - 0.5) / 2, 0, width - 1.001).astype(np.float32)
    y = np.clip((rows - 0.5) / 2, 0, height - 1.001).astype(np.float32)
    left, top = x.astype(np.intp), y.astype(np.intp)
    x, y = (x - left)[..., None], (y - top)[..., None]
    flat, at = every.reshape(-1, depth), top * width + left
    above = (1 - x) * flat[at] + x * flat[at + 1]
    below = (1 - x) * flat[at + width] + x * flat[at + width + 1]
    return (1 - y) * above + y * below
