"""The space of grains: shape apart from level, and a common unit."""

import numpy as np
import pytest

from artia_lab.experiments.audio.grain_space import COMPONENTS, GrainSpace
from artia_lab.experiments.audio.recording import Cut, analyse, middle_level

CUT = Cut.of(44100, 100, 50)


def test_a_grain_lies_where_it_did_whatever_its_level(starter_sounds):
    loud = analyse("flute.wav", starter_sounds["flute.wav"], CUT)
    soft = analyse("flute.wav", starter_sounds["flute.wav"] * np.float32(0.1), CUT)
    space = GrainSpace.learn([loud, analyse("neige.wav", starter_sounds["neige.wav"], CUT)])

    here = space.place(loud, middle_level([loud]))
    there = space.place(soft, middle_level([soft]))

    assert here.shape == (len(loud.level), COMPONENTS)
    np.testing.assert_allclose(here, there, atol=0.01)


def test_two_grains_taken_at_random_are_about_1_apart(starter_sounds):
    recordings = [analyse(file, y, CUT) for file, y in starter_sounds.items()]
    space = GrainSpace.learn(recordings)
    points = np.concatenate([space.place(r)[r.audible] for r in recordings])
    rng = np.random.default_rng(0)

    pairs = points[rng.integers(len(points), size=(2000, 2))]

    assert np.linalg.norm(pairs[:, 0] - pairs[:, 1], axis=1).mean() == pytest.approx(1, abs=0.2)


def test_one_grain_alone_still_has_a_place():
    recording = analyse("tic.wav", np.full(200, 0.5, dtype=np.float32), CUT)

    assert np.isfinite(GrainSpace.learn([recording]).place(recording)).all()
