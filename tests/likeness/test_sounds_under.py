"""Copies of short real sounds under other real sounds; and what is alike without being a copy."""

import librosa
import numpy as np
import pytest

from artia_lab.corpora import CorpusReader, find
from artia_lab.likeness import sound
from artia_lab.likeness.sound_cells import tapered
from artia_lab.likeness.sound_mixture import fitted
from artia_lab.likeness.sound_passages import LEAST, UNDER, Heard
from artia_lab.likeness.sound_places import Even, pieces, places
from artia_lab.likeness.sound_signal import Elastic
from artia_lab.likeness.sound_transposition import Transposed, closer
from artia_lab.likeness.sound_under import rate_affordable

SR = 44_100


@pytest.fixture(scope="module")
def starters():
    with CorpusReader(find("starter/sounds")) as reader:
        return {item.file: reader.sound(item, SR) for item in reader.items("audio")}


@pytest.fixture(scope="module")
def corpus(starters):
    """One short sound of each: the loudest fifth of a second."""
    return {
        name: loudest(starters[name], 0.2) for name in ("bois.wav", "gouttes.wav", "papier.wav", "carillon.wav")
    }


def loudest(y, seconds):
    size = round(seconds * SR)
    sums = np.cumsum(np.pad(y.astype(np.float64) ** 2, (1, 0)))
    first = int((sums[size:] - sums[:-size]).argmax())
    return y[first : first + size]


def under(y, host, decibels, place, seconds=1.2):
    """Mix a sound, so many decibels under the part of another that it lies under."""
    mixed = host[: round(seconds * SR)].copy()
    part = mixed[place : place + len(y)]
    part += y * np.float32(np.sqrt((part**2).mean() / (y**2).mean()) * 10 ** (decibels / 20))
    return mixed


@pytest.mark.parametrize(
    ("item", "host", "decibels"),
    [
        ("bois.wav", "harpe.wav", -12),
        ("bois.wav", "vent.wav", -6),
        ("gouttes.wav", "flute.wav", -12),
        ("papier.wav", "cloche.wav", -12),
        ("carillon.wav", "tambour.wav", -12),
    ],
)
def test_a_fifth_of_a_second_under_another_sound_is_found_and_placed(starters, corpus, item, host, decibels):
    found = sound(under(corpus[item], starters[host], decibels, 20_011), SR, corpus)

    at = found.nearest[0].at
    assert found.verdict == "copy"
    assert (found.nearest[0].item, found.nearest[0].kind) == (item, "mixed")
    assert at["of_start_s"] - at["start_s"] == pytest.approx(20_011 / SR, abs=0.001)


def test_a_part_of_a_sound_under_another_is_found(starters):
    corpus = {"bois.wav": starters["bois.wav"], "neige.wav": starters["neige.wav"]}

    found = sound(under(starters["bois.wav"][SR : 2 * SR], starters["harpe.wav"], -12, 3_001), SR, corpus)

    assert found.verdict == "copy"
    assert found.nearest[0].item == "bois.wav"
    assert found.nearest[0].at["start_s"] - found.nearest[0].at["of_start_s"] == pytest.approx(
        1 - 3_001 / SR, abs=0.001
    )


@pytest.mark.parametrize("host", ["harpe.wav", "vent.wav"])
def test_another_stroke_under_another_sound_is_no_copy(starters, host):
    """Two strokes ring alike, as those of one drum do; the noise of each is its own."""
    t = np.arange(SR // 2) / SR

    def stroke(seed):
        chance = np.random.default_rng(seed)
        ring = sum(np.sin(2 * np.pi * hertz * t) * np.exp(-6 * t) for hertz in (210, 420))
        return (0.2 * (ring + 0.3 * chance.standard_normal(len(t)) * np.exp(-9 * t))).astype(np.float32)

    mixed = under(stroke(1), starters[host], -6, 9_001)

    assert sound(mixed, SR, {"stroke.wav": stroke(2)}).verdict != "copy"
    assert sound(mixed, SR, {"stroke.wav": stroke(1)}).verdict == "copy"


def test_a_moment_alike_in_the_middle_of_what_is_not_is_no_copy(starters):
    """A tenth of a second of one drop rings as one stroke does; all the other drops are missing."""
    assert sound(starters["bois.wav"], SR, {"gouttes.wav": starters["gouttes.wav"]}).verdict == "distinct"


def test_what_fades_to_nothing_is_not_what_else_fades_to_nothing(starters):
    """What is left of both after their ends, far below what is heard, is alike."""
    fading = np.hanning(2 * SR // 5)[SR // 5 :].astype(np.float32) ** 4
    bell, drum = (loudest(starters[name], 0.2)[: len(fading)] * fading for name in ("cloche.wav", "tambour.wav"))

    assert sound(bell, SR, {"drum.wav": drum}).verdict == "distinct"


def test_two_sounds_cut_in_the_middle_of_a_wave_are_not_one(starters):
    """Both end with a click, which holds all frequencies with the same phases."""
    corpus = {"flute.wav": starters["flute.wav"][: SR // 2], "cloche.wav": starters["cloche.wav"][: SR // 2]}

    assert sound(starters["harpe.wav"][:SR], SR, corpus).verdict == "distinct"


@pytest.mark.parametrize("host", ["gouttes.wav", "tambour.wav", "neige.wav"])
def test_a_tone_that_fades_is_looked_for_where_it_lies_not_a_period_away(starters, host):
    t = np.arange(7 * SR // 4) / SR
    tone = (np.sin(2 * np.pi * 60 * t) * np.exp(-2 * t) * (1 - np.exp(-40 * t))).astype(np.float32)
    mixed = tapered(under(tone, starters[host], -6, 17_003, seconds=3.0), SR)

    proposed = [
        place - first
        for first, piece in pieces(tone, SR, len(mixed))
        for place, _within in places(Even(mixed, SR, moments=True), piece)
    ]

    assert min(abs(place - 17_003) for place in proposed) <= 8


def test_nothing_is_laid_where_there_is_nothing(starters):
    y = tapered(starters["flute.wav"][:SR], SR)

    assert fitted(y, np.zeros(0, np.float32), 0, SR, 1) is None
    assert fitted(y, y, 2 * SR, SR, 1) is None
    assert fitted(y, np.zeros(SR, np.float32), 0, SR, 8) is None
    silent = Even(np.zeros(10, np.float32), SR, moments=True)
    for _first, piece in pieces(y, SR, SR):
        assert list(places(silent, piece)) == []


@pytest.mark.parametrize("gain", [-0.4, 0.02, 3.0])
def test_a_gain_and_a_place_are_measured(starters, gain):
    item, host = starters["bois.wav"][:SR], starters["harpe.wav"][: 2 * SR].copy()
    host[10_000 : 10_000 + SR] += np.float32(gain) * item

    fit = fitted(tapered(host, SR), item, 9_999, SR, 1)

    assert fit.gain == pytest.approx(gain, rel=0.05)
    assert fit.place == pytest.approx(10_000, abs=0.1)


def test_listening_closer_tells_a_speed_to_a_fraction_of_a_cent(starters):
    item = loudest(starters["cloche.wav"], 0.5)
    faster = librosa.resample(item, orig_sr=SR * 2 ** (3 / 12), target_sr=SR)
    about = Transposed(0.0, len(faster) / SR, 0.0, 0.5, 3.015, False, 4.0, 0.9)

    found = closer(Elastic(faster, SR), item, about, SR)
    other = closer(Elastic(loudest(starters["flute.wav"], 0.4), SR), item, about, SR)

    assert found.semitones == pytest.approx(3, abs=0.002)
    assert found.evidence > LEAST[UNDER].sure
    assert found.start_s == pytest.approx(found.of_start_s * 2 ** (3 / 12), abs=0.001)
    assert other is None or other.evidence < LEAST[UNDER].near


def test_a_large_corpus_is_listened_to_at_a_lower_rate_and_then_not_at_all():
    output = Heard(np.zeros(10, np.float32), SR)

    assert [rate_affordable(output, 4.0, corpus_s) for corpus_s in (0.0, 600.0, 1_200.0, 3_000.0, 6_000.0)] == [
        SR,
        SR,
        22_050,
        11_025,
        0,
    ]
    assert rate_affordable(Heard(np.zeros(10, np.float32), 96_000), 4.0, 60.0) == SR
    assert rate_affordable(Heard(np.zeros(10, np.float32), 8_000), 4.0, 60.0) == 8_000
