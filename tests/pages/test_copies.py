"""Copies small enough for a page of many, and the file itself when it is small already."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from artia_lab.pages import picture_copy, sound_copy, waveform


def _noise(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


def test_a_small_picture_stays_as_it_is(tmp_path: Path) -> None:
    _noise(64, 48).save(tmp_path / "a.png")
    assert picture_copy(tmp_path / "a.png") == ((tmp_path / "a.png").read_bytes(), "image/png", (64, 48))


@pytest.mark.parametrize("size", [(1600, 800), (500, 500)])
def test_a_large_picture_gets_a_smaller_copy(tmp_path: Path, size: tuple[int, int]) -> None:
    _noise(*size).save(tmp_path / "a.png")
    content, kind, shown = picture_copy(tmp_path / "a.png")
    assert kind == "image/jpeg" and max(shown) <= 640
    assert Image.open(BytesIO(content)).size == shown
    assert len(content) < (tmp_path / "a.png").stat().st_size


def test_a_large_animation_still_moves(tmp_path: Path) -> None:
    first, *others = [_noise(900, 900) for _frame in range(3)]
    first.save(tmp_path / "a.gif", save_all=True, append_images=[others[0].rotate(9), others[1].rotate(90)])
    content, kind, size = picture_copy(tmp_path / "a.gif", 300)
    assert kind == "image/gif" and size == (300, 300)
    assert Image.open(BytesIO(content)).n_frames == 3


def test_what_is_transparent_is_shown_on_white(tmp_path: Path) -> None:
    Image.new("RGBA", (700, 10), (0, 0, 0, 0)).save(tmp_path / "a.png")
    content, _kind, _size = picture_copy(tmp_path / "a.png")
    assert Image.open(BytesIO(content)).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("cut", [0, 20, 200])
def test_a_picture_that_is_cut_short_is_no_picture(tmp_path: Path, cut: int) -> None:
    _noise(64, 64).save(tmp_path / "a.png")
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:cut])
    with pytest.raises(OSError):
        picture_copy(tmp_path / "a.png")


@pytest.mark.parametrize(("seconds", "rate", "kind"), [(0.5, 44_100, "audio/wav"), (5.0, 96_000, "audio/mpeg")])
def test_a_long_sound_is_compressed(tmp_path: Path, seconds: float, rate: int, kind: str) -> None:
    sound = 0.3 * np.sin(np.arange(int(seconds * rate)) * 0.05)
    soundfile.write(tmp_path / "a.wav", sound, rate)
    content, found = sound_copy(tmp_path / "a.wav")
    assert found == kind
    samples, heard = soundfile.read(BytesIO(content))
    assert len(samples) / heard == pytest.approx(seconds, abs=0.1)
    assert len(content) <= (tmp_path / "a.wav").stat().st_size


@pytest.mark.parametrize("count", [0, 1, 1000])
def test_a_waveform_is_drawn_for_any_length(tmp_path: Path, count: int) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(count), 8000)
    assert waveform(tmp_path / "a.wav").startswith("<svg")
