"""Exact decoding, in the child: every frame, every channel, every sample, as the file holds them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image
from safetensors.numpy import save_file

from artia_lab.corpora import decode_exact
from artia_lab.verify.opening import Picture, Sound, Tensors, Unreadable, decode, open_file


def _read(path: Path, medium: str) -> Any:
    descriptor = open_file(path)
    try:
        return decode(descriptor, medium, path.name)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize(("mode", "channels"), [("L", 1), ("LA", 2), ("RGB", 3), ("RGBA", 4), ("1", 1), ("P", 3)])
def test_a_picture_keeps_its_channels(tmp_path: Path, mode: str, channels: int) -> None:
    Image.effect_noise((9, 5), 80).convert(mode).save(tmp_path / "a.png")
    picture = _read(tmp_path / "a.png", "image")
    assert isinstance(picture, Picture)
    assert picture.frames.shape == (1, 5, 9, channels)


def test_16_bits_stay(tmp_path: Path) -> None:
    values = np.arange(0, 65536, 1024, np.uint16).reshape(8, 8)
    Image.fromarray(values).save(tmp_path / "a.png")
    assert np.array_equal(_read(tmp_path / "a.png", "image").frames[0, ..., 0], values)


def test_what_is_transparent_keeps_its_colours(tmp_path: Path) -> None:
    values = np.zeros((4, 4, 4), np.uint8)
    values[..., 0] = 200
    Image.fromarray(values).save(tmp_path / "a.png")
    assert np.array_equal(_read(tmp_path / "a.png", "image").frames[0], values)


def test_every_frame_has_its_duration(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (4, 4), (90 * k, 0, 0)) for k in range(3)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=[40, 80, 120], loop=2)
    picture = _read(tmp_path / "a.gif", "image")
    assert (len(picture.frames), picture.durations_ms, picture.loop) == (3, (40.0, 80.0, 120.0), 2)


@pytest.mark.parametrize(("subtype", "dtype"), [("PCM_16", "int32"), ("PCM_24", "int32"), ("FLOAT", "float32"),
                                                ("DOUBLE", "float64")])  # fmt: skip
def test_a_sound_keeps_its_rate_channels_and_samples(tmp_path: Path, subtype: str, dtype: str) -> None:
    y = np.stack([np.linspace(-0.5, 0.5, 1000), np.zeros(1000)], axis=1)
    soundfile.write(tmp_path / "a.wav", y, 8000, subtype=subtype)
    sound = _read(tmp_path / "a.wav", "audio")
    assert isinstance(sound, Sound)
    assert (sound.rate, sound.samples.shape, str(sound.samples.dtype), sound.lossy) == (
        8000,
        (1000, 2),
        dtype,
        False,
    )


def test_an_empty_sound_and_an_empty_text_are_read(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(0), 8000)
    (tmp_path / "a.txt").touch()
    assert _read(tmp_path / "a.wav", "audio").samples.shape == (0, 1)
    assert _read(tmp_path / "a.txt", "text") == ""


def test_a_text_keeps_its_spaces_and_line_ends(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(" mer\r\n\u00a0!".encode())
    assert _read(tmp_path / "a.txt", "text") == " mer\r\n\u00a0!"


def test_tensors_keep_types_shapes_and_metadata(tmp_path: Path) -> None:
    tensors = {
        "a": np.arange(6, dtype=np.int16).reshape(2, 3),
        "b": np.zeros((0, 4), np.float64),
        "c": np.array(2.5),
    }
    save_file(tensors, tmp_path / "m.safetensors", {"architecture": "{}"})
    model = _read(tmp_path / "m.safetensors", "model")
    assert isinstance(model, Tensors)
    assert {name: (each.dtype, each.shape) for name, each in model.tensors.items()} == {
        name: (each.dtype, each.shape) for name, each in tensors.items()
    }
    assert np.array_equal(model.tensors["a"], tensors["a"])
    assert model.metadata == {"architecture": "{}"}


def test_bfloat16_is_widened(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file as save_torch

    save_torch({"a": torch.tensor([1.5, -2.0], dtype=torch.bfloat16)}, tmp_path / "m.safetensors")
    assert _read(tmp_path / "m.safetensors", "model").tensors["a"].tolist() == [1.5, -2.0]


@pytest.mark.parametrize("medium", ["image", "audio", "text", "model"])
def test_noise_is_refused(tmp_path: Path, medium: str) -> None:
    (tmp_path / "a").write_bytes(np.random.default_rng(0).bytes(5000))
    with pytest.raises(Unreadable):
        _read(tmp_path / "a", medium)


def test_an_animation_too_large_once_decoded_is_refused(tmp_path: Path) -> None:
    frames = [Image.new("P", (6000, 6000), k) for k in range(5)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=40)
    assert (tmp_path / "a.gif").stat().st_size < 2_000_000
    with pytest.raises(Unreadable, match="memory"):
        _read(tmp_path / "a.gif", "image")


def test_a_large_text_and_a_large_model_are_refused_by_their_size(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    os.truncate(tmp_path / "a", decode_exact.MAX_DECODED_BYTES + 1)
    for medium in ("text", "model"):
        with pytest.raises(Unreadable):
            _read(tmp_path / "a", medium)
