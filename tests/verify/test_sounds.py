"""Sounds: what is heard decides, not samples."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from artia_lab.corpora.starters import sounds
from artia_lab.verify import compare_files
from artia_lab.verify.files import compare_contents

RATE = 44100
Wav = Callable[..., Path]


def _verdict(wav: Wav, a: np.ndarray, b: np.ndarray) -> str:
    return compare_files(wav("a", a), wav("b", b), "audio").verdict


def test_the_same_samples_are_identical(wav: Wav, harp: np.ndarray) -> None:
    assert _verdict(wav, harp, harp) == "identical"


def test_the_same_samples_written_as_fractions_are_identical(wav: Wav, harp: np.ndarray) -> None:
    whole = wav("a", harp, subtype="PCM_24")
    samples, _rate = soundfile.read(whole)
    assert compare_files(whole, wav("b", samples, subtype="FLOAT"), "audio").verdict == "identical"


def test_16_bits_of_the_same_sound_are_numerically_equal(wav: Wav, harp: np.ndarray) -> None:
    assert compare_files(wav("a", harp), wav("b", harp, subtype="PCM_16"), "audio").verdict == "numerically equal"


def test_noise_that_nobody_hears_is_equal(wav: Wav, harp: np.ndarray) -> None:
    noise = np.random.default_rng(0).standard_normal(len(harp))
    assert _verdict(wav, harp, harp + 1e-7 * noise) == "numerically equal"
    assert _verdict(wav, harp, harp + 1e-4 * noise) == "perceptually equal"


def test_noise_that_anyone_hears_is_not(wav: Wav, harp: np.ndarray) -> None:
    hiss = np.random.default_rng(0).standard_normal(len(harp)) * 0.01
    assert _verdict(wav, harp, harp + hiss) in ("statistically alike", "different")


def test_an_mp3_of_a_sound_is_perceptually_equal(harp: np.ndarray) -> None:
    plain, compressed = io.BytesIO(), io.BytesIO()
    soundfile.write(plain, harp, RATE, format="WAV", subtype="PCM_24")
    soundfile.write(compressed, harp, RATE, format="MP3", compression_level=0.1)
    found = compare_contents(plain.getvalue(), compressed.getvalue(), "audio", "x")
    assert found.verdict == "perceptually equal"


@pytest.mark.parametrize("semitones", [0.3, 1, -1])
def test_a_transposed_sound_is_not_the_same(wav: Wav, harp: np.ndarray, semitones: float) -> None:
    places = np.arange(len(harp)) * 2 ** (semitones / 12)
    transposed = np.interp(places, np.arange(len(harp)), harp, right=0.0)
    assert _verdict(wav, harp, transposed) in ("statistically alike", "different")


@pytest.mark.parametrize("start_s", [0.5, 1.7, 2.9])
def test_a_dropped_grain_is_noticed(wav: Wav, harp: np.ndarray, start_s: float) -> None:
    dropped = harp.copy()
    place = round(start_s * RATE)
    dropped[place : place + round(0.1 * RATE)] = 0
    assert _verdict(wav, harp, dropped) in ("statistically alike", "different")


def test_another_sound_is_different(wav: Wav, harp: np.ndarray) -> None:
    other = np.asarray(sounds.compose("vent.wav"), np.float64)[: len(harp)]
    found = compare_files(wav("a", harp), wav("b", other), "audio")
    assert found.verdict == "different"
    assert found.measures["timbres_db"] > 5


def test_another_rate_number_of_channels_or_duration_is_said(wav: Wav, harp: np.ndarray) -> None:
    reference = wav("a", harp)
    rate = compare_files(reference, wav("b", harp, 22050), "audio")
    assert rate.reason == "It has 22050 samples a second where the reference has 44100."
    stereo = compare_files(reference, wav("c", np.stack([harp, harp], axis=1)), "audio")
    assert stereo.reason == "Channels: 2, and 1 in the reference."
    shorter = compare_files(reference, wav("d", harp[: RATE * 2]), "audio")
    assert shorter.reason == "It lasts 2.00 s where the reference lasts 4.00 s."
    assert {rate.verdict, stereo.verdict, shorter.verdict} == {"different"}


def test_the_second_channel_counts(wav: Wav, harp: np.ndarray) -> None:
    stereo = np.stack([harp, harp], axis=1)
    changed = stereo.copy()
    changed[RATE : RATE + 8000, 1] = 0
    assert _verdict(wav, stereo, changed) in ("statistically alike", "different")


def test_silence_and_the_shortest_sounds_compare(wav: Wav, harp: np.ndarray) -> None:
    silence = np.zeros(RATE)
    assert _verdict(wav, silence, silence) == "identical"
    assert _verdict(wav, silence, harp[:RATE]) == "different"
    assert _verdict(wav, harp[:3], harp[:3]) == "identical"
    assert _verdict(wav, silence[:3], silence[:3] + 0.5) == "different"
    assert _verdict(wav, silence[:0], harp[:10]) == "different"


def test_a_picture_named_wav_and_a_broken_header_are_said(tmp_path: Path, wav: Wav, harp: np.ndarray) -> None:
    reference = wav("a", harp)
    (tmp_path / "b.wav").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (tmp_path / "c.wav").write_bytes(reference.read_bytes()[:5000])
    found = [compare_files(reference, tmp_path / name, "audio") for name in ("b.wav", "c.wav")]
    assert found[0].reason == "“b.wav” does not hold a sound."
    assert found[1].reason == "“c.wav” is cut short."
    assert {each.verdict for each in found} == {"different"}
