"""What the pictures of a report share: fonts, signs and lines that do not count on colour alone."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from artia_lab.experiments.critical.copy_check_verdict import COPY, DISTINCT, NEAR, UNKNOWN

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH, MARGIN, GAP, LINE = 1200, 24, 20, 22
PAPER, INK, FAINT = (255, 255, 255), (32, 32, 36), (214, 214, 214)
# After Okabe and Ito (2008): told apart by people who see few colours, and each line is broken in its own way.
COLOURS = ((213, 94, 0), (0, 114, 178), (0, 158, 115))
DASHES = ((1, 0), (14, 7), (4, 5))
BADGES, BADGE_PX = "ABC", 22
ALONG = (0.0, 1.0, 0.5)
SIGNS = {
    COPY: ("▲", (213, 94, 0)),
    NEAR: ("◆", (178, 120, 0)),
    DISTINCT: ("●", (0, 114, 178)),
    UNKNOWN: ("?", INK),
}


@cache
def font(size: int, bold: bool = False) -> FreeTypeFont:
    """Give a font that has accents and signs, the one that matplotlib brings.

    Parameters
    ----------
    size : int
        Height in px.
    bold : bool
        Whether it is the bold one.

    Returns
    -------
    FreeTypeFont
        DejaVu Sans.
    """
    from matplotlib import get_data_path
    from PIL import ImageFont

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(get_data_path()) / "fonts" / "ttf" / name), size)


def fitted(words: str, width: float, size: int, bold: bool = False) -> str:
    """Cut the middle of what is too long to be written on one line.

    Parameters
    ----------
    words : str
        What to write.
    width : float
        The room for it, in px.
    size : int
        Of the font, in px.
    bold : bool
        Whether it is bold.

    Returns
    -------
    str
        The same words, or their beginning and end; what cannot be printed is a space.
    """
    shown = "".join(c if c.isprintable() else " " for c in words)[:500]
    kept = len(shown)
    written = shown
    while kept > 1 and font(size, bold).getlength(written) > width:
        kept -= 1
        written = shown[: (kept + 1) // 2] + "…" + shown[len(shown) - kept // 2 :]
    return written


def headline(draw: ImageDraw, y: float, verdict: str, words: str, width: int = WIDTH) -> None:
    """Write the sign of a verdict and a few words.

    Parameters
    ----------
    draw : ImageDraw
        Where.
    y : float
        Top of the line, in px.
    verdict : str
        Chooses the sign.
    words : str
        What to write after it.
    width : int
        Of the picture, in px.
    """
    sign, colour = SIGNS[verdict]
    draw.text((MARGIN, y), sign, fill=colour, font=font(22, True))
    room = width - 2 * MARGIN - 34
    draw.text((MARGIN + 34, y), fitted(words, room, 20, True), fill=INK, font=font(20, True))


def box(
    draw: ImageDraw, edges: tuple[float, float, float, float], rank: int, along: float = 0.0
) -> tuple[float, float]:
    """Draw the frame of a place where an output and a neighbour agree.

    Parameters
    ----------
    draw : ImageDraw
        Where.
    edges : tuple of float
        Left, top, right and bottom, in px.
    rank : int
        The neighbour's, from 0.
    along : float in [0, 1]
        Where the neighbour's letter goes on the upper edge, so that those of frames around one place do not
        cover one another.

    Returns
    -------
    tuple of float
        Left and top of the letter, to be drawn once all frames are, in px.
    """
    left, top, right, bottom = edges
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    draw.line(corners, fill=PAPER, width=7)
    for start, end in pairwise(corners):
        _dashed(draw, start, end, rank)
    return left + max(0.0, right - left - BADGE_PX) * along, top


def badge(draw: ImageDraw, x: float, y: float, rank: int) -> None:
    """Write the letter of a neighbour on its colour.

    Parameters
    ----------
    draw : ImageDraw
        Where.
    x, y : float
        Left and top, in px.
    rank : int
        The neighbour's, from 0.
    """
    draw.rectangle([x, y, x + BADGE_PX, y + BADGE_PX], fill=COLOURS[rank], outline=PAPER)
    draw.text((x + BADGE_PX / 2, y + BADGE_PX / 2), BADGES[rank], fill=PAPER, font=font(15, True), anchor="mm")


def _dashed(draw: ImageDraw, start: tuple[float, float], end: tuple[float, float], rank: int) -> None:
    (x, y), (u, v) = start, end
    length = abs(u - x) + abs(v - y)
    on, off = DASHES[rank]
    if not off:
        on = max(1, round(length))
    place = 0.0
    while length and place <= length:
        stop = min(place + on, length)
        ends = [(x + (u - x) * at / length, y + (v - y) * at / length) for at in (place, stop)]
        draw.line(ends, fill=COLOURS[rank], width=3)
        place += on + off
