import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from skimage import data

from artia_lab.likeness import picture, pictures
from artia_lab.likeness.pixels import resized

PHOTOGRAPHS = ("coffee", "rocket", "chelsea", "gravel", "grass")


def photograph(name):
    pixels = getattr(data, name)()
    return pixels if pixels.ndim == 3 else np.stack([pixels] * 3, axis=2)


@pytest.fixture(scope="module")
def corpus():
    return {f"{name}.png": photograph(name) for name in PHOTOGRAPHS}


def recompressed(pixels, quality):
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def smaller(pixels, width):
    size = (width, width * pixels.shape[0] // pixels.shape[1])
    return np.array(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


CROP = (slice(61, 221), slice(103, 263))


def test_a_copy_is_a_copy(corpus):
    found = picture(corpus["coffee.png"], corpus)

    assert found.nearness == pytest.approx(1)
    assert found.nearest[0].item == "coffee.png"


@pytest.mark.parametrize(
    "disguise",
    [
        pytest.param(lambda pixels: pixels[CROP], id="cropped"),
        pytest.param(lambda pixels: pixels[CROP][:, ::-1], id="cropped and mirrored"),
        pytest.param(lambda pixels: recompressed(pixels[CROP], 50), id="cropped and recompressed"),
        pytest.param(lambda pixels: smaller(pixels, 256), id="made smaller"),
        pytest.param(lambda pixels: pixels / 255.0, id="as floats"),
        pytest.param(lambda pixels: recompressed(pixels, 40)[:, ::-1], id="mirrored and recompressed"),
    ],
)
def test_a_disguised_copy_is_found_with_its_source(corpus, disguise):
    found = picture(disguise(corpus["chelsea.png"]), corpus)

    assert found.nearness > 0.9
    assert found.nearest[0].item == "chelsea.png"
    assert "chelsea.png" in found.sentence()


def test_a_crop_is_placed_where_it_was_cut(corpus):
    found = picture(corpus["coffee.png"][CROP], corpus)

    at = found.nearest[0].at
    assert (at["x"] - at["of_x"], at["y"] - at["of_y"]) == (103, 61)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_photograph_is_not_a_copy_of_others(corpus, name):
    others = {item: pixels for item, pixels in corpus.items() if item != f"{name}.png"}

    assert picture(smaller(photograph(name), 256), others).nearness < 0.1


def test_half_a_picture_counts_for_half(corpus):
    output = smaller(photograph("brick"), 256)
    output[:, :128] = corpus["gravel.png"][40:296, 17:145]

    found = picture(output, corpus)

    assert found.measures["copied_share"] == pytest.approx(0.5, abs=0.1)
    assert found.nearest[0].item == "gravel.png"


def test_a_mosaic_of_one_picture_is_made_of_it_without_being_it(corpus):
    reference = corpus["coffee.png"]
    tiles = [reference[y : y + 64, x : x + 64] for y in range(40, 360, 80) for x in range(30, 530, 100)]
    order = np.random.default_rng(0).permutation(16)
    output = np.concatenate([np.concatenate([tiles[k] for k in order[r : r + 4]], 1) for r in range(0, 16, 4)])

    found = picture(output, {"coffee.png": reference})

    assert found.measures["copied_share"] > 0.8
    assert found.measures["whole"] < 0.5


def test_a_mirror_image_is_said_to_be_one(corpus):
    found = picture(corpus["rocket.png"][:, ::-1], corpus)

    assert found.measures["mirrored"] == 1
    assert found.nearness == pytest.approx(1)


def test_grey_and_transparent_pictures_can_be_compared(corpus):
    grey = data.gravel()
    opaque = np.dstack([corpus["coffee.png"], np.full((400, 600), 255, np.uint8)])

    assert picture(grey, corpus).nearness == pytest.approx(1)
    assert picture(opaque, corpus).nearness == pytest.approx(1)


def test_a_flat_colour_is_like_nothing_but_itself(corpus):
    flat = np.full((200, 120, 3), (200, 30, 30), np.uint8)

    assert picture(flat, corpus).nearness < 0.1
    assert picture(flat, corpus | {"flat.png": flat[:50, :50]}).nearness == pytest.approx(1)


def test_one_pixel_can_be_compared(corpus):
    assert 0 <= picture(np.zeros((1, 1, 3)), corpus).nearness <= 1
    assert 0 <= picture(corpus["coffee.png"][:64, :64], {"dot.png": np.ones((1, 1))}).nearness < 0.1


def test_an_empty_corpus_leaves_nothing_to_compare():
    found = picture(data.coffee(), {})

    assert found.nearness == 0
    assert found.nearest == ()
    assert found.sentence()


def test_several_pictures_give_what_each_gives(corpus):
    outputs = [corpus["coffee.png"][CROP], smaller(photograph("brick"), 256), np.zeros((3, 5))]

    together = pictures(outputs, corpus)

    assert pictures([], corpus) == []
    for output, found in zip(outputs, together, strict=True):
        alone = picture(output, corpus)
        assert found.nearness == pytest.approx(alone.nearness)
        assert [near.item for near in found.nearest] == [near.item for near in alone.nearest]


@settings(max_examples=25, deadline=None)
@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=40)))
def test_any_small_picture_is_a_copy_of_itself(pixels):
    found = picture(pixels, {"itself.png": pixels, "other.png": np.zeros((9, 9), np.uint8)})

    assert found.nearness == pytest.approx(1)


@given(st.integers(1, 50), st.integers(1, 50), st.integers(1, 50), st.integers(1, 50))
@settings(max_examples=50, deadline=None)
def test_resizing_keeps_the_mean(height, width, to_height, to_width):
    pixels = np.random.default_rng(0).random((height, width, 3), dtype=np.float32)

    small = resized(pixels, to_height, to_width)

    assert small.shape == (to_height, to_width, 3)
    assert small.mean() == pytest.approx(pixels.mean(), rel=1e-3)


def test_numbers_that_are_not_finite_do_not_break_it(corpus):
    output = corpus["coffee.png"] / 255.0
    output[10:20, 10:20] = np.nan

    assert 0.5 < picture(output, corpus).nearness <= 1
