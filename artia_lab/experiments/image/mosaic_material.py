"""The pictures that a self-mosaic is made from, at the size at which they are used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from artia_lab.errors import MaterialError
from artia_lab.experiments.image.patch_folding import resized
from artia_lab.i18n import _

if TYPE_CHECKING:
    from artia_lab.experiments.image.self_mosaic import Parameters

LEAST_SIDE = 8
"""Smallest side of a picture that can be regrown, in px."""

LARGEST = 2048
"""Larger pictures are reduced to this long side as they are read, in px."""

THINNEST = 48
"""A long thin picture is not shrunk below this short side, in px."""

LONGEST = 3.0
"""Greatest ratio between the sides of a mosaic."""

MOST_PIXELS = 1_500_000
"""Pixels of material used at most; bounds the memory."""

SHAPES = {"square": 1.0, "wide": 0.5, "tall": 2.0}
"""Height over width of the shapes that do not follow the original."""


@dataclass(frozen=True)
class Material:
    """Pictures ready to be cut into patches.

    Attributes
    ----------
    files : tuple of str
        The file of each picture; the starting picture is the first.
    pictures : tuple of torch.Tensor [shape=(h, w, 3)]
        The pictures as they are used, colours in [0, 1].
    height : int
        Height of the mosaic in px.
    patch : int
        Side of a patch in px: what was asked, or the largest that fits the smallest picture.
    """

    files: tuple[str, ...]
    pictures: tuple[Tensor, ...]
    height: int
    patch: int


def gather(parameters: Parameters, corpus: Any, report: Any) -> Material:
    """Read the pictures that the parameters ask for.

    A picture is shrunk to fit inside the mosaic and never enlarged: a small one, or a mosaic of another shape,
    calls for more of the same material instead.

    Parameters
    ----------
    parameters : Parameters
        What was set.
    corpus : CorpusReader
        Where the pictures are.
    report : Report
        Warned of what is left out or changed.

    Returns
    -------
    Material
        At least one picture.

    Raises
    ------
    MaterialError
        If no picture can be used.
    """
    items = list(corpus.items("image"))
    if parameters.picture:
        chosen = corpus.item(parameters.picture, "image")
        rest = [item for item in items if item.file != chosen.file]
        file, whole = chosen.file, _read(chosen, parameters.width, corpus)
    else:
        if not items:
            raise MaterialError(_("This corpus holds no picture. Add one to its folder, then try again."))
        file, whole, rest = _first_readable(items, parameters.width, corpus, report)
    height = _height(parameters, *whole.shape[:2])
    files, pictures = [file], [_fitted(whole, height, parameters.width)]
    if parameters.sources == "all":
        order = np.random.default_rng(parameters.seed).permutation(len(rest))
        _add_others([rest[i] for i in order], files, pictures, height, parameters, corpus, report)
    shortest = min(min(picture.shape[:2]) for picture in pictures)
    patch = min(parameters.patch, max(3, (shortest // 2 - 1) | 1))
    if patch < parameters.patch:
        report.warn(
            _("The fragments are {used} px wide instead of {asked} px, because a picture is very small.").format(
                used=patch, asked=parameters.patch
            )
        )
    return Material(tuple(files), tuple(pictures), height, patch)


def _read(item: Any, width: int, corpus: Any) -> np.ndarray:
    picture: np.ndarray = corpus.picture(item, max_side=max(LARGEST, 4 * width))
    high, wide = picture.shape[:2]
    if min(high, wide) < LEAST_SIDE:
        raise MaterialError(
            _(
                "“{file}” measures only {width} × {height} px here, too little to be cut into fragments. "
                "Choose a picture of at least {least} px on each side and of less extreme proportions."
            ).format(file=item.file, width=wide, height=high, least=LEAST_SIDE)
        )
    return picture


def _first_readable(items: list[Any], width: int, corpus: Any, report: Any) -> tuple[str, np.ndarray, list[Any]]:
    """Read the first picture that can be; also give those after it."""
    for index, item in enumerate(items):
        try:
            return item.file, _read(item, width, corpus), items[index + 1 :]
        except MaterialError as error:
            if len(items) == 1:
                raise
            report.warn(str(error))
    raise MaterialError(
        _("None of the {count} pictures of this corpus can be used. Add another one, then try again.").format(
            count=len(items)
        )
    )


def _add_others(
    items: list[Any],
    files: list[str],
    pictures: list[Tensor],
    height: int,
    parameters: Parameters,
    corpus: Any,
    report: Any,
) -> None:
    """Read the rest of the corpus, as far as memory allows."""
    budget = MOST_PIXELS // (2 if parameters.mirrored else 1) - pictures[0].shape[0] * pictures[0].shape[1]
    for index, item in enumerate(items):
        try:
            picture = _fitted(_read(item, parameters.width, corpus), height, parameters.width)
        except MaterialError as error:
            report.warn(str(error))
            continue
        budget -= picture.shape[0] * picture.shape[1]
        if budget < 0:
            report.warn(
                _(
                    "{left} pictures of the corpus are left out, because the mosaic can hold no more "
                    "at this width. A smaller width takes in more of them, and another seed takes others."
                ).format(left=len(items) - index)
            )
            return
        files.append(item.file)
        pictures.append(picture)


def _height(parameters: Parameters, high: int, wide: int) -> int:
    """Height of the mosaic in px."""
    ratio = SHAPES.get(parameters.shape, min(LONGEST, max(1 / LONGEST, high / wide)))
    return round(parameters.width * ratio)


def _fitted(picture: np.ndarray, height: int, width: int) -> Tensor:
    """Shrink a picture to fit inside the mosaic, unless that would leave it too thin."""
    high, wide = picture.shape[:2]
    factor = min(1.0, max(min(height / high, width / wide), THINNEST / min(high, wide)))
    size = round(high * factor), round(wide * factor)
    tensor = torch.from_numpy(np.ascontiguousarray(picture, dtype=np.float32)).permute(2, 0, 1)
    return resized(tensor, *size).clamp(0, 1).permute(1, 2, 0).contiguous()
