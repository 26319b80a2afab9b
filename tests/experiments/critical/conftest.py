"""Audits performed for good, on small corpora made on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from artia_lab import corpora, execute, experiments
from artia_lab.corpora import Corpus
from artia_lab.experiments.critical.copy_check import EXPERIMENT
from artia_lab.runs import RunFolder

SIDE = 160


def drawn(seed: int) -> np.ndarray:
    """A small drawing of overlapping discs, uint8 [160, 160, 3]."""
    draw = np.random.default_rng(seed)
    down, across = np.mgrid[:SIDE, :SIDE]
    picture = np.full((SIDE, SIDE, 3), 235.0)
    for _disc in range(90):
        x, y, radius = draw.uniform(0, SIDE), draw.uniform(0, SIDE), draw.uniform(3, 22)
        picture[(across - x) ** 2 + (down - y) ** 2 < radius**2] = draw.uniform(0, 255, 3)
    return picture.astype(np.uint8)


@pytest.fixture
def drawing() -> Callable[[int], np.ndarray]:
    """Make a drawing from a seed."""
    return drawn


@pytest.fixture
def drawings(tmp_path: Path) -> Corpus:
    """A corpus of four small drawings."""
    folder = tmp_path / "drawings"
    folder.mkdir()
    for seed in range(4):
        Image.fromarray(drawn(seed)).save(folder / f"discs-{seed}.png")
    return corpora.describe(folder, title="Discs", authors=["A. N. Artist"], licence="CC0-1.0", consent="Mine.")


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch) -> Callable[..., RunFolder]:
    """Perform an audit in this process, as an installed experiment."""
    installed = experiments.load
    monkeypatch.setattr(experiments, "load", lambda name: EXPERIMENT if name == EXPERIMENT.id else installed(name))

    def perform(corpus: str | Path, **settings: Any) -> RunFolder:
        return execute.run(EXPERIMENT.id, corpus, settings, executor="inline")

    return perform


@pytest.fixture
def report() -> Callable[[RunFolder], str]:
    """Read the report of an audit."""
    return lambda run: (run.path / "outputs" / "report.txt").read_text(encoding="utf-8")
