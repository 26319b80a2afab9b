"""Where a work and a reference agree, pixel by pixel, once the reference is moved to a proposed pose.

The reference is laid over the work, its pose is improved (`artia_lab.likeness.alignment`), then both are compared
by normalised correlation in small windows. Only windows with texture in two directions count: a blank agrees with
every blank, an edge with every edge. What is told is the largest patch of windows that agree.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from artia_lab.likeness.alignment import AGREES, FAINTEST, WINDOW, Overlay, detail, improved, laid, mean_about
from artia_lab.likeness.pixels import Floats, resized, slopes, smoothed
from artia_lab.likeness.poses import Box, Pose

SIDE = 384
GAP = 6
ONE_WAY = 0.04
AROUND_PX = 40.0
LEAST_LEFT = 0.01
LITTLE = 0.1


class Agreement(NamedTuple):
    """What a work shares with a reference at one pose.

    Attributes
    ----------
    windows : float
        Area of the largest patch that agrees, in windows.
    within : float
        Share of the texture in that patch's box that agrees.
    area : float
        Area of all that agrees, in pixels of the work.
    correlation : float
        Median correlation over the patch; negative where one is the negative of the other.
    box : tuple of float
        Left, top, right and bottom of the patch, in the work.
    pose : Pose
        The improved pose.
    """

    windows: float
    within: float
    area: float
    correlation: float
    box: Box
    pose: Pose

    @property
    def evidence(self) -> float:
        """How little chance explains it: each window counts for what it explains, in nepers.

        Returns
        -------
        float
            Windows, times the share of their box that agrees, times minus the logarithm of what is left over.
        """
        return self.windows * self.within * -float(np.log(max(1 - self.correlation**2, LEAST_LEFT)))


def agreement(work: Floats, reference: Floats, pose: Pose) -> Agreement | None:
    """Compare a work with a reference at a pose: around what proposed it, then everywhere.

    Parameters
    ----------
    work, reference : ndarray [shape=(h, w)]
        Lightnesses.
    pose : Pose
        A proposal.

    Returns
    -------
    Agreement or None
        None when nothing agrees.
    """
    height, width = work.shape
    around = _around(pose.box, AROUND_PX, work.shape)
    found = None
    if (around[2] - around[0]) * (around[3] - around[1]) < height * width / 2:
        found = _look(work, reference, pose, around)
        pose = found.pose if found else pose
    everywhere = _look(work, reference, pose, (0, 0, width, height))
    return max((seen for seen in (found, everywhere) if seen), key=lambda seen: seen.evidence, default=None)


def textured(lightness: Floats) -> NDArray[np.bool_]:
    """Tell which pixels have texture in two directions about them.

    Parameters
    ----------
    lightness : ndarray [shape=(h, w)]
        A picture, at the size at which it is compared.

    Returns
    -------
    ndarray of bool [shape=(h, w)]
        False on blanks and along straight edges.
    """
    fine = detail(lightness)
    down, across = slopes(fine)
    xx, yy, xy = mean_about(across * across), mean_about(down * down), mean_about(across * down)
    least = xx + yy - np.sqrt((xx - yy) ** 2 + 4 * xy * xy)
    spread = mean_about(fine * fine) - mean_about(fine) ** 2
    return (least > 2 * ONE_WAY * (xx + yy)) & (spread > FAINTEST**2)


def overlaid(work: Floats, reference: Floats, pose: Pose) -> float:
    """Correlate all of a work with a reference laid over it, without regard to texture.

    Parameters
    ----------
    work, reference : ndarray [shape=(h, w)]
        Lightnesses.
    pose : Pose
        Of the reference.

    Returns
    -------
    float
        In [0, 1]: a negative counts as much.
    """
    height, width = work.shape
    seen, to_work = _piece(work, (0, 0, width, height), min(1.0, SIDE / max(work.shape), _size(pose.map)))
    lent, to_reference = _piece(
        reference, (0, 0, reference.shape[1], reference.shape[0]), 1 / _size(pose.map @ to_work)
    )
    moved, _inside = laid(lent, np.linalg.inv(to_reference) @ pose.map @ to_work, seen.shape)
    both = np.stack([seen.ravel(), moved.ravel()]).astype(np.float64)
    both -= both.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(both, axis=1)
    return float(abs(both[0] @ both[1]) / max(lengths.prod(), 1e-12))


def texture_px(work: Floats) -> float:
    """Measure how much of a work has texture, as `agreement` sees it.

    Parameters
    ----------
    work : ndarray [shape=(h, w)]
        Its lightness.

    Returns
    -------
    float
        An area in pixels of the work.
    """
    height, width = work.shape
    scale = min(1.0, SIDE / max(height, width))
    seen = smoothed(resized(work, max(2, round(height * scale)), max(2, round(width * scale))))
    return float(textured(seen).mean()) * height * width


def placed(box: Box, pose: Pose, height: int, width: int) -> Box:
    """Find where a box of the work lies in the reference.

    Parameters
    ----------
    box : tuple of float
        Left, top, right and bottom in the work.
    pose : Pose
        The reference's.
    height, width : int
        Of the reference.

    Returns
    -------
    tuple of float
        Left, top, right and bottom of what surrounds it, inside the reference.
    """
    left, top, right, bottom = box
    corners = np.array([(left, top, 1), (right, top, 1), (left, bottom, 1), (right, bottom, 1)], float)
    corners[:, :2] -= 0.5
    moved = corners @ pose.map[:2].T + 0.5
    low, high = np.clip(moved.min(axis=0), 0, (width, height)), np.clip(moved.max(axis=0), 0, (width, height))
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _look(work: Floats, reference: Floats, pose: Pose, box: Box) -> Agreement | None:
    """Compare inside a box of the work, at the coarser of both resolutions, within `SIDE` pixels."""
    left, top, right, bottom = box
    finest = min(1.0, SIDE / max(right - left, bottom - top), _size(pose.map))
    seen, to_work = _piece(work, box, finest)
    # Seen smaller, what is smooth has texture too.
    while textured(seen).mean() < LITTLE and min(seen.shape) >= 4 * WINDOW:
        finest /= 2
        seen, to_work = _piece(work, box, finest)
    around = _around(placed(box, pose, *reference.shape), AROUND_PX, reference.shape)
    lent, to_reference = _piece(reference, around, 1 / _size(pose.map @ to_work))
    if min(*seen.shape, *lent.shape) < WINDOW:
        return None
    first = np.linalg.inv(to_reference) @ pose.map @ to_work
    found = [
        _patch(seen, lent, placing, pose, to_work, to_reference)
        for placing in (first, improved(seen, lent, first))
        if placing is not None
    ]
    return max((patch for patch in found if patch), key=lambda patch: patch.evidence, default=None)


def _patch(
    seen: Floats, lent: Floats, placing: NDArray, pose: Pose, to_work: NDArray, to_reference: NDArray
) -> Agreement | None:
    """The largest patch that agrees at one pose exactly."""
    moved, inside = laid(lent, placing, seen.shape)
    correlation, _level, spread = Overlay(detail(seen)).measured(detail(moved))
    counted = inside & (spread > FAINTEST) & textured(seen)
    if not counted.any():
        return None
    sign = 1.0 if np.median(correlation[counted]) >= 0 else -1.0
    agrees = counted & (sign * correlation > AGREES)
    patches, count = ndimage.label(ndimage.binary_dilation(agrees, iterations=GAP))
    if not count:
        return None
    sizes = np.bincount(patches[agrees], minlength=count + 1)
    patch = agrees & (patches == sizes.argmax())
    (y0, y1), (x0, x1) = ((int(axis.min()), int(axis.max()) + 1) for axis in np.nonzero(patch))
    low, high = to_work @ (x0 - 0.5, y0 - 0.5, 1), to_work @ (x1 - 0.5, y1 - 0.5, 1)
    return Agreement(
        windows=float(sizes.max()) / WINDOW**2,
        within=float(sizes.max()) / float(counted[y0:y1, x0:x1].sum()),
        area=float(agrees.sum()) * abs(float(np.linalg.det(to_work[:2, :2]))),
        correlation=float(np.median(correlation[patch])),
        box=(float(low[0] + 0.5), float(low[1] + 0.5), float(high[0] + 0.5), float(high[1] + 0.5)),
        pose=pose._replace(map=to_reference @ placing @ np.linalg.inv(to_work)),
    )


def _size(matrix: NDArray) -> float:
    return float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))


def _around(box: Box, by: float, shape: tuple[int, ...]) -> Box:
    left, top, right, bottom = box
    return max(0, left - by), max(0, top - by), min(shape[1], right + by), min(shape[0], bottom + by)


def _piece(picture: Floats, box: Box, scale: float) -> tuple[Floats, NDArray]:
    """Cut a box out at a scale of at most 1, with the map from its pixels to the picture's."""
    left, top = int(box[0]), int(box[1])
    cut = picture[top : max(top + 1, int(np.ceil(box[3]))), left : max(left + 1, int(np.ceil(box[2])))]
    height, width = (max(1, round(side * min(1.0, scale))) for side in cut.shape)
    x, y = cut.shape[1] / width, cut.shape[0] / height
    back = np.array([[x, 0, left + x / 2 - 0.5], [0, y, top + y / 2 - 0.5], [0, 0, 1]])
    return smoothed(resized(cut, height, width)), back
