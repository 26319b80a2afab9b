"""Measures between two pictures of the same size: of their values, and of what is seen of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

TILE = 1024
"""Side of the squares in which a large picture is measured, in px: bounds the memory, whatever its size."""

MARGIN = 16
"""What is measured around each square and not counted, in px."""

SMALLEST = 16
"""Pictures smaller than this are continued at their edges, in px: SSIM looks through a window of 11."""

HASH_SIDE = 8
WEAK = 0.1
"""Of the strongest low frequency: how much another must change for its sign to be seen."""


def of_values(a: np.ndarray, b: np.ndarray) -> dict[str, float]:
    """Measure by how much values differ.

    Parameters
    ----------
    a, b : np.ndarray [shape=(n, h, w, channels)]
        The frames, with as many channels.

    Returns
    -------
    dict of str to float
        ``max_difference`` in steps of 8 bits; ``psnr_db``, 200 when nothing differs; ``differing``, the share of
        pixels that differ at all.
    """
    import numpy as np

    step = {"uint8": 1.0, "uint16": 257.0, "int32": 257.0}.get(str(a.dtype), 1 / 255)
    largest, squares, differing = 0.0, 0.0, 0
    for one, other in zip(a, b, strict=True):
        delta = np.abs(one.astype(np.float32) - other.astype(np.float32)) / np.float32(step)
        largest = max(largest, float(delta.max()))
        squares += float(np.square(delta, dtype=np.float64).sum())
        differing += int((delta > 0).any(axis=-1).sum())
    mean = squares / a.size
    return {
        "max_difference": largest,
        "psnr_db": min(200.0, 10 * float(np.log10(255.0**2 / mean))) if mean else 200.0,
        "differing": differing / (a.size // a.shape[-1]),
    }


def of_sight(a: np.ndarray, b: np.ndarray) -> dict[str, float]:
    """Measure how two pictures differ to the eye.

    Structure is SSIM (Wang et al., 2004) of the luminance under a Gaussian window; colour is the CIE 1976
    difference once both are blurred over 2 px, since the eye sees no colour finer than that.

    Parameters
    ----------
    a, b : np.ndarray [shape=(h, w, 3)]
        sRGB values in [0, 1], float32.

    Returns
    -------
    dict of str to float
        ``ssim``, its mean; ``ssim_lowest``, its lowest value anywhere; ``colour`` and ``colour_largest``, the mean
        and the largest difference of colour; ``hash_bits``, how many of the 64 bits of a perceptual hash differ.
    """
    import numpy as np

    total, seen, lowest, worst = np.zeros(2), 0, 1.0, 0.0
    for one, other, core in _tiles(a, b):
        structure, colour = _structure(one, other)[core], _colour(one, other)[core]
        total += structure.sum(dtype=np.float64), colour.sum(dtype=np.float64)
        seen += structure.size
        lowest, worst = min(lowest, float(structure.min())), max(worst, float(colour.max()))
    ssim, colour_mean = (float(each) for each in total / seen)
    return {
        "ssim": ssim,
        "ssim_lowest": lowest,
        "colour": colour_mean,
        "colour_largest": worst,
        "hash_bits": float(hash_bits(a, b)),
    }


def hash_bits(a: np.ndarray, b: np.ndarray) -> int:
    """Count the bits in which two perceptual hashes differ (Zauner, 2010): signs of the lowest frequencies.

    Parameters
    ----------
    a, b : np.ndarray [shape=(h, w, 3)]
        sRGB values in [0, 1].

    Returns
    -------
    int
        From 0 to 64. A frequency that is weak in both has no sign to speak of, and is not counted.
    """
    import numpy as np

    low = [_lowest_frequencies(each) for each in (a, b)]
    strong = np.abs(low[0] - low[1]) > WEAK * max(float(np.abs(each).max()) for each in low)
    return int(((low[0] > 0) != (low[1] > 0))[strong].sum())


def _lowest_frequencies(picture: np.ndarray) -> np.ndarray:
    import numpy as np
    from scipy.fft import dctn
    from skimage.transform import resize

    small = resize(luminance(picture), (4 * HASH_SIDE, 4 * HASH_SIDE), order=1, anti_aliasing=True)
    return np.asarray(dctn(small, norm="ortho")[: HASH_SIDE + 1, : HASH_SIDE + 1].ravel()[1 : HASH_SIDE**2 + 1])


def luminance(picture: np.ndarray) -> np.ndarray:
    """Weigh the three colours as the eye does.

    Parameters
    ----------
    picture : np.ndarray [shape=(..., 3)]
        sRGB values.

    Returns
    -------
    np.ndarray [shape=(...)]
        Luma of BT.601, in the unit of the picture.
    """
    import numpy as np

    return picture @ np.array([0.299, 0.587, 0.114], np.float32)


def _tiles(a: np.ndarray, b: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, tuple[slice, slice]]]:
    import numpy as np

    height, width = a.shape[:2]
    more = [(0, max(0, SMALLEST - height)), (0, max(0, SMALLEST - width)), (0, 0)]
    if any(after for _before, after in more):
        a, b = np.pad(a, more, mode="edge"), np.pad(b, more, mode="edge")
    for top in range(0, height, TILE):
        for left in range(0, width, TILE):
            up, before = max(0, top - MARGIN), max(0, left - MARGIN)
            bottom, right = min(height, top + TILE), min(width, left + TILE)
            part = np.s_[up : max(bottom + MARGIN, SMALLEST), before : max(right + MARGIN, SMALLEST)]
            yield a[part], b[part], np.s_[top - up : bottom - up, left - before : right - before]


def _structure(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    from skimage.metrics import structural_similarity

    _mean, local = structural_similarity(
        luminance(a),
        luminance(b),
        data_range=1.0,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        full=True,
    )
    result: np.ndarray = local
    return result


def _colour(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    import numpy as np
    from scipy.ndimage import gaussian_filter
    from skimage.color import rgb2lab

    blurred = (rgb2lab(gaussian_filter(each, (2, 2, 0), truncate=3)) for each in (a, b))
    result: np.ndarray = np.linalg.norm(np.subtract(*blurred), axis=-1)
    return result
