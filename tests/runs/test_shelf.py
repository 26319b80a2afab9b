"""The runs there are, found by any name that can only be theirs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from artia_lab.errors import NotFound
from artia_lab.runs import Request, RunFolder, every_run, find_run, runs_folder

ASKED = Request(experiment="text.sample", parameters={"seed": 0}, corpus_id="x", corpus_digest="0")


@pytest.fixture
def queued(artia_home: Path):
    folder, claim = RunFolder.create(ASKED, runs_folder())
    yield folder
    os.close(claim)


def test_nobody_reads_a_run_that_is_being_made(artia_home: Path) -> None:
    (runs_folder() / ".20260101-000000-text.sample-000000").mkdir(parents=True)
    (runs_folder() / "20260101-000000-text.sample-000000").mkdir()
    (runs_folder() / "notes").mkdir()
    assert every_run() == []


def test_a_run_is_found_by_any_end_of_its_id(queued: RunFolder) -> None:
    for name in (queued.id, queued.id[:10], queued.id[-6:], "last", str(queued.path)):
        assert find_run(name).path == queued.path


@pytest.mark.parametrize("name", ["", "nothing", "../..", "last"])
def test_a_run_that_does_not_exist_is_not_found(artia_home: Path, name: str) -> None:
    with pytest.raises(NotFound, match="artia runs list"):
        find_run(name)


def test_an_id_that_could_be_two_is_not_guessed(artia_home: Path) -> None:
    for _ in range(2):
        os.close(RunFolder.create(ASKED, runs_folder())[1])
    with pytest.raises(NotFound, match="several runs"):
        find_run("2")
