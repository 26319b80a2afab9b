"""A sound above its nearest neighbours, with frames around the seconds where they agree."""

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
from artia_lab.experiments.critical.copy_check_references import SR
from artia_lab.experiments.critical.copy_check_verdict import Finding
from artia_lab.experiments.critical.copy_check_words import alone, done_to, figure, verdict_word
from artia_lab.i18n import _, decimals

HEAD = 66
ACROSS = WIDTH - 2 * MARGIN
SPECTRUM_PX, WAVE_PX, AXIS_PX = 112, 44, 24
STRIP_PX = LINE + SPECTRUM_PX + WAVE_PX + AXIS_PX + GAP
FRAME = 2048
LOWEST_HZ, HIGHEST_HZ = 60.0, 12_000.0
RANGE_DB = 70.0
TICKS_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300, 600, 1800)


def waves(finding: Finding, work: NDArray[Any], references: Mapping[str, Any]) -> NDArray[np.uint8]:
    """Draw an output and its nearest neighbours: spectrum, wave and seconds.

    Parameters
    ----------
    finding : Finding
        What was found of it.
    work : np.ndarray [shape=(n,)]
        The output, at `SR`.
    references : Mapping of str to np.ndarray
        The corpus, in the same form.

    Returns
    -------
    np.ndarray [shape=(height, 1200, 3)]
        uint8, on white.
    """
    from PIL import Image, ImageDraw

    nearest = finding.neighbours
    canvas = Image.new("RGB", (WIDTH, HEAD + (1 + len(nearest)) * STRIP_PX + LINE), PAPER)
    draw = ImageDraw.Draw(canvas)
    headline(draw, MARGIN, finding.verdict, f"{verdict_word(finding.verdict)} — {finding.file}")
    near = _("Nearness: {nearness}").format(nearness=figure(finding.likeness.nearness))
    words = [" — ".join([_("The output"), near])]
    words += [" — ".join([each.item, done_to(finding, each) or _("resembles it")]) for each in nearest]
    for number, (sound, label) in enumerate(
        zip([work, *(references[each.item] for each in nearest)], words, strict=True)
    ):
        top = HEAD + number * STRIP_PX
        room = ACROSS - (30 if number else 0)
        draw.text((WIDTH - MARGIN - room, top), fitted(label, room, 15, True), fill=INK, font=font(15, True))
        if number:
            badge(draw, MARGIN, top - 3, number - 1)
        canvas.paste(Image.fromarray(_spectrum(sound)), (MARGIN, top + LINE))
        _wave(draw, sound, top + LINE + SPECTRUM_PX)
        _axis(draw, len(sound) / SR, top + LINE + SPECTRUM_PX + WAVE_PX)
    letters = []
    for rank, each in enumerate(nearest):
        if "of_start_s" in each.at:
            there = HEAD + (rank + 1) * STRIP_PX
            letters += [
                (_frame(draw, each.at, "of_", len(work) / SR, HEAD, rank), rank),
                (_frame(draw, each.at, "", len(references[each.item]) / SR, there, rank), rank),
            ]
    for place, rank in letters:
        badge(draw, *place, rank)
    if not nearest:
        draw.text((MARGIN, HEAD + STRIP_PX), alone(finding), fill=INK, font=font(15))
    return np.asarray(canvas)


def _frame(
    draw: Any, at: Mapping[str, Any], prefix: str, seconds: float, top: int, rank: int
) -> tuple[float, float]:
    start, length = float(at[f"{prefix}start_s"]), float(at[f"{prefix}length_s"])
    scale = ACROSS / max(seconds, 1e-9)
    inset = 4 * rank if prefix else 0
    left = MARGIN + start * scale
    right = min(WIDTH - MARGIN - 1.0, MARGIN + (start + length) * scale)
    upper, lower = top + LINE + inset, top + LINE + SPECTRUM_PX + WAVE_PX - 1 - inset
    return box(draw, (left, upper, max(right, left + 3), lower), rank, ALONG[rank] if prefix else 0.0)


def _spectrum(sound: NDArray[Any]) -> NDArray[np.uint8]:
    """Grey spectrum of a sound, dark where it is loud, high notes on top, one column a pixel."""
    padded = np.pad(np.asarray(sound, dtype=np.float32), FRAME // 2)
    starts = np.linspace(0, max(0, len(padded) - FRAME), ACROSS).astype(np.intp)
    padded = np.pad(padded, (0, max(0, FRAME - len(padded))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[starts] * np.hanning(FRAME)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    bins = np.geomspace(HIGHEST_HZ, LOWEST_HZ, SPECTRUM_PX) * FRAME / SR
    levels = 10 * np.log10(power[:, np.rint(bins).astype(np.intp)].T + 1e-12)
    dark = np.clip((levels - max(levels.max(), -40.0)) / RANGE_DB + 1, 0, 1)
    grey = np.rint(250 - 215 * dark).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def _wave(draw: Any, sound: NDArray[Any], top: int) -> None:
    edges = np.linspace(0, len(sound), ACROSS + 1).astype(np.intp)
    loudest = max(float(np.abs(sound).max()), 1e-6) if len(sound) else 1.0
    middle, half = top + WAVE_PX / 2, WAVE_PX / 2 - 3
    for column, (start, stop) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
        part = sound[start : max(stop, start + 1)]
        if len(part):
            low, high = float(part.min()) / loudest, float(part.max()) / loudest
            draw.line([(MARGIN + column, middle - high * half), (MARGIN + column, middle - low * half)], fill=INK)


def _axis(draw: Any, seconds: float, y: int) -> None:
    draw.line([(MARGIN, y), (WIDTH - MARGIN, y)], fill=FAINT)
    step = next((each for each in TICKS_S if seconds / each <= 12), max(seconds, 1.0))
    for tick in range(int(seconds / step) + 1):
        x = MARGIN + ACROSS * tick * step / max(seconds, 1e-9)
        draw.line([(x, y), (x, y + 4)], fill=INK)
        anchor = "lt" if tick == 0 else "rt" if x > WIDTH - MARGIN - 20 else "mt"
        draw.text((x, y + 6), decimals(f"{tick * step:g} s"), fill=INK, font=font(12), anchor=anchor)
