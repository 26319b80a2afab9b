"""How a reference would have to be moved for its corners to fall on those of a work.

Two corners described alike already tell a size, a turn and a place, mirrored or not. Each such pair proposes
its pose, and all the others vote for the poses that agree with them (Lowe, 2004, with every pair tried rather
than a table of votes). What wins is only a proposal: `artia_lab.likeness.agreement` looks at the pixels.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness import corners
from artia_lab.likeness.corners import Corners
from artia_lab.likeness.pixels import Floats

ALIKE = 0.7
PAIRS = 120
SLACK_PX, SLACK_SHARE, SLACK_SIZE = 3.0, 0.08, 0.6
SAME_PX = 6.0
FIT_FROM = 6
SQUEEZED, RESIZED = 1.3, 1.4

Box = tuple[float, float, float, float]


class Pose(NamedTuple):
    """Where each pixel of a work would come from in a reference.

    Attributes
    ----------
    map : ndarray [shape=(3, 3)]
        Turns a place (column, row, 1) in the work into one in the reference.
    support : float
        How many corners vote for it, those described more alike counting more.
    box : tuple of float
        Left, top, right and bottom of what supports it, in the work.
    """

    map: NDArray[np.float64]
    support: float
    box: Box


class Asked(NamedTuple):
    """The corners of a work as they are, mirrored, in negative, and both.

    Attributes
    ----------
    corners : Corners
        As they are.
    described : ndarray [shape=(4 * n, ...)]
        In the four ways, one after the other.
    """

    corners: Corners
    described: Floats


def asked(work: Corners) -> Asked:
    """Describe the corners of a work in all ways in which it may have been altered.

    Parameters
    ----------
    work : Corners
        From `corners.of_work`.

    Returns
    -------
    Asked
        For `poses`.
    """
    straight = work.described
    reversed_ = corners.inverted(straight)
    ways = [straight, corners.mirrored(straight), reversed_, corners.mirrored(reversed_)]
    return Asked(work, np.concatenate(ways))


def poses(work: Asked, reference: Corners, count: int) -> list[Pose]:
    """Propose poses of a reference, the best supported first.

    Parameters
    ----------
    work : Asked
        What it may be found in.
    reference : Corners
        From `corners.of_reference`.
    count : int
        How many at most: a work may hold several pieces of one reference.

    Returns
    -------
    list of Pose
        Each supported by other pairs of corners.
    """
    if not len(reference.at) or not len(work.corners.at):
        return []
    alike = reference.described @ work.described.T
    best = alike.argmax(axis=1)
    value = alike[np.arange(len(best)), best]
    kept = np.argsort(-value, kind="stable")[:PAIRS]
    kept = kept[value[kept] > ALIKE]
    pairs = _Pairs(work.corners, reference, best[kept], kept, (value[kept] - ALIKE) / (1 - ALIKE))
    found: list[Pose] = []
    while len(found) < count and (pose := pairs.best()) is not None:
        found.append(pose)
    return found


class _Pairs:
    """Corners of a work and of a reference that look alike, and how far they agree with one another."""

    def __init__(self, work: Corners, reference: Corners, best: NDArray, kept: NDArray, value: Floats) -> None:
        way, here = best // max(1, len(work.at)), best % max(1, len(work.at))
        self.here, self.there, self.weight = work.at[here], reference.at[kept], value**2
        size = (work.scale[here] / reference.scale[kept]).astype(np.float64)
        # A negative turns the dominant gradient round; a mirror, seen from the work, reverses angles.
        angle = work.angle[here] + np.pi * (way >= 2)
        handed = np.where(way % 2, -1.0, 1.0)
        cosine, sine = np.cos(reference.angle[kept]), np.sin(reference.angle[kept])
        a, b = np.cos(angle), np.sin(angle)
        self.matrix = np.empty((len(here), 2, 2))
        self.matrix[:, 0, 0] = size * (cosine * a + handed * sine * b)
        self.matrix[:, 0, 1] = size * (cosine * b - handed * sine * a)
        self.matrix[:, 1, 0] = size * (sine * a - handed * cosine * b)
        self.matrix[:, 1, 1] = size * (sine * b + handed * cosine * a)
        apart = self.here[None] - self.here[:, None]
        moved = np.einsum("aij,abj->abi", self.matrix, apart) + self.there[:, None]
        off = np.linalg.norm(moved - self.there[None], axis=2)
        far = np.linalg.norm(apart, axis=2) * size[:, None]
        self.agree = off < SLACK_PX / reference.scale[kept] + SLACK_SHARE * far
        self.agree &= way[:, None] == way[None]
        self.agree &= np.abs(np.log2(size[:, None] / size[None])) < SLACK_SIZE
        squares = np.rint(np.concatenate([self.here, self.there], axis=1) / SAME_PX)
        self.place = np.unique(squares, axis=0, return_inverse=True)[1].ravel()

    def best(self) -> Pose | None:
        """Take the best pose out, with the pairs that support it."""
        votes = self.agree @ self.weight
        if not len(votes) or votes.max() <= 0:
            return None
        support, chosen, supporters = 0.0, -1, np.zeros(0, np.intp)
        for k in np.argsort(-votes, kind="stable")[:5]:
            agreeing = np.flatnonzero(self.agree[k])
            # Found at several sizes, a corner still votes once.
            apart = agreeing[np.unique(self.place[agreeing], return_index=True)[1]]
            if (total := float(self.weight[apart].sum())) > support:
                support, chosen, supporters = total, int(k), agreeing
        self.agree[supporters] = False
        self.agree[:, supporters] = False
        if len(supporters) < 2:
            return self.best() if len(supporters) else None
        here, there = self.here[supporters], self.there[supporters]
        low, high = here.min(axis=0), here.max(axis=0)
        box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
        return Pose(_fitted(self.matrix[chosen], here, there), support, box)


def _fitted(matrix: NDArray, here: Floats, there: Floats) -> NDArray:
    """The affine map that fits pairs best, unless it squeezes or resizes more than the pairs themselves say."""
    shift = (there - here @ matrix.T).mean(axis=0)
    if len(here) >= FIT_FROM:
        solved = np.linalg.lstsq(np.column_stack([here, np.ones(len(here))]), there, rcond=None)[0]
        if sound(solved[:2].T, matrix):
            matrix, shift = solved[:2].T, solved[2]
    return np.vstack([np.column_stack([matrix, shift]), [0, 0, 1]])


def sound(matrix: NDArray, first: NDArray) -> bool:
    """Tell whether a map that was made to fit is still nearly the one that was proposed.

    Parameters
    ----------
    matrix, first : ndarray [shape=(2, 2)]
        The fitted one and the first one.

    Returns
    -------
    bool
        False if it squeezes, or has another size or handedness.
    """
    lengths = np.linalg.svd(matrix, compute_uv=False)
    before = np.linalg.svd(first, compute_uv=False)
    if lengths[1] <= 0 or lengths[0] / lengths[1] > SQUEEZED * before[0] / before[1]:
        return False
    ratio = np.linalg.det(matrix) / np.linalg.det(first)
    return bool(RESIZED**-2 < ratio < RESIZED**2)
