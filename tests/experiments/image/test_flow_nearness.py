"""Nearness to the views learnt from: a copy stands out, whatever its place; something new does not."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data
import torch

from artia_lab.experiments.image.flow_material import Material, View, Views
from artia_lab.experiments.image.flow_nearness import Neighbourhood
from artia_lab.experiments.image.patch_folding import resized

FILES = ("astronaut", "coffee", "rocket")


def at_size(name: str, side: int) -> torch.Tensor:
    picture = torch.from_numpy(getattr(skimage.data, name)().astype(np.float32)).permute(2, 0, 1)
    high, wide = picture.shape[1:]
    factor = side / min(high, wide)
    return resized(picture, round(high * factor), round(wide * factor)).clamp(0, 255).round().to(torch.uint8)


@pytest.fixture(scope="module")
def views() -> Views:
    return Views([[at_size(name, side) for side in (32, 39, 48)] for name in FILES], 32)


@pytest.mark.parametrize("view", [View(0, 0, 0, 0), View(1, 1, 5, 3), View(2, 2, 11, 23)])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_copy_is_as_near_as_can_be_wherever_it_was_taken(views: Views, view: View, mirrored: bool) -> None:
    copy = views.at(view) / 127.5 - 1
    assert (
        Neighbourhood(Material(FILES, views, None, "")).nearness((copy.flip(2) if mirrored else copy)[None])[0]
        > 0.99
    )


def test_a_noisy_copy_is_near(views: Views) -> None:
    noise = torch.randn(3, 32, 32, generator=torch.Generator().manual_seed(0))
    assert (
        Neighbourhood(Material(FILES, views, None, "")).nearness(
            (views.at(View(1, 1, 5, 3)) / 127.5 - 1 + 0.1 * noise)[None]
        )[0]
        > 0.75
    )


def test_another_picture_is_not_near(views: Views) -> None:
    other = at_size("chelsea", 32)[:, :, 8:40] / 127.5 - 1
    assert Neighbourhood(Material(FILES, views, None, "")).nearness(other[None])[0] < 0.5


def test_a_single_colour_is_nobodys(views: Views) -> None:
    assert Neighbourhood(Material(FILES, views, None, "")).nearness(torch.full((1, 3, 32, 32), -1.0)) == [0.0]


def test_views_of_a_picture_reach_its_last_row() -> None:
    whole = torch.zeros(3, 40, 40, dtype=torch.uint8)
    whole[:, -1, -1] = 255
    corners = Views([[whole]], 32).draw(200, False, torch.Generator().manual_seed(0))[:, 0, -1, -1]
    assert corners.max() == 1 and corners.min() == -1


def test_the_likeness_of_a_copy_names_its_file(views: Views) -> None:
    near = Neighbourhood(Material(FILES, views, None, ""))
    (found,) = near.likenesses((views.at(View(1, 2, 7, 9)) / 127.5 - 1)[None])
    assert found.verdict == "copy" and [each.item for each in found.nearest] == ["coffee"]
    assert found.measures["references"] == 3 and "coffee" in found.sentence()
