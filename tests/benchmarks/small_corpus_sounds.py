"""Copies planted in sounds, originals held out of a corpus of sounds, and what tells them apart.

Run it with ``python tests/benchmarks/small_corpus_sounds.py [planted] [held] [mixed] [absent] [speed] [all]``;
without a word, all five, on a few sounds each; ``all`` holds out every sound and plants a third, for half an hour.
``mixed`` plants sounds under others, at several levels, drawn by two seeds: the limits of
`artia_lab.likeness.sound_under` were set on every other sound, in the order of their names, and it plants only the
rest. ``absent`` asks where other sounds of the same instrument would be heard, which are not there. The corpora:
Debian's sonic-pi-samples, and our starters; each lends the other the sounds that copies are mixed under. The stock
tool in the same run is the normalised cross-correlation of scipy, at 11,025 Hz, with the best threshold it could
have: the largest of an original. The figures printed here are those that
`artia_lab.likeness.sound_passages.LEAST` was drawn from: the least evidence of a copy, the most of an original.
"""

from __future__ import annotations

import io
import resource
import sys
import time
import tracemalloc
import zlib
from collections.abc import Callable, Mapping

import librosa
import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import correlate, resample_poly

from artia_lab.corpora import CorpusReader, find
from artia_lab.likeness import Likeness, sound
from artia_lab.likeness.sound_places import pieces
from artia_lab.likeness.sound_under import Stretch

SR = 44_100
LENGTHY_S = 0.5
Sound = NDArray[np.float32]
Alter = Callable[[Sound, int, Sound], Sound]

# One recording at several levels, or cut from another: neither is an original beside the other, nor a wrong name
# for a copy of it. Their waves agree up to 5 kHz, which those of several strokes of one drum, such as the tablas,
# do not.
RELATED = (
    ("drum_bass_",), ("drum_cymbal_",), ("drum_snare_",), ("drum_splash_",), ("drum_tom_",), ("loop_amen",),
    ("bd_zome", "loop_industrial"),
)  # fmt: skip


def sounds(corpus: str) -> dict[str, Sound]:
    """Read the sounds of a corpus."""
    with CorpusReader(find(corpus)) as reader:
        return {item.file: reader.sound(item, SR) for item in reader.items("audio")}


def relatives(name: str) -> tuple[str, ...]:
    """Name, or begin to name, the sounds that hold the same recording as one."""
    return next((stems for stems in RELATED if name.startswith(stems)), (name,))


def faster(y: Sound, number: int, _host: Sound) -> Sound:
    """Play faster or slower, by one to seven semitones up or down."""
    ratio = 2 ** (semitones(number) / 12)
    at = np.arange(int(len(y) / ratio)) * ratio
    low = resample_poly(y, 4, 1)
    if ratio > 1:
        low = np.convolve(low, np.sinc(np.arange(-256, 257) / (4 * ratio)) * np.hanning(513) / (4 * ratio), "same")
    return np.interp(4 * at, np.arange(len(low)), low).astype(np.float32)


def in_tempo(y: Sound, number: int, _host: Sound) -> Sound:
    """Transpose by one to four semitones up or down, the tempo kept."""
    return librosa.effects.pitch_shift(y, sr=SR, n_steps=(number % 4 + 1) * (-1) ** number).astype(np.float32)


def semitones(number: int) -> int:
    """Go from -7 to 7 without 0."""
    return (number % 7 + 1) * (-1) ** number


def under(decibels: float) -> Alter:
    """Mix under another sound, repeated if it is too short, `decibels` lower over the copy's length."""

    def alter(y: Sound, number: int, host: Sound) -> Sound:
        long = np.tile(host, -(-(len(y) + SR) // len(host)))[: len(y) + SR].copy()
        place = (number * 4_999) % SR
        part = long[place : place + len(y)]
        gain = np.sqrt((part**2).mean() / max(float((y**2).mean()), 1e-12)) * 10 ** (decibels / 20)
        long[place : place + len(y)] += np.float32(gain) * y
        return long

    return alter


def vorbis(y: Sound, _number: int, _host: Sound) -> Sound:
    """Save as Ogg Vorbis."""
    file = io.BytesIO()
    soundfile.write(file, y, SR, format="OGG", subtype="VORBIS")
    file.seek(0)
    return soundfile.read(file, dtype="float32")[0]


PLANTED: dict[str, tuple[str, Alter]] = {
    "exact": ("exact", lambda y, _number, _host: y),
    "half of it": ("trimmed", lambda y, _number, _host: y[len(y) // 5 : len(y) // 5 + len(y) // 2]),
    "9 dB softer": ("gain", lambda y, _number, _host: y * np.float32(10 ** (-9 / 20))),
    "0.3 s later": ("shifted", lambda y, _number, _host: np.concatenate([np.zeros(13_230, np.float32), y])),
    "Ogg Vorbis": ("re-encoded", vorbis),
    "faster or slower, ±1 to ±7 semitones": ("transposed", faster),
    "transposed in tempo, ±1 to ±4 semitones": ("transposed", in_tempo),
    "mixed under another, 6 dB lower": ("mixed", under(-6)),
    "mixed under another, 12 dB lower": ("mixed", under(-12)),
}


LEVELS_DB = (-6, -12, -18, -24)
SEEDS = (1, 2)
BANDS_S = ((0.5, 1e9), (0.2, 0.5), (0.04, 0.2), (0.0, 0.04))


class Stock:
    """Normalised cross-correlation with every sound of a corpus."""

    def __init__(self, references: Mapping[str, Sound]) -> None:
        self.references = {name: resample_poly(y, 1, 4) for name, y in references.items()}

    def alike(self, y: Sound, without: tuple[str, ...] = ()) -> tuple[float, str]:
        """Give the highest correlation, in [0, 1], and of which sound."""
        asked = resample_poly(y, 1, 4)
        return max((_alike(asked, there), name) for name, there in self.references.items()
                   if not (without and name.startswith(without)))  # fmt: skip


def _alike(a: Sound, b: Sound) -> float:
    short, long = sorted((a, b), key=len)
    sums = np.concatenate([[0.0], np.cumsum(long.astype(np.float64) ** 2)])
    under_it = sums[len(short) :] - sums[: len(sums) - len(short)]
    norm = np.sqrt(np.maximum(under_it, 0.01 * under_it.max()) * (short.astype(np.float64) ** 2).sum() + 1e-12)
    return float((np.abs(correlate(long, short, "valid", "fft")) / norm).max())


def of_held(corpora: Mapping[str, Mapping[str, Sound]], step: int) -> dict[str, float]:
    """Originals called copies: each sound against the others of its corpus, without those it is related to."""
    most = {}
    for corpus, items in corpora.items():
        stock, found, alike = Stock(items), {}, {}
        for name in list(items)[::step]:
            related = relatives(name)
            found[name] = sound(items[name], SR, {k: y for k, y in items.items() if not k.startswith(related)})
            alike[name] = stock.alike(items[name], related)[0]
        flagged = {name: one for name, one in found.items() if one.verdict == "copy"}
        near = ", ".join(name for name, one in found.items() if one.verdict == "near")
        evidence = sorted((one.measures["evidence"] for one in found.values()), reverse=True)
        most[corpus] = max(alike.values())
        print(
            f"  {corpus}: {len(flagged)} of {len(found)} called copies; near: {near or 'none'}; the most evidence "
            f"{', '.join(f'{one:.1f}' for one in evidence[:3])}; scipy's correlation {most[corpus]:.2f}"
        )
        for name, one in flagged.items():
            print(f"    {name}: {_said(one)}")
    return most


def of_planted(corpora: Mapping[str, Mapping[str, Sound]], step: int, limits: Mapping[str, float]) -> None:
    """Planted copies found, with the right sound and the right kind; those said to be too plain to tell."""
    sums: dict[str, list[int]] = {}
    for corpus, items in corpora.items():
        hosts = [y for other, its in corpora.items() if other != corpus for y in its.values() if len(y) >= SR]
        stock, limit, names = Stock(items), limits.get(corpus, 0.9), list(items)[::step]
        print(f"  {corpus}, {len(names)} of {len(items)} sounds; scipy's threshold {limit:.2f}")
        print(f"  {'planted':54}     found  right sound  right kind  too plain      scipy")
        for how, (kind, alter) in PLANTED.items():
            for length, lengthy in ((f"{LENGTHY_S} s or more", True), ("shorter", False)):
                every = [name for name in names if (len(items[name]) >= LENGTHY_S * SR) is lengthy]
                made = {name: alter(items[name], k, hosts[k * 7 % len(hosts)]) for k, name in enumerate(every)}
                if made:
                    found = _count(f"{how}; {length}", kind, made, items, stock, limit)
                    sums.setdefault(f"{how}; {length}", []).extend([found, len(made)])
    short = {how: (sum(counts[::2]), sum(counts[1::2])) for how, counts in sums.items()}
    missed = [f"{how} ({found} of {made})" for how, (found, made) in short.items() if found < made]
    found, made = (sum(each) for each in zip(*short.values(), strict=True))
    print(f"  in all {found} of {made} planted copies found; not all of: {'; '.join(missed) or 'none'}")


def of_mixed(corpora: Mapping[str, Mapping[str, Sound]], step: int) -> None:
    """Sounds that no limit was set on, under others drawn at random: found, and called by another's name."""
    every = [(corpus, name) for corpus, items in corpora.items() for name in sorted(items)][1::2][::step]
    for decibels in LEVELS_DB:
        counts = {band: [0, 0, 0] for band in BANDS_S}
        missed = []
        for seed in SEEDS:
            for corpus, name in every:
                draw = np.random.default_rng([seed, zlib.crc32(f"{corpus}/{name}/{decibels}".encode())])
                hosts = [(other, key) for other, its in corpora.items() if other != corpus
                         for key, y in its.items() if len(y) >= SR]  # fmt: skip
                other, host = hosts[int(draw.integers(len(hosts)))]
                y = corpora[corpus][name]
                made = under(decibels)(y, int(draw.integers(1 << 16)), corpora[other][host])
                found = sound(made, SR, corpora[corpus])
                band = next(band for band in BANDS_S if band[0] <= len(y) / SR < band[1])
                right = found.verdict == "copy" and found.nearest[0].item.startswith(relatives(name))
                counts[band][0] += right
                counts[band][1] += found.verdict == "copy" and not right
                counts[band][2] += 1
                if not right:
                    missed.append(f"{name} under {host} {_said(found)}")
        told = "; ".join(
            f"{least} s or more: {right} of {made} found, {wrong} called another"
            for (least, _most), (right, wrong, made) in counts.items()
        )
        print(f"  {decibels} dB: {told}", flush=True)
        for one in missed:
            print(f"      {one}")


def of_absent(corpora: Mapping[str, Mapping[str, Sound]], step: int) -> None:
    """Evidence of lying under another sound that sounds of the same instrument give, which are not there."""
    most: list[tuple[float, str]] = []
    laid = 0
    hosts = [y for y in corpora["starter/sounds"].values() if len(y) >= SR]
    items = corpora["system/sonic-pi"]
    for number, name in enumerate(list(items)[::step]):
        others = [
            other
            for other in items
            if other.startswith(name.split("_")[0]) and not other.startswith(relatives(name))
        ]
        for decibels in (3, 0, -3, -9):
            mixed = under(decibels)(items[name], number, hosts[number * 7 % len(hosts)])[: 4 * SR]
            stretch = Stretch(mixed, SR, 0, len(mixed))
            for other in others:
                fit = stretch.best(items[other], list(pieces(items[other], SR, len(mixed))))
                laid += 1
                if fit:
                    most.append((fit.evidence, f"{other} for {name} at {decibels} dB"))
    told = "; ".join(f"{evidence:.1f}, {which}" for evidence, which in sorted(most, reverse=True)[:3]) or "none"
    print(f"  {laid} sounds laid under others, of one instrument with the one that is there; the most: {told}")


def _count(
    what: str, kind: str, made: Mapping[str, Sound], items: Mapping[str, Sound], stock: Stock, limit: float
) -> int:
    copies, right, told, plain, theirs, missed = 0, 0, 0, 0, 0, []
    for name, y in made.items():
        found = sound(y, SR, items)
        copy = found.verdict == "copy"
        same = copy and found.nearest[0].item.startswith(relatives(name))
        kind_told = same and found.nearest[0].kind == kind
        copies, right, told = copies + copy, right + same, told + kind_told
        plain += bool(found.measures["plain"])
        alike, item = stock.alike(y)
        theirs += alike > limit and item == name
        if not kind_told:
            missed.append(f"{name} {_said(found)}")
    print(
        f"  {what:54}{copies:3} of {len(made):3}{right:11}{told:12}{plain:11}{theirs:7} of {len(made)}", flush=True
    )
    for one in missed:
        print(f"      {one}")
    return right


def _said(found: Likeness) -> str:
    first = found.nearest[0] if found.nearest else None
    plain = ", plain" if found.measures["plain"] else ""
    which = f", {first.kind} of {first.item}" if first else ""
    return f"({found.verdict}{which}; evidence {found.measures['evidence']:.1f}{plain})"


def of_speed(corpora: Mapping[str, Mapping[str, Sound]]) -> None:
    """Time of one sound of two seconds against a corpus, and memory beyond the sounds themselves."""
    for corpus, items in corpora.items():
        names = list(items)
        y = next(y for y in items.values() if len(y) >= 2 * SR)[: 2 * SR]
        for part in (names[: len(names) // 2], names):
            references = {name: items[name] for name in part}
            seconds = sum(map(len, references.values())) / SR
            began = time.process_time()
            sound(y, SR, references)
            ours = time.process_time() - began
            began = time.process_time()
            Stock(references).alike(y)
            theirs = time.process_time() - began
            tracemalloc.start()
            sound(y, SR, references)
            peak = tracemalloc.get_traced_memory()[1] / 1e6
            tracemalloc.stop()
            print(
                f"  {corpus}, {seconds:4.0f} s of sound: {ours:.2f} s of CPU, {ours / theirs:.1f} times scipy's "
                f"correlation, which looks for no transposition; {peak:.0f} MB"
            )


if __name__ == "__main__":
    began = time.perf_counter()
    asked = set(sys.argv[1:]) - {"all"} or {"planted", "held", "mixed", "absent", "speed"}
    every = "all" in sys.argv[1:]
    read = {corpus: sounds(corpus) for corpus in ("system/sonic-pi", "starter/sounds")}
    limits: dict[str, float] = {}
    if "held" in asked:
        print(of_held.__doc__)
        limits = of_held(read, 1 if every else 10)
    if "planted" in asked:
        print(of_planted.__doc__)
        of_planted(read, 3 if every else 33, limits)
    if "mixed" in asked:
        print(of_mixed.__doc__)
        of_mixed(read, 1 if every else 12)
    if "absent" in asked:
        print(of_absent.__doc__)
        of_absent(read, 1 if every else 12)
    if "speed" in asked:
        print(of_speed.__doc__)
        of_speed(read)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"in all {time.perf_counter() - began:.0f} s, {peak:.0f} MB at most")
