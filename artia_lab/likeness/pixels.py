"""Pictures as arrays of three colours, at any size."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SMALL, LARGER = 128, 4.0


def colours(picture: NDArray) -> Floats:
    """Bring any picture to three colours.

    Parameters
    ----------
    picture : ndarray [shape=(h, w) or (h, w, channels)]
        float in [0, 1] or uint8; grey or colour, with or without transparency.

    Returns
    -------
    ndarray [shape=(h, w, 3)]
        float32 in [0, 1], what is transparent over white.
    """
    given = np.asarray(picture)
    values = given.astype(np.float32) / (255 if given.dtype == np.uint8 else 1)
    if not np.isfinite(values.sum()):
        values = np.nan_to_num(values, posinf=1, neginf=0)
    if values.ndim == 2:
        values = values[:, :, None]
    if values.shape[2] in (2, 4):
        values = values[:, :, :-1] * values[:, :, -1:] + 1 - values[:, :, -1:]
    return np.ascontiguousarray(np.broadcast_to(values, (*values.shape[:2], 3)))


def resized(picture: Floats, height: int, width: int) -> Floats:
    """Resize by area: each new pixel is the mean of what it covers.

    Parameters
    ----------
    picture : ndarray [shape=(h, w) or (h, w, channels)]
        Any picture.
    height, width : int
        The new size, in pixels.

    Returns
    -------
    ndarray [shape=(height, width) or (height, width, channels)]
        float32.
    """
    if picture.shape[0] != height:
        rows = _covering(picture.shape[0], height) @ picture.reshape(picture.shape[0], -1)
        picture = rows.reshape(height, *picture.shape[1:])
    if picture.shape[1] != width:
        turned = np.swapaxes(picture, 0, 1)
        columns = _covering(picture.shape[1], width) @ turned.reshape(picture.shape[1], -1)
        picture = np.swapaxes(columns.reshape(width, *turned.shape[1:]), 0, 1)
    return np.ascontiguousarray(picture)


def lightness(picture: Floats) -> Floats:
    """Give half the sum of the largest and the smallest colour of each pixel.

    Parameters
    ----------
    picture : ndarray [shape=(h, w, 3)]
        From `colours`.

    Returns
    -------
    ndarray [shape=(h, w)]
        float32 in [0, 1].
    """
    red, green, blue = (picture[:, :, k] for k in range(3))
    most, least = np.maximum(red, green), np.minimum(red, green)
    np.maximum(most, blue, out=most)
    np.minimum(least, blue, out=least)
    most += least
    most *= 0.5
    return most


def smoothed(values: Floats) -> Floats:
    """Take the binomial mean (1, 2, 1) of neighbours, both ways.

    Parameters
    ----------
    values : ndarray [shape=(h, w) or (h, w, channels)]
        Any map.

    Returns
    -------
    ndarray
        Of the same shape.
    """
    padded = np.pad(values, ((1, 1), (1, 1)) + ((0, 0),) * (values.ndim - 2), "edge")
    down = padded[:-2] + padded[2:]
    down += 2 * padded[1:-1]
    across = down[:, :-2] + down[:, 2:]
    across += 2 * down[:, 1:-1]
    across /= 16
    return across


def halved(values: Floats) -> Floats:
    """Take the mean of squares of four pixels; a last odd row or column is left out.

    Parameters
    ----------
    values : ndarray [shape=(h, w)]
        Any map.

    Returns
    -------
    ndarray [shape=(h // 2, w // 2)]
        Half the size.
    """
    height, width = values.shape[0] // 2 * 2, values.shape[1] // 2 * 2
    rows = values[0:height:2, :width] + values[1:height:2, :width]
    both = rows[:, 0::2] + rows[:, 1::2]
    both /= 4
    return both


def comparable(picture: Floats, largest: int) -> tuple[Floats, float]:
    """Bring a picture to a size at which windows of a fixed size say enough of it.

    Parameters
    ----------
    picture : ndarray [shape=(h, w, 3)]
        From `colours`.
    largest : int
        Longest side, in pixels, of what comes out.

    Returns
    -------
    tuple of (ndarray, float)
        The picture, and its size over its own: more than 1 when it is smaller than `SMALL` pixels a side.
    """
    shortest, longest = min(picture.shape[:2]), max(picture.shape[:2])
    scale = min(1.0, largest / longest)
    if shortest < SMALL and longest <= SMALL * LARGER:
        scale = 2.0 if 2 * shortest >= SMALL else LARGER
    if scale == 1.0:
        return picture, 1.0
    sized = resized(picture, *(max(1, round(side * scale)) for side in picture.shape[:2]))
    return smoothed(sized) if scale > 1 else sized, scale


def slopes(values: Floats) -> tuple[Floats, Floats]:
    """Take the differences between neighbours, half of those two apart.

    Parameters
    ----------
    values : ndarray [shape=(h, w)]
        Any map of at least two pixels a side.

    Returns
    -------
    tuple of ndarray [shape=(h, w)]
        Down and across.
    """
    down, across = np.gradient(values)
    return np.asarray(down), np.asarray(across)


@lru_cache(maxsize=64)
def _covering(length: int, size: int) -> Any:
    """How much of each of `length` pixels each of `size` new ones covers [sparse, shape=(size, length)]."""
    from scipy.sparse import csr_array

    edges = np.linspace(0, length, size + 1)
    cuts = np.union1d(edges, np.arange(length + 1))
    middles, widths = (cuts[1:] + cuts[:-1]) / 2, np.diff(cuts)
    old = np.minimum(middles.astype(np.intp), length - 1)
    new = np.minimum(np.searchsorted(edges, middles, side="right") - 1, size - 1)
    return csr_array(((widths * size / length).astype(np.float32), (new, old)), shape=(size, length))
