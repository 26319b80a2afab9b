"""The promise of a sound mosaic, on a run that was kept and on one that was tampered with."""

from __future__ import annotations

import pytest

from artia_lab.execute import run
from artia_lab.experiments.audio.proof import every_grain_is_traced
from artia_lab.runs import RunFolder


@pytest.fixture
def kept() -> RunFolder:
    return run("audio.sound-mosaic", "starter/sounds", {"length": 2}, executor="inline")


def change_last_grain(kept: RunFolder, **cells: str) -> None:
    table = kept.path / "outputs" / "grains.csv"
    *rows, last = table.read_text(encoding="utf-8").splitlines()
    names = rows[0].split(",")
    changed = [cells.get(name, cell) for name, cell in zip(names, last.split(","), strict=True)]
    table.write_text("\n".join([*rows, ",".join(changed)]), encoding="utf-8")


def test_every_grain_of_a_run_is_traced(kept: RunFolder) -> None:
    assert every_grain_is_traced(kept)


@pytest.mark.parametrize(
    "cells",
    [{"file": "elsewhere.wav"}, {"end_s": "1000"}, {"start_s": "-1"}, {"start_s": "2", "end_s": "1"}],
    ids=["another file", "past the end", "before the beginning", "backwards"],
)
def test_a_grain_from_nowhere_is_noticed(kept: RunFolder, cells: dict[str, str]) -> None:
    change_last_grain(kept, **cells)

    assert not every_grain_is_traced(kept)


def test_a_list_without_a_grain_proves_nothing(kept: RunFolder) -> None:
    table = kept.path / "outputs" / "grains.csv"
    table.write_text(table.read_text(encoding="utf-8").splitlines()[0], encoding="utf-8")

    assert not every_grain_is_traced(kept)
