"""Sounds kept for a mosaic: how they are cut into grains, and the spectrum and level of each grain.

Samples are kept as 16-bit integers scaled to each sound's own peak: memory grows by two bytes per sample, and
a very quiet recording loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from artia_lab.experiments.audio.mel import log_mel_frames

STRIDES_PER_HOP = 2
SILENT_PEAK = 1e-4
AUDIBLE_RANGE_DB = 60.0


@dataclass(frozen=True)
class Cut:
    """How sounds are cut: all lengths in samples.

    Attributes
    ----------
    sr : int
        Sampling rate in Hz.
    hop : int
        Distance between two grains of the mosaic, a multiple of `STRIDES_PER_HOP`.
    fade : int
        Length over which two grains of the mosaic cross, at most `hop`.
    """

    sr: int
    hop: int
    fade: int

    @classmethod
    def of(cls, sr: int, grain_ms: float, crossfade_percent: float) -> Cut:
        """Cut into grains of a given duration.

        Parameters
        ----------
        sr : int
            Sampling rate in Hz.
        grain_ms : float
            Duration of a grain in milliseconds, fades included.
        crossfade_percent : float
            Share of the grain that crosses its neighbour, 0 < share ≤ 50.

        Returns
        -------
        Cut
            The lengths in samples.
        """
        grain = sr * grain_ms / 1000
        stride = max(1, round(grain * (1 - crossfade_percent / 100) / STRIDES_PER_HOP))
        hop = stride * STRIDES_PER_HOP
        return cls(sr, hop, min(hop, max(1, round(grain * crossfade_percent / 100))))

    @property
    def grain(self) -> int:
        """Length of a grain in samples, fades included.

        Returns
        -------
        int
            Samples.
        """
        return self.hop + self.fade

    @property
    def stride(self) -> int:
        """Distance in samples between two grains known of a corpus sound.

        Returns
        -------
        int
            Samples.
        """
        return self.hop // STRIDES_PER_HOP


@dataclass(frozen=True)
class Recording:
    """One sound, kept compactly, with the spectra and levels of its grains.

    Attributes
    ----------
    file : str
        Name of the corpus item.
    samples : ndarray
        int16 [n]; multiplied by `scale` they are the sound.
    scale : float
        Amplitude of one integer step.
    mel : ndarray
        float32 [grains + 1, MEL_BANDS], log-mel frames in dB, one per stride.
    level : ndarray
        float32 [grains], level of each grain in dB (root mean square, 0 dB = full scale).
    """

    file: str
    samples: np.ndarray
    scale: float
    mel: np.ndarray
    level: np.ndarray

    @property
    def audible(self) -> np.ndarray:
        """Which grains are less than `AUDIBLE_RANGE_DB` below the loudest of the sound; bool [grains].

        Returns
        -------
        np.ndarray [shape=(grains,)]
            Booleans.
        """
        return self.level > self.level.max() - AUDIBLE_RANGE_DB

    def between(self, start: int, length: int) -> np.ndarray:
        """Play part of the sound, with silence past its end.

        Parameters
        ----------
        start : int
            First sample.
        length : int
            How many samples.

        Returns
        -------
        ndarray
            float32 [length].
        """
        part = self.samples[start : start + length]
        sound = np.zeros(length, dtype=np.float32)
        sound[: len(part)] = part * np.float32(self.scale)
        return sound


def analyse(file: str, y: np.ndarray, cut: Cut, tick: Callable[[], None] = lambda: None) -> Recording | None:
    """Measure the spectra and levels of every grain of a sound.

    Parameters
    ----------
    file : str
        Name to trace the grains to.
    y : ndarray
        float32 [n], mono.
    cut : Cut
        How sounds are cut.
    tick : callable
        Called often; may raise to interrupt.

    Returns
    -------
    Recording or None
        None when the sound is empty or silent (never above `SILENT_PEAK`).
    """
    peak = float(np.abs(y).max(initial=0.0))
    if not np.isfinite(peak) or peak < SILENT_PEAK:
        return None
    scale = peak / 32767
    samples = np.empty(len(y), dtype=np.int16)
    block = 1 << 20
    for first in range(0, len(y), block):
        samples[first : first + block] = np.rint(y[first : first + block] / scale)
    grains = max(1, 1 + (len(y) - cut.hop) // cut.stride)
    mel = log_mel_frames(y, cut.sr, cut.hop, cut.stride, grains + 1, tick)
    return Recording(file, samples, scale, mel, _levels(y, cut.stride, grains))


def _levels(y: np.ndarray, stride: int, grains: int) -> np.ndarray:
    """Level in dB of the three strides from the start of each grain."""
    strides = grains + STRIDES_PER_HOP
    used = y[: strides * stride]
    whole = len(used) // stride
    energy = np.zeros(strides)
    blocks = used[: whole * stride].reshape(whole, stride)
    energy[:whole] = np.einsum("ij,ij->i", blocks, blocks)
    if whole < strides:
        rest = used[whole * stride :]
        energy[whole] = np.dot(rest, rest)
    power = sum(energy[lag : lag + grains] for lag in range(STRIDES_PER_HOP + 1)) / (3 * stride)
    return (10 * np.log10(np.maximum(power, 1e-12))).astype(np.float32)


def middle_level(recordings: Sequence[Recording]) -> float:
    """Find the middle level of the audible grains of several sounds.

    Parameters
    ----------
    recordings : sequence of Recording
        At least one sound.

    Returns
    -------
    float
        Median in dB.
    """
    return float(np.median(np.concatenate([r.level[r.audible] for r in recordings])))
