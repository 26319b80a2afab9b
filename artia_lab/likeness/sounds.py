"""Likeness of sounds: stretches of frames that stand, nearly identical and in the same order, in a file.

A sound is turned into short frames of log-mel spectrum, each brought to the same loudness, so that a gain
changes nothing. A frame of the output is nearly identical to one of the corpus when their spectra differ by
less than `SAME_DB`; two pieces of the same noise differ by more. It counts as copied when it belongs to a
stretch of such frames that go on together for `RUN_S` seconds in one file: single frames are often alike
by chance, whole stretches are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from artia_lab.likeness.result import Likeness, Neighbour, nothing

if TYPE_CHECKING:
    from numpy.typing import NDArray

METHOD = "copied-stretches-1"
HIGH_RATE_HZ = 32_000
FRAME_S = 0.05
HOPS_PER_FRAME = 4
STRIDE = 2
BANDS = 32
LOWEST_HZ, HIGHEST_HZ = 80.0, 7000.0
SILENCE_DB = 60.0
DEPTH_DB = 40.0
SAME_DB = 2.0
RUN_S = 0.2
NEAREST = 5
CHUNK_FRAMES = 4096


class Stretch(NamedTuple):
    """A stretch of output frames found in an item: its last frame in each, and its length in frames."""

    item: str
    of_last: int
    last: int
    frames: int


def sound(y: NDArray, sr: float, references: Mapping[str, NDArray]) -> Likeness:
    """Measure how near a sound is to a corpus of sounds.

    Parameters
    ----------
    y : np.ndarray [shape=(n,) or (channels, n)]
        The output, in [-1, 1].
    sr : number > 0 [scalar]
        Its sampling rate, in Hz, which the references share.
    references : Mapping of str to np.ndarray [shape=(n,) or (channels, n)]
        Sounds of the corpus by file name.

    Returns
    -------
    Likeness
        Nearness is the share of the output's sounding frames that are copied. ``longest_run_s``: seconds of
        the longest stretch copied from one file. ``identical_share``: share of sounding frames with a
        nearly identical one somewhere, in a stretch or not. ``sounding_s``: seconds of the output that are
        not silent. ``items_copied``: how many items have a copied stretch. Each neighbour's ``at`` gives
        its longest stretch: ``start_s`` in the item, ``of_start_s`` in the output, ``length_s``.

    Raises
    ------
    ValueError
        If `sr` is not positive.
    """
    import numpy as np

    if sr <= 0:
        raise ValueError(f"a sampling rate of {sr} Hz")
    output, hop_s = _frames(y, sr, STRIDE)
    sounding = np.flatnonzero(output.any(axis=1))
    step_s = hop_s * STRIDE
    counted = {"sounding_s": len(sounding) * step_s, "references": len(references)}
    if not sounding.size or not references:
        return nothing(
            "audio", METHOD, longest_run_s=0.0, identical_share=0.0, items_copied=0, **counted
        )  # fmt: skip
    needed = min(max(1, round(RUN_S / step_s)), _longest_sounding(output))
    copied, identical = np.zeros(len(output), bool), np.zeros(len(output), bool)
    found: list[Stretch] = []
    shares: dict[str, float] = {}
    for item, reference in references.items():
        frames, _hop = _frames(reference, sr, 1)
        runs, lasts = _longest_runs(output, frames)
        identical |= runs > 0
        mine = _covered(runs, needed)
        copied |= mine
        if mine.any():
            end = int(runs.argmax())
            found.append(Stretch(item, end, int(lasts[end]), int(runs[end])))
            shares[item] = float(mine[sounding].mean())
    found.sort(key=lambda stretch: (-shares[stretch.item], -stretch.frames, stretch.item))
    longest = max((stretch.frames for stretch in found), default=0)
    return Likeness(
        "audio",
        METHOD,
        float(copied[sounding].mean()),
        {
            "longest_run_s": longest * step_s,
            "identical_share": float(identical[sounding].mean()),
            "items_copied": len(found),
            **counted,
        },
        tuple(_neighbour(stretch, shares[stretch.item], hop_s) for stretch in found[:NEAREST]),
    )


def _frames(y: NDArray, sr: float, stride: int) -> tuple[NDArray, float]:
    """Log-mel frames [shape=(frames, BANDS)], each of mean 0 dB over its bands, silent ones all zero."""
    import numpy as np
    from scipy.fft import rfft

    mono = np.nan_to_num(np.atleast_2d(np.asarray(y, dtype=np.float32)), posinf=0, neginf=0).mean(axis=0)
    while sr >= HIGH_RATE_HZ:  # what lies above HIGHEST_HZ is not looked at: half the samples will do
        mono, sr = _halved(mono), sr / 2
    size = 1 << max(5, round(np.log2(FRAME_S * sr)))
    hop = size // HOPS_PER_FRAME
    padded = np.pad(mono, (0, max(0, size - mono.size)))
    views = np.lib.stride_tricks.sliding_window_view(padded, size)[:: hop * stride]
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    bands = _mel_bands(size, sr)
    power = np.empty((len(views), BANDS), np.float32)
    for at in range(0, len(views), CHUNK_FRAMES):
        spectra = rfft(views[at : at + CHUNK_FRAMES] * window, axis=1)
        power[at : at + CHUNK_FRAMES] = (spectra.real**2 + spectra.imag**2) @ bands
    level = power.sum(axis=1)
    silent = level <= max(level.max(initial=0.0) * 10 ** (-SILENCE_DB / 10), 1e-9)
    decibels = 10 * np.log10(np.maximum(power, 1e-12))
    decibels = np.maximum(decibels, decibels.max(axis=1, keepdims=True) - DEPTH_DB)
    decibels -= decibels.mean(axis=1, keepdims=True)
    decibels[silent] = 0
    return decibels, hop / sr


def _halved(mono: NDArray) -> NDArray:
    """Every other sample, after the binomial filter (1, 3, 3, 1) / 8."""
    import numpy as np

    padded = np.pad(mono, (1, 2 + mono.size % 2))
    return (padded[:-3:2] + padded[3::2] + 3 * (padded[1:-2:2] + padded[2:-1:2])) / 8


def _mel_bands(size: int, sr: float) -> NDArray:
    """Triangular filters of equal width in mels [shape=(size // 2 + 1, BANDS)], each summing to 1."""
    import numpy as np

    def mel(hertz: float) -> float:
        return float(2595 * np.log10(1 + hertz / 700))

    edges = np.linspace(mel(min(LOWEST_HZ, sr / 8)), mel(min(HIGHEST_HZ, sr / 2)), BANDS + 2)
    bins = (700 * (10 ** (edges / 2595) - 1)) * size / sr
    k = np.arange(size // 2 + 1)[:, None]
    rise = (k - bins[:-2]) / np.maximum(bins[1:-1] - bins[:-2], 1.0)
    fall = (bins[2:] - k) / np.maximum(bins[2:] - bins[1:-1], 1.0)
    filters = np.maximum(0, np.minimum(rise, fall))
    empty = np.flatnonzero(filters.sum(axis=0) == 0)
    filters[np.clip(np.rint(bins[1:-1][empty]).astype(int), 0, size // 2), empty] = 1
    return (filters / filters.sum(axis=0)).astype(np.float32)


def _longest_runs(output: NDArray, frames: NDArray) -> tuple[NDArray, NDArray]:
    """For each output frame, the longest run of nearly identical frames that ends there, and where in the item.

    Frame `i` of the output goes with frame `j` of the item if ``i - 1`` goes with ``j - STRIDE``.
    """
    import numpy as np

    runs, lasts = np.zeros(len(output), np.intp), np.zeros(len(output), np.intp)
    heard = np.asarray(output.any(axis=1))
    # |q - f|² <= limit, written as one product: q·f - |f|²/2 >= (|q|² - limit) / 2.
    halves = (frames**2).sum(axis=1, keepdims=True) / 2
    halves[halves == 0] = 1e9  # nothing is like silence
    items = np.hstack([frames, halves]).T
    asked = np.hstack([output, np.full((len(output), 1), -1, output.dtype)])
    least = ((output**2).sum(axis=1) - BANDS * SAME_DB**2) / 2
    before, now = np.zeros(len(frames) + STRIDE, np.int32), np.zeros(len(frames) + STRIDE, np.int32)
    held = np.zeros(0, np.intp)
    rows = max(1, 2**22 // max(1, len(frames)))
    for at in range(0, len(output), rows):
        for i, row in enumerate(asked[at : at + rows] @ items, start=at):
            same = np.flatnonzero(row >= least[i]) if heard[i] else held[:0]
            now[same + STRIDE] = before[same] + 1
            before[held + STRIDE] = 0
            before, now, held = now, before, same
            if same.size:
                lasts[i] = same[before[same + STRIDE].argmax()]
                runs[i] = before[lasts[i] + STRIDE]
    return runs, lasts


def _covered(runs: NDArray, needed: int) -> NDArray:
    """Which output frames lie in a run of at least `needed` frames."""
    import numpy as np

    covered: NDArray = np.zeros(len(runs) + 1, np.intp)
    ends = np.flatnonzero(runs >= needed)
    np.add.at(covered, ends - runs[ends] + 1, 1)
    np.add.at(covered, ends + 1, -1)
    return covered[:-1].cumsum() > 0


def _longest_sounding(output: NDArray) -> int:
    """The longest stretch of frames that are not silent, which no copied run can exceed."""
    import numpy as np

    edges = np.diff(output.any(axis=1).astype(np.int8), prepend=0, append=0)
    return int((np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)).max(initial=1))


def _neighbour(stretch: Stretch, share: float, hop_s: float) -> Neighbour:
    at: dict[str, float | int | list[float]] = {
        "start_s": (stretch.last - (stretch.frames - 1) * STRIDE) * hop_s,
        "length_s": stretch.frames * STRIDE * hop_s,
        "of_start_s": (stretch.of_last - stretch.frames + 1) * STRIDE * hop_s,
    }
    return Neighbour(stretch.item, at, share)
