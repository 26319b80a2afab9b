"""Parts of a step come to the same, side by side or one after the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from artia_lab.experiments.image.flow_descent import Descent, rate
from artia_lab.experiments.image.flow_material import Material, Views
from artia_lab.experiments.image.flow_network import Architecture
from artia_lab.experiments.image.flow_parts import side_by_side
from artia_lab.experiments.image.flow_training import Training
from artia_lab.experiments.threads import one_thread

TINY = Architecture(16, 2, (8, 8), 1, "float32")


def trained(pool: ThreadPoolExecutor) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    pictures = [[torch.randint(0, 255, (3, 20, 24), generator=generator, dtype=torch.uint8)] for _ in range(3)]
    training = Training(TINY, Material((), Views(pictures, 16), None, ""), 12, 8, True, 0, "cpu", pool)
    while training.step < 12:
        assert training.advance()
    return training.tensors()


def test_one_thread_gives_the_same_bits_as_two() -> None:
    with one_thread(), ThreadPoolExecutor(1) as alone, side_by_side() as both:
        one, two = trained(alone), trained(both)
    assert one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


def test_each_thread_computes_with_one_core() -> None:
    with side_by_side() as pool:
        assert set(pool.map(lambda _: torch.get_num_threads(), range(8))) == {1}


@pytest.fixture
def weights() -> dict[str, torch.Tensor]:
    """Give a kernel, a matrix and a vector."""
    generator = torch.Generator().manual_seed(0)
    kernel = torch.randn(8, 4, 3, 3, generator=generator).to(memory_format=torch.channels_last)
    return {"kernel": kernel, "matrix": torch.randn(6, 4, generator=generator), "vector": torch.zeros(5)}


def test_a_step_moves_every_weight_against_its_gradient(weights: dict[str, torch.Tensor]) -> None:
    before = {name: each.clone() for name, each in weights.items()}
    with side_by_side() as pool:
        Descent(weights).step([torch.ones_like(each) for each in weights.values()], 1.0, pool)
    assert all(float((each - before[name]).mean()) < 0 for name, each in weights.items())


def test_kernels_are_moved_where_they_lie_or_refused(weights: dict[str, torch.Tensor]) -> None:
    with pytest.raises(RuntimeError, match="view"):
        Descent({"kernel": weights["kernel"].contiguous()})


def test_the_rate_climbs_then_falls() -> None:
    rates = [rate(step, 100) for step in range(100)]
    assert rates.index(max(rates)) == 4 and 0 < rates[0] < 0.5 and 0.01 < rates[-1] < 0.05
    assert all(0 < rate(step, 1) <= 1 for step in range(2))
