"""The promises of a self-mosaic, on a run that was kept and on one that was tampered with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artia_lab import corpora
from artia_lab.execute import run
from artia_lab.experiments.image.proof import pixels_come_from_the_corpus, shares_add_up
from artia_lab.runs import RunFolder


@pytest.fixture
def kept(tmp_path: Path) -> RunFolder:
    folder = tmp_path / "drawing"
    folder.mkdir()
    across, down = np.meshgrid(np.arange(64), np.arange(32))
    drawn = np.stack([across * 2, down * 3, 128 + 60 * np.sin(across / 5) * np.cos(down / 7)], axis=2)
    Image.fromarray(drawn.astype(np.uint8)).save(folder / "waves.png")
    corpora.describe(folder, title="Waves", authors=["A. N. Artist"], licence="CC0-1.0", consent="Mine.")
    return run("image.self-mosaic", folder, {"width": 64, "mirrored": True, "seed": 3}, executor="inline")


def test_a_run_keeps_its_promises_and_a_single_pixel_from_elsewhere_is_noticed(kept: RunFolder) -> None:
    assert shares_add_up(kept)
    assert pixels_come_from_the_corpus(kept)

    path = kept.path / "outputs" / "mosaic.png"
    with Image.open(path) as mosaic:
        mosaic.putpixel((5, 5), (255, 0, 255))
        mosaic.save(path)

    assert not pixels_come_from_the_corpus(kept)
