"""One picture against a corpus: every reference is glanced at, those that stand out are looked at closely."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness import picture_limits as limits
from artia_lab.likeness.agreement import WINDOW, Agreement, agreement, overlaid, placed, texture_px
from artia_lab.likeness.corners import of_reference, of_work
from artia_lab.likeness.patches import Spot
from artia_lab.likeness.picture_verdict import Close, concluded
from artia_lab.likeness.pixels import Floats, colours, comparable, lightness
from artia_lab.likeness.poses import Box, Pose, asked, poses
from artia_lab.likeness.relations import relation
from artia_lab.likeness.result import Likeness
from artia_lab.likeness.wholes import Whole, Wholes, laid_over, one_way
from artia_lab.likeness.windows import Windows, shifts

LARGEST_WORK, LARGEST_REFERENCE = 768, 1024
CORNER_PX, REFERENCE_CORNER_PX, STEPS = 350.0, 300.0, 4
POSES = 2
CROWD = 50
CLOSELY_BY_CORNERS, CLOSELY_BY_WINDOWS, CLOSELY_WHOLE = 5, 6, 3
WORTH_ALIKE, WORTH_EXPLAINED = 0.5, 0.5
ENOUGH, RIVAL = 0.9, 0.3
SAME_VALUE = 1.5 / 255
THREADS = 4


class Glance(NamedTuple):
    """What a first look at a reference shows: its size, and what it proposes."""

    size: tuple[int, int]
    whole: Whole
    poses: list[Pose]
    spots: list[tuple[float, Spot]]
    promise: float


class CopyCheck:
    """A picture to be looked for in a corpus.

    Parameters
    ----------
    work : ndarray [shape=(h, w, 3)]
        From `pixels.colours`.
    """

    def __init__(self, work: Floats) -> None:
        self.original = work
        self.work, self.scale = comparable(work, LARGEST_WORK)
        self.light = lightness(self.work)
        self.texture = texture_px(self.light)
        contrast = float(np.sqrt(((work - work.mean(axis=(0, 1))) ** 2).mean()))
        self.plain = contrast < limits.PLAIN or (self.texture < WINDOW**2 and one_way(self.work))
        if not self.plain:
            self.wholes = Wholes(work)
            self.windows = Windows(work)
            self.asked = asked(of_work(self.light, CORNER_PX, STEPS))
            self.glances: dict[str, Glance] = {}

    def read(self, references: Mapping[str, NDArray]) -> None:
        """Glance at every reference, decoding the next while the last ones are looked at.

        Parameters
        ----------
        references : Mapping of str to ndarray
            The corpus.
        """
        from threadpoolctl import threadpool_limits

        threads = min(THREADS, len(os.sched_getaffinity(0)))
        with threadpool_limits(1), ThreadPoolExecutor(threads) as pool:
            for item, glance in _in_order(pool, self._glance, references, threads + 1):
                self.windows.take(item, glance.spots)
                self.glances[item] = glance._replace(spots=[])

    def likeness(self, references: Mapping[str, NDArray]) -> Likeness:
        """Look closely at the references that stand out, and conclude.

        Parameters
        ----------
        references : Mapping of str to ndarray
            The same corpus.

        Returns
        -------
        Likeness
            As `images.picture` describes.
        """
        chosen = self._chosen()
        pictures = {item: colours(references[item]) for item in chosen}
        windows = self.windows.found(pictures.__getitem__, pictures)
        moved = shifts([window for window in windows if window.copied])
        close: list[Close] = []
        for item, seen in pictures.items():
            # Once all of the work is found, only what is supported about as well can be another copy of it.
            if close and close[0].share >= ENOUGH and self._support(item) < RIVAL * self._support(close[0].item):
                continue
            if found := self._close(item, seen, moved.get(item)):
                close.append(found)
        # Of several pictures that hold as much of it, the one that was least altered comes first.
        close.sort(
            key=lambda found: (not found.relation.identical, -found.share, found.relation.cropped, found.item)
        )
        wholes = {item: (glance.size, glance.whole) for item, glance in self.glances.items()}
        return concluded(close, windows, wholes)

    def _glance(self, reference: NDArray) -> Glance:
        whole = colours(reference)
        light = lightness(comparable(whole, LARGEST_REFERENCE)[0])
        return Glance(
            (whole.shape[0], whole.shape[1]),
            self.wholes.compared(whole),
            poses(self.asked, of_reference(light, REFERENCE_CORNER_PX), POSES),
            *self.windows.spots(whole),
        )

    def _chosen(self) -> list[str]:
        """The references worth a closer look, those that corners support most first."""
        order = sorted(self.glances, key=lambda item: -self._support(item))
        by_corners = [item for item in order[:CLOSELY_BY_CORNERS] if self._support(item) >= limits.SUPPORT]
        resembling = {
            item: max(abs(seen.whole.alike), seen.whole.explained)
            for item, seen in self.glances.items()
            if abs(seen.whole.alike) >= WORTH_ALIKE or seen.whole.explained >= WORTH_EXPLAINED
        }
        promising = sorted(self.glances, key=lambda item: -self.glances[item].promise)
        whole = sorted(resembling, key=lambda item: -resembling[item])
        chosen = {
            *by_corners,
            *whole[:CLOSELY_WHOLE],
            *(item for item in promising[:CLOSELY_BY_WINDOWS] if self.glances[item].promise > 0),
        }
        return [item for item in order if item in chosen]

    def _support(self, item: str) -> float:
        poses_seen = self.glances[item].poses
        return poses_seen[0].support if poses_seen else 0.0

    def _close(self, item: str, reference: Floats, moved: Pose | None) -> Close | None:
        """What of a reference is in the work, at the best of the poses that were proposed."""
        glance = self.glances[item]
        seen, size = comparable(reference, LARGEST_REFERENCE)
        identical = self.original.shape == reference.shape and bool(
            np.abs(self.original - reference).max() <= SAME_VALUE
        )
        best: Agreement | None = None
        light = lightness(seen)
        moved = self._resized(moved, size) if moved else None
        for pose in self._proposed(glance, moved, seen, identical):
            found = agreement(self.light, light, pose)
            if found and _holds(found) and (best is None or found.area > best.area):
                best = found
            if best and best.area >= ENOUGH * self.texture:
                break
        if best:
            pose, box, share = best.pose, best.box, min(1.0, best.area / max(self.texture, best.area))
        elif moved and moved.support >= limits.MOST * len(self.windows) >= limits.MOST * limits.FEWEST_WINDOWS:
            pose, box, share = moved, moved.box, moved.support / len(self.windows)
        elif identical:
            pose = self._laid_over((False, 0), seen)
            box, share = pose.box, 1.0
        elif self._same_whole(glance.whole, seen):
            pose = self._laid_over(glance.whole.alike_way, seen)
            box, share = pose.box, abs(glance.whole.alike)
        else:
            return None
        how = relation(self.work, seen, pose, box, share, identical)
        return Close(
            item,
            _scaled(box, 1 / self.scale),
            _scaled(placed(box, pose, *light.shape), 1 / size),
            share,
            how._replace(scale=how.scale * size / self.scale),
        )

    def _resized(self, moved: Pose, size: float) -> Pose:
        """Windows are told in pixels of the originals; this tells them in those of what is compared."""
        here, there = _scaling(1 / self.scale), _scaling(size)
        return moved._replace(map=there @ moved.map @ here, box=_scaled(moved.box, self.scale))

    def _proposed(self, glance: Glance, moved: Pose | None, seen: Floats, identical: bool) -> Iterator[Pose]:
        if identical:
            yield self._laid_over((False, 0), seen)
        yield from (pose for pose in glance.poses if pose.support >= limits.SUPPORT)
        if moved:
            yield moved
        if abs(glance.whole.alike) >= WORTH_ALIKE:
            yield self._laid_over(glance.whole.alike_way, seen)

    def _same_whole(self, whole: Whole, reference: Floats) -> bool:
        """Tell whether both are one picture, without texture to say so."""
        alike = abs(whole.alike)
        if alike >= limits.WHOLE_ALIKE:
            if whole.explained >= limits.WHOLE_EXPLAINED:
                return True
            pose = self._laid_over(whole.alike_way, reference)
            return overlaid(self.light, lightness(reference), pose) >= limits.OVERLAID
        return alike >= limits.NEAR_ALIKE and whole.explained >= limits.EXPLAINED and self._stands_out(whole)

    def _stands_out(self, whole: Whole) -> bool:
        """Tell whether a reference is far nearer than the crowd of those that are nearest."""
        apart = np.sqrt([1 - seen.whole.explained for seen in self.glances.values()])
        crowd = float(np.sort(apart)[:CROWD].mean())
        return (1 - whole.explained) ** 0.5 <= limits.WHOLE_RATIO * crowd / 2

    def _laid_over(self, way: tuple[bool, int], reference: Floats) -> Pose:
        height, width = self.work.shape[:2]
        return Pose(laid_over(way, (height, width), reference.shape[:2]), 0.0, (0, 0, width, height))


def _in_order(
    pool: ThreadPoolExecutor,
    glance: Callable[[NDArray], Glance],
    references: Mapping[str, NDArray],
    ahead: int,
) -> Iterator[tuple[str, Glance]]:
    waiting: deque[tuple[str, Future[Glance]]] = deque()
    for item, reference in references.items():
        waiting.append((item, pool.submit(glance, reference)))
        if len(waiting) > ahead:
            first, seen = waiting.popleft()
            yield first, seen.result()
    while waiting:
        first, seen = waiting.popleft()
        yield first, seen.result()


def _scaled(box: Box, by: float) -> Box:
    left, top, right, bottom = (edge * by for edge in box)
    return left, top, right, bottom


def _scaling(by: float) -> NDArray[np.float64]:
    return np.array([[by, 0, (by - 1) / 2], [0, by, (by - 1) / 2], [0, 0, 1]])


def _holds(found: Agreement) -> bool:
    if found.pose.support >= limits.SURE_SUPPORT:
        return found.evidence >= limits.SOME_EVIDENCE
    clear = found.pose.support >= limits.CLEAR_SUPPORT
    return found.evidence >= (limits.CLEAR_EVIDENCE if clear else limits.COPY_EVIDENCE)
