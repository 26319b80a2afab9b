"""Laying a reference over a work, and improving where it lies until both agree.

A pose is improved by Gauss-Newton steps (Lucas and Kanade, "An Iterative Image Registration Technique", 1981), on
pictures brought to the same local mean and contrast.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from artia_lab.likeness.pixels import Floats, halved, slopes
from artia_lab.likeness.poses import sound

WINDOW = 16
AGREES = 0.75
FAINTEST = 0.01
COARSE_STEPS, FINE_STEPS = 4, 2
HOLDS = 0.5
FEWEST = 150
LONGEST_STEP, STILL = 6.0, 0.05
STIFFNESS = 0.03
ROBUST = 0.3


def laid(reference: Floats, pose: NDArray, shape: tuple[int, ...]) -> tuple[Floats, NDArray[np.bool_]]:
    """Lay a reference over a work.

    Parameters
    ----------
    reference : ndarray [shape=(h, w)]
        Its lightness.
    pose : ndarray [shape=(3, 3)]
        Where each pixel of the work comes from in the reference.
    shape : tuple of int
        Height and width of the work.

    Returns
    -------
    tuple of (ndarray, ndarray of bool)
        The reference as it falls on each pixel of the work, and where whole windows of it do.
    """
    moved = ndimage.affine_transform(
        reference, pose[1::-1, 1::-1], pose[1::-1, 2], shape, order=1, mode="nearest", prefilter=False
    )
    down, across = np.arange(shape[0])[:, None], np.arange(shape[1])
    inside = np.ones(shape, bool)
    for (x, y, start), length in zip(pose[:2], reference.shape[::-1], strict=True):
        place = x * across + y * down + start
        inside &= (place >= WINDOW / 4) & (place <= length - 1 - WINDOW / 4)
    return moved, inside


def mean_about(values: Floats) -> Floats:
    """Take the mean of the window about each pixel.

    Parameters
    ----------
    values : ndarray [shape=(h, w)]
        Any map.

    Returns
    -------
    ndarray [shape=(h, w)]
        Of the same shape.
    """
    return np.asarray(ndimage.uniform_filter(values, WINDOW - 1, mode="nearest"))


def detail(values: Floats) -> Floats:
    """Take out the slow slopes, which any two smooth places share.

    Parameters
    ----------
    values : ndarray [shape=(h, w)]
        A lightness.

    Returns
    -------
    ndarray [shape=(h, w)]
        What differs from the mean about each pixel.
    """
    return values - mean_about(values)


class Overlay:
    """A work ready to be compared, window by window, with references laid over it.

    Parameters
    ----------
    work : ndarray [shape=(h, w)]
        Its lightness, or the detail of it.
    """

    def __init__(self, work: Floats) -> None:
        self.work = work
        self.mean = mean_about(work)
        self.spread = np.sqrt(np.maximum(mean_about(work * work) - self.mean**2, 0))
        self.level = (work - self.mean) / (self.spread + FAINTEST)

    def measured(self, moved: Floats) -> tuple[Floats, Floats, Floats]:
        """Compare with a reference that was laid over the work.

        Parameters
        ----------
        moved : ndarray [shape=(h, w)]
            From `laid`.

        Returns
        -------
        tuple of ndarray
            Correlation about each pixel; the reference at the same local mean and contrast as any; its contrast.
        """
        mean = mean_about(moved)
        spread = np.sqrt(np.maximum(mean_about(moved * moved) - mean**2, 0))
        correlation = (mean_about(self.work * moved) - self.mean * mean) / (self.spread * spread + 1e-6)
        return correlation, (moved - mean) / (spread + FAINTEST), spread


def improved(work: Floats, reference: Floats, first: NDArray) -> NDArray | None:
    """Improve a pose, first at half the size.

    Parameters
    ----------
    work, reference : ndarray [shape=(h, w)]
        Lightnesses.
    first : ndarray [shape=(3, 3)]
        Where each pixel of the work is thought to come from in the reference.

    Returns
    -------
    ndarray [shape=(3, 3)] or None
        None when it runs away or holds nowhere.
    """
    doubled = np.array([[2, 0, 0.5], [0, 2, 0.5], [0, 0, 1]])
    pose: NDArray | None = first
    if min(*work.shape, *reference.shape) >= 4 * WINDOW:
        coarse = np.linalg.inv(doubled) @ first @ doubled
        moved = _stepped(halved(work), halved(reference), coarse, COARSE_STEPS)
        pose = None if moved is None else doubled @ moved @ np.linalg.inv(doubled)
    if pose is not None:
        pose = _stepped(work, reference, pose, FINE_STEPS)
    return pose if pose is not None and sound(pose[:2, :2], first[:2, :2]) else None


def _stepped(work: Floats, reference: Floats, pose: NDArray, steps: int) -> NDArray | None:
    """Take Gauss-Newton steps; None when hardly anything goes together from the start to the end."""
    height, width = work.shape
    overlay = Overlay(work)
    across, down = 2 * np.arange(width) / width - 1, 2 * np.arange(height) / height - 1
    units = np.array([[2 / width, 0, -1], [0, 2 / height, -1], [0, 0, 1]])
    held = np.zeros(work.shape, bool)
    for _step in range(steps):
        moved, inside = laid(reference, pose, work.shape)
        correlation, other, spread = overlay.measured(moved)
        held = inside & (np.abs(correlation) > HOLDS) & (spread > FAINTEST) & (overlay.spread > FAINTEST)
        if np.count_nonzero(held) < FEWEST:
            return None
        other *= np.sign(correlation)
        slope_y, slope_x = slopes(other)
        rows, columns = np.nonzero(held)
        off = (overlay.level - other)[held]
        weight = correlation[held] ** 2 / np.maximum(ROBUST, np.abs(off))
        x, y = across[columns], down[rows]
        jacobian = np.stack([slope * k for slope in (slope_x[held], slope_y[held]) for k in (x, y, 1)])
        weighted = jacobian * weight
        normal = (weighted @ jacobian.T).astype(np.float64)
        normal[np.diag_indices(6)] *= 1 + STIFFNESS
        step = np.linalg.lstsq(normal, weighted @ off, rcond=None)[0]
        step *= min(1.0, LONGEST_STEP / max(float(np.abs(step).max()), 1e-9))
        pose = pose @ (np.eye(3) + np.vstack([step.reshape(2, 3), np.zeros(3)]) @ units)
        if np.abs(step).max() < STILL:
            break
    return pose if np.count_nonzero(held & (np.abs(correlation) > AGREES)) >= FEWEST else None
