"""The nearest windows to some windows among all those of a corpus, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness.cells import (
    CELLS,
    DIMENSIONS,
    Cosines,
    Integers,
    cells,
    every_window,
    first_cosines,
    tiles_of,
    windows_at,
)
from artia_lab.likeness.pixels import Floats

FIRST_COSINES: Cosines = (4, 2)
NEIGHBOURS = 50
CANDIDATES = 8
TILES = 4
DISTANCES_AT_ONCE = 1 << 18
FITTED_AT_ONCE = 64


class Spot(NamedTuple):
    """Windows of one reference at one scale: the nearest to each of those asked, and a crowd to compare with.

    Attributes
    ----------
    squared : ndarray [shape=(TILES, n)]
        Squared distances, over the cosines looked at.
    at : ndarray [shape=(TILES, n, 2)]
        Their rows and columns, in pixels of the reference at that scale.
    crowd : ndarray [shape=(at most NEIGHBOURS, n)]
        Squared distances of the nearest windows that do not overlap one another.
    """

    squared: Floats
    at: Integers
    crowd: Floats


class Found(NamedTuple):
    """The nearest window to each of a set of windows.

    Attributes
    ----------
    squared : ndarray [shape=(n,)]
        Squared distance to it, over all cosines.
    crowd : ndarray [shape=(n,)]
        Mean distance to the nearest windows (at most `NEIGHBOURS`) that do not overlap one another.
    source : ndarray [shape=(n,)]
        Which reference and scale; -1 when none was worth a closer look.
    at : ndarray [shape=(n, 2)]
        Its row and column, in pixels of the reference at that scale.
    """

    squared: Floats
    crowd: Floats
    source: Integers
    at: Integers


class Search:
    """Look for the windows of a corpus nearest to some windows, one reference at a time.

    All windows at multiples of `factor` pixels are looked at; at the end the few best are moved pixel by pixel
    until they fit, since a crop seldom begins at such a multiple. Memory does not grow with the corpus.

    Parameters
    ----------
    asked : ndarray [shape=(n, DIMENSIONS)]
        Windows, from `windows_at`.
    factor : int
        Side of a cell, in pixels.
    cosines : tuple of int
        How many cosines are looked at each way, in grey and in the two other colours.
    """

    def __init__(self, asked: Floats, factor: int, cosines: Cosines) -> None:
        n = len(asked)
        self.asked, self.factor, self.cosines = asked, factor, cosines
        seen = first_cosines(asked.reshape(n, CELLS, CELLS, 3), cosines)
        self.vectors = np.concatenate([-2 * seen, np.ones((n, 1), np.float32)], axis=1).T.copy()
        self.lengths = (seen**2).sum(axis=1)
        self.beyond = np.maximum((asked**2).sum(axis=1) - self.lengths, 0)
        self.best = np.full((CANDIDATES, n), np.inf, np.float32)
        self.where = np.full((CANDIDATES, n, 3), -1, np.intp)
        self.crowd = np.full((NEIGHBOURS, n), np.inf, np.float32)

    def spots(self, picture: Floats) -> Spot:
        """Look at one reference; this changes nothing here, and may be done by several threads.

        Parameters
        ----------
        picture : ndarray [shape=(h, w, 3)]
            Of at least a window's size.

        Returns
        -------
        Spot
            For `take`.
        """
        tiles, across, beyond = tiles_of(picture, self.factor, self.cosines)
        n = len(self.asked)
        least = np.empty((len(tiles), n), np.float32)
        together = max(1, DISTANCES_AT_ONCE // (CELLS * CELLS * n))
        for at in range(0, len(tiles), together):
            some = tiles[at : at + together]
            distances = some.reshape(-1, some.shape[2]) @ self.vectors
            least[at : at + together] = distances.reshape(len(some), CELLS * CELLS, n).min(axis=1)
        least += self.lengths
        np.maximum(least, 0, out=least)
        count, near = min(TILES, len(tiles)), min(NEIGHBOURS, len(tiles))
        nearest = np.argpartition(least, count - 1, axis=0)[:count]
        squared, at_once = np.empty((count, n), np.float32), np.empty((count, n, 2), np.intp)
        for k, tile in enumerate(nearest):
            spot = (tiles[tile] @ self.vectors.T[:, :, None])[:, :, 0].argmin(axis=1)
            squared[k] = least[tile, np.arange(n)]
            at_once[k, :, 0] = tile // across * CELLS + spot // CELLS
            at_once[k, :, 1] = tile % across * CELLS + spot % CELLS
        # Beyond the first cosines, windows that are no copies of one another hardly ever go together.
        crowd = np.partition(least + beyond[:, None], near - 1, axis=0)[:near] + self.beyond
        return Spot(squared, at_once * self.factor, crowd)

    def take(self, source: int, spot: Spot) -> None:
        """Keep what is nearer than what was known.

        Parameters
        ----------
        source : int
            A number for this reference at this scale.
        spot : Spot
            From `spots`.
        """
        named = np.concatenate([np.full((*spot.squared.shape, 1), source), spot.at], axis=2)
        every = np.concatenate([self.best, spot.squared])
        order = np.argsort(every, axis=0, kind="stable")[:CANDIDATES]
        self.best = np.take_along_axis(every, order, 0)
        self.where = np.take_along_axis(np.concatenate([self.where, named]), order[:, :, None], 0)
        self.crowd = np.partition(np.concatenate([self.crowd, spot.crowd]), NEIGHBOURS - 1, axis=0)[:NEIGHBOURS]

    def closest(self, picture: Floats, spot: Spot, contrast: Floats, count: int) -> Floats:
        """Move the most promising windows of one reference pixel by pixel.

        Parameters
        ----------
        picture : ndarray [shape=(h, w, 3)]
            The reference that `spot` was found in.
        spot : Spot
            From `spots`.
        contrast : ndarray [shape=(n,)]
            Squared distance of each window to its own mean colour.
        count : int
            How many windows are moved.

        Returns
        -------
        ndarray [shape=(at most count,)]
            Share of their contrast that each explains, the most first.
        """
        chosen = np.argsort(spot.squared[0] / contrast, kind="stable")[:count]
        explained = []
        for window in chosen:
            top, left = (max(0, int(place) - self.factor) for place in spot.at[0, window])
            side = (CELLS + 2) * self.factor
            there = every_window(cells(picture[top : top + side, left : left + side], self.factor), self.factor)
            off = ((there - self.asked[window]) ** 2).sum(axis=1)
            explained.append(1 - float(off.min()) / float(contrast[window]))
        return np.sort(np.array(explained, np.float32))[::-1]

    def fitted(self, load: Callable[[int], Floats], hopeful: NDArray[np.bool_]) -> Found:
        """Move the candidates pixel by pixel, and keep the best of each window.

        Parameters
        ----------
        load : callable
            Given the number of a source, its picture.
        hopeful : ndarray of bool [shape=(CANDIDATES, n)]
            Which of `best` are worth it.

        Returns
        -------
        Found
            One window for each asked.
        """
        # Of a window without hope, the distance is told as one expects it from its first cosines.
        n = len(self.asked)
        squared = np.where(hopeful.any(axis=0), np.inf, self.best[0] + self.beyond)
        source, at = np.full(n, -1, np.intp), np.zeros((n, 2), np.intp)
        shifts = np.array(list(np.ndindex(2 * self.factor + 1, 2 * self.factor + 1))) - self.factor
        for number in np.unique(self.where[:, :, 0][hopeful]):
            rank, which = np.nonzero(hopeful & (self.where[:, :, 0] == number))
            cell = cells(load(int(number)), self.factor)
            limit = np.array(cell.shape[:2]) - (CELLS - 1) * self.factor - 1
            for some in np.array_split(np.arange(len(which)), -(-len(which) // FITTED_AT_ONCE)):
                moved = np.clip(self.where[rank[some], which[some], None, 1:] + shifts, 0, limit)
                there = windows_at(cell, moved[..., 0].ravel(), moved[..., 1].ravel(), self.factor)
                there = there.reshape(len(some), len(shifts), DIMENSIONS)
                off = ((there - self.asked[which[some], None]) ** 2).sum(axis=2)
                for k, shift in enumerate(off.argmin(axis=1)):
                    window = which[some[k]]
                    if off[k, shift] < squared[window]:
                        squared[window], source[window] = off[k, shift], number
                        at[window] = moved[k, shift]
        counted = np.isfinite(self.crowd)
        roots = np.sqrt(self.crowd, where=counted, out=np.zeros_like(self.crowd))
        return Found(squared, roots.sum(axis=0) / np.maximum(1, counted.sum(axis=0)), source, at)
