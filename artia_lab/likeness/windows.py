"""Which windows of a work stand in a corpus nearly as they are: for what is made of many small pieces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness.cells import CELLS, DIMENSIONS, cells, two_ways, windows_at
from artia_lab.likeness.patches import FIRST_COSINES, Found, Search, Spot
from artia_lab.likeness.picture_limits import EXPLAINED, PLAIN, RATIO, SURELY
from artia_lab.likeness.pixels import Floats, resized
from artia_lab.likeness.poses import Box, Pose

LARGEST_WORK, LARGEST_REFERENCE = 512, 2048
LARGEST_FACTOR = 4
ACROSS = 12
HOPELESS = 0.5
HOPE, PROMISING = 0.9, 12
ASIDE_PX = 2


class Window(NamedTuple):
    """A window of the work, and the window of the corpus nearest to it.

    Attributes
    ----------
    item : str
        Where it is; empty when no reference was near enough to be looked at closely.
    here, there : tuple of float
        Left, top, right and bottom in the work and in the reference, in pixels of each.
    scale : float
        Size at which they agree: of the work over that of the reference.
    explained : float
        Share of the window's contrast that the other explains.
    ratio : float
        Distance to it over half the mean of the 50 nearest.
    """

    item: str
    here: Box
    there: Box
    scale: float
    explained: float
    ratio: float

    @property
    def copied(self) -> bool:
        """Whether it stands there nearly as it is.

        Returns
        -------
        bool
            False when nothing was near.
        """
        surely = self.explained >= SURELY or (self.explained >= EXPLAINED and self.ratio <= RATIO)
        return surely and bool(self.item)


class Windows:
    """The windows of a work that have some texture, to be looked for in references.

    Parameters
    ----------
    work : ndarray [shape=(h, w, 3)]
        From `pixels.colours`.
    """

    def __init__(self, work: Floats) -> None:
        self.scale = min(1.0, LARGEST_WORK / max(work.shape[:2]))
        shrunk = resized(work, *(max(1, round(side * self.scale)) for side in work.shape[:2]))
        seen = np.pad(shrunk, [*((0, max(0, CELLS - side)) for side in shrunk.shape[:2]), (0, 0)], "edge")
        height, width = seen.shape[:2]
        self.longest = max(height, width)
        self.factor = max(1, min(LARGEST_FACTOR, min(height, width) // CELLS))
        self.side = self.factor * CELLS
        spread = [
            np.rint(np.linspace(0, side - self.side, min(ACROSS, -(-side // self.side)))).astype(np.intp)
            for side in (height, width)
        ]
        rows, columns = (axis.ravel() for axis in np.meshgrid(*spread, indexing="ij"))
        vectors = windows_at(cells(seen, self.factor), rows, columns, self.factor)
        by_cell = vectors.reshape(-1, CELLS**2, 3)
        contrast = ((by_cell - by_cell.mean(axis=1, keepdims=True)) ** 2).sum(axis=(1, 2))
        textured = (contrast >= PLAIN**2 * DIMENSIONS) & two_ways(by_cell)
        self.rows, self.columns, self.contrast = rows[textured], columns[textured], contrast[textured]
        self.search = Search(vectors[textured], self.factor, FIRST_COSINES)
        self.sources: list[tuple[str, float]] = []

    def __len__(self) -> int:
        return len(self.rows)

    def spots(self, reference: Floats) -> tuple[list[tuple[float, Spot]], float]:
        """Look for the windows in one reference, at the scales at which it may have been used.

        Parameters
        ----------
        reference : ndarray [shape=(h, w, 3)]
            From `pixels.colours`.

        Returns
        -------
        tuple of (list of tuple of (float, Spot), float)
            For `take`, and how promising it is: the sum, over the few windows that promise most, of what they
            explain beyond `HOPE`. This changes nothing here.
        """
        found, promise = [], 0.0
        for scale in self._scales(reference) if len(self) else ():
            seen = self._scaled(reference, scale)
            spot = self.search.spots(seen)
            closest = self.search.closest(seen, spot, self.contrast, PROMISING)
            promise = max(promise, float(np.maximum(closest - HOPE, 0).sum()))
            found.append((scale, spot))
        return found, promise

    def take(self, item: str, spots: list[tuple[float, Spot]]) -> None:
        """Keep what was found in one reference where it is nearer than what was known.

        Parameters
        ----------
        item : str
            Its file.
        spots : list
            From `spots`.
        """
        for scale, spot in spots:
            self.search.take(len(self.sources), spot)
            self.sources.append((item, scale))

    def found(self, load: Callable[[str], Floats], allowed: Container[str]) -> list[Window]:
        """Place each window exactly, in the references that may be read again.

        Parameters
        ----------
        load : callable
            Given a file, its picture.
        allowed : container of str
            The files that may be read.

        Returns
        -------
        list of Window
            One for each window with texture.
        """
        if not len(self) or not self.sources:
            return []
        may = np.array([item in allowed for item, _scale in self.sources])
        found = self.search.fitted(
            lambda number: self._scaled(load(self.sources[number][0]), self.sources[number][1]),
            self._hopeful() & may[self.search.where[:, :, 0]],
        )
        return [self._window(found, k) for k in range(len(self))]

    def _hopeful(self) -> NDArray[np.bool_]:
        return self.search.best < HOPELESS * self.contrast

    def _scales(self, reference: Floats) -> list[float]:
        """At the work's own scale, and with the longer sides made equal where that is another scale."""
        longest = max(reference.shape[:2])
        largest, fitted = LARGEST_REFERENCE / longest, self.longest / longest
        same = min(self.scale, largest)
        return [same] if abs(fitted / same - 1) < 0.1 or fitted > 2 else [same, min(fitted, largest)]

    def _scaled(self, reference: Floats, scale: float) -> Floats:
        return resized(reference, *(max(self.side, round(side * scale)) for side in reference.shape[:2]))

    def _window(self, found: Found, k: int) -> Window:
        distance = float(np.sqrt(found.squared[k]))
        ratio = distance / max(float(found.crowd[k]) / 2, 1e-6)
        explained = 1 - distance**2 / float(self.contrast[k])
        here = self._box(self.rows[k], self.columns[k], self.scale)
        if found.source[k] < 0:
            return Window("", here, here, 1.0, explained, ratio)
        item, scale = self.sources[found.source[k]]
        row, column = found.at[k]
        there = self._box(row, column, scale)
        return Window(item, here, there, scale / self.scale, explained, ratio)

    def _box(self, row: int, column: int, scale: float) -> Box:
        left, top, side = float(column) / scale, float(row) / scale, self.side / scale
        return left, top, left + side, top + side


def shifts(windows: list[Window]) -> dict[str, Pose]:
    """Propose, for each reference, the shift that most of the windows copied from it agree on.

    Parameters
    ----------
    windows : list of Window
        Those that are copied.

    Returns
    -------
    dict of str to Pose
        By file.
    """
    proposed: dict[str, Pose] = {}
    for item in dict.fromkeys(window.item for window in windows):
        mine = [window for window in windows if window.item == item]
        size = Counter(window.scale for window in mine).most_common(1)[0][0]
        mine = [window for window in mine if window.scale == size]
        moves = np.array([(w.there[0] - w.here[0] / size, w.there[1] - w.here[1] / size) for w in mine])
        together = (np.abs(moves[:, None] - moves[None]) <= 2 * ASIDE_PX / size).all(axis=2)
        chosen = together[together.sum(axis=1).argmax()]
        move = np.median(moves[chosen], axis=0)
        boxes = np.array([window.here for window, kept in zip(mine, chosen, strict=True) if kept])
        low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        half = (1 / size - 1) / 2
        proposed[item] = Pose(
            np.array([[1 / size, 0, move[0] + half], [0, 1 / size, move[1] + half], [0, 0, 1]]),
            float(chosen.sum()),
            (float(low[0]), float(low[1]), float(high[0]), float(high[1])),
        )
    return proposed
