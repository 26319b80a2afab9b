from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from artia_lab.errors import MaterialError

Read = Callable[..., np.ndarray]
TONE = 0.5 * np.sin(2 * np.pi * 440 * np.arange(24000) / 48000)


@pytest.mark.parametrize(
    ("name", "subtype"),
    [
        ("a.wav", "PCM_16"),
        ("a.wav", "PCM_24"),
        ("a.wav", "FLOAT"),
        ("a.flac", "PCM_16"),
        ("a.ogg", "VORBIS"),
        ("a.opus", "OPUS"),
        ("a.mp3", "MPEG_LAYER_III"),
        ("a.aiff", "PCM_16"),
    ],
)
def test_every_format_is_read_in_mono_at_the_rate_asked(
    tmp_path: Path, read: Read, name: str, subtype: str
) -> None:
    soundfile.write(
        tmp_path / name,
        np.stack([TONE, TONE], axis=1),
        48000,
        subtype=subtype,
        format="OGG" if name == "a.opus" else None,
    )
    y = read(tmp_path / name, sr=24000)
    assert (y.dtype, y.ndim) == (np.float32, 1)
    assert abs(len(y) - 12000) < 1500
    peak_hz = np.argmax(np.abs(np.fft.rfft(y))) * 24000 / len(y)
    assert abs(peak_hz - 440) < 4
    assert 0.4 < np.abs(y).max() < 0.6


def test_at_its_own_rate_a_sound_is_read_exactly(tmp_path: Path, read: Read) -> None:
    samples = np.random.default_rng(0).integers(-32768, 32767, 700_000, dtype=np.int16)
    soundfile.write(tmp_path / "a.wav", samples, 44100)
    assert np.array_equal(read(tmp_path / "a.wav", sr=44100), samples / np.float32(32768))


def test_resampling_block_by_block_leaves_no_seam(tmp_path: Path, read: Read) -> None:
    import soxr

    long = 0.5 * np.sin(np.arange(600_000) / 30).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", long, 44100, subtype="FLOAT")
    y = read(tmp_path / "a.wav", sr=22050)
    assert np.allclose(y, soxr.resample(long, 44100, 22050, quality="HQ")[: len(y)], atol=1e-4)
    assert len(y) == 300_000


def test_channels_are_averaged(tmp_path: Path, read: Read) -> None:
    soundfile.write(tmp_path / "a.wav", np.tile([0.5, -0.5, 0.25], (100, 1)), 8000, subtype="FLOAT")
    assert np.allclose(read(tmp_path / "a.wav", sr=8000), 0.25 / 3)


def test_five_milliseconds_and_silence_are_sounds(tmp_path: Path, read: Read) -> None:
    soundfile.write(tmp_path / "bref.wav", TONE[:240], 48000)
    soundfile.write(tmp_path / "silence.flac", np.zeros(4800), 48000)
    assert len(read(tmp_path / "bref.wav", sr=48000)) == 240
    assert 0 < len(read(tmp_path / "bref.wav", sr=8000)) <= 41
    assert not read(tmp_path / "silence.flac", sr=22050).any()


def test_a_sound_beyond_full_scale_is_made_softer_as_a_whole(tmp_path: Path, read: Read) -> None:
    soundfile.write(tmp_path / "a.wav", np.array([0.0, 2.0, -4.0, np.nan, np.inf]), 8000, subtype="FLOAT")
    assert np.allclose(read(tmp_path / "a.wav", sr=8000), [0.0, 0.5, -1.0, 0.0, 0.0])


def _wav(promised: int, held: int, rate: int = 48000, channels: int = 1) -> bytes:
    block = 2 * channels
    fmt = struct.pack("<HHIIHH", 1, channels, rate, min(rate * block, 0xFFFFFFFF), block, 16)
    body = b"fmt " + struct.pack("<I", 16) + fmt + b"data" + struct.pack("<I", promised) + bytes(held)
    return b"RIFF" + struct.pack("<I", min(promised + 36, 0xFFFFFFFF)) + b"WAVE" + body


def test_a_ten_hour_header_on_a_small_file_is_refused(tmp_path: Path, read: Read) -> None:
    (tmp_path / "a.wav").write_bytes(_wav(10 * 3600 * 48000 * 2, 1000))
    with pytest.raises(MaterialError, match=r"“a\.wav” is cut short"):
        read(tmp_path / "a.wav", sr=22050)


def test_a_ten_hour_flac_header_on_a_small_file_is_refused(tmp_path: Path, read: Read) -> None:
    soundfile.write(tmp_path / "a.flac", np.zeros(100), 48000)
    raw = bytearray((tmp_path / "a.flac").read_bytes())
    samples = 10 * 3600 * 48000
    raw[21] = raw[21] & 0xF0 | samples >> 32
    raw[22:26] = struct.pack(">I", samples & 0xFFFFFFFF)
    (tmp_path / "a.flac").write_bytes(raw)
    with pytest.raises(MaterialError, match="says it lasts 600 minutes, more than the 60"):
        read(tmp_path / "a.flac", sr=22050)


def test_a_half_hour_flac_header_on_a_small_file_is_refused(tmp_path: Path, read: Read) -> None:
    soundfile.write(tmp_path / "a.flac", np.zeros(100), 48000)
    raw = bytearray((tmp_path / "a.flac").read_bytes())
    raw[22:26] = struct.pack(">I", 1800 * 48000)
    (tmp_path / "a.flac").write_bytes(raw)
    with pytest.raises(MaterialError, match=r"“a\.flac” is (cut short|damaged)"):
        read(tmp_path / "a.flac", sr=22050)


def test_a_sound_streamed_without_a_length_is_read(tmp_path: Path, read: Read) -> None:
    (tmp_path / "a.wav").write_bytes(_wav(0xFFFFFFFF, 9600))
    assert len(read(tmp_path / "a.wav", sr=48000)) == 4800


def test_more_channels_and_a_higher_rate_than_anyone_hears_are_refused(tmp_path: Path, read: Read) -> None:
    (tmp_path / "a.wav").write_bytes(_wav(4000, 4000, rate=2_000_000_000))
    with pytest.raises(MaterialError, match=r"“a\.wav” (has 1 channels at 2000000000 Hz|is damaged)"):
        read(tmp_path / "a.wav", sr=22050)


def test_a_sound_with_no_sample_is_empty(tmp_path: Path, read: Read) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(0), 8000)
    with pytest.raises(MaterialError, match=r"“a\.wav” is empty"):
        read(tmp_path / "a.wav", sr=8000)


def test_noise_with_a_sounds_first_bytes_is_damaged(tmp_path: Path, read: Read) -> None:
    noise = np.random.default_rng(0).bytes(4000)
    (tmp_path / "a.flac").write_bytes(b"fLaC" + noise)
    with pytest.raises(MaterialError, match=r"“a\.flac” is damaged"):
        read(tmp_path / "a.flac", sr=8000)
