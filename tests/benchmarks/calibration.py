"""Where the thresholds of `artia_lab.verify` come from: run `python tests/benchmarks/calibration.py [--full]`.

The library is run again and again: with one thread and two, with lower instruction sets forced upon torch, numpy
and OpenBLAS, with other seeds, with other material. Inaudible and invisible noise, other encodings and faults that
must be noticed are planted in what it makes. Each measure is then printed by group, beside the limit in force: a
limit is good when the groups above it stay inside and those below it do not.

`--full` trains the small model too, which takes some minutes for each run.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from PIL import Image

from artia_lab.verify import thresholds
from artia_lab.verify.models import of_tensor
from artia_lab.verify.opening import Picture, Sound, decode, open_bytes, open_file
from artia_lab.verify.picture_measures import of_sight, of_values
from artia_lab.verify.picture_statistics import of_matter as matter_of_pictures
from artia_lab.verify.pictures import seen
from artia_lab.verify.sound_measures import of_hearing, of_samples
from artia_lab.verify.sound_statistics import of_matter as matter_of_sounds
from artia_lab.verify.texts import of_writing

RUN = """
import json, sys
from pathlib import Path
from artia_lab.execute import run
experiment, corpus, parameters, out = json.loads(sys.argv[1])
print(run(experiment, corpus, parameters, executor="inline", out=Path(out)).path)
"""
THREADS = {f"{n} threads": dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(n))
           for n in (1, 2)}  # fmt: skip
INSTRUCTIONS = {
    "AVX2": {
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "OPENBLAS_CORETYPE": "Haswell",
    },
    "SSE4": {
        "ATEN_CPU_CAPABILITY": "default",
        "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "OPENBLAS_CORETYPE": "Nehalem",
    },
}
SEEDS = (1, 2, 3)
# Experiment, corpus, parameters, the output looked at, and what is other material for it.
SUBJECTS: list[tuple[str, str, dict[str, Any], str, list[tuple[str, dict[str, Any]]]]] = [
    (
        "image.self-mosaic",
        "starter/drawings",
        {"picture": "aurore.png"},
        "mosaic.png",
        [("starter/drawings", {"picture": f"{name}.png"}) for name in ("carreaux", "lichens", "neige", "pluie")],
    ),
    (
        "audio.sound-mosaic",
        "starter/sounds",
        {},
        "mosaic.wav",
        [("starter/sounds", {"target": f"{name}.wav"}) for name in ("bol", "vent", "carillon", "bourdon")],
    ),
    (
        "text.corpus-keyboard",
        "starter/texts-fr",
        {"length": 2000},
        "text.txt",
        [
            ("starter/texts-en", {"length": 2000}),
            ("starter/texts-fr", {"length": 2000, "order": 2, "temperature": 2}),
        ],
    ),
]
TRAINED = ("image.small-model", "starter/drawings", {}, "model.safetensors", [("starter/drawings", {"steps": 60})])
TIERS = {
    "image": ("PICTURE_NUMERIC", "PICTURE_PERCEPTUAL", "PICTURE_STATISTICAL"),
    "audio": ("SOUND_NUMERIC", "SOUND_PERCEPTUAL", "SOUND_STATISTICAL"),
    "text": ("TEXT_STATISTICAL",),
    "model": ("MODEL_NUMERIC", "MODEL_PERCEPTUAL", "MODEL_STATISTICAL"),
}
MEDIA = {".png": "image", ".wav": "audio", ".txt": "text", ".safetensors": "model"}
GROUPS = ("last bits", "not noticed", "noticed", "other seeds", "other material")

Found = dict[str, dict[str, dict[str, list[float]]]]  # medium, group, measure


def main() -> None:
    """Run everything and print the measures beside the limits."""
    subjects = [*SUBJECTS, TRAINED] if "--full" in sys.argv else SUBJECTS
    found: Found = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    with tempfile.TemporaryDirectory() as folder:
        for experiment, corpus, parameters, output, others in subjects:
            one = Path(folder, experiment)
            reference = made(experiment, corpus, parameters, {}, one) / "outputs" / output
            medium = MEDIA[reference.suffix]
            for group, name, file in variants(experiment, corpus, parameters, others, one):
                add(
                    found[medium][group],
                    medium,
                    content(reference, medium),
                    content(file / "outputs" / output, medium),
                )
                print(f"{experiment}: {name}", file=sys.stderr, flush=True)
            for group, changed in planted(medium, content(reference, medium)):
                add(found[medium][group], medium, content(reference, medium), changed)
    for medium, groups in found.items():
        show(medium, groups)


def made(
    experiment: str, corpus: str, parameters: dict[str, Any], surroundings: dict[str, str], out: Path
) -> Path:
    """Run an experiment in a process of its own.

    Parameters
    ----------
    experiment, corpus : str
        Their ids.
    parameters : dict
        What is set.
    surroundings : dict of str to str
        Variables of the environment.
    out : Path
        Where the run goes.

    Returns
    -------
    Path
        The folder of the run.
    """
    asked = json.dumps([experiment, corpus, parameters, str(out)])
    env = {**os.environ, **THREADS["2 threads"], **surroundings}
    done = subprocess.run([sys.executable, "-c", RUN, asked], env=env, capture_output=True, text=True, check=True)
    return Path(done.stdout.strip().splitlines()[-1])


def variants(
    experiment: str, corpus: str, parameters: dict[str, Any], others: list[tuple[str, dict[str, Any]]], out: Path
) -> Iterator[tuple[str, str, Path]]:
    """Run one subject in every way.

    Parameters
    ----------
    experiment, corpus : str
        Their ids.
    parameters : dict
        What is set.
    others : list of tuple
        Corpora and parameters that are other material.
    out : Path
        Where runs go.

    Yields
    ------
    tuple of str, str and Path
        The group, what was varied, and the run.
    """
    for name, surroundings in (THREADS | INSTRUCTIONS).items():
        yield "last bits", name, made(experiment, corpus, parameters, surroundings, out)
    for seed in SEEDS:
        yield "other seeds", f"seed {seed}", made(experiment, corpus, parameters | {"seed": seed}, {}, out)
    for other, values in others:
        yield "other material", f"{other} {values}", made(experiment, other, values, {}, out)


def content(path: Path, medium: str) -> Any:
    """Decode a file as the comparators do.

    Parameters
    ----------
    path : Path
        The file.
    medium : str
        What it is.

    Returns
    -------
    object
        Its content.
    """
    descriptor = open_file(path)
    try:
        return decode(descriptor, medium, path.name)
    finally:
        os.close(descriptor)


def add(group: dict[str, list[float]], medium: str, a: Any, b: Any) -> None:
    """Measure two contents in every way, whatever verdict the first measures would give.

    Parameters
    ----------
    group : dict of str to list of float
        Where measures are gathered.
    medium : str
        What they are.
    a, b : object
        The contents.
    """
    measures: dict[str, float] = {}
    if medium == "image":
        one, other = seen(a.frames[0], 1.0), seen(b.frames[0], 1.0)
        if one.shape == other.shape:
            measures |= of_values(one[None], other[None]) | of_sight(one, other)
        measures |= matter_of_pictures(one[None], other[None])
    elif medium == "audio":
        one, other = (np.asarray(each.samples[:, 0] / 2.0**31) for each in (a, b))
        length = min(len(one), len(other))
        measures |= of_samples(one[:length, None], other[:length, None])
        measures |= of_hearing(one[:length], other[:length], a.rate) | matter_of_sounds(one, other, a.rate)
    elif medium == "text":
        measures |= of_writing(a, b)
    else:
        each = [
            of_tensor(t, b.tensors[n]) for n, t in a.tensors.items() if b.tensors[n].shape == t.shape and t.size
        ]
        measures |= {name: (min if name == "snr_db" else max)(one[name] for one in each) for name in each[0]}
    for name, value in measures.items():
        group[name].append(value)


def planted(medium: str, reference: Any) -> Iterator[tuple[str, Any]]:
    """Plant changes: some that nobody notices, some that anyone does.

    Parameters
    ----------
    medium : str
        What the content is.
    reference : object
        The content.

    Yields
    ------
    tuple of str and object
        The group, and the changed content.
    """
    plants: dict[str, Callable[[Any], Iterator[tuple[str, Any]]]] = {"image": _pictures, "audio": _sounds}
    if medium in plants:
        yield from plants[medium](reference)


def _pictures(reference: Picture) -> Iterator[tuple[str, Any]]:
    pixels = np.asarray(reference.frames[0])[..., :3]
    chance = np.random.default_rng(0)
    noisy = np.clip(pixels + chance.normal(0, 1, pixels.shape).round(), 0, 255).astype(np.uint8)
    yield "not noticed", _encoded(noisy, "PNG")
    for quality in (98, 95, 92):
        yield "not noticed", _encoded(pixels, "JPEG", quality=quality, subsampling=0)
    speck, patch = pixels.copy(), pixels.copy()
    speck[pixels.shape[0] // 3, pixels.shape[1] // 3] ^= 255
    yield "noticed", _encoded(speck, "PNG")
    patch[60:72, 60:72] = pixels[-80:-68, -80:-68]
    yield "noticed", _encoded(patch, "PNG")
    yield "noticed", _encoded(pixels[:, ::-1], "PNG")
    yield "noticed", _encoded(np.roll(pixels, 2, axis=1), "PNG")


def _encoded(pixels: np.ndarray, kind: str, **how: Any) -> Any:
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(stream, kind, **how)
    return _decoded(stream.getvalue(), "image")


def _sounds(reference: Sound) -> Iterator[tuple[str, Any]]:
    y, rate = reference.samples[:, 0] / 2.0**31, reference.rate
    chance = np.random.default_rng(0)
    for level in (-100, -90, -80, -70):
        yield "not noticed", _written(y + chance.normal(0, 10 ** (level / 20), len(y)), rate)
    for quality in (0.0, 0.1, 0.2):
        yield "not noticed", _written(y, rate, format="MP3", compression_level=quality)
    for semitones in (0.2, 1.0):
        places = np.arange(len(y)) * 2 ** (semitones / 12)
        yield "noticed", _written(np.interp(places, np.arange(len(y)), y, right=0.0), rate)
    grain = round(0.16 * rate)
    for share in (0.2, 0.4, 0.6, 0.8):
        place = round(share * len(y))
        dropped, soft = y.copy(), y.copy()
        dropped[place : place + grain] = 0
        yield "noticed", _written(dropped, rate)
        soft[place : place + grain] *= 1 - np.hanning(grain)[: len(soft) - place] / 2
        yield "noticed", _written(soft, rate)


def _written(y: np.ndarray, rate: int, **how: Any) -> Any:
    stream = io.BytesIO()
    soundfile.write(stream, np.clip(y, -1, 1), rate, **(how or {"format": "WAV", "subtype": "PCM_24"}))
    sound = _decoded(stream.getvalue(), "audio")
    if sound.samples.dtype.kind == "f":
        return Sound((sound.samples * 2.0**31), sound.rate, sound.lossy)
    return sound


def _decoded(encoded: bytes, medium: str) -> Any:
    descriptor = open_bytes(encoded)
    try:
        return decode(descriptor, medium, "planted")
    finally:
        os.close(descriptor)


def show(medium: str, groups: dict[str, dict[str, list[float]]]) -> None:
    """Print the measures of one medium by group, beside the limits.

    Parameters
    ----------
    medium : str
        What was measured.
    groups : dict
        Measures by group.
    """
    print(f"\n{medium}")
    for tier in TIERS[medium]:
        limits: dict[str, tuple[float, float]] = getattr(thresholds, tier)
        print(f"  {tier}")
        for name, (low, high) in limits.items():
            limit = f"≥ {low:g}" if high in (1.0, np.inf) and low else f"≤ {high:g}"
            print(f"    {name} {limit}")
            for group in GROUPS:
                values = groups.get(group, {}).get(name, [])
                if values:
                    inside = sum(low <= each <= high for each in values)
                    spread = f"{min(values):10.4g} … {np.median(values):10.4g} … {max(values):10.4g}"
                    print(f"      {group:15} {spread}   {inside} of {len(values)} inside")
        for group in GROUPS:
            measures = groups.get(group, {})
            if all(name in measures for name in limits):
                rows = zip(*(measures[name] for name in limits), strict=False)
                bounds = list(limits.values())
                kept = [all(lo <= v <= hi for v, (lo, hi) in zip(row, bounds, strict=True)) for row in rows]
                print(f"    all together, {group}: {sum(kept)} of {len(kept)} inside")


if __name__ == "__main__":
    main()
