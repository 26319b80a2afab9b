"""Recordings: how sounds are cut, kept and measured."""

import numpy as np
import pytest

from artia_lab.experiments.audio.recording import Cut, analyse, middle_level

SR = 44100
CUT = Cut.of(SR, 100, 50)


@pytest.mark.parametrize("grain_ms", [40, 160, 500])
@pytest.mark.parametrize("crossfade", [5, 30, 50])
def test_a_cut_has_the_length_asked_for(grain_ms, crossfade):
    cut = Cut.of(SR, grain_ms, crossfade)

    assert cut.grain == pytest.approx(SR * grain_ms / 1000, abs=3)
    assert cut.fade == pytest.approx(cut.grain * crossfade / 100, abs=3)
    assert cut.fade <= cut.hop
    assert cut.hop == 2 * cut.stride


@pytest.mark.parametrize("amplitude", [1.0, 0.01, 2e-4])
def test_a_sound_is_kept_to_within_a_step_of_its_own_peak(starter_sounds, amplitude):
    y = starter_sounds["flute.wav"] * np.float32(amplitude)

    kept = analyse("flute.wav", y, CUT).between(0, len(y))

    assert np.abs(kept - y).max() <= np.abs(y).max() / 32767


def test_past_its_end_a_sound_is_silent(starter_sounds):
    y = starter_sounds["flute.wav"]
    recording = analyse("flute.wav", y, CUT)

    end = recording.between(len(y) - 10, 30)

    assert len(end) == 30
    assert (end[10:] == 0).all()


@pytest.mark.parametrize("y", [np.zeros(0), np.zeros(SR), np.full(SR, 5e-5), np.full(10, np.nan)])
def test_silence_makes_no_recording(y):
    assert analyse("muet.wav", y.astype(np.float32), CUT) is None


@pytest.mark.parametrize("length", [1, 220, CUT.hop - 1, CUT.hop, CUT.hop + 1, 10 * CUT.hop + 7])
def test_every_grain_has_a_level_and_spectra(length):
    recording = analyse("court.wav", np.full(length, 0.5, dtype=np.float32), CUT)

    assert len(recording.level) >= 1
    assert len(recording.mel) == len(recording.level) + 1
    assert np.isfinite(recording.mel).all()


def test_the_level_is_that_of_the_sound():
    recording = analyse("constant.wav", np.full(SR, 0.1, dtype=np.float32), CUT)

    np.testing.assert_allclose(recording.level[:-3], -20, atol=1e-3)
    assert middle_level([recording]) == pytest.approx(-20, abs=1e-3)
