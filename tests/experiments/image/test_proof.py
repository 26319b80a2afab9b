"""The promises of a self-mosaic, on a run that was kept and on one that was tampered with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artia_lab import corpora
from artia_lab.execute import run
from artia_lab.experiments.image.proof import (
    loss_fell,
    no_draw_is_a_copy,
    pixels_come_from_the_corpus,
    shares_add_up,
)
from artia_lab.runs import RunFolder
from artia_lab.runs.request import Request


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


@pytest.fixture
def trained(tmp_path: Path) -> RunFolder:
    """A run of a small model, begun, whose tables are written by the tests."""
    corpus = corpora.find("starter/drawings")
    request = Request(
        experiment="image.small-model",
        parameters={"threshold": 0.7},
        corpus_id=corpus.id,
        corpus_digest=corpus.digest,
        notebook="",
        language="en",
    )
    folder = RunFolder.create(request, tmp_path / "runs")[0]
    folder.outputs_folder.mkdir(exist_ok=True)
    return folder


@pytest.mark.parametrize(("losses", "fell"), [((1.0, 0.9, 0.7, 0.75), True), ((1.0, 0.9), False), ((1.0,), False)])
def test_a_loss_that_did_not_fall_is_noticed(trained: RunFolder, losses: tuple[float, ...], fell: bool) -> None:
    rows = "".join(f"{step},{loss}\n" for step, loss in enumerate(losses))
    (trained.outputs_folder / "training.csv").write_text(f"step,loss\n{rows}")
    assert loss_fell(trained) is fell


@pytest.mark.parametrize(("began", "fell"), [(1.4, True), (1.0, False)])
def test_a_training_that_stopped_at_its_first_look_is_judged_from_its_beginning(
    trained: RunFolder, began: float, fell: bool
) -> None:
    trained.say("step", step=1, steps=600, metrics={"pictures": 24})
    trained.say("step", step=1, steps=600, metrics={"loss": began})
    trained.say("step", step=60, steps=600, metrics={"loss": 0.9})
    (trained.outputs_folder / "training.csv").write_text("step,loss,nearness\n60,0.9,0.8\n")
    assert loss_fell(trained) is fell


def test_at_a_threshold_of_1_everything_is_allowed(tmp_path: Path) -> None:
    request = Request(
        experiment="image.small-model",
        parameters={"threshold": 1.0},
        corpus_id="",
        corpus_digest="",
        language="en",
    )
    folder = RunFolder.create(request, tmp_path / "runs")[0]
    (folder.outputs_folder / "nearness.csv").write_text("draw,nearness,kept\n1,1.0,1\n2,0.4,1\n")
    assert no_draw_is_a_copy(folder)


@pytest.mark.parametrize(
    ("rows", "apart"), [("1,0.9,0\n2,0.5,1\n", True), ("1,0.9,1\n", False), ("1,0.7,1\n", False)]
)
def test_a_draw_kept_too_near_is_noticed_and_one_set_aside_is_not(
    trained: RunFolder, rows: str, apart: bool
) -> None:
    (trained.outputs_folder / "nearness.csv").write_text(f"draw,nearness,kept\n{rows}")
    assert no_draw_is_a_copy(trained) is apart
