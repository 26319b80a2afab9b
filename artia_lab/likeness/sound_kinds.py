"""What was done to a sound before it was found again: nothing, a cut, a change of level or of place, and so on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness.sound_passages import FASTER, HIGH_FREQUENCIES, IN_TEMPO, Heard, Passage
from artia_lab.likeness.sound_signal import Samples, mono, sounding

EXACT, TRIMMED, GAIN, SHIFTED = "exact", "trimmed", "gain", "shifted"
TRANSPOSED, MIXED, RE_ENCODED = "transposed", "mixed", "re-encoded"

SAME_WAVE = 5e-6
ANOTHER_SOUND = 0.12
SAME_PITCH_SEMITONES = 0.15
WHOLE = 0.95
SAME_LEVEL_DB = 0.1
SAME_PLACE_S = 0.002
COMPARED_S = 1.5
TAPS_S = 2e-4


def kind(output: Heard, passage: Passage, reference: NDArray) -> str:
    """Name what was done to an item so that it became a passage of an output.

    Parameters
    ----------
    output : Heard
        The output.
    passage : Passage
        A passage of it.
    reference : np.ndarray [shape=(n,) or (channels, n)]
        The item it was found in, at the output's rate.

    Returns
    -------
    str
        `EXACT`, `TRIMMED` (a part of the item, as it is), `GAIN` (all of it, louder, softer or upside down),
        `SHIFTED` (all of it, at another place), `TRANSPOSED`, `MIXED` (other sounds are heard at the same
        time) or `RE_ENCODED` (the waves differ a little, as another format or a light noise makes them).
    """
    if passage.how in (FASTER, IN_TEMPO, HIGH_FREQUENCIES):
        return TRANSPOSED if abs(passage.semitones) > SAME_PITCH_SEMITONES else RE_ENCODED
    item = mono(reference)
    differing, level = _difference(output, passage, item)
    if differing > ANOTHER_SOUND:
        return MIXED
    if differing > SAME_WAVE:
        return RE_ENCODED
    if not _whole(item, output.sr, passage):
        return TRIMMED
    if abs(level) > SAME_LEVEL_DB:
        return GAIN
    return SHIFTED if abs(passage.start_s - passage.of_start_s) > SAME_PLACE_S else EXACT


def _difference(output: Heard, passage: Passage, item: Samples) -> tuple[float, float]:
    """The share of a passage's energy that the item, filtered a little, does not explain, and its level in dB.

    The filter, of a few samples, makes up for a delay of less than a sample and for a change of level. The
    passage's level is infinite when it is upside down.
    """
    sr = output.sr
    taps = max(2, round(TAPS_S * sr))
    length = round(min(passage.length_s, COMPARED_S) * sr)
    starts = [round(second * sr) for second in (passage.of_start_s, passage.start_s)]
    margin = max(0, taps - starts[1])
    y = output.samples[starts[0] + margin : starts[0] + length]
    x = item[starts[1] + margin - taps : starts[1] + length + taps]
    count = min(len(y), len(x) - 2 * taps)
    if count < 4 * taps:
        return 0.0, 0.0
    y = y[:count].astype(np.float64)
    late = np.lib.stride_tricks.sliding_window_view(x[: count + 2 * taps].astype(np.float64), count)
    design = np.concatenate([late, np.ones((1, count))])
    gram = design @ design.T
    gram[np.diag_indices_from(gram)] *= 1 + 1e-12
    weights = np.linalg.lstsq(gram, design @ y, rcond=1e-13)[0]
    left = y - weights @ design
    energy, of_item = float(y @ y), float(late[taps] @ late[taps])
    level = 10 * np.log10(max(energy, 1e-20) / max(of_item, 1e-20))
    upside_down = weights[np.abs(weights[:-1]).argmax()] < 0
    return float(left @ left) / max(energy, 1e-20), float("inf") if upside_down else float(level)


def _whole(item: Samples, sr: float, passage: Passage) -> bool:
    """Whether a passage spans nearly all of an item that is not silent."""
    heard = sounding(item) if item.size else np.zeros(0, bool)
    inside = heard[max(0, round(passage.start_s * sr)) : round(passage.stop_s * sr)]
    return bool(inside.sum() >= WHOLE * heard.sum())
