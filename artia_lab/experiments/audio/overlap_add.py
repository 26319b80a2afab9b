"""Play grains one after another, crossing at constant power, or at constant amplitude where a sound goes on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from artia_lab.experiments.audio.recording import Cut, Recording

_EDGE_MS = 2.0
_MOST_RAISED_DB = 18.0
_HIGHEST_SPIKE_DB = 12.0
_TICK_EVERY = 256


@dataclass(frozen=True)
class PlayedGrain:
    """One grain of a mosaic: what sounds, from where, and how.

    Attributes
    ----------
    slot : int
        When it sounds, in hops from the start of the mosaic.
    recording : int
        Number of the recording it comes from.
    start : int
        Its first sample in that recording.
    gain : float
        What its amplitude is multiplied by.
    continues : bool
        Whether it goes on with what the grain in the slot before was playing.
    distance : float
        How far it lies from what it answers.
    """

    slot: int
    recording: int
    start: int
    gain: float
    continues: bool
    distance: float


def envelope(cut: Cut, fades_in_smoothly: bool, continues: bool, is_continued: bool) -> np.ndarray:
    """Shape the loudness of a grain.

    Two sounds foreign to each other cross at constant power (sine); a sound and its own continuation cross at
    constant amplitude (sine squared), which gives the recording back exactly.

    Parameters
    ----------
    cut : Cut
        How sounds are cut.
    fades_in_smoothly : bool
        False for a grain that begins its recording: its attack is kept.
    continues : bool
        Whether the grain continues the one before.
    is_continued : bool
        Whether the next grain continues this one.

    Returns
    -------
    ndarray
        float32 [cut.grain], from 0 to 1.
    """
    rise = np.sin(np.pi / 2 * (np.arange(cut.fade) + 0.5) / cut.fade)
    shape = np.ones(cut.grain)
    if fades_in_smoothly:
        shape[: cut.fade] = rise**2 if continues else rise
    else:
        edge = min(cut.fade, max(1, round(cut.sr * _EDGE_MS / 2000)))
        shape[:edge] = np.sin(np.pi / 2 * (np.arange(edge) + 0.5) / edge) ** 2
    shape[cut.hop :] *= (rise**2 if is_continued else rise)[::-1]
    return shape.astype(np.float32)


def play(
    grains: Sequence[PlayedGrain],
    recordings: Sequence[Recording],
    cut: Cut,
    slots: int,
    tick: Callable[[], None] = lambda: None,
) -> np.ndarray:
    """Play grains by overlap-add.

    A grain spans less than two slots, so that even and odd grains make two layers without any overlap of
    their own.

    Parameters
    ----------
    grains : sequence of PlayedGrain
        In the order of their slots, at most one per slot.
    recordings : sequence of Recording
        What the grains come from.
    cut : Cut
        How sounds are cut.
    slots : int
        Length of the mosaic in hops.
    tick : callable
        Called often; may raise to interrupt.

    Returns
    -------
    ndarray
        float32 [(slots + 1) * cut.hop].
    """
    pairs = slots // 2 + 1
    layers = np.zeros((2, pairs, 2 * cut.hop), dtype=np.float32)
    shapes = {
        (smooth, before, after): envelope(cut, smooth, before, after)
        for smooth in (False, True)
        for before in (False, True)
        for after in (False, True)
    }
    for i, grain in enumerate(grains):
        if i % _TICK_EVERY == 0:
            tick()
        is_continued = i + 1 < len(grains) and grains[i + 1].continues
        sound = recordings[grain.recording].between(grain.start, cut.grain)
        _soften_cut_end(sound, len(recordings[grain.recording].samples) - grain.start, cut)
        shape = shapes[grain.start > 0, grain.continues, is_continued]
        layers[grain.slot % 2, grain.slot // 2, : cut.grain] = sound * shape * np.float32(grain.gain)
    mosaic = np.zeros((2 * pairs + 1) * cut.hop, dtype=np.float32)
    mosaic[: 2 * pairs * cut.hop] = layers[0].ravel()
    mosaic[cut.hop :] += layers[1].ravel()
    return mosaic[: (slots + 1) * cut.hop]


def _soften_cut_end(sound: np.ndarray, available: int, cut: Cut) -> None:
    """Let a recording that ends abruptly inside a grain end without a click."""
    if available >= cut.grain:
        return
    edge = min(available, max(1, round(cut.sr * _EDGE_MS / 1000)))
    sound[available - edge : available] *= np.linspace(1.0, 0.0, edge + 1, dtype=np.float32)[1:]


def follow_level(wanted_db: np.ndarray, natural_db: np.ndarray, peaks: np.ndarray) -> np.ndarray:
    """Give each grain the level of the moment it answers.

    A grain is never raised by more than 18 dB, nor so far that one spike of it would stand more than 12 dB
    above the loudest moment and make all the rest faint.

    Parameters
    ----------
    wanted_db : ndarray
        float [n], level of each moment in dB, at least one.
    natural_db : ndarray
        float [n], natural level of each grain in dB.
    peaks : ndarray
        float [n], highest sample of each grain.

    Returns
    -------
    ndarray
        float [n], gains (1 = natural).
    """
    gains = 10.0 ** (np.clip(wanted_db - natural_db, -60.0, _MOST_RAISED_DB) / 20)
    ceiling = 10.0 ** ((wanted_db.max() + _HIGHEST_SPIKE_DB) / 20)
    return np.minimum(gains, ceiling / np.maximum(peaks, 1e-9))


def gain_to_peak(y: np.ndarray, peak_db: float = -1.0) -> float:
    """Find the gain that brings a sound to a peak level.

    Parameters
    ----------
    y : ndarray
        float [n].
    peak_db : float
        Peak wanted, in dB relative to full scale.

    Returns
    -------
    float
        1 for a silent sound.
    """
    peak = float(np.abs(y).max(initial=0.0))
    return 10.0 ** (peak_db / 20) / peak if peak > 0 else 1.0
