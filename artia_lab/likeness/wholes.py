"""Whole pictures seen very small, in the eight ways in which a picture can be turned and mirrored."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness.pixels import Floats, lightness, resized, slopes

THUMBNAIL = 32
FAINTEST = 0.02
ONE_WAY = 0.02
WAYS = tuple((mirrored, quarters) for mirrored in (False, True) for quarters in range(4))

_axis = np.linspace(-1, 1, THUMBNAIL)
_SLOW = np.linalg.qr(
    np.stack([np.outer(_axis**i, _axis**j).ravel() for i in range(3) for j in range(3 - i)], axis=1)
)[0].astype(np.float32)


class Whole(NamedTuple):
    """How a work resembles a reference, both seen whole.

    Attributes
    ----------
    explained : float
        Share of the work's contrast that the reference explains, colours as they are, in [0, 1].
    alike : float
        Correlation of their lightness once its slow slopes are taken out, in [-1, 1]; negative when one is
        the other's negative.
    alike_way : tuple of (bool, int)
        How they are most alike: mirrored or not, and turned by how many quarters.
    """

    explained: float
    alike: float
    alike_way: tuple[bool, int]

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


class Wholes:
    """A work seen whole, to be compared with references.

    Parameters
    ----------
    work : ndarray [shape=(h, w, 3)]
        From `colours`.
    """

    def __init__(self, work: Floats) -> None:
        seen = thumbnail(work)
        self.ways = np.stack([_seen(seen, way).ravel() for way in WAYS])
        self.contrast = float(((seen - seen.mean(axis=(0, 1))) ** 2).sum())
        self.shapes = np.stack([_shape(_seen(seen, way)) for way in WAYS])

    def compared(self, reference: Floats) -> Whole:
        """Compare with one reference.

        Parameters
        ----------
        reference : ndarray [shape=(h, w, 3)]
            From `colours`.

        Returns
        -------
        Whole
            The best of the eight ways.
        """
        seen = thumbnail(reference)
        squared = ((self.ways - seen.ravel()) ** 2).sum(axis=1)
        faintest = FAINTEST**2 * seen.size
        alike = self.shapes @ _shape(seen)
        most = int(np.abs(alike).argmax())
        return Whole(
            float(np.clip(1 - float(squared.min()) / max(self.contrast, faintest), 0, 1)),
            float(np.clip(alike[most], -1, 1)),
            WAYS[most],
        )


def laid_over(way: tuple[bool, int], work: tuple[int, int], reference: tuple[int, int]) -> NDArray[np.float64]:
    """Map the places of a whole work to those of a whole reference.

    Parameters
    ----------
    way : tuple of (bool, int)
        How the work is mirrored and turned to resemble the reference.
    work, reference : tuple of int
        Height and width of each.

    Returns
    -------
    ndarray [shape=(3, 3)]
        As in `poses.Pose`.
    """
    mirrored, quarters = way
    unit = np.diag([1 / work[1], 1 / work[0], 1.0]) @ np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    if mirrored:
        unit = np.array([[-1, 0, 1], [0, 1, 0], [0, 0, 1.0]]) @ unit
    for _quarter in range(quarters):
        unit = np.array([[0, 1, 0], [-1, 0, 1], [0, 0, 1.0]]) @ unit
    back = np.array([[reference[1], 0, -0.5], [0, reference[0], -0.5], [0, 0, 1.0]])
    return back @ unit


def one_way(picture: Floats) -> bool:
    """Tell whether a picture, seen very small, is but a slope, an edge or stripes.

    Parameters
    ----------
    picture : ndarray [shape=(h, w, 3)]
        From `colours`.

    Returns
    -------
    bool
        True when nothing in it goes across.
    """
    down, across = slopes(lightness(thumbnail(picture)))
    xx, yy, xy = float((across**2).sum()), float((down**2).sum()), float((across * down).sum())
    return (xx + yy - float(np.hypot(xx - yy, 2 * xy))) <= 2 * ONE_WAY * (xx + yy)


def _seen(thumb: Floats, way: tuple[bool, int]) -> Floats:
    mirrored, quarters = way
    return np.rot90(thumb[:, ::-1] if mirrored else thumb, quarters)


def _shape(thumb: Floats) -> Floats:
    """Its lightness without its slow slopes, of unit length; zero when hardly anything is left."""
    values = lightness(thumb).ravel()
    values = values - _SLOW @ (_SLOW.T @ values)
    length = float(np.linalg.norm(values))
    return values / length if length > FAINTEST / 4 * THUMBNAIL else np.zeros_like(values)
