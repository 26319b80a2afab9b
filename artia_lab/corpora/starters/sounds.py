"""Starter sounds composed in code: strings, bells, breath, water, steps, and a hummed tune to drive a mosaic.

Nothing here was recorded. Each sound is a short score played by one of a few classic syntheses, from numbers
alone, so that the same files are made everywhere.
"""

from __future__ import annotations

import wave
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from artia_lab.i18n import Text

SR = 44100
PEAK = 10 ** (-3 / 20)

DESCRIPTION = Text(
    fr="Dix-sept sons courts composés par programme, sans aucun enregistrement : cordes pincées, cloches, "
    "souffle, eau, pas dans la neige, et un air fredonné qui peut mener une mosaïque.",
    en="Seventeen short sounds composed in code, with no recording at all: plucked strings, bells, breath, water, "
    "steps in snow, and a hummed tune that can drive a mosaic.",
)


def write(folder: Path) -> None:
    """Compose the corpus into a folder.

    Parameters
    ----------
    folder : Path
        An existing folder; the files named in `FILES` are written there, mono, 16 bits, 44.1 kHz.
    """
    for file in FILES:
        sound = compose(file)
        with wave.open(str(folder / file), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(SR)
            out.writeframes(np.rint(sound * 32767).astype("<i2").tobytes())


def compose(file: str) -> np.ndarray:
    """Compose one of the sounds.

    Parameters
    ----------
    file : str
        One of `FILES`.

    Returns
    -------
    ndarray
        float64 [n] at 44.1 kHz, its peak at -3 dB.
    """
    rng = np.random.default_rng(zlib.crc32(file.encode()))
    sound = _SCORES[file](rng)
    sound = sound - sound.mean()
    # The few highest peaks are rounded, so that a plucked or crackling sound is not faint beside the others.
    loud = 7 * sound.std()
    sound = loud * np.tanh(sound / loud)
    edge = np.minimum(1.0, np.arange(len(sound)) / (0.004 * SR))
    sound = sound * edge * np.minimum(1.0, np.arange(len(sound))[::-1] / (0.05 * SR))
    return sound * (PEAK / np.abs(sound).max())


def _time(seconds: float) -> np.ndarray:
    return np.arange(round(seconds * SR)) / SR


def _midi(note: float | np.ndarray) -> np.ndarray:
    return 440.0 * 2.0 ** ((np.asarray(note, dtype=np.float64) - 69) / 12)


def _lay(seconds: float, events: list[tuple[float, np.ndarray]]) -> np.ndarray:
    """Lay sounds at their times over a silence."""
    whole = np.zeros(round(seconds * SR))
    for at, sound in events:
        first = round(at * SR)
        part = sound[: len(whole) - first]
        whole[first : first + len(part)] += part
    return whole


def _band(noise: np.ndarray, low: float, high: float, order: int = 2) -> np.ndarray:
    from scipy.signal import butter, sosfilt

    return sosfilt(butter(order, [low, high], "bandpass", fs=SR, output="sos"), noise)


def _pink(rng: np.random.Generator, n: int, exponent: float = 0.5) -> np.ndarray:
    """Noise whose amplitude falls with frequency as f to the minus `exponent`, of unit deviation."""
    spectrum = np.fft.rfft(rng.standard_normal(n))
    noise = np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 30.0) ** exponent, n)
    return noise / noise.std()


def _wander(rng: np.random.Generator, n: int, rate_hz: float) -> np.ndarray:
    """A smooth random curve in [0, 1] that turns about `rate_hz` times a second."""
    from scipy.interpolate import CubicSpline

    knots = max(4, round(n / SR * rate_hz) + 2)
    curve = CubicSpline(np.linspace(0, n, knots), rng.random(knots))(np.arange(n))
    return np.clip(curve, 0.0, 1.0)


def _pluck(rng: np.random.Generator, note: float, seconds: float, damping: float = 0.4) -> np.ndarray:
    """Pluck a string (Karplus & Strong 1983, with the fractional delay of Jaffe & Smith 1983)."""
    from scipy.signal import lfilter

    period = SR / float(_midi(note))
    delay = int(period - damping)
    fraction = period - damping - delay
    loss = 0.001 ** (period / SR / (seconds * 1.2))
    loop = np.convolve([1 - fraction, fraction], [1 - damping, damping]) * loss
    burst = rng.uniform(-1, 1, delay)
    burst = burst + np.roll(burst, 1) + np.roll(burst, 2) + np.roll(burst, 3)
    burst -= np.roll(burst, delay // 5)
    excitation = np.zeros(round(seconds * SR))
    excitation[: min(delay, len(excitation))] = burst[: len(excitation)]
    return lfilter([1.0], np.concatenate([[1.0], np.zeros(delay - 1), -loop]), excitation)


def _partials(
    note: float, seconds: float, table: list[tuple[float, float, float]], beat_hz: float = 0.6
) -> np.ndarray:
    """Sum decaying partials (ratio, amplitude, share of the decay), each doubled a little higher to beat."""
    t, root = _time(seconds), float(_midi(note))
    sound = np.zeros(len(t))
    for ratio, amplitude, decay in table:
        tone = np.sin(2 * np.pi * root * ratio * t) + 0.6 * np.sin(
            2 * np.pi * (root * ratio + beat_hz * ratio) * t
        )
        sound += amplitude * tone * np.exp(-5.5 * t / (seconds * decay))
    return sound


_BELL = [
    (0.5, 0.6, 1.0),
    (1.0, 1.0, 0.8),
    (1.19, 0.7, 0.6),
    (1.5, 0.4, 0.5),
    (2.0, 0.9, 0.45),
    (2.66, 0.3, 0.3),
]
_BELL += [(3.01, 0.4, 0.25), (4.17, 0.25, 0.18), (5.43, 0.15, 0.12), (6.8, 0.1, 0.08)]
_BOWL = [(1.0, 1.0, 1.0), (2.77, 0.6, 0.9), (5.18, 0.3, 0.6), (8.16, 0.1, 0.35)]
_WOOD = [(1.0, 1.0, 1.0), (2.76, 0.5, 0.5), (5.4, 0.3, 0.3)]
_SKIN = [(1.0, 1.0, 1.0), (1.59, 0.6, 0.7), (2.14, 0.4, 0.5), (2.3, 0.3, 0.5), (2.92, 0.2, 0.4)]


def _hum(rng: np.random.Generator) -> np.ndarray:
    """Hum a tune: a glottal source gliding between notes, through the formants of a nearly closed mouth."""
    tune = [
        (57, 0.9),
        (60, 0.6),
        (62, 0.6),
        (64, 1.2),
        (62, 0.5),
        (60, 0.5),
        (62, 0.9),
        (57, 1.0),
        (55, 0.6),
        (57, 1.4),
    ]
    notes = np.concatenate([np.full(round(s * SR), float(n)) for n, s in tune])
    loudness = np.concatenate([np.sin(np.pi * np.linspace(0.03, 0.97, round(s * SR))) ** 0.35 for _, s in tune])
    glide = np.hanning(round(0.09 * SR))
    edges = np.pad(notes, len(glide), mode="edge")
    notes = np.convolve(edges, glide / glide.sum(), "same")[len(glide) : -len(glide)]
    t = np.arange(len(notes)) / SR
    vibrato = 0.22 * np.sin(2 * np.pi * 5.1 * t) * _wander(rng, len(t), 1.0)
    phase = 2 * np.pi * np.cumsum(_midi(notes + vibrato + 0.06 * _wander(rng, len(t), 6.0))) / SR
    openness = _wander(rng, len(t), 0.8)
    sound = np.zeros(len(t))
    hertz = _midi(notes)
    for harmonic in range(1, 31):
        f = hertz * harmonic
        formants = np.exp(-(((f - 280 - 260 * openness) / 130) ** 2))
        formants += 0.35 * np.exp(-(((f - 1050 + 200 * openness) / 220) ** 2)) * (0.3 + openness)
        formants += 0.12 * np.exp(-(((f - 2500) / 400) ** 2)) + 0.04
        sound += formants / harmonic**0.6 * (1 - harmonic / 31) * np.sin(harmonic * phase)
    breath = _band(rng.standard_normal(len(t)), 500, 3500) * 0.05
    return (sound + breath) * loudness * (0.7 + 0.3 * _wander(rng, len(t), 1.5))


def _harp(rng: np.random.Generator) -> np.ndarray:
    notes = [57, 64, 69, 72, 76, 81, 79, 76, 72, 69, 64, 60]
    return _lay(5.0, [(0.05 + 0.27 * i, _pluck(rng, n, 2.2) * rng.uniform(0.6, 1)) for i, n in enumerate(notes)])


def _low_strings(rng: np.random.Generator) -> np.ndarray:
    score = [(0.05, 33), (0.9, 40), (1.5, 45), (2.2, 36), (2.9, 43)]
    return _lay(4.0, [(at, _pluck(rng, n, 2.5, 0.48)) for at, n in score])


def _bell(rng: np.random.Generator) -> np.ndarray:
    strike = _lay(5.0, [(0.0, _band(rng.standard_normal(SR // 30), 2000, 9000) * np.hanning(SR // 30) * 0.9)])
    return _partials(69, 5.5, _BELL)[: 5 * SR] + strike


def _chimes(rng: np.random.Generator) -> np.ndarray:
    notes = [86, 93, 89, 98, 91, 96, 84, 101]
    times = np.cumsum(rng.uniform(0.2, 0.5, len(notes))) - 0.15
    return _lay(4.0, [(at, _partials(n, 1.8, _BELL, 1.5)) for at, n in zip(times, notes, strict=True)])


def _bowl(rng: np.random.Generator) -> np.ndarray:
    t = _time(5.0)
    rubbed = _partials(52, 9.0, _BOWL, 0.8)[: len(t)] * np.minimum(1, t / 1.5) ** 2
    return rubbed + 0.02 * _band(rng.standard_normal(len(t)), 1200, 4000) * _wander(rng, len(t), 3)


def _breath(rng: np.random.Generator) -> np.ndarray:
    t = _time(3.0)
    inward, outward = np.exp(-(((t - 0.75) / 0.4) ** 2)), np.exp(-(((t - 2.1) / 0.45) ** 2))
    noise = rng.standard_normal(len(t))
    return _band(noise, 1400, 6500) * inward * 0.7 + _band(noise, 500, 2600) * outward


def _wind(rng: np.random.Generator) -> np.ndarray:
    n = 4 * SR
    noise, place = _pink(rng, n), _wander(rng, n, 1.2)
    bands = np.geomspace(180, 1800, 12)
    near = np.exp(-(((place[None] * 11 - np.arange(12)[:, None]) / 1.4) ** 2))
    whistle = sum(_band(noise, f * 0.93, f * 1.07) * near[i] for i, f in enumerate(bands))
    return whistle * (0.25 + _wander(rng, n, 2.0)) + 0.03 * noise


def _drips(rng: np.random.Generator) -> np.ndarray:
    t = _time(0.25)
    events = []
    for at in np.sort(rng.uniform(0.05, 2.7, 16)):
        low, rise = rng.uniform(500, 1900), rng.uniform(2, 8)
        phase = 2 * np.pi * np.cumsum(low * (1 + rise * t)) / SR
        events.append((at, np.sin(phase) * np.exp(-t * rng.uniform(22, 60)) * rng.uniform(0.3, 1)))
    dry = _lay(3.0, events)
    return dry + 0.25 * _lay(3.0, [(0.09, dry)]) + 0.12 * _lay(3.0, [(0.17, dry)])


def _snow(rng: np.random.Generator) -> np.ndarray:
    def step() -> np.ndarray:
        n = round(0.42 * SR)
        crunch = (rng.random(n) < 0.02 * np.hanning(n)) * rng.exponential(1.0, n)
        press = _band(rng.standard_normal(n), 250, 900) * np.hanning(n) ** 2 * 0.12
        return _band(crunch * rng.choice([-1, 1], n), 900, 7000) * 0.7 + press

    return _lay(3.0, [(0.05 + 0.58 * i, step()) for i in range(5)])


def _stone(rng: np.random.Generator) -> np.ndarray:
    n = 3 * SR
    grit = rng.standard_normal(n) * (rng.random(n) < 0.08) * (0.2 + _wander(rng, n, 30.0))
    stroke = np.abs(np.sin(2 * np.pi * 0.67 * np.arange(n) / SR)) ** 0.8
    return (_band(grit, 700, 1500) + _band(grit, 2600, 4200) + 0.5 * _band(grit, 6000, 9000)) * stroke


def _paper(rng: np.random.Generator) -> np.ndarray:
    n = 2 * SR
    folds = (rng.random(n) < 0.004 * _wander(rng, n, 8.0) ** 3) * rng.exponential(1.0, n) * rng.choice([-1, 1], n)
    return _band(folds, 1800, 12000, 1) + 0.01 * _band(rng.standard_normal(n), 3000, 9000) * _wander(rng, n, 8.0)


def _drum(rng: np.random.Generator) -> np.ndarray:
    score = [
        (0.0, 43, 1),
        (0.5, 50, 0.5),
        (0.75, 43, 0.7),
        (1.25, 47, 0.9),
        (1.5, 50, 0.4),
        (1.75, 43, 1),
        (2.25, 47, 0.6),
    ]
    slap = _band(rng.standard_normal(SR // 40), 800, 5000) * np.hanning(SR // 40) * 0.8
    hits = [(at, force * _partials(n, 0.9, _SKIN, 0.0)) for at, n, force in score]
    return _lay(3.0, hits + [(at, force * slap) for at, _, force in score])


def _wood(rng: np.random.Generator) -> np.ndarray:
    score = [(0.02 + 0.21 * i, n) for i, n in enumerate([72, 79, 74, 72, 84, 79, 67, 74, 79, 72, 84, 72])]
    return _lay(3.0, [(at, _partials(n, 0.3, _WOOD, 0.0) * rng.uniform(0.5, 1)) for at, n in score])


def _flute(rng: np.random.Generator) -> np.ndarray:
    t = _time(3.0)
    phase = 2 * np.pi * np.cumsum(_midi(76 + 0.15 * np.sin(2 * np.pi * 4.6 * t) - 2.0 * (t > 1.5))) / SR
    tone = np.sin(phase) + 0.28 * np.sin(2 * phase) + 0.12 * np.sin(3 * phase) + 0.04 * np.sin(4 * phase)
    air = _band(rng.standard_normal(len(t)), 900, 3500) * 0.2
    swell = np.abs(np.sin(np.pi * t / 1.5)) ** 0.6
    return (tone * (0.8 + 0.2 * _wander(rng, len(t), 5.0)) + air) * swell


def _drone(rng: np.random.Generator) -> np.ndarray:
    t = _time(4.0)
    sound = np.zeros(len(t))
    for harmonic in range(1, 24):
        swell = _wander(rng, len(t), 1.5) ** 2
        for detune in (-0.4, 0.3):
            sound += (
                swell / harmonic**0.7 * np.sin(2 * np.pi * (65.4 + detune) * harmonic * t + rng.uniform(0, 6.28))
            )
    return sound * np.minimum(1.0, t / 0.4)


def _crickets(rng: np.random.Generator) -> np.ndarray:
    t = _time(3.0)
    sound = np.zeros(len(t))
    for hertz, rate, offset in [(4300, 31, 0.0), (4750, 37, 0.35), (3900, 28, 0.6)]:
        pulses = np.maximum(0, np.sin(2 * np.pi * rate * t)) ** 2
        sings = np.clip(6 * np.sin(2 * np.pi * 1.1 * (t - offset)), 0, 1)
        sound += np.sin(2 * np.pi * hertz * t) * pulses * sings * rng.uniform(0.5, 1)
    return sound + 0.004 * rng.standard_normal(len(t))


_SCORES: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "bois.wav": _wood,
    "bol.wav": _bowl,
    "bourdon.wav": _drone,
    "carillon.wav": _chimes,
    "cloche.wav": _bell,
    "cordes_graves.wav": _low_strings,
    "flute.wav": _flute,
    "fredon.wav": _hum,
    "gouttes.wav": _drips,
    "grillons.wav": _crickets,
    "harpe.wav": _harp,
    "neige.wav": _snow,
    "papier.wav": _paper,
    "pierre_frottee.wav": _stone,
    "souffle.wav": _breath,
    "tambour.wav": _drum,
    "vent.wav": _wind,
}
FILES = list(_SCORES)
