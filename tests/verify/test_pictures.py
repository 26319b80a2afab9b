"""Pictures and animations: what is seen decides, not bytes."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artia_lab.verify import compare_files

Png = Callable[[str, np.ndarray], Path]


def _verdict(png: Png, a: np.ndarray, b: np.ndarray) -> str:
    return compare_files(png("a", a), png("b", b), "image").verdict


def test_other_bytes_of_the_same_pixels_are_identical(tmp_path: Path, pixels: np.ndarray) -> None:
    Image.fromarray(pixels).save(tmp_path / "a.png", compress_level=1)
    Image.fromarray(pixels).save(tmp_path / "b.png", compress_level=9)
    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "b.png").read_bytes()
    assert compare_files(tmp_path / "a.png", tmp_path / "b.png", "image").verdict == "identical"


def test_grey_and_the_same_grey_in_three_colours_are_identical(png: Png, pixels: np.ndarray) -> None:
    grey = pixels[..., 0]
    assert _verdict(png, grey, np.repeat(grey[..., None], 3, axis=2)) == "identical"


def test_one_step_of_one_value_is_numerically_equal(png: Png, pixels: np.ndarray) -> None:
    changed = pixels.copy()
    changed[50, 50, 0] ^= 1
    assert _verdict(png, pixels, changed) == "numerically equal"


def test_noise_that_nobody_sees_is_perceptually_equal(png: Png, pixels: np.ndarray) -> None:
    noise = np.random.default_rng(0).integers(-3, 4, pixels.shape)
    assert _verdict(png, pixels, np.clip(pixels + noise, 0, 255).astype(np.uint8)) == "perceptually equal"


def test_a_jpeg_of_a_picture_is_perceptually_equal(png: Png, pixels: np.ndarray) -> None:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=95, subsampling=0)
    assert _verdict(png, pixels, np.asarray(Image.open(stream))) == "perceptually equal"


def test_one_pixel_that_anyone_sees_is_not(png: Png, pixels: np.ndarray) -> None:
    changed = pixels.copy()
    changed[50, 50] = 255
    assert _verdict(png, pixels, changed) == "statistically alike"


def test_one_fragment_from_elsewhere_is_not(png: Png, pixels: np.ndarray) -> None:
    changed = pixels.copy()
    changed[40:52, 40:52] = pixels[120:132, 200:212]
    assert _verdict(png, pixels, changed) == "statistically alike"


def test_another_picture_is_different(png: Png, pixels: np.ndarray, other_pixels: np.ndarray) -> None:
    found = compare_files(png("a", pixels), png("b", other_pixels), "image", "outputs/mosaic.png")
    assert (found.verdict, found.name) == ("different", "outputs/mosaic.png")
    assert found.measures["ssim"] < 0.5


def test_another_size_is_different_and_said(png: Png, pixels: np.ndarray) -> None:
    found = compare_files(png("a", pixels), png("b", pixels[:-1]), "image")
    assert found.verdict == "different"
    assert found.reason == "It is 256 × 191 pixels where the reference is 256 × 192."


@pytest.mark.parametrize("side", [1, 2, 10])
def test_the_smallest_pictures_compare(png: Png, side: int) -> None:
    black = np.zeros((side, side), np.uint8)
    assert _verdict(png, black, black) == "identical"
    assert _verdict(png, black, black + 255) == "different"


def test_what_alpha_hides_differently_is_seen(png: Png, pixels: np.ndarray) -> None:
    opaque = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    clear = opaque.copy()
    clear[60:120, 60:120, 3] = 0
    assert _verdict(png, pixels, opaque) == "identical"
    assert _verdict(png, opaque, clear) in ("statistically alike", "different")


def _gif(path: Path, frames: list[np.ndarray], duration: int = 80) -> Path:
    first, *others = (Image.fromarray(each).quantize(64) for each in frames)
    first.save(path, save_all=True, append_images=others, duration=duration, loop=0, optimize=False, disposal=1)
    return path


def test_an_animation_is_compared_frame_by_frame(tmp_path: Path, pixels: np.ndarray) -> None:
    frames = [np.roll(pixels[:64, :64], k, axis=1) for k in range(5)]
    reference = _gif(tmp_path / "a.gif", frames)
    assert compare_files(reference, _gif(tmp_path / "b.gif", frames), "image").verdict == "identical"
    swapped = [frames[0], frames[3], frames[2], frames[1], frames[4]]
    assert compare_files(reference, _gif(tmp_path / "c.gif", swapped), "image").verdict == "statistically alike"
    shorter = compare_files(reference, _gif(tmp_path / "d.gif", frames[:4]), "image")
    assert shorter.reason == "Frames: 4, and 5 in the reference."
    assert compare_files(reference, _gif(tmp_path / "e.gif", frames, 120), "image").verdict == "different"


def test_a_large_picture_is_measured_in_pieces(png: Png, pixels: np.ndarray) -> None:
    large = np.tile(pixels, (7, 6, 1))
    changed = large.copy()
    changed[1100, 1100] ^= 255
    found = compare_files(png("a", large), png("b", changed), "image")
    assert found.verdict == "statistically alike"
    assert found.measures["ssim_lowest"] < 0.5 < 0.99 < found.measures["ssim"]


def test_a_missing_damaged_or_enormous_picture_is_different_and_said(
    tmp_path: Path, png: Png, pixels: np.ndarray
) -> None:
    reference = png("a", pixels)
    cut = tmp_path / "cut.png"
    cut.write_bytes(reference.read_bytes()[:2000])
    bomb = tmp_path / "bomb.png"
    Image.new("1", (30000, 30000)).save(bomb)
    empty = tmp_path / "empty.png"
    empty.touch()
    said = {
        each.name: compare_files(reference, each, "image") for each in (cut, bomb, empty, tmp_path / "none.png")
    }
    assert {each.verdict for each in said.values()} == {"different"}
    assert said["bomb.png"].reason == "“bomb.png” has more pixels than are decoded here."
    assert said["empty.png"].reason == "“empty.png” does not hold a picture."
    assert said["none.png"].reason == "“none.png” is missing."
    assert "“cut.png” is" in said["cut.png"].reason
    assert compare_files(cut, reference, "image").reason.startswith("The reference cannot be compared.")


def test_a_link_is_never_followed(tmp_path: Path, png: Png, pixels: np.ndarray) -> None:
    reference = png("a", pixels)
    (tmp_path / "b.png").symlink_to(reference)
    found = compare_files(reference, tmp_path / "b.png", "image")
    assert found.verdict == "different"
    assert found.reason == "“b.png” is a link to another place, which is never followed."
