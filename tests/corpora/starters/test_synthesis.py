"""Syntheses: in tune, in time, and as long as asked for."""

import numpy as np
import pytest

from artia_lab.corpora.starters.synthesis import SR, band, hertz, lay, partials, pink, pluck, times, wander


def heard_pitch(y: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(y * np.hanning(len(y)), 1 << 18))
    return float(np.fft.rfftfreq(1 << 18, 1 / SR)[spectrum.argmax()])


def test_the_a_is_440_hz_and_its_octave_880():
    assert hertz(69) == 440
    np.testing.assert_allclose(hertz(np.array([57, 81])), [220, 880])


@pytest.mark.parametrize("note", [33, 57, 76, 98])
def test_a_plucked_string_is_in_tune_to_a_tenth_of_a_semitone(note):
    y = pluck(np.random.default_rng(0), note, 2.0)

    assert len(y) == 2 * SR
    harmonics = heard_pitch(y[SR // 2 :]) / hertz(note)
    assert harmonics == pytest.approx(round(harmonics), rel=0.006)


def test_a_plucked_string_dies_away():
    y = pluck(np.random.default_rng(0), 57, 2.0)

    assert y[-SR // 4 :].std() < 0.1 * y[: SR // 4].std()


def test_partials_sound_at_their_ratios():
    y = partials(69, 1.0, ((2.0, 1.0, 1.0),), beat_hz=0.0)

    assert heard_pitch(y) == pytest.approx(880, rel=0.002)


def test_sounds_are_laid_at_their_times_and_cut_at_the_end():
    laid = lay(1.0, [(0.25, np.ones(10)), (0.75, np.ones(SR))])

    assert len(laid) == SR
    assert laid.sum() == 10 + SR // 4
    assert laid[SR // 4] == 1


def test_a_band_keeps_what_lies_in_it():
    t = times(1.0)
    low, high = np.sin(2 * np.pi * 100 * t), np.sin(2 * np.pi * 2000 * t)

    kept = band(low + high, 1000, 4000)

    assert heard_pitch(kept) == pytest.approx(2000, rel=0.002)
    assert band(low, 1000, 4000).std() < 0.02


def test_pink_noise_has_more_power_below():
    noise = pink(np.random.default_rng(0), SR)

    assert noise.std() == pytest.approx(1)
    assert band(noise, 200, 400).std() > 2 * band(noise, 10000, 10200).std()


@pytest.mark.parametrize("turns", [0.1, 5.0])
def test_a_curve_wanders_smoothly_between_0_and_1(turns):
    curve = wander(np.random.default_rng(0), SR, turns)

    assert len(curve) == SR
    assert 0 <= curve.min() < curve.max() <= 1
    assert np.abs(np.diff(curve)).max() < 0.01
