"""The promise of a sound mosaic, on a run that was kept and on one that was tampered with."""

from __future__ import annotations

import pytest

from artia_lab.execute import run
from artia_lab.experiments.audio.proof import every_grain_is_traced
from artia_lab.runs import RunFolder


@pytest.fixture
def kept() -> RunFolder:
    return run("audio.sound-mosaic", "starter/sounds", {"length": 2}, executor="inline")


def test_every_grain_is_traced_and_one_from_nowhere_is_noticed(kept: RunFolder) -> None:
    table = kept.path / "outputs" / "grains.csv"
    *rows, last = table.read_text(encoding="utf-8").splitlines()
    grain = dict(zip(rows[0].split(","), last.split(","), strict=True))
    assert every_grain_is_traced(kept)

    for wrong in (
        {"file": "elsewhere.wav"},
        {"end_s": "1000"},
        {"start_s": "-1"},
        {"start_s": "0.2", "end_s": "0.1"},
    ):
        table.write_text("\n".join([*rows, ",".join((grain | wrong).values())]), encoding="utf-8")
        assert not every_grain_is_traced(kept), wrong

    table.write_text(rows[0], encoding="utf-8")
    assert not every_grain_is_traced(kept), "no grain"
