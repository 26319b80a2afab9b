"""The engine of the self-mosaic, on real pictures."""

import numpy as np
import pytest
import skimage.data
import torch
from skimage.transform import resize

from artia_lab.experiments.image import patch_search
from artia_lab.experiments.image.patch_atlas import build_atlas
from artia_lab.experiments.image.patch_diffusion import regrow
from artia_lab.experiments.image.patch_folding import fold_all, unfold


def photograph(name: str, height: int, width: int) -> torch.Tensor:
    picture = getattr(skimage.data, name)()
    picture = np.stack([picture] * 3, axis=-1) if picture.ndim == 2 else picture
    return torch.from_numpy(resize(picture, (height, width), anti_aliasing=True).astype(np.float32))


@pytest.fixture(scope="module")
def coffee() -> torch.Tensor:
    return photograph("coffee", 48, 72)


@pytest.fixture(scope="module")
def mosaic(coffee):
    return regrow([coffee], 48, 72, seed=0)


def test_each_pixel_is_a_pixel_of_the_source_where_the_map_says(coffee, mosaic):
    assert torch.equal(mosaic.picture, coffee[mosaic.row, mosaic.column])


def test_posterior_weights_sum_to_one_at_every_step(mosaic):
    assert mosaic.weight_sum == pytest.approx(1, abs=1e-5)


def test_the_same_seed_gives_the_same_bits(coffee, mosaic):
    assert torch.equal(regrow([coffee], 48, 72, seed=0).picture, mosaic.picture)


def test_seed_zero_is_a_seed_of_its_own(coffee, mosaic):
    assert not torch.equal(regrow([coffee], 48, 72, seed=1).picture, mosaic.picture)


def test_the_mosaic_is_a_new_picture_of_the_same_colours(coffee, mosaic):
    moved = (mosaic.row != torch.arange(48)[:, None]) | (mosaic.column != torch.arange(72)[None])
    assert moved.float().mean() > 0.5
    assert torch.allclose(mosaic.picture.mean((0, 1)), coffee.mean((0, 1)), atol=0.12)


def test_the_mosaic_is_as_sharp_as_its_source(coffee, mosaic):
    def sharpness(picture: torch.Tensor) -> float:
        return float(picture.diff(dim=0).abs().mean() + picture.diff(dim=1).abs().mean())

    assert sharpness(mosaic.picture) > 0.75 * sharpness(coffee)


def test_less_liberty_stays_nearer_to_the_original(coffee, mosaic):
    bound = regrow([coffee], 48, 72, liberty=0.0)
    assert (bound.picture - coffee).abs().mean() < 0.5 * (mosaic.picture - coffee).abs().mean()


def test_balance_keeps_more_of_the_corpus_in_use(coffee):
    def used(balance: float) -> int:
        grown = regrow([coffee], 48, 72, balance=balance)
        return len(torch.unique(grown.row // 8 * 12 + grown.column // 8))

    assert used(1.0) > used(0.0)


def test_several_pictures_are_told_apart(coffee):
    sky = photograph("rocket", 40, 60)
    grown = regrow([coffee, sky], 48, 72)
    for index, source in enumerate((coffee, sky)):
        here = grown.source == index
        assert here.any()
        assert torch.equal(grown.picture[here], source[grown.row[here], grown.column[here]])


def test_material_grows_beyond_its_own_size():
    grown = regrow([photograph("brick", 40, 40)], 48, 120)
    assert grown.picture.shape == (48, 120, 3)


@pytest.mark.parametrize("patch", [3, 15])
def test_extreme_patches_work(coffee, patch):
    assert regrow([coffee], 48, 72, patch=patch).weight_sum == pytest.approx(1, abs=1e-5)


def test_one_flat_colour_stays_that_colour():
    flat = torch.full((24, 32, 3), 0.5)
    assert torch.equal(regrow([flat], 24, 32).picture, flat)


def test_progress_rises_to_its_end_and_pictures_come_at_each_scale(coffee):
    steps, sizes = [], []
    regrow(
        [coffee],
        48,
        72,
        on_step=lambda i, n, **metrics: steps.append((i, n)),
        on_scale=lambda picture: sizes.append(tuple(picture.shape)),
    )
    assert steps == sorted(steps) and steps[0][0] >= 1 and steps[-1] == (1000, 1000)
    assert len(sizes) >= 2 and set(sizes) == {(48, 72, 3)}


def test_local_search_finds_nearly_what_exact_search_finds(coffee):
    """The few candidates weighed at large scales must be nearly as near as the best of all patches."""
    generator = torch.Generator().manual_seed(0)
    material = (coffee - coffee.mean()) / coffee.std()
    atlas = build_atlas([material.permute(2, 0, 1)], 7, generator)
    noisy = material.permute(2, 0, 1).flip(1) + 0.3 * torch.randn(3, 48, 72, generator=generator)
    queries = atlas.project(noisy)
    best = patch_search.squared_distances(queries.flatten(0, 1), atlas.features[atlas.places]).amin(1)
    places = patch_search.anywhere(atlas, (42, 66, 4), generator)
    gaps = torch.empty(0)
    for step, reach in ((2, 12), (1, 2)) * 6:
        guesses = [
            places,
            patch_search.neighbours_guess(atlas, places[..., :2], step),
            patch_search.random_guess(atlas, places[..., :2], reach, generator),
            patch_search.anywhere(atlas, (42, 66, 2), generator),
        ]
        places, gaps = patch_search.keep_best(atlas, queries, torch.cat(guesses, 2), 4, lambda part: None)
    assert float((gaps[..., 0].flatten().sqrt() / best.sqrt().clamp(min=0.1)).median()) < 1.1


def test_no_candidate_is_kept_twice(coffee):
    generator = torch.Generator().manual_seed(0)
    atlas = build_atlas([coffee.permute(2, 0, 1)], 7, generator)
    candidates = patch_search.anywhere(atlas, (42, 66, 3), generator).repeat(1, 1, 2)
    queries = atlas.project(coffee.permute(2, 0, 1))
    places, gaps = patch_search.keep_best(atlas, queries, candidates, 6, lambda part: None)
    kept = torch.where(gaps.isfinite(), places, -1 - torch.arange(6))
    assert all(len(set(row)) == 6 for row in kept.flatten(0, 1).tolist())


def test_patches_fold_back_into_their_picture(coffee):
    picture = coffee.permute(2, 0, 1)
    atlas = build_atlas([picture], 7, torch.Generator().manual_seed(0))
    assert torch.allclose(fold_all(unfold(picture, 7), atlas, (48, 72), 2.0), picture, atol=1e-6)


def test_weights_sum_to_one_whatever_the_noise():
    gaps = torch.rand(20, 50, generator=torch.Generator().manual_seed(0)) * 300
    for sigma in (12.0, 0.5, 0.06, 1e-3):
        assert torch.allclose(patch_search.softmax_weights(gaps, sigma).sum(1), torch.ones(20))
