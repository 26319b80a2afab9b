"""Copies that were altered: found, named, and placed; and look-alikes that are not copies."""

import numpy as np
import pytest
from PIL import Image, ImageFilter
from scipy import ndimage
from skimage import color, data

from artia_lab.corpora import CorpusReader, find
from artia_lab.likeness import picture


@pytest.fixture(scope="module")
def corpus():
    with CorpusReader(find("starter/drawings")) as reader:
        drawings = {item.file: reader.picture(item, max_side=320) for item in reader.items("image")[:4]}
    return drawings | {"coffee.png": data.coffee() / 255.0, "chelsea.png": data.chelsea() / 255.0}


@pytest.fixture(scope="module")
def host():
    return data.astronaut()[60:444, 60:444] / 255.0


def image(pixels):
    return Image.fromarray((np.clip(pixels, 0, 1) * 255).round().astype(np.uint8))


def turned(pixels, degrees):
    whole = np.asarray(image(pixels).rotate(degrees, Image.Resampling.BICUBIC)) / 255
    height, width = (side // 6 for side in whole.shape[:2])
    return whole[height:-height, width:-width]


def other_hue(pixels):
    hsv = color.rgb2hsv(pixels)
    hsv[..., 0] = (hsv[..., 0] + 0.4) % 1
    return color.hsv2rgb(hsv)


def resized(pixels, by):
    shape = (round(pixels.shape[1] * by), round(pixels.shape[0] * by))
    return np.asarray(image(pixels).resize(shape, Image.Resampling.LANCZOS)) / 255


def pasted(piece, host, x=37, y=211):
    work = host.copy()
    work[y : y + piece.shape[0], x : x + piece.shape[1]] = piece
    return work


ALTERATIONS = {
    "exact": lambda pixels: pixels,
    "cropped": lambda pixels: pixels[80:230, 120:330],
    "mirrored": lambda pixels: pixels[:, ::-1],
    "rotated": lambda pixels: np.rot90(pixels),
    "recoloured": other_hue,
    "re-encoded": lambda pixels: np.asarray(image(pixels).filter(ImageFilter.GaussianBlur(1))) / 255,
}
OTHERS = {
    "upside down": (lambda pixels: pixels[::-1], "mirrored"),
    "turned a little": (lambda pixels: turned(pixels, 7), "rotated"),
    "exchanged colours": (lambda pixels: pixels[..., [2, 0, 1]], "recoloured"),
    "in grey": (lambda pixels: pixels @ [[0.3] * 3, [0.59] * 3, [0.11] * 3], "recoloured"),
    "in negative": (lambda pixels: 1 - pixels, "recoloured"),
    "darkened": (lambda pixels: pixels**2, "recoloured"),
    "a quarter the size": (lambda pixels: resized(pixels, 0.3), "re-encoded"),
    "twice the size": (lambda pixels: resized(pixels, 2), "re-encoded"),
    "noisy": (
        lambda pixels: np.clip(pixels + np.random.default_rng(0).normal(0, 0.03, pixels.shape), 0, 1),
        "re-encoded",
    ),
    "cropped, mirrored": (lambda pixels: pixels[80:230, 330:120:-1], "mirrored"),
    "cropped, grey": (lambda pixels: pixels[80:230, 120:330] @ np.full((3, 3), 1 / 3), "cropped"),
}


@pytest.mark.parametrize("kind", ALTERATIONS)
def test_each_alteration_is_named(corpus, kind):
    found = picture(ALTERATIONS[kind](corpus["coffee.png"]), corpus)

    assert (found.verdict, found.nearest[0].item, found.nearest[0].kind) == ("copy", "coffee.png", kind)
    assert found.nearness > 0.8
    assert "coffee.png" in found.sentence()


@pytest.mark.parametrize("alteration", OTHERS)
def test_other_alterations_are_seen_through(corpus, alteration):
    alter, kind = OTHERS[alteration]

    found = picture(alter(corpus["chelsea.png"]), corpus)

    assert (found.verdict, found.nearest[0].item, found.nearest[0].kind) == ("copy", "chelsea.png", kind)


def test_a_piece_is_found_in_another_picture_and_both_places_are_told(corpus, host):
    piece = corpus["coffee.png"][100:180, 300:380]

    found = picture(pasted(piece, host), corpus)

    (nearest, *_) = found.nearest
    assert (found.verdict, nearest.item, nearest.kind) == ("copy", "coffee.png", "patch")
    told = {name: nearest.at[name] for name in ("x", "y", "of_x", "of_y")}
    for name, true in {"x": 300, "y": 100, "of_x": 37, "of_y": 211}.items():
        assert told[name] == pytest.approx(true, abs=24)
    assert nearest.at["x"] - nearest.at["of_x"] == pytest.approx(300 - 37, abs=2)
    assert nearest.at["y"] - nearest.at["of_y"] == pytest.approx(100 - 211, abs=2)


def test_where_a_crop_was_cut_is_told_to_the_pixel(corpus):
    found = picture(corpus["chelsea.png"][31:211, 57:297], corpus)

    at = found.nearest[0].at
    assert (at["x"] - at["of_x"], at["y"] - at["of_y"]) == (57, 31)
    assert (at["turned_deg"], at["scale"], at["mirrored"]) == (0, 1, 0)


def test_how_much_it_was_turned_is_told(corpus):
    found = picture(turned(corpus["chelsea.png"], -6), corpus)

    assert found.nearest[0].at["turned_deg"] == pytest.approx(6, abs=0.3)


@pytest.mark.parametrize("other", [data.rocket, data.brick, data.grass, data.camera, data.coins, data.cell])
def test_other_pictures_are_not_copies(corpus, other):
    pixels = other() / 255.0

    found = picture(pixels[-320:, -320:], corpus)

    assert found.verdict != "copy"
    assert found.nearness < 0.2


@pytest.mark.parametrize("texture", [data.gravel, data.coins, data.moon])
def test_one_side_of_a_texture_is_no_copy_of_the_other(texture):
    pixels = texture() / 255.0
    middle = pixels.shape[1] // 2

    assert picture(pixels[:, :middle], {"other.png": pixels[:, middle:]}).verdict != "copy"


def test_a_leaf_cloned_within_a_texture_is_found():
    # Whoever made this grass seamless stamped the same leaf on both sides of it.
    pixels = data.grass() / 255.0

    found = picture(pixels[:, :250], {"other.png": pixels[:, 262:]})

    assert (found.verdict, found.nearest[0].kind) == ("copy", "patch")
    assert found.nearest[0].at["of_x"] - found.nearest[0].at["x"] == pytest.approx(81, abs=2)


def test_blobs_that_are_alike_are_not_copies():
    def blobs(seed):
        grains = np.random.default_rng(seed).random((256, 256)) > 0.995
        seen = ndimage.gaussian_filter(grains.astype(float), 4)
        return np.repeat(seen[..., None] / seen.max(), 3, axis=2)

    assert picture(blobs(0), {f"{k}.png": blobs(k) for k in (1, 2, 3)}).verdict != "copy"


def test_a_tiny_picture_is_only_known_whole(corpus):
    tiny = resized(corpus["coffee.png"], 16 / 600)

    assert picture(tiny, {"tiny.png": tiny}).verdict == "copy"
    assert picture(tiny, corpus | {"tiny.png": tiny[:, ::-1]}).nearest[0].kind == "mirrored"
    assert picture(resized(corpus["chelsea.png"], 16 / 451), {"tiny.png": tiny}).verdict == "distinct"


@pytest.fixture(scope="module")
def small(corpus):
    chance = np.random.default_rng(0)
    pieces = {}
    for name, pixels in corpus.items():
        for k in range(3):
            y, x = (int(chance.integers(side - 160)) for side in pixels.shape[:2])
            pieces[f"{name} {k}"] = resized(pixels[y : y + 160, x : x + 160], 0.4)
    return pieces


def smaller_piece(pixels, host):
    return pasted(pixels[10:50, 14:54], resized(host[60:220, 100:260], 0.4), 3, 20)


SMALL = {
    "exact": lambda pixels, _host: pixels,
    "mirrored": lambda pixels, _host: pixels[:, ::-1],
    "turned": lambda pixels, _host: turned(pixels, 25),
    "cropped": lambda pixels, _host: pixels[9:57, 12:60],
    "recoloured": lambda pixels, _host: other_hue(pixels),
    "in negative": lambda pixels, _host: 1 - pixels,
    "re-encoded": lambda pixels, _host: (
        np.asarray(image(pixels).filter(ImageFilter.GaussianBlur(0.7))).astype(float) / 255
    ),
    "a piece": smaller_piece,
}


@pytest.mark.parametrize("item", ["coffee.png 0", "chelsea.png 1"])
@pytest.mark.parametrize("alteration", SMALL)
def test_pictures_of_64_px_are_found_among_pictures_of_64_px(small, host, item, alteration):
    found = picture(SMALL[alteration](small[item], host), small)

    assert (found.verdict, found.nearest[0].item) == ("copy", item)


def test_pictures_of_64_px_are_not_copies_of_others(small, host):
    for y, x in ((0, 0), (150, 40), (220, 220)):
        assert picture(resized(host[y : y + 160, x : x + 160], 0.4), small).verdict != "copy"


@pytest.mark.parametrize("side", [32, 64])
def test_a_picture_saved_again_is_found_though_it_has_no_texture(side):
    across, down = np.meshgrid(np.linspace(0, 1, side), np.linspace(0, 1, side))
    soft = {
        f"{k}.png": np.stack([np.exp(-4 * ((across - x) ** 2 + (down - y) ** 2))] * 3, axis=2)
        for k, (x, y) in enumerate(np.random.default_rng(1).random((8, 2)))
    }
    work = np.clip(soft["3.png"] + np.random.default_rng(0).normal(0, 0.02, (side, side, 3)), 0, 1)

    found = picture(work, soft)

    assert (found.verdict, found.nearest[0].item) == ("copy", "3.png")


def test_the_same_pixels_come_before_what_they_were_cut_from(corpus):
    whole = corpus["coffee.png"]
    piece = whole[60:300, 100:400]

    found = picture(piece, {"a whole.png": whole, "piece.png": piece})

    assert [(nearest.item, nearest.kind) for nearest in found.nearest] == [
        ("piece.png", "exact"),
        ("a whole.png", "cropped"),
    ]


def test_the_scale_is_that_of_the_pictures_as_they_are(corpus):
    large = resized(corpus["coffee.png"], 2)

    assert picture(large, {"large.png": large}).nearest[0].at["scale"] == pytest.approx(1, abs=0.005)
    assert picture(large, corpus).nearest[0].at["scale"] == pytest.approx(2, abs=0.01)


def test_the_same_check_gives_the_same_answer(corpus, host):
    work = pasted(corpus["coffee.png"][100:180, 300:380], host)

    assert picture(work, corpus) == picture(work, corpus)
