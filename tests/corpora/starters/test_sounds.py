"""The starter sounds: what is written, how loud, and always the same."""

import hashlib

import numpy as np
import pytest
import soundfile

from artia_lab.corpora.starters import sounds


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The corpus, written once."""
    folder = tmp_path_factory.mktemp("sons")
    sounds.write(folder)
    return folder


def test_every_file_announced_is_written_and_no_other(folder):
    assert sorted(path.name for path in folder.iterdir()) == sorted(sounds.FILES)
    assert len(sounds.FILES) == 17, "the description says seventeen"
    assert all(name.isascii() for name in sounds.FILES)


def test_the_corpus_is_light(folder):
    assert sum(path.stat().st_size for path in folder.iterdir()) < 6_000_000


@pytest.mark.parametrize("file", sounds.FILES)
def test_each_sound_is_clean(folder, file):
    y, sr = soundfile.read(folder / file)

    assert sr == 44100
    assert y.ndim == 1
    assert soundfile.info(folder / file).subtype == "PCM_16"
    assert 1 <= len(y) / sr <= 20
    assert np.abs(y).max() == pytest.approx(10 ** (-3 / 20), abs=1e-4)
    assert 20 * np.log10(y.std()) > -30, "loud enough to be heard beside the others"
    assert abs(y.mean()) < 1e-3
    assert abs(y[0]) < 1e-3
    assert abs(y[-1]) < 1e-3


def test_a_sound_is_always_composed_of_the_same_bytes(folder, tmp_path):
    for file in ("gouttes.wav", "papier.wav"):
        again = np.rint(sounds.compose(file) * 32767).astype("<i2").tobytes()
        assert hashlib.sha256(again).digest() == hashlib.sha256((folder / file).read_bytes()[44:]).digest()


def test_the_hum_sings_the_notes_of_its_tune(folder):
    y, sr = soundfile.read(folder / "fredon.wav")

    for at, note in [(0.45, 57), (2.7, 64), (7.5, 57)]:
        part = y[round((at - 0.15) * sr) : round((at + 0.15) * sr)]
        spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 16))
        hertz = np.fft.rfftfreq(1 << 16, 1 / sr)
        expected = 440 * 2 ** ((note - 69) / 12)
        around = (hertz > expected / 1.4) & (hertz < expected * 1.4)
        assert hertz[around][spectrum[around].argmax()] == pytest.approx(expected, rel=0.04)


def test_plucked_strings_are_in_tune(folder):
    y, sr = soundfile.read(folder / "harpe.wav")
    part = y[round(0.06 * sr) : round(0.31 * sr)]

    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 16))

    assert np.fft.rfftfreq(1 << 16, 1 / sr)[spectrum[:600].argmax()] == pytest.approx(220, rel=0.02)


def test_it_describes_itself_in_both_languages():
    assert "fredonné" in sounds.DESCRIPTION.fr
    assert "hummed" in sounds.DESCRIPTION.en
