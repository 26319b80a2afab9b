"""Small generated pictures against what a model learnt from: whole pictures, and every crop of them."""

from collections.abc import Mapping

import numpy as np
import pytest
from skimage import data

from artia_lab.i18n import use_language
from artia_lab.likeness import picture_limits, pictures

SIDE = 32


def waves(seed, side=SIDE):
    chance = np.random.default_rng(seed)
    axis = np.linspace(0, 1, side)
    layers = [
        strength * np.sin(9 * across * axis[:, None] + 9 * down * axis + 6 * start)[..., None] * chance.random(3)
        for across, down, start, strength in chance.normal(size=(6, 4))
    ]
    return np.clip(0.5 + 0.2 * sum(layers), 0, 1).astype(np.float32)


@pytest.fixture(scope="module")
def learnt():
    return {f"{seed}.png": waves(seed) for seed in range(80)}


@pytest.fixture(scope="module")
def photographs():
    return {
        "coffee.png": data.coffee()[:256, :256] / 255.0,
        "gravel.png": data.gravel()[:200, :256],
        "chelsea.png": data.chelsea()[20:276, 90:346],
    }


def test_a_picture_it_learnt_by_heart_is_told_from_one_it_made(learnt):
    by_heart, made = pictures([learnt["7.png"], waves(1000)], learnt)

    assert (by_heart.verdict, by_heart.nearest[0].item) == ("copy", "7.png")
    assert by_heart.measures["l2_ratio"] < 0.01
    assert made.verdict == "distinct"
    assert made.measures["l2_ratio"] > picture_limits.RATIO


def test_the_ratio_is_that_of_the_nearest_to_half_the_mean_of_fifty(learnt):
    work = waves(2000)
    apart = [np.sqrt(((work - other) ** 2).mean()) for other in learnt.values()]
    mirrored = [np.sqrt(((work[:, ::-1] - other) ** 2).mean()) for other in learnt.values()]
    nearest = np.sort(np.minimum(apart, mirrored))[:50]

    (found,) = pictures([work], learnt)

    assert found.measures["l2"] == pytest.approx(nearest[0], rel=1e-3)
    assert found.measures["l2_ratio"] == pytest.approx(nearest[0] / (0.5 * nearest.mean()), rel=1e-3)


def test_a_mirror_image_counts_as_the_picture(learnt):
    (found,) = pictures([learnt["11.png"][:, ::-1]], learnt)

    assert (found.verdict, found.nearest[0].item, found.nearest[0].kind) == ("copy", "11.png", "mirrored")


def test_several_pictures_give_what_each_gives_whatever_their_sizes(learnt):
    works = [learnt["3.png"], waves(500, 48), waves(501)[:20], np.zeros((5, 7))]

    together = pictures(works, learnt)

    for work, found in zip(works, together, strict=True):
        (alone,) = pictures([work], learnt)
        assert found.verdict == alone.verdict
        assert found.measures["l2"] == pytest.approx(alone.measures["l2"], abs=1e-4)


@pytest.mark.parametrize("crop", [None, 32])
def test_a_blank_is_never_a_copy(learnt, crop):
    blank = np.full((SIDE, SIDE, 3), 0.5)

    (found,) = pictures([blank], learnt | {"blank.png": blank}, crop=crop)

    assert (found.verdict, found.nearness, found.measures["plain"]) == ("distinct", 0, 1)
    with use_language("en"):
        assert found.sentence() == "This picture is too plain to say whether it copies anything."


@pytest.mark.parametrize(
    ("item", "x", "y"), [("coffee.png", 101, 67), ("chelsea.png", 30, 3), ("gravel.png", 77, 122)]
)
def test_a_crop_it_learnt_is_found_where_it_was_cut(photographs, item, x, y):
    pixels = photographs[item] / (255 if photographs[item].dtype == np.uint8 else 1)
    work = pixels[y : y + SIDE, x : x + SIDE]

    (found,) = pictures([work], photographs, crop=SIDE)

    (nearest,) = found.nearest
    assert (found.verdict, nearest.item, nearest.kind) == ("copy", item, "cropped")
    assert (nearest.at["x"], nearest.at["y"]) == (x, y)
    assert found.measures["l2"] == pytest.approx(0, abs=1e-3)


def test_a_mirrored_crop_is_found_as_well(photographs):
    (found,) = pictures([photographs["coffee.png"][67:99, 132:100:-1]], photographs, crop=SIDE)

    assert (found.verdict, found.nearest[0].kind, found.nearest[0].at["x"]) == ("copy", "mirrored", 101)


def test_crops_of_other_pictures_are_not_copies(photographs):
    works = [data.rocket()[y : y + SIDE, x : x + SIDE] for y, x in ((40, 300), (150, 330), (250, 290), (300, 100))]

    assert {found.verdict for found in pictures(works, photographs, crop=SIDE)} <= {"distinct", "near"}


def test_a_larger_picture_is_a_copy_when_a_piece_of_it_is(photographs):
    work = np.concatenate([data.rocket()[150:182, 330:362] / 255, photographs["coffee.png"][67:99, 101:133]])

    (found,) = pictures([work], photographs, crop=SIDE)

    assert (found.verdict, found.measures["copied_share"]) == ("copy", 0.5)
    assert (found.nearest[0].at["of_x"], found.nearest[0].at["of_y"]) == (0, SIDE)


def test_references_smaller_than_the_crops_can_be_compared(learnt):
    (found,) = pictures([waves(1, 64)], {"small.png": waves(2, 20), "dot.png": np.ones((1, 1))}, crop=SIDE)

    assert found.verdict == "distinct"


def test_nothing_to_compare_is_said_so(learnt):
    assert pictures([], learnt) == []
    for crop in (None, SIDE):
        (found,) = pictures([waves(1)], {}, crop=crop)
        assert found.nearness == 0
        assert found.sentence()


def test_a_corpus_is_gone_through_without_being_kept(learnt):
    class Drawn(Mapping):
        drawn = 0

        def __getitem__(self, file):
            Drawn.drawn += 1
            return waves(int(file.split(".")[0]))

        def __iter__(self):
            return (f"{seed}.png" for seed in range(300))

        def __len__(self):
            return 300

    (found,) = pictures([waves(299)], Drawn())

    assert found.nearest[0].item == "299.png"
    assert Drawn.drawn == 300
