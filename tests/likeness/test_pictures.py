import io

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from skimage import data

from artia_lab.i18n import use_language
from artia_lab.likeness import picture
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
    assert (found.verdict, found.nearest[0].item, found.nearest[0].kind) == ("copy", "coffee.png", "exact")


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

    found = picture(smaller(photograph(name), 256), others)

    assert found.nearness < 0.1
    assert found.verdict == "distinct"


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

    assert (found.verdict, found.nearest[0].kind) == ("copy", "mirrored")
    assert found.nearness > 0.9


def test_grey_and_transparent_pictures_can_be_compared(corpus):
    grey = data.gravel()
    opaque = np.dstack([corpus["coffee.png"], np.full((400, 600), 255, np.uint8)])

    assert picture(grey, corpus).nearness == pytest.approx(1)
    assert picture(opaque, corpus).nearness == pytest.approx(1)


@pytest.mark.parametrize("value", [0.0, 0.6, 1.0])
def test_two_blanks_are_no_copies_of_one_another(corpus, value):
    blank = np.full((200, 120, 3), value)

    found = picture(blank, corpus | {"blank.png": blank[:50, :50], "same.png": blank})

    assert (found.verdict, found.nearness, found.measures["plain"]) == ("distinct", 0, 1)
    with use_language("en"):
        assert found.sentence() == "This picture is too plain to say whether it copies anything."


def test_a_slope_and_an_edge_are_too_plain_as_well():
    slope = np.broadcast_to(np.linspace(0, 1, 200)[:, None, None], (200, 100, 3))
    edge = np.repeat(np.repeat(np.array([[0.1, 0.9]]), 80, axis=0), 60, axis=1)

    for work in (slope, edge):
        assert picture(work, {"same.png": work}).measures["plain"] == 1


def test_one_pixel_can_be_compared(corpus):
    assert 0 <= picture(np.zeros((1, 1, 3)), corpus).nearness <= 1
    assert 0 <= picture(corpus["coffee.png"][:64, :64], {"dot.png": np.ones((1, 1))}).nearness < 0.1


def test_a_reference_is_read_once_or_twice(corpus):
    class Counted(dict):
        reads = 0

        def __getitem__(self, file):
            Counted.reads += 1
            return super().__getitem__(file)

        def items(self):
            return ((file, self[file]) for file in self)

    picture(corpus["coffee.png"], Counted(corpus))

    assert len(corpus) < Counted.reads <= 2 * len(corpus)


def test_an_empty_corpus_leaves_nothing_to_compare():
    found = picture(data.coffee(), {})

    assert found.nearness == 0
    assert found.nearest == ()
    assert found.sentence()


NO_WINDOW_HAS_TEXTURE = np.full((16, 16), 58, np.uint8)
NO_WINDOW_HAS_TEXTURE[0, :2] = 0


@settings(max_examples=25, deadline=None)
@example(NO_WINDOW_HAS_TEXTURE)
@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=40)))
def test_any_small_picture_is_a_copy_of_itself(pixels):
    found = picture(pixels, {"itself.png": pixels, "other.png": np.zeros((9, 9), np.uint8)})

    assert found.measures["plain"] or (found.nearness == pytest.approx(1) and found.verdict == "copy")


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
