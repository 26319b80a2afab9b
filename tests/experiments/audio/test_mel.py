"""Log-mel spectra: where the energy is, and how much."""

import numpy as np
import pytest

from artia_lab.experiments.audio.mel import FLOOR_DB, MEL_BANDS, hz_to_mel, log_mel_frames, mel_filters

SR = 44100


def test_1000_hz_is_about_1000_mels():
    assert hz_to_mel(1000.0) == pytest.approx(1000, abs=1)
    assert hz_to_mel(0.0) == 0


@pytest.mark.parametrize("n_fft", [2048, 16384])
@pytest.mark.parametrize("sr", [8000, 44100, 96000])
def test_no_band_is_empty_and_each_sums_to_1(sr, n_fft):
    filters = mel_filters(sr, n_fft)

    assert filters.shape == (n_fft // 2 + 1, MEL_BANDS)
    np.testing.assert_allclose(filters.sum(axis=0), 1, rtol=1e-5)


def test_a_higher_tone_lights_a_higher_band():
    seconds = np.arange(SR, dtype=np.float32) / SR
    brightest = [
        log_mel_frames(np.sin(2 * np.pi * hertz * seconds), SR, 2048, 1024, 20).mean(axis=0).argmax()
        for hertz in (100, 400, 1600, 6400)
    ]

    assert brightest == sorted(set(brightest))


def test_half_the_amplitude_is_6_db_less():
    noise = np.random.default_rng(0).standard_normal(SR).astype(np.float32)

    loud, soft = (log_mel_frames(noise * gain, SR, 2048, 1024, 20) for gain in (1.0, 0.5))

    np.testing.assert_allclose(loud - soft, 20 * np.log10(2), atol=1e-3)


def test_what_lies_past_the_end_is_silence():
    frames = log_mel_frames(np.ones(100, dtype=np.float32), SR, 2048, 1024, 3)

    assert frames.shape == (3, MEL_BANDS)
    assert frames[0].max() > FLOOR_DB
    assert (frames[1:] == FLOOR_DB).all()


def test_frames_do_not_depend_on_how_the_work_is_divided():
    noise = np.random.default_rng(0).standard_normal(60 * SR).astype(np.float32)

    whole = log_mel_frames(noise, SR, 2048, 441, 5000)
    part = log_mel_frames(noise[4000 * 441 :], SR, 2048, 441, 1000)

    np.testing.assert_allclose(whole[4000:], part, atol=1e-3)
