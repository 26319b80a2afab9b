"""Draw a mosaic: the sound that drives, the mosaic tinted by where it comes from, and when each file sounds."""

from __future__ import annotations

import colorsys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from artia_lab.experiments.audio.mel import log_mel_frames
from artia_lab.experiments.audio.overlap_add import PlayedGrain
from artia_lab.experiments.audio.recording import Cut, Recording

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

WIDTH = 1200
LANES = 24
_SPECTRUM_HEIGHT = 144
_LANE_HEIGHT = 22
_LABEL_WIDTH = 210
_RANGE_DB = 60.0
_PAPER = (250, 249, 246)
_INK = (40, 40, 44)
_FAINT = (226, 223, 216)
_OTHERS = (150, 150, 150)


def draw_mosaic(
    driving: Recording,
    recordings: Sequence[Recording],
    played: Sequence[PlayedGrain],
    mosaic: np.ndarray,
    cut: Cut,
) -> np.ndarray:
    """Draw the picture that explains a mosaic.

    On top, the log-mel spectrum of the sound that drives; under it, that of the mosaic, in the colours of the
    files it comes from; then one lane per file, the most played first, where a mark says when it sounds.

    Parameters
    ----------
    driving : Recording
        The sound that drives.
    recordings : sequence of Recording
        What the grains come from.
    played : sequence of PlayedGrain
        The grains of the mosaic, at least one.
    mosaic : ndarray
        float32 [n], the sound made.
    cut : Cut
        How sounds are cut.

    Returns
    -------
    ndarray
        uint8 [height, 1200, 3].
    """
    from PIL import Image, ImageDraw

    counts = Counter(grain.recording for grain in played)
    lanes = sorted(counts, key=lambda number: (-counts[number], number))[:LANES]
    rows = len(lanes) + (len(counts) > LANES)
    colours = {number: _colour(rank, len(lanes)) for rank, number in enumerate(lanes)}
    top = 2 * (_SPECTRUM_HEIGHT + 12) + 12
    height = top + rows * _LANE_HEIGHT + 34
    picture = Image.new("RGB", (WIDTH, height), _PAPER)
    draw = ImageDraw.Draw(picture)
    across = WIDTH - _LABEL_WIDTH - 14
    columns = np.linspace(0, len(mosaic), across + 1).astype(np.int64)

    heard = driving.between(0, len(mosaic))
    grey = np.repeat(_brightness(heard, cut.sr, across)[:, :, None], 3, axis=2)
    _paste(picture, grey * np.array([255, 246, 230]), 12)
    owner = _owner_of_columns(played, columns[:-1], cut)
    tints = np.array([colours.get(number, _OTHERS) for number in owner], dtype=np.float64)
    light = _brightness(mosaic, cut.sr, across)[:, :, None]
    tinted = tints[None] * np.minimum(1, light * 1.6) + (255 - tints[None]) * np.maximum(0, light - 0.625) * 1.6
    _paste(picture, tinted, 12 + _SPECTRUM_HEIGHT + 12)
    _label(draw, driving.file, 12 + _SPECTRUM_HEIGHT // 2)
    _label(draw, "mosaic", 24 + _SPECTRUM_HEIGHT * 3 // 2)

    def _place(sample: float) -> float:
        return _LABEL_WIDTH + across * sample / len(mosaic)

    for rank in range(rows):
        y = top + rank * _LANE_HEIGHT
        draw.line([(_LABEL_WIDTH, y + _LANE_HEIGHT - 1), (WIDTH - 14, y + _LANE_HEIGHT - 1)], fill=_FAINT)
        name = recordings[lanes[rank]].file if rank < len(lanes) else f"+ {len(counts) - len(lanes)}"
        _label(draw, name, y + _LANE_HEIGHT // 2)
    for grain in played:
        rank = lanes.index(grain.recording) if grain.recording in colours else len(lanes)
        y = top + rank * _LANE_HEIGHT
        left, right = _place(grain.slot * cut.hop), _place((grain.slot + 1) * cut.hop)
        seam = 0 if right - left < 4 else 1
        draw.rectangle(
            [left, y + 3, max(left, right - 1 - seam), y + _LANE_HEIGHT - 4],
            fill=colours.get(grain.recording, _OTHERS),
        )
    _time_axis(draw, top + rows * _LANE_HEIGHT, len(mosaic) / cut.sr, across)
    return np.asarray(picture)


def _colour(rank: int, count: int) -> tuple[int, int, int]:
    """A hue per lane, neighbours far apart, light and dark in turn for those who tell hues with difficulty."""
    hue = (rank * 0.381966 + 0.05) % 1.0 if count > 1 else 0.05
    red, green, blue = colorsys.hls_to_rgb(hue, (0.46, 0.62, 0.36)[rank % 3], 0.72)
    return round(255 * red), round(255 * green), round(255 * blue)


def _brightness(y: np.ndarray, sr: int, columns: int) -> np.ndarray:
    """Log-mel spectrum as brightness in [0, 1], high notes on top; [_SPECTRUM_HEIGHT, columns]."""
    hop = max(1, len(y) // columns)
    mel = log_mel_frames(y, sr, 2048, hop, columns)
    bright = np.clip((mel - mel.max()) / _RANGE_DB + 1, 0, 1)
    return np.repeat(bright.T[::-1], _SPECTRUM_HEIGHT // mel.shape[1], axis=0)


def _owner_of_columns(played: Sequence[PlayedGrain], columns: np.ndarray, cut: Cut) -> list[int]:
    """Number of the recording heard at each of these samples, -1 for none."""
    by_slot = {grain.slot: grain.recording for grain in played}
    slots = np.maximum(0, columns - cut.fade // 2) // cut.hop
    return [by_slot.get(int(slot), -1) for slot in slots]


def _paste(picture: Image.Image, pixels: np.ndarray, y: int) -> None:
    from PIL import Image

    image = Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))
    picture.paste(image, (_LABEL_WIDTH, y))


def _label(draw: ImageDraw.ImageDraw, name: str, y: int) -> None:
    """Write a name to the right of the left margin, its middle cut out when it is too long."""
    from PIL import ImageFont

    font = ImageFont.load_default(13)
    shown = "".join(c if c.isprintable() else " " for c in name)
    while font.getlength(shown) > _LABEL_WIDTH - 20:
        middle = len(shown) // 2
        shown = shown[: middle - 1].rstrip("…") + "…" + shown[middle + 1 :].lstrip("…")
    draw.text((_LABEL_WIDTH - 8, y), shown, fill=_INK, font=font, anchor="rm")


def _time_axis(draw: ImageDraw.ImageDraw, y: int, seconds: float, across: int) -> None:
    """Write the seconds under the lanes, about ten of them."""
    from PIL import ImageFont

    font = ImageFont.load_default(12)
    step = next(s for s in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60) if seconds / s <= 12 or s == 60)
    for tick in range(int(seconds / step) + 1):
        x = _LABEL_WIDTH + across * tick * step / seconds
        draw.line([(x, y), (x, y + 5)], fill=_INK)
        draw.text((x, y + 8), f"{tick * step:g} s", fill=_INK, font=font, anchor="mt")
