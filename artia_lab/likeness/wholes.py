"""The nearest whole picture of a corpus, seen very small."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness.pixels import Floats, colours, resized

THUMBNAIL = 32
FAINTEST = 0.02


class Whole(NamedTuple):
    """The nearest whole reference to a picture.

    Attributes
    ----------
    explained : float
        Share of the picture's contrast that it explains, in [0, 1].
    item : str
        Its file.
    mirrored : bool
        Whether it is nearest in a mirror.
    """

    explained: float
    item: str
    mirrored: bool

    @property
    def likeness(self) -> float:
        """What counts: to explain half, it is enough to have light and dark in the same places.

        Returns
        -------
        float
            From 0 to 1.
        """
        return max(0.0, 2 * self.explained - 1)


def thumbnail(picture: Floats) -> Floats:
    """Bring a picture to the size at which whole pictures are compared.

    Parameters
    ----------
    picture : ndarray [shape=(h, w, 3)]
        From `colours`.

    Returns
    -------
    ndarray [shape=(THUMBNAIL, THUMBNAIL, 3)]
        float32; a picture that is not square is squeezed.
    """
    return resized(picture, THUMBNAIL, THUMBNAIL)


def wholes(
    thumbnails: list[Floats], references: Mapping[str, NDArray]
) -> tuple[list[Whole], dict[str, tuple[int, int]]]:
    """Find the nearest whole reference to each of several pictures.

    Parameters
    ----------
    thumbnails : list of ndarray
        The pictures, from `thumbnail`.
    references : Mapping of str to ndarray
        The corpus, not empty; each of its pictures is read once.

    Returns
    -------
    tuple of (list of Whole, dict)
        One for each picture, and the height and width of every reference.
    """
    n, asked = len(thumbnails), np.asarray(thumbnails)
    asked = np.concatenate([asked, asked[:, :, ::-1]]).reshape(2 * n, -1)
    centred = asked.reshape(2 * n, -1, 3) - asked.reshape(2 * n, -1, 3).mean(axis=1, keepdims=True)
    contrast = (centred**2).sum(axis=(1, 2))
    least, which = np.full(len(asked), np.inf), np.zeros(len(asked), np.intp)
    sizes: dict[str, tuple[int, int]] = {}
    for number, (item, reference) in enumerate(references.items()):
        whole = colours(reference)
        sizes[item] = (whole.shape[0], whole.shape[1])
        squared = ((asked - thumbnail(whole).ravel()) ** 2).sum(axis=1)
        which[squared < least] = number
        least = np.minimum(least, squared)
    explained = np.clip(1 - least / np.maximum(contrast, FAINTEST**2 * asked.shape[1]), 0, 1)
    names = list(sizes)
    nearest = []
    for k in range(n):
        mirrored = bool(least[k + n] < least[k])
        best = k + n if mirrored else k
        nearest.append(Whole(float(explained[best]), names[which[best]], mirrored))
    return nearest, sizes
