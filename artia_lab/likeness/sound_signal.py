"""Sounds brought to what is compared: one channel, one rate, and the same sound with its spectrum made flat."""

from __future__ import annotations

from functools import cache
from math import gcd

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

Samples = NDArray[np.float32]
Spectra = NDArray[np.complex64]

RATE_HZ = 11_025
LOWEST_HZ, HIGHEST_HZ = 30.0, 5000.0
AT_ONCE = 1 << 21
MARGIN = 1 << 10
FADE_S = 0.004
FRAME = 512
SMOOTHED_BINS = 4
FLOOR_DB = -65.0
SILENCE_DB, HUSH_DB = -60.0, -90.0
MOMENT_S = 0.02
MOMENTS_AT_ONCE = 1 << 13


def mono(y: NDArray) -> Samples:
    """Mix the channels of a sound, without what is not a number.

    Parameters
    ----------
    y : np.ndarray [shape=(n,) or (channels, n)]
        Any sound, in [-1, 1].

    Returns
    -------
    np.ndarray [shape=(n,)]
        float32.
    """
    mixed: Samples = np.atleast_2d(np.asarray(y, np.float32)).mean(axis=0)
    return mixed if np.isfinite(mixed).all() else np.where(np.isfinite(mixed), mixed, np.float32(0))


def resampled(samples: Samples, sr: float, rate: float = RATE_HZ) -> Samples:
    """Bring a sound to another sampling rate, by its spectrum, a long one piece by piece.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,)]
        From `mono`.
    sr : number > 0 [scalar]
        Its rate, in Hz.
    rate : number > 0 [scalar]
        The rate wanted, in Hz.

    Returns
    -------
    np.ndarray [shape=(n * rate / sr,)]
        float32.
    """
    if sr == rate or not samples.size:
        return samples
    # A piece is so many units long that it lasts a whole number of samples at both rates.
    common = gcd(round(sr), round(rate))
    unit, per_unit = round(sr) // common, round(rate) // common
    margin, step = -(-MARGIN // unit), max(1, AT_ONCE // unit)
    pieces = []
    for first in range(0, -(-len(samples) // unit), step):
        lead = min(first, margin)
        piece = samples[(first - lead) * unit : (first + step + margin) * unit]
        size = next_fast_len(-(-len(piece) // unit) + margin) * unit
        spectrum, wanted = rfft(piece, size), size // unit * per_unit
        out = irfft(_fitted(spectrum, wanted // 2 + 1), wanted) * np.float32(wanted / size)
        pieces.append(out[lead * per_unit :][: step * per_unit])
    return np.concatenate(pieces)[: -(-len(samples) * per_unit // unit)].astype(np.float32)


def _fitted(spectrum: Spectra, bins: int) -> Spectra:
    return spectrum[:bins] if len(spectrum) >= bins else np.pad(spectrum, (0, bins - len(spectrum)))


@cache
def window(size: int) -> Samples:
    """Give Hann's window.

    Parameters
    ----------
    size : int > 0
        Its length.

    Returns
    -------
    np.ndarray [shape=(size,)]
        float32, periodic; it belongs to everybody, and cannot be written to.
    """
    shape: Samples = np.hanning(size + 1)[:-1].astype(np.float32)
    shape.flags.writeable = False
    return shape


def magnitudes(samples: Samples, hop: float, size: int = FRAME) -> Samples:
    """Measure the spectrum of a sound from moment to moment.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,)]
        A sound.
    hop : float
        From one moment to the next, in samples.
    size : int, optional
        Length of a frame, in samples.

    Returns
    -------
    np.ndarray [shape=(moments, size // 2 + 1)]
        float32.
    """
    padded = np.pad(samples, (size // 2, size))
    views = np.lib.stride_tricks.sliding_window_view(padded, size)
    moments = np.rint(np.arange(0, len(samples), hop)).astype(np.intp)
    parts = [moments[first : first + MOMENTS_AT_ONCE] for first in range(0, len(moments), MOMENTS_AT_ONCE)]
    return np.concatenate([np.abs(rfft(views[part] * window(size))) for part in parts])


class Elastic:
    """A sound that can be played at any speed.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,)]
        From `mono`.
    sr : number > 0 [scalar]
        Its rate, in Hz.
    """

    def __init__(self, samples: Samples, sr: float) -> None:
        self.seconds = len(samples) / sr
        self._samples, self._sr, self._count = samples, sr, len(samples)
        self._size = next_fast_len(len(samples) + MARGIN)
        self._spectrum: Spectra = rfft(samples, self._size)

    def slowed(self, ratio: float, rate: float = RATE_HZ) -> tuple[Samples, float]:
        """Play the sound `ratio` times slower, which lowers it as much.

        Parameters
        ----------
        ratio : float
            2 makes it last twice as long, an octave lower.
        rate : float, optional
            The rate of what is given, in Hz.

        Returns
        -------
        tuple of (np.ndarray [shape=(n,)], float)
            The sound at `rate`, and the ratio it was really slowed by, a whole number of samples apart.
        """
        wanted = round(self._size * ratio * rate / self._sr)
        out = irfft(_fitted(self._spectrum, wanted // 2 + 1), wanted) * np.float32(wanted / self._size)
        really = wanted * self._sr / (self._size * rate)
        return out[: int(self._count * wanted / self._size)].astype(np.float32), really

    def loudest(self, length_s: float, first_s: float, last_s: float) -> tuple[float, Elastic]:
        """Cut out the loudest part, high frequencies counting more.

        Parameters
        ----------
        length_s : float
            How long a part, in seconds.
        first_s, last_s : float
            Where to look, in seconds.

        Returns
        -------
        tuple of (float, Elastic)
            Where the part begins, in seconds, and the part.
        """
        size = max(2, min(round(length_s * self._sr), self._count))
        sums = np.cumsum(np.pad(np.diff(self._samples, prepend=np.float32(0)).astype(np.float64) ** 2, (1, 0)))
        energies = sums[size:] - sums[: len(sums) - size]
        first = min(max(0, round(first_s * self._sr)), len(energies) - 1)
        looked_at = energies[first : max(first + 1, round(last_s * self._sr) - size + 1)]
        begin = first + int(looked_at.argmax())
        return begin / self._sr, Elastic(self._samples[begin : begin + size], self._sr)


def faded(samples: Samples) -> Samples:
    """Soften both ends of a sound at `RATE_HZ`, which would click where it was cut.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,)]
        Any sound.

    Returns
    -------
    np.ndarray [shape=(n,)]
        Another array.
    """
    size = min(round(FADE_S * RATE_HZ), len(samples) // 2)
    ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(size) / max(1, size))).astype(np.float32)
    softened = samples.copy()
    softened[:size] *= ramp
    softened[len(samples) - size :] *= ramp[::-1]
    return softened


def flattened(samples: Samples) -> Samples:
    """Give all moments and all frequencies of a sound nearly the same level, so that a copy stands out sharply.

    This is the pre-whitening of generalised cross-correlation (Knapp and Carter, 1976), in short frames.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,)]
        A sound at `RATE_HZ`.

    Returns
    -------
    np.ndarray [shape=(n,)]
        float32, of level about 1 where the sound is not silent.
    """
    hop = FRAME // 2
    padded = np.pad(faded(samples), (FRAME, FRAME + (-len(samples)) % hop))
    window = np.sqrt(np.hanning(FRAME + 1)[:-1]).astype(np.float32)
    hertz = np.arange(FRAME // 2 + 1) * RATE_HZ / FRAME
    kept = (hertz >= LOWEST_HZ) & (hertz <= HIGHEST_HZ)
    out = np.zeros(len(padded), np.float32)
    views = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::hop]
    loudest = max((float(np.abs(rfft(some * window)).max()) for some in _some(views)), default=0.0)
    for first, some in zip(range(0, len(views), AT_ONCE // FRAME), _some(views), strict=True):
        spectra = rfft(some * window)
        level = np.abs(spectra)
        sums = np.cumsum(np.pad(level, ((0, 0), (SMOOTHED_BINS + 1, SMOOTHED_BINS)), mode="edge"), axis=1)
        width = 2 * SMOOTHED_BINS + 1
        smooth = (sums[:, width:] - sums[:, :-width]) / width
        spectra *= kept / (smooth + max(loudest * 10 ** (FLOOR_DB / 20), 1e-7))
        waves = irfft(spectra, FRAME) * window
        at = first * hop
        out[at : at + len(waves) * hop] += waves[:, :hop].ravel()
        out[at + hop : at + hop + len(waves) * hop] += waves[:, hop:].ravel()
    return out[FRAME : FRAME + len(samples)]


def _some(views: NDArray) -> list[NDArray]:
    count = AT_ONCE // FRAME
    return [views[first : first + count] for first in range(0, len(views), count)]


def sounding(samples: Samples) -> NDArray[np.bool_]:
    """Tell which samples of a sound belong to a moment that is not silent.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,)]
        A sound at `RATE_HZ`.

    Returns
    -------
    np.ndarray of bool [shape=(n,)]
        A moment is silent `SILENCE_DB` below the loudest one, or `HUSH_DB` below full scale; a constant is.
    """
    size = round(MOMENT_S * RATE_HZ)
    if not samples.size:
        return np.zeros(0, bool)
    moments = np.pad(samples.astype(np.float64), (0, -len(samples) % size), mode="edge").reshape(-1, size)
    powers = moments.var(axis=1)
    least = max(float(powers.max()) * 10 ** (SILENCE_DB / 10), 10 ** (HUSH_DB / 10))
    return np.repeat(powers > least, size)[: len(samples)]
