"""Measures between two sounds of the same rate and length: of their samples, and of what is heard of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from artia_lab.experiments.audio.mel import mel_filters

if TYPE_CHECKING:
    import numpy as np

WINDOWS_S = (0.012, 0.046, 0.186)
"""Lengths of the windows, in s: strokes are told apart in the shortest, pitches in the longest."""

BANDS = (24, 48, 96)
BLOCK_S = 20.0

HEARD_DB = 60.0
"""Below the loudest moment by so much, nothing is heard beside what came before."""

MASKED_DB = 45.0
"""Below the loudest band of the same moment by so much, a band is masked by the others."""

SILENCE_DB = -85.0
"""A band softer than this, in dB of full scale, is never heard: it is less than what a room holds."""

SMOOTHED_S = 0.05
PITCHES = 36
LOWEST_PITCH_HZ, HIGHEST_PITCH_HZ = 80.0, 5000.0


def of_samples(a: np.ndarray, b: np.ndarray) -> dict[str, float]:
    """Measure by how much samples differ.

    Parameters
    ----------
    a, b : np.ndarray [shape=(n, channels)]
        Samples of full scale 1, as float32 or float64.

    Returns
    -------
    dict of str to float
        ``peak_difference``, of full scale 1; ``snr_db``, 200 when nothing differs.
    """
    import numpy as np

    largest = noise = signal = 0.0
    for start in range(0, len(a), 1 << 20):
        one, delta = a[start : start + (1 << 20)], a[start : start + (1 << 20)] - b[start : start + (1 << 20)]
        largest = max(largest, float(np.abs(delta).max(initial=0.0)))
        noise += float(np.square(delta, dtype=np.float64).sum())
        signal += float(np.square(one, dtype=np.float64).sum())
    snr = 200.0 if not noise else 10 * float(np.log10(max(signal, 1e-20) / noise))
    return {"peak_difference": largest, "snr_db": float(np.clip(snr, -200.0, 200.0))}


def of_hearing(a: np.ndarray, b: np.ndarray, rate: int) -> dict[str, float]:
    """Measure how two sounds differ to the ear.

    Log-mel spectra of three resolutions (Yamamoto et al., 2020) leave out what is masked or too soft to be heard.

    Parameters
    ----------
    a, b : np.ndarray [shape=(n,)]
        Samples of full scale 1.
    rate : int
        Sampling rate, in Hz.

    Returns
    -------
    dict of str to float
        ``mel_db`` and ``mel_db_largest``, the mean difference of the bands, and the largest mean of all bands
        over 50 ms; ``loudness_db``, the largest difference of level over 50 ms; ``chroma``, the largest distance
        between the pitches of two moments, from 0 to 1.
    """
    peak = max(_loudest(each, rate) for each in (a, b))
    floor = max(peak - HEARD_DB, SILENCE_DB)
    found = {"mel_db": 0.0, "mel_db_largest": 0.0, "loudness_db": 0.0, "chroma": 0.0}
    for window_s, bands in zip(WINDOWS_S, BANDS, strict=True):
        total, frames = 0.0, 0
        for one, other in _blocks(a, b, rate, window_s):
            spectra = [_powers(each, rate, window_s) for each in (one, other)]
            mels = _mels(spectra, rate, bands, floor)
            delta = abs(mels[0] - mels[1]).mean(axis=1)
            total, frames = total + float(delta.sum()), frames + len(delta)
            smooth = max(1, round(SMOOTHED_S / (window_s / 2)))
            found["mel_db_largest"] = max(found["mel_db_largest"], float(_smoothed(delta, smooth).max()))
            if window_s == WINDOWS_S[1]:
                found["loudness_db"] = max(found["loudness_db"], _loudness(spectra, rate, floor, smooth))
            if window_s == WINDOWS_S[2]:
                found["chroma"] = max(found["chroma"], _pitches(spectra, rate, floor))
        found["mel_db"] = max(found["mel_db"], total / max(1, frames))
    return found


def mel_frames(y: np.ndarray, rate: int, bands: int = BANDS[1], window_s: float = WINDOWS_S[1]) -> np.ndarray:
    """Describe each moment of a sound by the energy of its bands.

    Parameters
    ----------
    y : np.ndarray [shape=(n,)]
        Samples of full scale 1.
    rate : int
        Sampling rate, in Hz.
    bands : int
        How many bands.
    window_s : float
        Length of a moment, in s.

    Returns
    -------
    np.ndarray [shape=(frames, bands)]
        In dB of full scale, at least `SILENCE_DB`.
    """
    import numpy as np

    frames = [_mel(_powers(one, rate, window_s), rate, bands) for one, _same in _blocks(y, y, rate, window_s)]
    return np.maximum(np.concatenate(frames), SILENCE_DB)


def _length(rate: int, window_s: float) -> int:
    return max(64, 2 * round(rate * window_s / 2))


def _blocks(a: np.ndarray, b: np.ndarray, rate: int, window_s: float) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Cut two sounds into pieces that a window's overlap joins; what is shorter than a window is filled."""
    import numpy as np

    window = _length(rate, window_s)
    # The first and the last samples stand in the middle of a window too.
    a, b = np.pad(a, window // 2), np.pad(b, window // 2)
    step = max(1, round(rate * BLOCK_S) // window) * window
    for start in range(0, max(1, len(a) - window // 2), step):
        one, other = (each[start : start + step + window // 2] for each in (a, b))
        lacking = max(window, -(-len(one) // (window // 2)) * (window // 2)) - len(one)
        yield np.pad(one, (0, lacking)), np.pad(other, (0, lacking))


def _powers(y: np.ndarray, rate: int, window_s: float) -> np.ndarray:
    """Power of each frequency at each moment, a sine of full scale being 0 dB."""
    import numpy as np
    from scipy import fft

    window = _length(rate, window_s)
    hann = np.hanning(window + 1)[:-1].astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(y.astype(np.float32), window)[:: window // 2]
    spectrum = fft.rfft(frames * hann, fft.next_fast_len(window, real=True), axis=1)
    result: np.ndarray = (np.square(spectrum.real) + np.square(spectrum.imag)) * np.float32(4 / hann.sum() ** 2)
    return result


def _mel(powers: np.ndarray, rate: int, bands: int) -> np.ndarray:
    import numpy as np

    filters = mel_filters(rate, 2 * (powers.shape[1] - 1), bands)
    return np.asarray(10 * np.log10(np.maximum(powers @ filters, 1e-12)))


def _mels(spectra: list[np.ndarray], rate: int, bands: int, floor: float) -> list[np.ndarray]:
    import numpy as np

    mels = [_mel(each, rate, bands) for each in spectra]
    masked = np.maximum(*(each.max(axis=1, keepdims=True) for each in mels)) - MASKED_DB
    return [np.maximum(each, np.maximum(masked, floor)) for each in mels]


def _loudest(y: np.ndarray, rate: int) -> float:
    return max(float(_mel(_powers(one, rate, WINDOWS_S[1]), rate, BANDS[1]).max())
               for one, _same in _blocks(y, y, rate, WINDOWS_S[1]))  # fmt: skip


def _smoothed(values: np.ndarray, count: int) -> np.ndarray:
    import numpy as np

    count = min(count, len(values))
    return np.convolve(values, np.full(count, 1 / count), "valid")


def _loudness(spectra: list[np.ndarray], rate: int, floor: float, smooth: int) -> float:
    import numpy as np

    levels = []
    for powers in spectra:
        weighted = powers @ _ear(powers.shape[1], rate)
        levels.append(10 * np.log10(np.maximum(_smoothed(weighted, smooth), 10 ** (floor / 10))))
    return float(np.abs(levels[0] - levels[1]).max())


@lru_cache(maxsize=8)
def _ear(bins: int, rate: int) -> np.ndarray:
    """Weigh powers by frequency as the ear does (A-weighting, IEC 61672)."""
    import numpy as np

    squared = np.square(np.arange(bins) * (rate / 2 / (bins - 1)))
    gain = (12194.0**2 * squared**2) / (
        (squared + 20.6**2) * np.sqrt((squared + 107.7**2) * (squared + 737.9**2)) * (squared + 12194.0**2)
    )
    return np.asarray(np.square(gain * 1.2589), dtype=np.float32)


def _pitches(spectra: list[np.ndarray], rate: int, floor: float) -> float:
    """Compare the pitch classes of two sounds, moment by moment, where something with a pitch is heard."""
    import numpy as np

    classes = [np.sqrt(each @ _pitch_filters(each.shape[1], rate)) for each in spectra]
    norms = [np.linalg.norm(each, axis=1) for each in classes]
    heard = np.maximum(*norms) > 10 ** ((floor + 20) / 20)
    if not heard.any():
        return 0.0
    products = (classes[0] * classes[1]).sum(axis=1)[heard] / np.maximum(norms[0] * norms[1], 1e-12)[heard]
    return float(1 - products.min())


@lru_cache(maxsize=8)
def _pitch_filters(bins: int, rate: int) -> np.ndarray:
    """Fold frequencies into thirds of a semitone, one octave wide."""
    import numpy as np

    hz = np.arange(bins) * (rate / 2 / (bins - 1))
    within = (hz >= LOWEST_PITCH_HZ) & (hz <= HIGHEST_PITCH_HZ)
    place = np.where(within, PITCHES * np.log2(np.maximum(hz, 1.0) / 440.0), 0.0)
    distance = np.abs((place[:, None] - np.arange(PITCHES) + PITCHES / 2) % PITCHES - PITCHES / 2)
    return np.asarray(np.where(within[:, None], np.maximum(0.0, 1 - distance), 0.0), dtype=np.float32)
