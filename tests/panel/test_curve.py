"""The curve of a training under way, as the diary of its run tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from artia_lab.i18n import use_language
from artia_lab.panel.curve import MOST, Curve
from artia_lab.runs import Request, RunFolder


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    asked = Request(experiment="image.small-model", parameters={}, corpus_id="", corpus_digest="")
    return RunFolder.create(asked, tmp_path)[0]


def told(folder: RunFolder, step: int, **metrics: float) -> None:
    folder.say("step", step=step, steps=600, metrics=metrics)


def test_there_is_none_before_two_losses_were_told(folder: RunFolder) -> None:
    curve = Curve(folder)
    assert curve.read() == {}
    told(folder, 1, pictures=14)
    told(folder, 1, loss=1.4)
    assert curve.read() == {}


def test_it_grows_and_says_in_words_where_it_is(folder: RunFolder) -> None:
    curve = Curve(folder)
    told(folder, 1, loss=1.4)
    told(folder, 2, loss=1.3)
    assert curve.read()["lines"] == [
        {"kind": "loss", "name": "Pictures it learns from", "points": [[1, 1.4], [2, 1.3]]}
    ]
    told(folder, 61, loss=0.9, held_out=1.0, nearness=0.0)
    told(folder, 62, loss=0.8, held_out=1.0, nearness=0.0)
    read = curve.read()
    assert read["steps"] == 600 and read["highest"] == 1.4
    assert read["lines"][1]["points"] == [[61, 1.0]]
    assert read["said"] == "Loss: 1.40 at step 1, 0.80 at step 62 of 600. On the pictures set aside: 1.00."


def test_a_long_training_keeps_its_beginning_its_end_and_no_more_points_than_can_be_seen(
    folder: RunFolder,
) -> None:
    curve = Curve(folder)
    for step in range(1, 2000):
        told(folder, step, loss=1 + 1 / step)
    (line,) = curve.read()["lines"]
    assert MOST / 3 < len(line["points"]) <= MOST + 1
    assert line["points"][0] == [1, 2.0] and line["points"][-1][0] == 1999
    steps = [step for step, _loss in line["points"]]
    assert steps == sorted(steps)


def test_it_speaks_french(folder: RunFolder) -> None:
    told(folder, 1, loss=1.4)
    told(folder, 2, loss=1.3)
    with use_language("fr"):
        assert "1,40" in Curve(folder).read()["said"]


def test_a_folder_that_is_gone_has_none(folder: RunFolder, tmp_path: Path) -> None:
    curve = Curve(folder)
    folder.diary.unlink()
    assert curve.read() == {}
