"""The report says how it goes, without flooding the disk, and heeds Stop."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from artia_lab.errors import Cancelled
from artia_lab.runs import Request, RunFolder, runs_folder
from artia_lab.runs.report import Report

ASKED = Request(experiment="text.sample", parameters={"seed": 0}, corpus_id="x", corpus_digest="0")


@pytest.fixture
def folder(artia_home: Path):
    folder, claim = RunFolder.create(ASKED, runs_folder())
    yield folder
    os.close(claim)


def test_the_last_step_is_always_said(folder: RunFolder) -> None:
    report = Report(folder)
    for i in range(1, 5001):
        report.step(i, 5000, loss=1 / i)
    progress = folder.progress()
    assert (progress["step"], progress["steps"]) == (5000, 5000)
    assert len(folder.events()[0]) < 100


def test_stop_is_heeded_at_the_next_step(folder: RunFolder) -> None:
    report = Report(folder)
    report.step(1, 9)
    folder.say("stop")
    with pytest.raises(Cancelled):
        report.step(2, 9)
    with pytest.raises(Cancelled):
        report.preview("and afterwards too")


def test_energy_so_far_is_said_when_it_is_known(folder: RunFolder) -> None:
    Report(folder, lambda: 0.0).step(1, 1)
    assert folder.progress()["energy_j"] == 0.0


@pytest.mark.parametrize(
    ("content", "sr", "name"),
    [(np.zeros((2, 2, 3)), None, "preview.png"), (np.zeros(50), 8000, "preview.wav"), ("é", None, "preview.txt")],
)
def test_a_preview_of_each_medium_is_kept(folder: RunFolder, content: object, sr: int, name: str) -> None:
    Report(folder).preview(content, sr)  # type: ignore[arg-type]
    assert (folder.path / name).stat().st_size > 0
    assert folder.progress()["preview"] == name


def test_warnings_are_kept_in_their_order(folder: RunFolder) -> None:
    report = Report(folder)
    report.warn("one")
    report.warn("two")
    assert report.warnings == folder.progress()["warnings"] == ["one", "two"]
