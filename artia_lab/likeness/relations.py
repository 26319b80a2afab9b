"""How a work relates to a reference it agrees with: cut out of it, mirrored, turned, recoloured, or as it is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from artia_lab.likeness.pixels import Floats, resized
from artia_lab.likeness.poses import Box, Pose

PATCH_SHARE = 0.6
CROPPED_BELOW = 0.9
TURNED_DEG = 1.5
RECOLOURED = 0.04
BLOCKS = 16
POINTS = 24


class Relation(NamedTuple):
    """What was done to a reference to make a work of it.

    Attributes
    ----------
    patch, cropped, mirrored, recoloured : bool
        Whether it is only a part of the work; whether only a part of it is there; and how it was altered.
    turned_deg : float
        By how much it was turned, clockwise, after it was mirrored.
    scale : float
        Size in the work over its own.
    identical : bool
        Whether each pixel is the same.
    """

    patch: bool
    cropped: bool
    mirrored: bool
    recoloured: bool
    turned_deg: float
    scale: float
    identical: bool

    @property
    def kind(self) -> str:
        """The word for what tells most.

        Returns
        -------
        str
            ``"patch"``, ``"mirrored"``, ``"rotated"``, ``"cropped"``, ``"recoloured"``, ``"exact"`` or
            ``"re-encoded"``.
        """
        if self.patch:
            return "patch"
        if self.mirrored:
            return "mirrored"
        if abs(self.turned_deg) > TURNED_DEG:
            return "rotated"
        if self.cropped:
            return "cropped"
        if self.recoloured:
            return "recoloured"
        return "exact" if self.identical else "re-encoded"


def relation(work: Floats, reference: Floats, pose: Pose, box: Box, share: float, identical: bool) -> Relation:
    """Tell how a work relates to a reference.

    Parameters
    ----------
    work, reference : ndarray [shape=(h, w, 3)]
        Both pictures.
    pose : Pose
        Where the work's pixels are in the reference.
    box : tuple of float
        Where they agree, in the work: left, top, right and bottom.
    share : float
        Share of the work's texture that agrees.
    identical : bool
        Whether each pixel is known to be the same.

    Returns
    -------
    Relation
        What was done.
    """
    matrix = pose.map[:2, :2]
    mirrored = bool(np.linalg.det(matrix) < 0)
    straight = matrix @ np.diag([-1.0, 1.0]) if mirrored else matrix
    turned = -float(np.degrees(np.arctan2(straight[1, 0] - straight[0, 1], straight[0, 0] + straight[1, 1])))
    return Relation(
        patch=share < PATCH_SHARE,
        cropped=_covered(pose, work.shape, reference.shape) < CROPPED_BELOW,
        mirrored=mirrored and not identical,
        recoloured=not identical and _colours_apart(work, reference, pose, box) > RECOLOURED,
        turned_deg=0.0 if identical else turned,
        scale=float(abs(np.linalg.det(matrix)) ** -0.5),
        identical=identical,
    )


def _covered(pose: Pose, work: tuple[int, ...], reference: tuple[int, ...]) -> float:
    """Share of the reference that falls inside the work's frame."""
    across, down = ((np.arange(POINTS) + 0.5) * side / POINTS - 0.5 for side in (reference[1], reference[0]))
    x, y = np.meshgrid(across, down)
    here = np.linalg.inv(pose.map)[:2] @ np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
    inside = (here > -1).all(axis=0) & (here[0] < work[1]) & (here[1] < work[0])
    return float(inside.mean())


def _colours_apart(work: Floats, reference: Floats, pose: Pose, box: Box) -> float:
    """Median distance between the mean colours of blocks that lie on one another."""
    left, top = int(box[0]), int(box[1])
    cut = work[top : max(top + 1, round(box[3])), left : max(left + 1, round(box[2]))]
    height, width = cut.shape[:2]
    blocks = min(BLOCKS, height, width)
    mine = resized(cut, blocks, blocks)
    size = abs(np.linalg.det(pose.map[:2, :2])) ** 0.5 * (height * width) ** 0.5 / blocks
    coarse_shape = tuple(max(1, round(side / max(size, 1.0))) for side in reference.shape[:2])
    coarse = resized(reference, *coarse_shape)
    x, y = np.meshgrid((np.arange(blocks) + 0.5) * width / blocks, (np.arange(blocks) + 0.5) * height / blocks)
    there = pose.map[:2] @ np.stack([left + x.ravel() - 0.5, top + y.ravel() - 0.5, np.ones(x.size)])
    rows = (there[1] + 0.5) * coarse_shape[0] / reference.shape[0] - 0.5
    columns = (there[0] + 0.5) * coarse_shape[1] / reference.shape[1] - 0.5
    lent = [ndimage.map_coordinates(coarse[:, :, k], [rows, columns], order=1, mode="nearest") for k in range(3)]
    apart = np.sqrt(((mine.reshape(-1, 3) - np.stack(lent, axis=1)) ** 2).mean(axis=1))
    return float(np.median(apart))
