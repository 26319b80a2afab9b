"""The curve of a training: how the loss went, on pictures seen and not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from artia_lab.i18n import _


def curve(history: Sequence[Mapping[str, float]]) -> np.ndarray:
    """Draw the curve.

    Parameters
    ----------
    history : sequence of mapping
        ``step``, ``loss``, ``held_out`` (absent when nothing is set aside) and ``nearness`` at each look; at least
        one.

    Returns
    -------
    np.ndarray [shape=(h, w, 3), dtype=uint8]
        The drawing.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), dpi=110, layout="constrained")
    canvas, axes = FigureCanvasAgg(figure), figure.add_subplot()
    steps = [each["step"] for each in history]
    axes.plot(steps, [each["loss"] for each in history], "o-", color="#1f4e79", label=_("Pictures it learns from"))
    if "held_out" in history[0]:
        unseen = [each["held_out"] for each in history]
        axes.plot(steps, unseen, "s--", color="#a8430f", label=_("Pictures set aside"))
    axes.set(xlabel=_("Steps"), ylabel=_("Loss"))
    axes.set_ylim(bottom=0)
    near = axes.twinx()
    near.plot(steps, [each["nearness"] for each in history], "^:", color="#4d4d4d", label=_("Nearness to a copy"))
    near.set(ylim=(0, 1), ylabel=_("Nearness to a copy"))
    lines = axes.get_lines() + near.get_lines()
    axes.legend(handles=lines, loc="upper right")
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
