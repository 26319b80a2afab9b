"""Pictures as arrays of three colours, at any size."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


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
    picture : ndarray [shape=(h, w, 3)]
        Any picture.
    height, width : int
        The new size, in pixels.

    Returns
    -------
    ndarray [shape=(height, width, 3)]
        float32.
    """
    if picture.shape[0] != height:
        rows = _covering(picture.shape[0], height) @ picture.reshape(picture.shape[0], -1)
        picture = rows.reshape(height, picture.shape[1], 3)
    if picture.shape[1] != width:
        turned = picture.transpose(1, 0, 2).reshape(picture.shape[1], -1)
        picture = (_covering(picture.shape[1], width) @ turned).reshape(width, height, 3).transpose(1, 0, 2)
    return np.ascontiguousarray(picture)


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
