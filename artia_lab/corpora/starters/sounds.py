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

from artia_lab.corpora.starters.synthesis import (
    BELL,
    BOWL,
    SKIN,
    SR,
    WOOD,
    band,
    hertz,
    lay,
    partials,
    pink,
    pluck,
    times,
    wander,
)
from artia_lab.i18n import Text

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
    vibrato = 0.22 * np.sin(2 * np.pi * 5.1 * t) * wander(rng, len(t), 1.0)
    phase = 2 * np.pi * np.cumsum(hertz(notes + vibrato + 0.06 * wander(rng, len(t), 6.0))) / SR
    openness = wander(rng, len(t), 0.8)
    sound = np.zeros(len(t))
    fundamental = hertz(notes)
    for harmonic in range(1, 31):
        f = fundamental * harmonic
        formants = np.exp(-(((f - 280 - 260 * openness) / 130) ** 2))
        formants += 0.35 * np.exp(-(((f - 1050 + 200 * openness) / 220) ** 2)) * (0.3 + openness)
        formants += 0.12 * np.exp(-(((f - 2500) / 400) ** 2)) + 0.04
        sound += formants / harmonic**0.6 * (1 - harmonic / 31) * np.sin(harmonic * phase)
    breath = band(rng.standard_normal(len(t)), 500, 3500) * 0.05
    return (sound + breath) * loudness * (0.7 + 0.3 * wander(rng, len(t), 1.5))


def _harp(rng: np.random.Generator) -> np.ndarray:
    notes = [57, 64, 69, 72, 76, 81, 79, 76, 72, 69, 64, 60]
    return lay(5.0, [(0.05 + 0.27 * i, pluck(rng, n, 2.2) * rng.uniform(0.6, 1)) for i, n in enumerate(notes)])


def _low_strings(rng: np.random.Generator) -> np.ndarray:
    score = [(0.05, 33), (0.9, 40), (1.5, 45), (2.2, 36), (2.9, 43)]
    return lay(4.0, [(at, pluck(rng, n, 2.5, 0.48)) for at, n in score])


def _bell(rng: np.random.Generator) -> np.ndarray:
    strike = lay(5.0, [(0.0, band(rng.standard_normal(SR // 30), 2000, 9000) * np.hanning(SR // 30) * 0.9)])
    return partials(69, 5.5, BELL)[: 5 * SR] + strike


def _chimes(rng: np.random.Generator) -> np.ndarray:
    notes = [86, 93, 89, 98, 91, 96, 84, 101]
    times = np.cumsum(rng.uniform(0.2, 0.5, len(notes))) - 0.15
    return lay(4.0, [(at, partials(n, 1.8, BELL, 1.5)) for at, n in zip(times, notes, strict=True)])


def _bowl(rng: np.random.Generator) -> np.ndarray:
    t = times(5.0)
    rubbed = partials(52, 9.0, BOWL, 0.8)[: len(t)] * np.minimum(1, t / 1.5) ** 2
    return rubbed + 0.02 * band(rng.standard_normal(len(t)), 1200, 4000) * wander(rng, len(t), 3)


def _breath(rng: np.random.Generator) -> np.ndarray:
    t = times(3.0)
    inward, outward = np.exp(-(((t - 0.75) / 0.4) ** 2)), np.exp(-(((t - 2.1) / 0.45) ** 2))
    noise = rng.standard_normal(len(t))
    return band(noise, 1400, 6500) * inward * 0.7 + band(noise, 500, 2600) * outward


def _wind(rng: np.random.Generator) -> np.ndarray:
    n = 4 * SR
    noise, place = pink(rng, n), wander(rng, n, 1.2)
    bands = np.geomspace(180, 1800, 12)
    near = np.exp(-(((place[None] * 11 - np.arange(12)[:, None]) / 1.4) ** 2))
    whistle = sum(band(noise, f * 0.93, f * 1.07) * near[i] for i, f in enumerate(bands))
    return whistle * (0.25 + wander(rng, n, 2.0)) + 0.03 * noise


def _drips(rng: np.random.Generator) -> np.ndarray:
    t = times(0.25)
    events = []
    for at in np.sort(rng.uniform(0.05, 2.7, 16)):
        low, rise = rng.uniform(500, 1900), rng.uniform(2, 8)
        phase = 2 * np.pi * np.cumsum(low * (1 + rise * t)) / SR
        events.append((at, np.sin(phase) * np.exp(-t * rng.uniform(22, 60)) * rng.uniform(0.3, 1)))
    dry = lay(3.0, events)
    return dry + 0.25 * lay(3.0, [(0.09, dry)]) + 0.12 * lay(3.0, [(0.17, dry)])


def _snow(rng: np.random.Generator) -> np.ndarray:
    def step() -> np.ndarray:
        n = round(0.42 * SR)
        crunch = (rng.random(n) < 0.02 * np.hanning(n)) * rng.exponential(1.0, n)
        press = band(rng.standard_normal(n), 250, 900) * np.hanning(n) ** 2 * 0.12
        return band(crunch * rng.choice([-1, 1], n), 900, 7000) * 0.7 + press

    return lay(3.0, [(0.05 + 0.58 * i, step()) for i in range(5)])


def _stone(rng: np.random.Generator) -> np.ndarray:
    n = 3 * SR
    grit = rng.standard_normal(n) * (rng.random(n) < 0.08) * (0.2 + wander(rng, n, 30.0))
    stroke = np.abs(np.sin(2 * np.pi * 0.67 * np.arange(n) / SR)) ** 0.8
    return (band(grit, 700, 1500) + band(grit, 2600, 4200) + 0.5 * band(grit, 6000, 9000)) * stroke


def _paper(rng: np.random.Generator) -> np.ndarray:
    n = 2 * SR
    folds = (rng.random(n) < 0.004 * wander(rng, n, 8.0) ** 3) * rng.exponential(1.0, n) * rng.choice([-1, 1], n)
    return band(folds, 1800, 12000, 1) + 0.01 * band(rng.standard_normal(n), 3000, 9000) * wander(rng, n, 8.0)


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
    slap = band(rng.standard_normal(SR // 40), 800, 5000) * np.hanning(SR // 40) * 0.8
    hits = [(at, force * partials(n, 0.9, SKIN, 0.0)) for at, n, force in score]
    return lay(3.0, hits + [(at, force * slap) for at, _, force in score])


def _wood(rng: np.random.Generator) -> np.ndarray:
    score = [(0.02 + 0.21 * i, n) for i, n in enumerate([72, 79, 74, 72, 84, 79, 67, 74, 79, 72, 84, 72])]
    return lay(3.0, [(at, partials(n, 0.3, WOOD, 0.0) * rng.uniform(0.5, 1)) for at, n in score])


def _flute(rng: np.random.Generator) -> np.ndarray:
    t = times(3.0)
    phase = 2 * np.pi * np.cumsum(hertz(76 + 0.15 * np.sin(2 * np.pi * 4.6 * t) - 2.0 * (t > 1.5))) / SR
    tone = np.sin(phase) + 0.28 * np.sin(2 * phase) + 0.12 * np.sin(3 * phase) + 0.04 * np.sin(4 * phase)
    air = band(rng.standard_normal(len(t)), 900, 3500) * 0.2
    swell = np.abs(np.sin(np.pi * t / 1.5)) ** 0.6
    return (tone * (0.8 + 0.2 * wander(rng, len(t), 5.0)) + air) * swell


def _drone(rng: np.random.Generator) -> np.ndarray:
    t = times(4.0)
    sound = np.zeros(len(t))
    for harmonic in range(1, 24):
        swell = wander(rng, len(t), 1.5) ** 2
        for detune in (-0.4, 0.3):
            sound += (
                swell / harmonic**0.7 * np.sin(2 * np.pi * (65.4 + detune) * harmonic * t + rng.uniform(0, 6.28))
            )
    return sound * np.minimum(1.0, t / 0.4)


def _crickets(rng: np.random.Generator) -> np.ndarray:
    t = times(3.0)
    sound = np.zeros(len(t))
    for pitch, rate, offset in [(4300, 31, 0.0), (4750, 37, 0.35), (3900, 28, 0.6)]:
        pulses = np.maximum(0, np.sin(2 * np.pi * rate * t)) ** 2
        sings = np.clip(6 * np.sin(2 * np.pi * 1.1 * (t - offset)), 0, 1)
        sound += np.sin(2 * np.pi * pitch * t) * pulses * sings * rng.uniform(0.5, 1)
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
