"""Measures between what two pictures are made of, wherever it stands in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from artia_lab.verify.picture_measures import luminance

if TYPE_CHECKING:
    import numpy as np

PATCH = 8
MOST_PATCHES = 8192
PROJECTIONS = 64
LONGEST_SIDE = 512


def of_matter(a: np.ndarray, b: np.ndarray) -> dict[str, float]:
    """Measure how two pictures differ as matter: patches, colours, fineness.

    Parameters
    ----------
    a, b : np.ndarray [shape=(n, h, w, 3)]
        sRGB values in [0, 1]; of any size and number.

    Returns
    -------
    dict of str to float
        ``patches``, the sliced Wasserstein distance (Bonneel et al., 2015) between patches of 8 × 8 px, in values
        of [0, 1]; ``colours``, the same between pixels in CIELAB; ``spectrum_db``, the mean difference between
        the energies of eight bands of frequencies.
    """
    import numpy as np
    from skimage.color import rgb2lab

    one, other = ([_reduced(each) for each in frames] for frames in (a, b))
    patches = sliced(*(_patches(each) for each in (one, other)))
    colours = sliced(
        *(rgb2lab(_sample(np.concatenate([f.reshape(-1, 3) for f in each]))) for each in (one, other))
    )
    spectrum = np.abs(np.subtract(*(_bands_db(each) for each in (one, other)))).mean()
    return {"patches": patches, "colours": colours, "spectrum_db": float(spectrum)}


def sliced(a: np.ndarray, b: np.ndarray) -> float:
    """Measure the sliced Wasserstein distance between two clouds of points.

    Parameters
    ----------
    a, b : np.ndarray [shape=(n, d)]
        The points; as many on both sides, or not.

    Returns
    -------
    float
        Root mean square over fixed directions of the distance between sorted shadows, per coordinate.
    """
    import numpy as np

    dimensions = a.shape[1]
    directions = np.random.default_rng(0).standard_normal((dimensions, PROJECTIONS))
    directions /= np.linalg.norm(directions, axis=0)
    grid = (np.arange(512) + 0.5) / 512
    shadows = [np.sort(directions.T.astype(np.float32) @ each.T.astype(np.float32), axis=1) for each in (a, b)]
    # Sorted rows read at even places: what a quantile is, without its partitions.
    read = [each[:, np.minimum((grid * each.shape[1]).astype(int), each.shape[1] - 1)] for each in shadows]
    return float(np.sqrt(np.square(read[0] - read[1], dtype=np.float64).mean()))


def _reduced(frame: np.ndarray) -> np.ndarray:
    step = -(-max(frame.shape[:2]) // LONGEST_SIDE)
    return frame[::step, ::step]


def _sample(points: np.ndarray) -> np.ndarray:
    import numpy as np

    chosen = np.random.default_rng(0).permutation(len(points))[:MOST_PATCHES]
    result: np.ndarray = points[chosen]
    return result


def _patches(frames: list[np.ndarray]) -> np.ndarray:
    import numpy as np

    found = []
    for frame in frames:
        side = [(0, max(0, PATCH - n)) for n in frame.shape[:2]]
        frame = np.pad(frame, [*side, (0, 0)], mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(frame, (PATCH, PATCH), axis=(0, 1))
        rows, columns = windows.shape[:2]
        share = max(1, MOST_PATCHES // len(frames))
        chosen = np.random.default_rng(0).permutation(rows * columns)[:share]
        found.append(windows[chosen // columns, chosen % columns].reshape(len(chosen), -1))
    return np.concatenate(found)


def _bands_db(frames: list[np.ndarray]) -> np.ndarray:
    """Energy of the luminance in eight octaves-like bands, in dB, with the floor where nothing is seen."""
    import numpy as np

    sums = np.zeros(8)
    for frame in frames:
        grey = luminance(frame)
        grey = (grey - grey.mean()) * np.outer(*(np.hanning(n + 2)[1:-1] for n in grey.shape))
        energy = np.abs(np.fft.fft2(grey)) ** 2 / grey.size
        radius = np.hypot(*np.meshgrid(*(np.fft.fftfreq(n) for n in grey.shape), indexing="ij"))
        band = np.clip(np.floor(-np.log2(np.maximum(radius, 2**-8.5))), 0, 7).astype(int)
        sums += np.bincount(band.ravel(), energy.ravel(), 8) / grey.size
    return np.asarray(10 * np.log10(sums / len(frames) + 1e-7))
