"""Log-mel spectra of a sound, frame after frame, with numpy and scipy alone.

librosa's own functions bring in numba, which costs a cold process a second and more; a filter bank and a batched
real FFT need none of it.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy import fft, sparse

MEL_BANDS = 48
LOWEST_HZ = 40.0
HIGHEST_HZ = 16000.0
SHORTEST_FFT = 2048
FLOOR_DB = -120.0
_BLOCK_SAMPLES = 1 << 21


def hz_to_mel(hz: np.ndarray | float) -> np.ndarray:
    """Place frequencies on the mel scale of O'Shaughnessy (1987).

    Parameters
    ----------
    hz : ndarray or float
        Frequencies in hertz, at least 0.

    Returns
    -------
    ndarray
        The same frequencies in mels.
    """
    return 2595.0 * np.log10(1.0 + np.asarray(hz, dtype=np.float64) / 700.0)


@lru_cache(maxsize=8)
def mel_filters(sr: int, n_fft: int, bands: int = MEL_BANDS) -> np.ndarray:
    """Build triangular filters, evenly spaced in mels, each of unit sum.

    A band narrower than the distance between two FFT bins still weighs the bins around its centre.

    Parameters
    ----------
    sr : int
        Sampling rate in Hz.
    n_fft : int
        Length of the FFT in samples.
    bands : int
        How many filters.

    Returns
    -------
    ndarray
        float32 [n_fft // 2 + 1, bands], each column summing to 1.
    """
    highest = min(HIGHEST_HZ, sr / 2)
    edges_mel = np.linspace(float(hz_to_mel(LOWEST_HZ)), float(hz_to_mel(highest)), bands + 2)
    edges = 700.0 * (10.0 ** (edges_mel / 2595.0) - 1.0)
    bins = np.arange(n_fft // 2 + 1) * (sr / n_fft)
    centre = edges[1:-1]
    below = np.maximum(centre - edges[:-2], sr / n_fft)
    above = np.maximum(edges[2:] - centre, sr / n_fft)
    distance = bins[:, None] - centre
    filters = np.maximum(0.0, np.where(distance < 0, 1 + distance / below, 1 - distance / above))
    return (filters / filters.sum(axis=0)).astype(np.float32)


def log_mel_frames(
    samples: np.ndarray,
    sr: int,
    window: int,
    hop: int,
    count: int,
    tick: Callable[[], None] = lambda: None,
) -> np.ndarray:
    """Measure the log-mel spectrum of evenly spaced Hann-windowed frames.

    Parameters
    ----------
    samples : ndarray
        The sound, float32 [n]; whatever a frame covers past its end counts as silence.
    sr : int
        Sampling rate in Hz.
    window : int
        Length of a frame in samples.
    hop : int
        Distance between the starts of two frames in samples.
    count : int
        How many frames, the first one starting at sample 0.
    tick : callable
        Called between blocks of frames, so that a long sound can be interrupted.

    Returns
    -------
    ndarray
        float32 [count, MEL_BANDS], in dB, never below ``FLOOR_DB``.
    """
    n_fft = fft.next_fast_len(max(window, SHORTEST_FFT), real=True)
    # Most weights are zero: a sparse product is as quick, and always sums in the same order.
    filters = sparse.csr_matrix(mel_filters(sr, n_fft).T)
    hann = (0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(window) + 0.5) / window)).astype(np.float32)
    hann /= np.sqrt(np.mean(np.square(hann)) * window * n_fft / 2)
    mel = np.empty((count, filters.shape[0]), dtype=np.float32)
    per_block = max(1, _BLOCK_SAMPLES // n_fft)
    for first in range(0, count, per_block):
        tick()
        last = min(count, first + per_block)
        needed = (last - first - 1) * hop + window
        stretch = samples[first * hop : first * hop + needed]
        if len(stretch) < needed:
            stretch = np.pad(stretch, (0, needed - len(stretch)))
        frames = np.lib.stride_tricks.sliding_window_view(stretch, window)[::hop] * hann
        spectrum = fft.rfft(frames, n_fft, axis=1)
        power = np.square(spectrum.real) + np.square(spectrum.imag)
        mel[first:last] = (filters @ power.T).T
    return np.maximum(10.0 * np.log10(np.maximum(mel, 1e-20)), np.float32(FLOOR_DB)).astype(np.float32)
