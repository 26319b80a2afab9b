from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from artia_lab.errors import MaterialError

Read = Callable[..., np.ndarray]
RED, GREEN, WHITE = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (1.0, 1.0, 1.0)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.tif", "a.gif", "a.bmp"])
def test_every_format_is_read_as_float_colours(tmp_path: Path, read: Read, name: str) -> None:
    Image.new("RGB", (9, 7), (255, 0, 0)).save(tmp_path / name)
    picture = read(tmp_path / name)
    assert (picture.shape, picture.dtype) == ((7, 9, 3), np.float32)
    assert np.allclose(picture, RED, atol=0.02)


@pytest.mark.parametrize(
    ("mode", "colour", "seen"),
    [
        ("1", 1, WHITE),
        ("L", 128, (128 / 255,) * 3),
        ("LA", (0, 0), WHITE),
        ("P", 0, (0.0, 0.0, 0.0)),
        ("RGBA", (255, 0, 0, 0), WHITE),
        ("RGBA", (0, 0, 0, 128), (1 - 128 / 255,) * 3),
        ("I;16", 32768, (32768 / 65535,) * 3),
    ],
)
def test_every_mode_of_png_is_laid_over_white(
    tmp_path: Path, read: Read, mode: str, colour: object, seen: tuple[float, ...]
) -> None:
    Image.new(mode, (4, 4), colour).save(tmp_path / "a.png")
    assert np.allclose(read(tmp_path / "a.png"), seen, atol=1 / 254)


def test_sixteen_bits_are_not_brought_down_to_eight(tmp_path: Path, read: Read) -> None:
    ramp = np.arange(0, 65536, 16, dtype=np.uint16).reshape(64, 64)
    Image.fromarray(ramp).save(tmp_path / "a.tif")
    assert len(np.unique(read(tmp_path / "a.tif"))) == 4096


def test_float_pictures_are_brought_to_the_unit_range(tmp_path: Path, read: Read) -> None:
    values = np.array([[0.0, 0.5], [np.nan, 2.0]], dtype=np.float32)
    Image.fromarray(values).save(tmp_path / "a.tif")
    assert np.allclose(read(tmp_path / "a.tif")[:, :, 0], [[0.0, 0.25], [0.0, 1.0]])


def test_inks_are_turned_into_light(tmp_path: Path, read: Read) -> None:
    Image.new("CMYK", (4, 4), (0, 255, 255, 0)).save(tmp_path / "a.tif")
    assert np.allclose(read(tmp_path / "a.tif"), RED, atol=0.02)


def test_a_palette_with_a_clear_colour_shows_the_paper(tmp_path: Path, read: Read) -> None:
    picture = Image.new("P", (2, 1))
    picture.putpalette([255, 0, 0, 0, 255, 0])
    picture.putpixel((1, 0), 1)
    picture.save(tmp_path / "a.gif", transparency=0)
    assert np.allclose(read(tmp_path / "a.gif"), [[WHITE, GREEN]])


def test_a_picture_taken_sideways_is_put_upright(tmp_path: Path, read: Read) -> None:
    picture = Image.new("RGB", (8, 4), "red")
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(tmp_path / "a.png", exif=exif)
    assert read(tmp_path / "a.png").shape == (8, 4, 3)


def test_a_colour_profile_is_followed_and_a_broken_one_is_not(tmp_path: Path, read: Read) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (4, 4), (10, 200, 30)).save(tmp_path / "good.png", icc_profile=profile)
    Image.new("RGB", (4, 4), (10, 200, 30)).save(tmp_path / "bad.png", icc_profile=b"nonsense" * 30)
    for name in ("good.png", "bad.png"):
        assert np.allclose(read(tmp_path / name) * 255, (10, 200, 30), atol=1)


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_a_large_picture_is_made_smaller_and_a_small_one_is_left(tmp_path: Path, read: Read, name: str) -> None:
    Image.new("RGB", (1000, 500), "red").save(tmp_path / name)
    assert read(tmp_path / name, max_side=100).shape == (50, 100, 3)
    assert read(tmp_path / name, max_side=2000).shape == (500, 1000, 3)
    assert read(tmp_path / name, max_side=1).shape == (1, 1, 3)


def test_fine_stripes_are_averaged_when_made_smaller(tmp_path: Path, read: Read) -> None:
    stripes = np.zeros((256, 256), dtype=np.uint8)
    stripes[:, ::2] = 255
    Image.fromarray(stripes).save(tmp_path / "a.png")
    assert np.abs(read(tmp_path / "a.png", max_side=32)[:, 4:-4] - 0.5).max() < 0.05


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.gif", "a.webp", "a.tif", "a.bmp"])
def test_a_picture_cut_short_is_refused(tmp_path: Path, read: Read, name: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MaterialError, match=rf"“{name}” is (cut short|damaged)"):
        read(tmp_path / name)


def test_a_truncated_png_is_said_to_be_cut_short(tmp_path: Path, read: Read) -> None:
    Image.effect_noise((64, 64), 50).save(tmp_path / "a.png")
    whole = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MaterialError, match=r"is cut short. Export it again"):
        read(tmp_path / "a.png")


def _png_bomb(width: int, height: int) -> bytes:
    """A grey PNG of one colour: a few hundred kB that unfold to gigabytes."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    pack = zlib.compressobj(9)
    rows = b"".join(pack.compress(bytes(width + 1)) for _row in range(min(height, 2000)))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", rows + pack.flush()) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def test_forty_thousand_pixels_a_side_are_refused_from_the_header(tmp_path: Path, read: Read) -> None:
    (tmp_path / "a.png").write_bytes(_png_bomb(40_000, 40_000))
    with pytest.raises(MaterialError, match="40000 × 40000 pixels, more than the 134 million"):
        read(tmp_path / "a.png", max_side=64)


@pytest.mark.parametrize("format", ["TIFF", "GIF", "BMP", "WEBP"])
def test_a_header_that_claims_a_huge_picture_costs_a_sentence(tmp_path: Path, read: Read, format: str) -> None:
    file = io.BytesIO()
    Image.new("L", (16, 16)).save(file, format)
    raw = bytearray(file.getvalue())
    if format == "GIF":
        raw[6:10] = struct.pack("<HH", 65535, 65535)
    elif format == "BMP":
        raw[18:26] = struct.pack("<ii", 60000, 60000)
    elif format == "TIFF":
        raw = _tiff_claiming(raw, 60000)
    else:
        raw[26:30] = struct.pack("<HH", 16383, 16383)
    (tmp_path / "a.png").write_bytes(raw)
    with pytest.raises(MaterialError, match=r"“a\.png” (is|needs)"):
        read(tmp_path / "a.png")


def _tiff_claiming(raw: bytearray, side: int) -> bytearray:
    start = struct.unpack_from("<I", raw, 4)[0]
    for entry in range(struct.unpack_from("<H", raw, start)[0]):
        at = start + 2 + 12 * entry
        if struct.unpack_from("<H", raw, at)[0] in (256, 257):
            struct.pack_into("<HII", raw, at + 2, 4, 1, side)
    return raw


def test_a_text_chunk_that_unfolds_to_gigabytes_costs_a_sentence_or_nothing(tmp_path: Path, read: Read) -> None:
    file = io.BytesIO()
    Image.new("L", (8, 8)).save(file, "PNG")
    pack = zlib.compressobj(9)
    packed = b"".join(pack.compress(bytes(1 << 20)) for _part in range(256)) + pack.flush()
    content = b"Comment\0\0" + packed
    bomb = struct.pack(">I", len(content)) + b"zTXt" + content + struct.pack(">I", zlib.crc32(b"zTXt" + content))
    raw = file.getvalue()
    (tmp_path / "a.png").write_bytes(raw[:33] + bomb + raw[33:])
    with pytest.raises(MaterialError, match=r"“a\.png” is damaged"):
        read(tmp_path / "a.png")


def test_an_svg_and_a_program_among_the_pictures_are_refused(tmp_path: Path, read: Read) -> None:
    (tmp_path / "plan.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>')
    (tmp_path / "jeu.png").write_bytes(Path("/bin/true").read_bytes())
    with pytest.raises(MaterialError, match=r"“plan\.svg” is an SVG drawing"):
        read(tmp_path / "plan.svg")
    with pytest.raises(MaterialError, match=r"“jeu\.png” is a program"):
        read(tmp_path / "jeu.png")


def test_a_sound_is_not_a_picture(tmp_path: Path, read: Read) -> None:
    (tmp_path / "a.png").write_text("La mer monte.")
    with pytest.raises(MaterialError, match=r"“a\.png” is not a picture"):
        read(tmp_path / "a.png")
