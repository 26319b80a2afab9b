"""Small generated pictures against what a model learnt from: whole pictures, or every crop of them.

The measure is that of Carlini et al., "Extracting Training Data from Diffusion Models" (USENIX Security 2023,
arXiv:2301.13188): the distance ℓ2 to the nearest training picture, divided by α = 1/2 times the
mean distance to a set S of the n = 50 nearest. At most 1, the nearest stands out from a crowd that is merely
alike. S is here the 50 training pictures nearest to the generated one, the nearest among them, as in published
implementations, against which the formula was checked; another reading takes the 50 nearest to the nearest
training picture. With fewer than 50, S is all there are.

Ours: a mirror image counts as the picture itself, since training mirrors; a picture must besides be well
explained by its nearest, which no ratio of distances says; and a plain one is never called a copy. Where the
model learnt from crops, the nearest is sought among all crops of the corpus, at its own scale, as 8 × 8 cells
(`artia_lab.likeness.cells`), and S holds crops that do not overlap; distances to those are estimates, which
`tests/benchmarks/small_corpus_pictures.py` compares with exact ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness import picture_limits as limits
from artia_lab.likeness.cells import CELLS, DIMENSIONS, cells, two_ways, windows_at
from artia_lab.likeness.patches import Search
from artia_lab.likeness.picture_verdict import places
from artia_lab.likeness.pixels import Floats, colours, resized
from artia_lab.likeness.poses import Box
from artia_lab.likeness.result import COPY, DISTINCT, NEAR, Likeness, Neighbour, nothing

METHOD = "nearest-training-1"
ALPHA, NEIGHBOURS = 0.5, 50
AT_ONCE = 256
COSINES = (4, 2)
HOPELESS = 0.8
_MEASURES = dict.fromkeys(("l2", "l2_ratio", "explained", "copied_share", "plain", "references"), 0.0)


class Nearest(NamedTuple):
    """The nearest training picture, or crop, to a generated picture or to a piece of it.

    Attributes
    ----------
    work : int
        Which generated picture.
    item : str
        The file.
    here, there : tuple of float
        Left, top, right and bottom in the generated picture and in the file's, in pixels.
    mirrored : bool
        Whether it is nearest in a mirror.
    distance : float
        ℓ2, over the square root of the number of values: at most 1.
    explained : float
        Share of the picture's contrast that it explains; negative when it is farther than a flat colour.
    ratio : float
        Of Carlini et al.
    plain : bool
        Whether there is too little contrast to tell.
    """

    work: int
    item: str
    here: Box
    there: Box
    mirrored: bool
    distance: float
    explained: float
    ratio: float
    plain: bool

    @property
    def copied(self) -> bool:
        """Whether it is a copy, by the limits of `picture_limits`.

        Returns
        -------
        bool
            Never of what is plain.
        """
        if self.plain or self.explained < limits.EXPLAINED:
            return False
        return self.ratio <= limits.RATIO or self.explained >= limits.SURELY


def likenesses(works: Sequence[NDArray], references: Mapping[str, NDArray], crop: int | None) -> list[Likeness]:
    """Measure generated pictures as `images.pictures` describes.

    Parameters
    ----------
    works : sequence of ndarray
        The generated pictures.
    references : Mapping of str to ndarray
        What the model learnt from.
    crop : int, optional
        Side of the crops it learnt from, in pixels; None when it saw whole pictures.

    Returns
    -------
    list of Likeness
        One for each.
    """
    ready = [colours(work) for work in works]
    if not references or not ready:
        return [nothing("image", METHOD, **_MEASURES) for _ in ready]
    from threadpoolctl import threadpool_limits

    found: list[list[Nearest]] = [[] for _work in ready]
    # These products are small: several threads would wait for one another longer than they would work.
    with threadpool_limits(1):
        for nearest in _crops(ready, references, crop) if crop else _wholes(ready, references):
            found[nearest.work].append(nearest)
    return [_likeness(nearest, len(references), crop) for nearest in found]


def _wholes(works: list[Floats], references: Mapping[str, NDArray]) -> Iterator[Nearest]:
    """Compare whole pictures, references brought to the size of the works, works of one size together."""
    groups: dict[tuple[int, int], list[int]] = {}
    for k, work in enumerate(works):
        groups.setdefault((work.shape[0], work.shape[1]), []).append(k)
    searches = {shape: _WholeSearch(np.stack([works[k] for k in members])) for shape, members in groups.items()}
    sizes = []
    for number, reference in enumerate(references.values()):
        whole = colours(reference)
        sizes.append(whole.shape[:2])
        for shape, search in searches.items():
            search.add(number, resized(whole, *shape))
    names = list(references)
    for shape, search in searches.items():
        search.finish()
        for row, k in enumerate(groups[shape]):
            number, mirrored, squared, crowd = search.nearest(row)
            height, width = sizes[number]
            contrast = float(((works[k] - works[k].mean(axis=(0, 1))) ** 2).mean())
            yield Nearest(
                k, names[number], (0, 0, shape[1], shape[0]), (0, 0, width, height), mirrored, squared**0.5,
                1 - squared / max(contrast, limits.PLAIN**2), squared**0.5 / max(ALPHA * crowd, 1e-6),
                contrast < limits.PLAIN**2,
            )  # fmt: skip


class _WholeSearch:
    """Squared distances of works of one size to references, block after block."""

    def __init__(self, works: Floats) -> None:
        n = len(works)
        self.asked = np.concatenate([works, works[:, :, ::-1]]).reshape(2 * n, -1)
        self.lengths = np.einsum("nd,nd->n", self.asked, self.asked)
        self.block = np.empty((AT_ONCE, self.asked.shape[1]), np.float32)
        self.numbers: list[int] = []
        self.best = np.full(2 * n, np.inf, np.float32)
        self.which = np.zeros(2 * n, np.intp)
        self.crowd = np.full((n, NEIGHBOURS), np.inf, np.float32)

    def add(self, number: int, reference: Floats) -> None:
        self.block[len(self.numbers)] = reference.ravel()
        self.numbers.append(number)
        if len(self.numbers) == AT_ONCE:
            self.finish()

    def finish(self) -> None:
        if not self.numbers:
            return
        block = self.block[: len(self.numbers)]
        squared = self.asked @ block.T
        squared *= -2
        squared += np.einsum("nd,nd->n", block, block)
        squared += self.lengths[:, None]
        np.maximum(squared, 0, out=squared)
        squared /= block.shape[1]
        first = squared.argmin(axis=1)
        value = squared[np.arange(len(first)), first]
        self.which = np.where(value < self.best, np.array(self.numbers)[first], self.which)
        self.best = np.minimum(value, self.best)
        straight, mirrored = np.split(squared, 2)
        every = np.hstack([self.crowd, np.minimum(straight, mirrored)])
        self.crowd = np.partition(every, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
        self.numbers = []

    def nearest(self, row: int) -> tuple[int, bool, float, float]:
        """Number of the nearest, whether mirrored, its squared distance, and the mean distance of the crowd."""
        mirrored = row + len(self.crowd)
        best = mirrored if self.best[mirrored] < self.best[row] else row
        crowd = np.sqrt(self.crowd[row][np.isfinite(self.crowd[row])])
        return int(self.which[best]), best == mirrored, float(self.best[best]), float(crowd.mean())


def _crops(works: list[Floats], references: Mapping[str, NDArray], crop: int) -> Iterator[Nearest]:
    """Compare every piece of `crop` pixels of each work with all crops of the references."""
    factor = max(1, crop // CELLS)
    side = factor * CELLS
    pieces: list[tuple[int, int, int]] = []
    vectors = []
    for k, work in enumerate(works):
        seen = resized(work, *(max(side, length) for length in work.shape[:2]))
        spread = [np.rint(np.linspace(0, whole - side, -(-whole // side))).astype(int) for whole in seen.shape[:2]]
        rows, columns = (axis.ravel() for axis in np.meshgrid(*spread, indexing="ij"))
        vectors.append(windows_at(cells(seen, factor), rows, columns, factor))
        pieces += [(k, row, column) for row, column in zip(rows.tolist(), columns.tolist(), strict=True)]
    straight = np.concatenate(vectors)
    n = len(straight)
    turned = straight.reshape(n, CELLS, CELLS, 3)[:, :, ::-1].reshape(n, DIMENSIONS)
    by_cell = straight.reshape(n, CELLS**2, 3)
    contrast = ((by_cell - by_cell.mean(axis=1, keepdims=True)) ** 2).sum(axis=(1, 2))
    plain = (contrast < limits.PLAIN**2 * DIMENSIONS) | ~two_ways(by_cell)
    search = Search(np.concatenate([straight, turned]), factor, COSINES)
    names = list(references)

    def load(number: int) -> Floats:
        whole = colours(references[names[number]])
        return resized(whole, *(max(side, length) for length in whole.shape[:2]))

    for number in range(len(names)):
        search.take(number, search.spots(load(number)))
    hopeful = search.best < HOPELESS * np.tile(contrast, 2)
    hopeful[0] = True
    found = search.fitted(load, hopeful)
    for k, (number, y, x) in enumerate(pieces):
        best = k + n if found.squared[k + n] < found.squared[k] else k
        top, left = found.at[best].tolist()
        squared = float(found.squared[best]) / DIMENSIONS
        own = float(contrast[k]) / DIMENSIONS
        crowd = min(float(found.crowd[k]), float(found.crowd[k + n])) / DIMENSIONS**0.5
        yield Nearest(
            number, names[found.source[best]], (x, y, x + side, y + side),
            (left, top, left + side, top + side), best != k, squared**0.5,
            1 - squared / max(own, limits.PLAIN**2), squared**0.5 / max(ALPHA * crowd, 1e-6),
            bool(plain[k]),
        )  # fmt: skip


def _likeness(pieces: list[Nearest], references: int, crop: int | None) -> Likeness:
    """What the pieces of one work say: a copy as soon as one is."""
    best = min(pieces, key=lambda piece: (not piece.copied, piece.plain, piece.ratio))
    verdict = COPY if best.copied else DISTINCT
    if not best.copied and not best.plain and best.explained >= limits.NEAR_EXPLAINED:
        verdict = NEAR
    at = places(best.here, best.there) | {"mirrored": int(best.mirrored)}
    kind = ("mirrored" if best.mirrored else "cropped" if crop else "re-encoded") if best.copied else ""
    return Likeness(
        "image",
        METHOD,
        0.0 if best.plain else max(0.0, min(1.0, 2 * best.explained - 1)),
        {
            "l2": best.distance,
            "l2_ratio": best.ratio,
            "explained": best.explained,
            "copied_share": sum(piece.copied for piece in pieces) / len(pieces),
            "plain": float(best.plain),
            "references": references,
        },
        (Neighbour(best.item, at, max(0.0, best.explained), kind),),
        verdict,
    )
