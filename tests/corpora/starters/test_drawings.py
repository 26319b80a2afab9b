from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artia_lab.corpora.starters import drawings


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawings")
    drawings.write(folder)
    return folder


def test_every_drawing_is_there_and_no_other(drawn: Path) -> None:
    assert sorted(path.name for path in drawn.iterdir()) == sorted(drawings.FILES)


@pytest.mark.parametrize("file", drawings.FILES)
def test_a_drawing_has_detail_everywhere_and_is_neither_burnt_nor_black(drawn: Path, file: str) -> None:
    picture = np.asarray(Image.open(drawn / file), dtype=np.float64) / 255
    assert picture.shape == (640, 640, 3)
    quarters = picture.reshape(4, 160, 4, 160, 3).swapaxes(1, 2).reshape(16, -1)
    assert quarters.std(axis=1).min() > 0.005
    assert 0.05 < picture.mean() < 0.95


def test_drawings_do_not_look_alike(drawn: Path) -> None:
    small = {file: np.asarray(Image.open(drawn / file).resize((16, 16)), dtype=float) for file in drawings.FILES}
    assert min(np.abs(small[a] - small[b]).mean() for a, b in combinations(small, 2)) > 10


def test_the_same_drawing_is_drawn_again(drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = {file: drawings.FILES[file] for file in ("carreaux.png", "courants.png", "neige.png")}
    monkeypatch.setattr(drawings, "FILES", few)
    drawings.write(tmp_path)
    assert all((tmp_path / file).read_bytes() == (drawn / file).read_bytes() for file in few)
