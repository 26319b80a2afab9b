"""A picture beside its nearest neighbours, with frames where they agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artia_lab.experiments.critical.copy_check_drawing import (
    ALONG,
    FAINT,
    GAP,
    INK,
    LINE,
    MARGIN,
    PAPER,
    WIDTH,
    badge,
    box,
    fitted,
    font,
    headline,
)
from artia_lab.experiments.critical.copy_check_verdict import Finding
from artia_lab.experiments.critical.copy_check_words import alone, done_to, figure, verdict_word
from artia_lab.i18n import _

HEAD = 66
LARGEST_CELL = 480


def sheet(finding: Finding, work: NDArray[Any], references: Mapping[str, Any]) -> NDArray[np.uint8]:
    """Draw an output and its nearest neighbours side by side.

    Parameters
    ----------
    finding : Finding
        What was found of it.
    work : np.ndarray [shape=(h, w, 3)]
        The output, uint8.
    references : Mapping of str to np.ndarray
        The corpus, in the same form.

    Returns
    -------
    np.ndarray [shape=(height, width, 3)]
        uint8, on white.
    """
    from PIL import Image, ImageDraw

    nearest = finding.neighbours
    cells = 1 + len(nearest)
    side = min(LARGEST_CELL, (WIDTH - 2 * MARGIN - (cells - 1) * GAP) // cells)
    pictures = [work, *(references[each.item] for each in nearest)]
    drawn = [_fitted(each, side) for each in pictures]
    tallest = max(each.height for each in drawn)
    wide = 2 * MARGIN + max(2, cells) * side + (max(2, cells) - 1) * GAP
    canvas = Image.new("RGB", (wide, HEAD + tallest + 2 * LINE + MARGIN), PAPER)
    draw = ImageDraw.Draw(canvas)
    headline(draw, MARGIN, finding.verdict, f"{verdict_word(finding.verdict)} — {finding.file}", wide)
    lefts = [MARGIN + number * (side + GAP) for number in range(cells)]
    for left, picture in zip(lefts, drawn, strict=True):
        canvas.paste(picture, (left, HEAD))
        draw.rectangle([left - 1, HEAD - 1, left + picture.width, HEAD + picture.height], outline=FAINT)
    letters = []
    for rank, each in enumerate(nearest):
        here, there = _edges(each.at, "of_"), _edges(each.at, "")
        scale = drawn[0].width / work.shape[1]
        if here and there:
            letters.append((box(draw, _placed(here, scale, lefts[0], rank * 3), rank, ALONG[rank]), rank))
            scale = drawn[rank + 1].width / pictures[rank + 1].shape[1]
            letters.append((box(draw, _placed(there, scale, lefts[rank + 1], 0), rank), rank))
        else:
            letters.append(((lefts[rank + 1], HEAD), rank))
    for place, rank in letters:
        badge(draw, *place, rank)
    captions = [[_("The output"), _("Nearness: {nearness}").format(nearness=figure(finding.likeness.nearness))]]
    captions += [[each.item, done_to(finding, each) or _("resembles it")] for each in nearest]
    for left, lines in zip(lefts, captions, strict=True):
        for number, words in enumerate(lines):
            y = HEAD + tallest + 12 + number * LINE
            draw.text((left, y), fitted(words, side, 15, number == 0), fill=INK, font=font(15, number == 0))
    if not nearest:
        words = fitted(alone(finding), side, 15)
        draw.text((lefts[0] + side + GAP, HEAD), words, fill=INK, font=font(15))
    return np.asarray(canvas)


def _fitted(picture: NDArray[Any], side: int) -> Any:
    from PIL import Image

    image = Image.fromarray(picture)
    scale = side / max(image.size)
    # A few pixels enlarged must still be seen as pixels.
    how = Image.Resampling.NEAREST if scale >= 2 else Image.Resampling.LANCZOS
    return image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))), how)


def _edges(at: Mapping[str, Any], prefix: str) -> tuple[float, float, float, float] | None:
    if f"{prefix}width" not in at:
        return None
    x, y, width, height = (float(at[prefix + name]) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def _placed(
    edges: tuple[float, float, float, float], scale: float, left: int, inset: int
) -> tuple[float, float, float, float]:
    """Frames around the same place do not hide one another: each is a little smaller than the last."""
    x, y, u, v = (edge * scale for edge in edges)
    inset = min(inset, int(min(u - x, v - y) / 3))
    return left + x + inset, HEAD + y + inset, left + u - 1 - inset, HEAD + v - 1 - inset
