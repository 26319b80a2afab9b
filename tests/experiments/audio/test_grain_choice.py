"""The choice of grains: nearest, continued, varied, never stuttering."""

import numpy as np
import pytest

from artia_lab.experiments.audio.grain_choice import GrainIndex, Taste, choose_grains, reach_out

NEAREST = Taste(continuity=0.0, variety=0.0, repetition=0.0)


@pytest.fixture
def index() -> GrainIndex:
    """Three recordings of 100, 80 and 1 grains in 12 dimensions."""
    rng = np.random.default_rng(3)
    points = [rng.standard_normal((n, 12)).astype(np.float32) for n in (100, 80, 1)]
    return GrainIndex.build(points, [np.ones(len(p), dtype=bool) for p in points], 2)


def choose(index, moments, taste, seed=0, **more):
    linked = np.arange(len(moments)) > 0
    return choose_grains(index, moments, linked, taste, np.random.default_rng(seed), **more)


def test_a_grain_continues_two_strides_later_in_its_own_recording(index):
    assert index.following[0] == 2
    assert index.following[97] == 99
    assert index.following[98] == -1
    assert index.following[100] == 102
    assert index.following[180] == -1


def test_a_silent_grain_is_neither_found_nor_a_continuation():
    points = np.arange(10, dtype=np.float32)[:, None]
    audible = np.ones(10, dtype=bool)
    audible[4] = False

    index = GrainIndex.build([points], [audible], 2)

    assert index.stride.tolist() == [0, 1, 2, 3, 5, 6, 7, 8, 9]
    assert index.following[2] == -1
    assert index.stride[index.following[3]] == 5


def test_indifferent_taste_takes_the_nearest(index):
    moments = index.points[[5, 120, 180, 7]] + np.float32(0.01)

    chosen = choose(index, moments, NEAREST)

    assert chosen.grain.tolist() == [5, 120, 180, 7]
    np.testing.assert_allclose(chosen.distance, 0.01 * np.sqrt(12), rtol=1e-3)


def test_a_sequence_of_the_corpus_is_found_whole(index):
    moments = index.points[10:60:2]

    chosen = choose(index, moments, Taste(1.0, 0.0, 0.0))

    assert chosen.grain.tolist() == list(range(10, 60, 2))
    assert chosen.continues.tolist() == [False] + [True] * 24


def test_the_path_found_is_the_cheapest_there_is():
    """Against every path of a corpus so small that all can be counted."""
    import itertools

    rng = np.random.default_rng(1)
    points = rng.standard_normal((6, 3)).astype(np.float32)
    index = GrainIndex.build([points], [np.ones(6, dtype=bool)], 2)
    moments = rng.standard_normal((5, 3)).astype(np.float32)

    def price(path):
        total = sum(np.linalg.norm(points[g] - m) for g, m in zip(path, moments, strict=True))
        for before, after in itertools.pairwise(path):
            expected = index.following[before]
            if after != expected:
                total += 0.5 * (
                    0.25 + np.linalg.norm(points[expected if expected >= 0 else before] - points[after])
                )
        return total

    cheapest = min(itertools.product(range(6), repeat=5), key=price)

    assert choose(index, moments, Taste(0.5, 0.0, 0.0)).grain.tolist() == list(cheapest)


def test_repetition_costs(index):
    moments = np.repeat(index.points[[50]], 12, axis=0)

    assert set(choose(index, moments, NEAREST).grain.tolist()) == {50}
    assert len(set(choose(index, moments, Taste(0.0, 0.0, 100.0)).grain.tolist())) == 12


def test_a_rest_breaks_continuity(index):
    moments = index.points[[10, 12]]

    chosen = choose_grains(
        index, moments, np.array([False, False]), Taste(1.0, 0.0, 0.0), np.random.default_rng(0)
    )

    assert chosen.continues.tolist() == [False, False]


def test_chance_follows_the_seed(index):
    moments = index.points[:40]
    taste = Taste(0.0, 1.0, 0.0)

    assert choose(index, moments, taste, 0).grain.tolist() == choose(index, moments, taste, 0).grain.tolist()
    assert choose(index, moments, taste, 0).grain.tolist() != choose(index, moments, taste, 1).grain.tolist()


def test_a_sound_that_answers_itself_avoids_its_own_moment(index):
    own = np.arange(20, 60, 2)

    chosen = choose(index, index.points[own], NEAREST, own=own, own_margin=5)

    itself = index.recording[chosen.grain] == 0
    assert (np.abs(index.stride[chosen.grain] - own)[itself] >= 5).all()


def test_a_single_grain_answers_everything():
    index = GrainIndex.build([np.zeros((1, 12), dtype=np.float32)], [np.ones(1, dtype=bool)], 2)

    chosen = choose(index, np.ones((3, 12), dtype=np.float32), Taste(1.0, 1.0, 1.0))

    assert chosen.grain.tolist() == [0, 0, 0]


def test_it_says_how_far_it_is(index):
    done = []

    choose(index, np.resize(index.points, (300, 12)), NEAREST, tick=done.append)

    assert done[0] == 0.0
    assert done[-1] == 1.0
    assert done == sorted(done)
    assert len(done) > 4


def test_reach_1_covers_the_extent_of_the_corpus_and_reach_0_changes_nothing():
    rng = np.random.default_rng(0)
    corpus = rng.normal(5, 3, (1000, 4)).astype(np.float32)
    moments = rng.normal(0, 1, (500, 4)).astype(np.float32)

    reached = reach_out(moments, corpus, 1.0)

    np.testing.assert_allclose(reached.mean(axis=0), corpus.mean(axis=0), atol=1e-3)
    np.testing.assert_allclose(reached.std(axis=0), corpus.std(axis=0), rtol=1e-3)
    np.testing.assert_allclose(reach_out(moments, corpus, 0.0), moments, atol=1e-6)


def test_a_constant_sound_can_reach_out():
    constant = np.ones((5, 4), dtype=np.float32)

    assert np.isfinite(reach_out(constant, np.random.default_rng(0).standard_normal((9, 4)), 1.0)).all()
