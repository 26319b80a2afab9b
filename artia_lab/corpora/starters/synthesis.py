"""A few classic ways to make sounds from numbers: plucked strings, partials, coloured noise, slow curves."""

from __future__ import annotations

import numpy as np

SR = 44100

BELL = (
    (0.5, 0.6, 1.0),
    (1.0, 1.0, 0.8),
    (1.19, 0.7, 0.6),
    (1.5, 0.4, 0.5),
    (2.0, 0.9, 0.45),
    (2.66, 0.3, 0.3),
    (3.01, 0.4, 0.25),
    (4.17, 0.25, 0.18),
    (5.43, 0.15, 0.12),
    (6.8, 0.1, 0.08),
)
BOWL = ((1.0, 1.0, 1.0), (2.77, 0.6, 0.9), (5.18, 0.3, 0.6), (8.16, 0.1, 0.35))
WOOD = ((1.0, 1.0, 1.0), (2.76, 0.5, 0.5), (5.4, 0.3, 0.3))
SKIN = ((1.0, 1.0, 1.0), (1.59, 0.6, 0.7), (2.14, 0.4, 0.5), (2.3, 0.3, 0.5), (2.92, 0.2, 0.4))


def times(seconds: float) -> np.ndarray:
    """Give the time of every sample of a duration.

    Parameters
    ----------
    seconds : float
        Duration.

    Returns
    -------
    ndarray
        float64 [n], in seconds from 0.
    """
    return np.arange(round(seconds * SR)) / SR


def hertz(note: float | np.ndarray) -> np.ndarray:
    """Give the frequency of notes in equal temperament.

    Parameters
    ----------
    note : float or ndarray
        MIDI numbers, 69 for the A of 440 Hz.

    Returns
    -------
    ndarray
        Frequencies in Hz.
    """
    return 440.0 * 2.0 ** ((np.asarray(note, dtype=np.float64) - 69) / 12)


def lay(seconds: float, events: list[tuple[float, np.ndarray]]) -> np.ndarray:
    """Lay sounds over a silence.

    Parameters
    ----------
    seconds : float
        Duration of the whole; what goes past it is cut.
    events : list of tuple
        Time in seconds, less than the duration, and sound.

    Returns
    -------
    ndarray
        float64 [n].
    """
    whole = np.zeros(round(seconds * SR))
    for at, sound in events:
        first = round(at * SR)
        part = sound[: len(whole) - first]
        whole[first : first + len(part)] += part
    return whole


def band(noise: np.ndarray, low: float, high: float, order: int = 2) -> np.ndarray:
    """Keep one band of a sound, with a Butterworth filter.

    Parameters
    ----------
    noise : ndarray
        float64 [n].
    low : float
        Lower edge in Hz.
    high : float
        Upper edge in Hz.
    order : int
        Of the filter.

    Returns
    -------
    ndarray
        float64 [n].
    """
    from scipy.signal import butter, sosfilt

    return sosfilt(butter(order, [low, high], "bandpass", fs=SR, output="sos"), noise)


def pink(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw noise whose power falls with frequency.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    n : int
        How many samples.

    Returns
    -------
    ndarray
        float64 [n], of unit deviation.
    """
    spectrum = np.fft.rfft(rng.standard_normal(n))
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 30.0)), n)
    return noise / noise.std()


def wander(rng: np.random.Generator, n: int, turns_per_second: float) -> np.ndarray:
    """Draw a smooth random curve.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    n : int
        How many samples.
    turns_per_second : float
        How often it may change direction.

    Returns
    -------
    ndarray
        float64 [n], in [0, 1].
    """
    from scipy.interpolate import CubicSpline

    knots = max(4, round(n / SR * turns_per_second) + 2)
    curve = CubicSpline(np.linspace(0, n, knots), rng.random(knots))(np.arange(n))
    return np.clip(curve, 0.0, 1.0)


def pluck(rng: np.random.Generator, note: float, seconds: float, damping: float = 0.4) -> np.ndarray:
    """Pluck a string (Karplus & Strong 1983; the fractional delay and the plucking point, Jaffe & Smith 1983).

    Parameters
    ----------
    rng : Generator
        Source of the burst that sets the string in motion.
    note : float
        MIDI number.
    seconds : float
        Duration, about that of the decay.
    damping : float
        0 for a bright string, up to 0.5 for a dull one.

    Returns
    -------
    ndarray
        float64 [n].
    """
    period = SR / float(hertz(note))
    delay = int(period - damping)
    fraction = period - damping - delay
    loss = 0.001 ** (period / SR / (seconds * 1.2))
    loop = np.convolve([1 - fraction, fraction], [1 - damping, damping]) * loss
    burst = rng.uniform(-1, 1, delay)
    burst = burst + np.roll(burst, 1) + np.roll(burst, 2) + np.roll(burst, 3)
    burst -= np.roll(burst, delay // 5)
    # A sample depends on none nearer than one delay: the string is computed one whole delay at a time.
    turns = -(-round(seconds * SR) // delay)
    string = np.zeros(2 + (turns + 1) * delay)
    string[2 : 2 + delay] = burst
    for first in range(2 + delay, len(string), delay):
        for lag, weight in enumerate(loop):
            string[first : first + delay] += weight * string[first - delay - lag : first - lag]
    return string[2 : 2 + round(seconds * SR)]


def partials(
    note: float, seconds: float, table: tuple[tuple[float, float, float], ...], beat_hz: float = 0.6
) -> np.ndarray:
    """Sum decaying partials, each doubled a little higher so that it beats.

    Parameters
    ----------
    note : float
        MIDI number of the fundamental.
    seconds : float
        Duration.
    table : tuple of tuple
        For each partial: ratio to the fundamental, amplitude, share of the duration it takes to decay by 48 dB.
    beat_hz : float
        How far above the fundamental its double lies.

    Returns
    -------
    ndarray
        float64 [n].
    """
    t, root = times(seconds), float(hertz(note))
    sound = np.zeros(len(t))
    for ratio, amplitude, decay in table:
        once = np.sin(2 * np.pi * root * ratio * t)
        double = np.sin(2 * np.pi * (root + beat_hz) * ratio * t)
        sound += amplitude * (once + 0.6 * double) * np.exp(-5.5 * t / (seconds * decay))
    return sound
