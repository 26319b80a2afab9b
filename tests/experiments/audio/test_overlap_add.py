"""Overlap-add: constant power, constant amplitude, kept attacks, no clicks."""

import itertools

import numpy as np
import pytest

from artia_lab.experiments.audio.overlap_add import PlayedGrain, envelope, follow_level, gain_to_peak, play
from artia_lab.experiments.audio.recording import Cut, analyse

SR = 44100
CUTS = [Cut.of(SR, 100, percent) for percent in (5, 30, 50)]


@pytest.mark.parametrize("cut", CUTS)
def test_foreign_grains_cross_at_constant_power_and_continued_ones_at_constant_amplitude(cut):
    for continued, power in ((False, 2), (True, 1)):
        fall = envelope(cut, True, False, continued)[cut.hop :]
        rise = envelope(cut, True, continued, False)[: cut.fade]
        np.testing.assert_allclose(fall**power + rise**power, 1, atol=1e-6)


@pytest.mark.parametrize("cut", CUTS)
def test_every_envelope_begins_and_ends_at_nothing(cut):
    for smooth, before, after in itertools.product((False, True), repeat=3):
        shape = envelope(cut, smooth, before, after)
        assert shape[0] < 0.04
        assert shape[-1] < 0.04
        assert np.abs(np.diff(shape)).max() < 0.06


def test_a_grain_that_begins_its_recording_keeps_its_attack():
    cut = Cut.of(SR, 200, 50)
    five_ms = round(0.005 * SR)

    assert envelope(cut, False, False, False)[five_ms] == 1
    assert envelope(cut, True, False, False)[five_ms] < 0.2


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("slots", [1, 2, 7, 8])
def test_grains_that_follow_each_other_give_the_recording_back(starter_sounds, cut, slots):
    y = starter_sounds["flute.wav"]
    recording = analyse("flute.wav", y, cut)
    grains = [PlayedGrain(slot, 0, SR + slot * cut.hop, 1.0, slot > 0, 0.0) for slot in range(slots)]

    played = play(grains, [recording], cut, slots)

    assert len(played) == (slots + 1) * cut.hop
    whole = slice(cut.fade, slots * cut.hop)
    np.testing.assert_allclose(played[whole], y[SR:][whole], atol=1e-4)


def test_a_slot_without_a_grain_is_silent(starter_sounds):
    cut = CUTS[1]
    recording = analyse("flute.wav", starter_sounds["flute.wav"], cut)

    played = play([PlayedGrain(slot, 0, SR, 1.0, False, 0.0) for slot in (0, 3)], [recording], cut, 4)

    assert (played[cut.grain : 3 * cut.hop] == 0).all()
    assert np.abs(played[3 * cut.hop :]).max() > 0.01


def test_nothing_to_play_is_silence():
    assert (play([], [], CUTS[0], 3) == 0).all()


def test_a_recording_that_ends_abruptly_ends_without_a_click():
    cut = Cut.of(SR, 100, 30)
    recording = analyse("coupe.wav", np.full(cut.hop // 2, 0.5, dtype=np.float32), cut)

    played = play([PlayedGrain(0, 0, 0, 1.0, False, 0.0)], [recording], cut, 1)

    assert np.abs(np.diff(played)).max() < 0.03


def test_a_grain_takes_the_level_of_its_moment_within_reason():
    gains = follow_level(
        np.array([-20.0, -20.0, -20.0]), np.array([-26.0, -20.0, -90.0]), np.array([0.1, 0.1, 1e-5])
    )

    np.testing.assert_allclose(20 * np.log10(gains), [6, 0, 18], atol=1e-6)


def test_one_spike_does_not_stand_far_above_the_rest():
    gains = follow_level(np.array([-20.0]), np.array([-40.0]), np.array([1.0]))

    assert 20 * np.log10(gains[0] * 1.0) == pytest.approx(-20 + 12)


def test_the_peak_is_brought_to_1_db_below_full_scale():
    y = np.array([0.1, -0.3, 0.2])

    assert np.abs(y * gain_to_peak(y)).max() == pytest.approx(10 ** (-1 / 20))
    assert gain_to_peak(np.zeros(3)) == 1.0
    assert gain_to_peak(np.zeros(0)) == 1.0
