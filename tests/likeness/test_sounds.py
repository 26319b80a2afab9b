import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artia_lab.likeness import sound

SR = 22050


def tune(seed, seconds=6.0):
    """Notes of a few partials that decay, each with a breath of noise."""
    random = np.random.default_rng(seed)
    notes = []
    while sum(map(len, notes)) < seconds * SR:
        t = np.arange(int(random.uniform(0.12, 0.5) * SR)) / SR
        pitch = 110 * 2 ** (random.integers(0, 36) / 12)
        partials = sum(random.random() / k * np.sin(2 * np.pi * pitch * k * t) for k in range(1, 9))
        notes.append((partials + 0.02 * random.standard_normal(len(t))) * np.exp(-4 * t))
    return 0.3 * np.concatenate(notes)[: int(seconds * SR)].astype(np.float32)


@pytest.fixture(scope="module")
def corpus():
    return {f"tune-{k}.wav": tune(k) for k in range(5)}


def test_a_copy_is_a_copy(corpus):
    found = sound(corpus["tune-2.wav"], SR, corpus)

    assert found.nearness == pytest.approx(1)
    assert found.nearest[0].item == "tune-2.wav"
    assert found.measures["longest_run_s"] == pytest.approx(6, abs=0.2)
    assert "tune-2.wav" in found.sentence()


@pytest.mark.parametrize(
    "disguise",
    [
        pytest.param(lambda y: y[7_321:], id="trimmed"),
        pytest.param(lambda y: 0.07 * y, id="quieter"),
        pytest.param(lambda y: -0.5 * y[12_345:98_765], id="trimmed, quieter, upside down"),
        pytest.param(lambda y: np.stack([y, 0.5 * y]), id="in stereo"),
        pytest.param(lambda y: np.round(y * 2**11) / 2**11, id="on twelve bits"),
        pytest.param(lambda y: np.concatenate([np.zeros(SR), y, np.zeros(SR)]), id="between silences"),
    ],
)
def test_a_disguised_copy_is_found_with_its_source(corpus, disguise):
    found = sound(disguise(corpus["tune-3.wav"]), SR, corpus)

    assert found.nearness > 0.85
    assert found.nearest[0].item == "tune-3.wav"


def test_a_stretch_is_placed_where_it_was_cut(corpus):
    output = np.concatenate([tune(99, 2.0), corpus["tune-1.wav"][2 * SR : 4 * SR], tune(98, 2.0)])

    found = sound(output, SR, corpus)

    at = found.nearest[0].at
    assert found.nearness == pytest.approx(1 / 3, abs=0.07)
    assert at["start_s"] - at["of_start_s"] == pytest.approx(0, abs=0.03)
    assert at["length_s"] == pytest.approx(2, abs=0.2)


def test_another_tune_is_not_a_copy(corpus):
    found = sound(tune(1234), SR, corpus)

    assert found.nearness < 0.1
    assert found.sentence()


@pytest.mark.parametrize("gusts", [False, True])
def test_noise_is_not_a_copy_of_other_noise_but_of_itself(gusts):
    random = np.random.default_rng(0)
    noise = random.standard_normal(64 * SR).astype(np.float32)
    if gusts:
        noise *= np.repeat(random.random(64 * 8), SR // 8 + 1)[: len(noise)]
    reference = {"noise.wav": noise[: 60 * SR]}

    assert sound(noise[60 * SR :], SR, reference).nearness < 0.05
    assert sound(noise[777 : 4 * SR], SR, reference).nearness > 0.9


@pytest.mark.parametrize("sr", [8_000, 16_000, 44_100, 48_000, 96_000])
def test_any_sampling_rate_will_do(corpus, sr):
    itself, other = corpus["tune-0.wav"], corpus["tune-4.wav"]

    assert sound(itself[1000:], sr, {"itself.wav": itself, "other.wav": other}).nearness > 0.85
    assert sound(itself, sr, {"other.wav": other}).nearness < 0.1


def test_silence_is_like_nothing(corpus):
    silent = sound(np.zeros(SR), SR, corpus)

    assert silent.nearness == 0
    assert silent.measures["sounding_s"] == 0
    assert silent.sentence()
    assert sound(tune(7), SR, {"silence.wav": np.zeros(SR)}).nearness == 0
    assert sound(np.zeros(SR), SR, {"silence.wav": np.zeros(SR)}).nearness == 0


@pytest.mark.parametrize("samples", [0, 1, 50, 110, 1000])
def test_a_very_short_sound_can_be_compared(corpus, samples):
    found = sound(corpus["tune-0.wav"][:samples], SR, corpus)

    assert 0 <= found.nearness <= 1
    assert sound(corpus["tune-0.wav"], SR, {"short.wav": corpus["tune-0.wav"][:samples]}).nearness < 0.2


def test_an_empty_corpus_leaves_nothing_to_compare():
    assert sound(tune(0), SR, {}).nearness == 0
    assert sound(tune(0), SR, {}).sentence()


def test_numbers_that_are_not_finite_do_not_break_it(corpus):
    output = corpus["tune-0.wav"].copy()
    output[100:200] = np.inf
    output[300] = np.nan

    assert sound(output, SR, corpus).nearness > 0.8


def test_a_rate_that_is_not_one_is_refused(corpus):
    with pytest.raises(ValueError):
        sound(tune(0), 0, corpus)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 5 * SR), st.floats(0.01, 3))
def test_any_trimmed_second_at_any_level_is_found(start, gain):
    whole = tune(42)

    found = sound(gain * whole[start : start + SR], SR, {"whole.wav": whole, "other.wav": tune(43)})

    assert found.nearness > 0.6
    assert found.nearest[0].item == "whole.wav"
