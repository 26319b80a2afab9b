"""Copies of real sounds that were altered: found, named, placed; and sounds that are not copies."""

import io

import librosa
import numpy as np
import pytest
import soundfile

from artia_lab.corpora import CorpusReader, find
from artia_lab.likeness import sound

SR = 22_050


@pytest.fixture(scope="module")
def corpus():
    with CorpusReader(find("starter/sounds")) as reader:
        return {item.file: reader.sound(item, SR) for item in reader.items("audio")}


def played_faster(y, semitones):
    ratio = 2 ** (semitones / 12)
    return librosa.resample(y, orig_sr=SR * ratio, target_sr=SR)


def in_tempo(y):
    return librosa.effects.pitch_shift(y, sr=SR, n_steps=3)


def in_vorbis(y):
    file = io.BytesIO()
    soundfile.write(file, y, SR, format="OGG", subtype="VORBIS")
    file.seek(0)
    return soundfile.read(file, dtype="float32")[0]


def under_a_storm(y, decibels, place):
    """Mix a sound under gusts of noise that no corpus holds."""
    chance = np.random.default_rng(5)
    moments = np.arange(0, len(y) + 2 * SR, SR // 4)
    gusts = np.interp(np.arange(len(y) + SR), moments, chance.random(len(moments)))
    storm = gusts * chance.standard_normal(len(y) + SR)
    part = storm[place : place + len(y)]
    storm[place : place + len(y)] += y * np.sqrt((part**2).mean() / (y**2).mean()) * 10 ** (decibels / 20)
    return 0.1 * storm


@pytest.mark.parametrize(
    ("item", "kind", "altered"),
    [
        pytest.param("carillon.wav", "exact", lambda y: y, id="as it is"),
        pytest.param("bois.wav", "trimmed", lambda y: y[len(y) // 5 : len(y) // 2], id="cut"),
        pytest.param("bois.wav", "gain", lambda y: 0.3 * y, id="softer"),
        pytest.param("carillon.wav", "gain", lambda y: -y, id="upside down"),
        pytest.param("bois.wav", "shifted", lambda y: np.concatenate([np.zeros(3_889), y]), id="later"),
        pytest.param("carillon.wav", "re-encoded", in_vorbis, id="in Ogg Vorbis"),
        pytest.param("bois.wav", "transposed", lambda y: played_faster(y, 7), id="seven semitones up"),
        pytest.param("carillon.wav", "transposed", lambda y: played_faster(y, -1), id="a semitone down"),
        pytest.param("carillon.wav", "transposed", in_tempo, id="three semitones up, in tempo"),
        pytest.param("bois.wav", "mixed", lambda y: under_a_storm(y, -6, 6_173), id="under another sound"),
    ],
)
def test_an_altered_copy_is_a_copy_and_what_was_done_is_told(corpus, item, kind, altered):
    found = sound(altered(corpus[item]), SR, corpus)

    assert found.verdict == "copy"
    assert (found.nearest[0].item, found.nearest[0].kind) == (item, kind)


def test_a_transposed_copy_says_by_how_much(corpus):
    found = sound(played_faster(corpus["carillon.wav"], -5), SR, corpus)

    assert found.nearest[0].at["semitones"] == pytest.approx(-5, abs=0.05)
    assert "5 semitones" in found.sentence()


def test_a_copy_under_another_sound_is_placed(corpus):
    found = sound(under_a_storm(corpus["carillon.wav"], -12, 11_111), SR, corpus)

    at = found.nearest[0].at
    assert found.verdict == "copy"
    assert at["of_start_s"] - at["start_s"] == pytest.approx(11_111 / SR, abs=0.01)


@pytest.mark.parametrize("item", ["bol.wav", "cordes_graves.wav", "flute.wav", "grillons.wav"])
def test_a_sound_of_the_starters_is_no_copy_of_the_others(corpus, item):
    assert (
        sound(corpus[item], SR, {other: y for other, y in corpus.items() if other != item}).verdict == "distinct"
    )


def test_two_strokes_that_ring_alike_are_not_one_recording():
    """Two bands agree, as those of two strokes of one drum do; the noise of each stroke is its own."""
    t = np.arange(2 * SR) / SR

    def stroke(seed):
        chance = np.random.default_rng(seed)
        ring = sum(np.sin(2 * np.pi * hertz * t) * np.exp(-2 * t) for hertz in (210, 420))
        return 0.2 * (ring + 0.3 * chance.standard_normal(len(t)) * np.exp(-3 * t))

    assert sound(stroke(1), SR, {"stroke.wav": stroke(2)}).verdict != "copy"
    assert sound(stroke(2), SR, {"stroke.wav": stroke(2)}).verdict == "copy"


def thud(seed, hertz=58.0, seconds=0.8, rate=44_100):
    """Sound a low drum, recorded with a breath of noise, in 16 bits."""
    t = np.arange(round(seconds * rate)) / rate
    noise = np.random.default_rng(seed).standard_normal(len(t))
    wave = 0.6 * np.sin(2 * np.pi * hertz * t) * np.exp(-3 * t) + 2e-4 * noise * np.exp(-2 * t)
    return (np.round(wave * 32_767) / 32_767).astype(np.float32)


def test_the_plainest_sound_is_a_copy_where_it_is_one_to_the_last_bit():
    kept, again = thud(1, seconds=1.7), thud(2, hertz=58.6, seconds=1.7)
    cut = 0.5 * kept[15_000:40_000]

    found = sound(cut, 44_100, {"thud.wav": kept})

    assert (found.verdict, found.nearest[0].kind) == ("copy", "trimmed")
    assert found.nearest[0].at["start_s"] == pytest.approx(15_000 / 44_100, abs=1e-3)
    assert sound(cut, 44_100, {"again.wav": again}).verdict != "copy"


def test_a_few_hundredths_of_a_second_are_enough_where_they_are_one_to_the_last_bit(corpus):
    y = corpus["bois.wav"]
    first = int(np.abs(y).argmax())

    found = sound(y[first : first + SR // 30], SR, corpus)

    assert (found.verdict, found.nearest[0].item, found.nearest[0].kind) == ("copy", "bois.wav", "trimmed")


@pytest.mark.parametrize("semitones", [-3.6, 2.0, 4.35])
def test_a_low_thud_transposed_in_tempo_is_known_by_the_breath_above_it(semitones):
    kept = thud(1)
    shifted = librosa.effects.pitch_shift(kept, sr=44_100, n_steps=semitones)

    found = sound(shifted, 44_100, {"thud.wav": kept, "again.wav": thud(2)})

    assert (found.verdict, found.nearest[0].item, found.nearest[0].kind) == ("copy", "thud.wav", "transposed")
    assert found.nearest[0].at["semitones"] == pytest.approx(semitones, abs=0.05)
    assert sound(shifted, 44_100, {"again.wav": thud(2)}).verdict != "copy"


@pytest.mark.filterwarnings("ignore:n_fft=2048 is too large")
@pytest.mark.parametrize("semitones", [-4, 3])
def test_a_stroke_of_a_twentieth_of_a_second_is_known_transposed_in_tempo(corpus, semitones):
    y = corpus["bois.wav"]
    first = max(0, int(np.abs(y).argmax()) - SR // 200)
    strokes = {"bois.wav": y[first : first + SR // 20], "neige.wav": corpus["neige.wav"][SR : SR + SR // 20]}

    found = sound(librosa.effects.pitch_shift(strokes["bois.wav"], sr=SR, n_steps=semitones), SR, strokes)

    assert (found.verdict, found.nearest[0].item, found.nearest[0].kind) == ("copy", "bois.wav", "transposed")
    assert found.nearest[0].at["semitones"] == pytest.approx(semitones, abs=0.05)


def test_noise_without_a_pitch_is_transposed_by_what_was_asked(corpus):
    found = sound(librosa.effects.pitch_shift(corpus["papier.wav"], sr=SR, n_steps=1), SR, corpus)

    assert (found.verdict, found.nearest[0].item) == ("copy", "papier.wav")
    assert found.nearest[0].at["semitones"] == pytest.approx(1, abs=0.05)
