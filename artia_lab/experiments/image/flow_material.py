"""The pictures that a small model learns from, and the views it is shown of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from artia_lab.errors import MaterialError
from artia_lab.experiments.image.flow_chance import chance
from artia_lab.experiments.image.patch_folding import resized
from artia_lab.i18n import _, ngettext

LEVELS = 3
"""Sizes at which each picture is kept, from its whole short side to the closest view."""

LONGEST = 6
"""Of a picture longer than so many times its short side, the middle is kept."""

MOST_BYTES = 320_000_000
"""Of decoded pictures, held as 8-bit values."""

FEW = 5
"""From fewer pictures than this, none is set aside."""

PLAIN = 0.02
"""Deviation of colour below which there is nothing to learn."""


@dataclass(frozen=True)
class View:
    """A square of one picture, at one of its sizes.

    Attributes
    ----------
    picture, level, row, column : int
        Which picture, which of its sizes, and the square's corner in px.
    """

    picture: int
    level: int
    row: int
    column: int


class Views:
    """Pictures at several sizes, from which squares are taken.

    Parameters
    ----------
    pictures : list of list of torch.Tensor [shape=(3, h, w), dtype=uint8]
        Each picture at each size, none smaller than `size`.
    size : int
        Side of a square in px.
    """

    def __init__(self, pictures: list[list[Tensor]], size: int) -> None:
        self.pictures, self.size = pictures, size

    def at(self, view: View) -> Tensor:
        """Take one square.

        Parameters
        ----------
        view : View
            Which one.

        Returns
        -------
        torch.Tensor [shape=(3, size, size), dtype=uint8]
            Its colours.
        """
        whole = self.pictures[view.picture][view.level]
        return whole[:, view.row : view.row + self.size, view.column : view.column + self.size]

    def draw(self, count: int, mirrored: bool, generator: torch.Generator) -> Tensor:
        """Take squares by chance.

        Parameters
        ----------
        count : int
            How many.
        mirrored : bool
            Whether half of them are seen in a mirror.
        generator : torch.Generator
            Source of chance.

        Returns
        -------
        torch.Tensor [shape=(count, 3, size, size)]
            Values in [-1, 1].
        """
        taken = torch.empty(count, 3, self.size, self.size)
        for k, (which, how_close, down, across, mirror) in enumerate(
            torch.rand(count, 5, generator=generator, dtype=torch.float64).tolist()
        ):
            picture = int(which * len(self.pictures))
            level = int(how_close * len(self.pictures[picture]))
            high, wide = self.pictures[picture][level].shape[1:]
            row, column = int(down * (high - self.size + 1)), int(across * (wide - self.size + 1))
            square = self.at(View(picture, level, row, column))
            taken[k] = square.flip(2) if mirrored and mirror < 0.5 else square
        return taken / 127.5 - 1


@dataclass(frozen=True)
class Material:
    """What a small model learns from, and is tried on.

    Attributes
    ----------
    files : tuple of str
        The files learnt from.
    shown : Views
        Of the pictures it learns from.
    aside : Views or None
        Of the pictures it never sees; None when there are too few.
    digest : str
        Of everything above.
    """

    files: tuple[str, ...]
    shown: Views
    aside: Views | None
    digest: str


def gather(size: int, zoom: float, held_out: float, seed: int, corpus: Any, report: Any, steps: int) -> Material:
    """Read the pictures of a corpus at the sizes needed.

    Parameters
    ----------
    size : int
        Side in px of what the model draws.
    zoom : float
        The closest view shows the short side of a picture divided by so much.
    held_out : float in [0, 0.5]
        Share of the pictures set aside.
    seed : int
        Decides which are set aside, and which are left out when they are too many.
    corpus : CorpusReader
        Where they are.
    report : Report
        Warned of what is left out.
    steps : int
        Steps of the work to come, for the report.

    Returns
    -------
    Material
        At least one picture.

    Raises
    ------
    MaterialError
        If no picture can be read.
    """
    items = list(corpus.items("image"))
    if not items:
        raise MaterialError(_("This corpus holds no picture. Add one to its folder, then try again."))
    order = torch.randperm(len(items), generator=chance(seed, "order")).tolist()
    files: list[str] = []
    pictures: list[list[Tensor]] = []
    held, cut, small = 0, 0, 0
    for read, index in enumerate(order):
        # Reading thousands of pictures takes minutes: a person may stop it.
        report.step(1, steps, pictures=read + 1)
        try:
            whole = corpus.picture(items[index], max_side=round(LONGEST * size * zoom))
        except MaterialError as error:
            report.warn(str(error))
            continue
        sizes, shortened = _at_sizes(whole, size, zoom)
        held, cut = held + sum(each.numel() for each in sizes), cut + shortened
        small += not shortened and min(whole.shape[:2]) < size
        if held > MOST_BYTES and pictures:
            report.warn(
                _(
                    "{left} pictures of the corpus are left out, because memory holds no more at this size. "
                    "Smaller pictures take in more of them, and another seed takes others."
                ).format(left=len(items) - read)
            )
            break
        files.append(items[index].file)
        pictures.append(sizes)
    if not pictures:
        raise MaterialError(
            _("None of the {count} pictures of this corpus can be used. Add another one, then try again.").format(
                count=len(items)
            )
        )
    if small:
        report.warn(
            ngettext(
                "{count} picture is smaller than {size} px and was enlarged: the model learns its blur, too.",
                "{count} pictures are smaller than {size} px and were enlarged: the model learns their blur, too.",
                small,
            ).format(count=small, size=size)
        )
    _say_what_is_odd(pictures, cut, held_out, report)
    return _divided(files, pictures, size, held_out)


def squared(picture: np.ndarray, size: int) -> Tensor:
    """Take the middle square of a picture, at the size of a model.

    Parameters
    ----------
    picture : np.ndarray [shape=(h, w, 3)]
        Values in [0, 1].
    size : int
        Side in px.

    Returns
    -------
    torch.Tensor [shape=(3, size, size)]
        Values in [-1, 1].
    """
    smallest = _at_sizes(picture, size, 1.0)[0][0]
    top, left = ((side - size) // 2 for side in smallest.shape[1:])
    return smallest[:, top : top + size, left : left + size] / 127.5 - 1


def _at_sizes(picture: np.ndarray, size: int, zoom: float) -> tuple[list[Tensor], bool]:
    """Give a picture at each of its sizes, and say whether its ends were cut off."""
    high, wide = picture.shape[:2]
    longest = LONGEST * min(high, wide)
    top, left = max(0, (high - longest) // 2), max(0, (wide - longest) // 2)
    kept = np.ascontiguousarray(picture[top : top + longest, left : left + longest], dtype=np.float32)
    tensor = torch.from_numpy(kept).permute(2, 0, 1)
    factor = size / min(kept.shape[:2])
    sizes = []
    for level in range(LEVELS if zoom > 1 else 1):
        scale = factor * zoom ** (level / (LEVELS - 1))
        target = [max(size, round(side * scale)) for side in kept.shape[:2]]
        sizes.append((resized(tensor, target[0], target[1]).clamp(0, 1) * 255).round().to(torch.uint8))
    return sizes, kept.shape != picture.shape


def _say_what_is_odd(pictures: list[list[Tensor]], cut: int, held_out: float, report: Any) -> None:
    if cut:
        report.warn(
            _("{count} very long pictures are cut to their middle, {ratio} times as long as wide.").format(
                count=cut, ratio=LONGEST
            )
        )
    if max(float((each[0] / 255).std()) for each in pictures) < PLAIN:
        report.warn(
            _(
                "Every picture is of a single colour, or nearly: the model can only learn that colour. "
                "Check that the right folder was chosen."
            )
        )
    if held_out and len(pictures) < FEW:
        report.warn(
            _(
                "With fewer than {few} pictures none is set aside, so nothing tells when the model begins to "
                "learn them by heart, except how near its draws come."
            ).format(few=FEW)
        )


def _divided(files: list[str], pictures: list[list[Tensor]], size: int, held_out: float) -> Material:
    aside = max(1, round(held_out * len(pictures))) if held_out and len(pictures) >= FEW else 0
    digest = hashlib.sha256(f"{size}/{aside}".encode())
    for file, sizes in zip(files, pictures, strict=True):
        digest.update(file.encode("utf-8", "surrogatepass"))
        for each in sizes:
            digest.update(f"/{tuple(each.shape)}/".encode() + each.numpy().tobytes())
    return Material(
        tuple(files[aside:]),
        Views(pictures[aside:], size),
        Views(pictures[:aside], size) if aside else None,
        digest.hexdigest(),
    )
