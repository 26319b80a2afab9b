"""A run gives bitwise the same in a warm and in a cold process, for every experiment that is registered."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from artia_lab import experiments
from artia_lab.execute import run
from artia_lab.warm import prepare

# Small enough to be run twice here; what is not named keeps its default.
SMALL = {
    "image.self-mosaic": {"width": 96},
    "audio.sound-mosaic": {"length": 3},
    "image.small-model": {"steps": 8, "samples": 2},
    "image.small-model-samples": {"count": 2},
    "critical.copy-check": {"most": 1},
}
# What draws from a model must find one.
BEFORE = {"image.small-model-samples": "image.small-model"}
CORPUS = {"image": "starter/drawings", "audio": "starter/sounds", "text": "starter/texts-fr"}


def outputs(folder: Path) -> dict[str, str]:
    """Digest everything that a run made."""
    found = sorted((folder / "outputs").rglob("*"))
    return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in found if each.is_file()}


@pytest.mark.parametrize("experiment", experiments.names())
def test_warm_and_cold_are_bitwise_equal(
    experiment: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: Any
) -> None:
    caplog.set_level("INFO", "artia_lab.warm")
    asked = experiment, CORPUS[experiments.load(experiment).media[0]], SMALL.get(experiment, {})
    if experiment in BEFORE:
        first = BEFORE[experiment]
        assert run(first, asked[1], SMALL[first], out=tmp_path / "before").status() == "finished"
    made = {}
    for state in ("cold", "warm"):
        if state == "cold":
            monkeypatch.setenv("ARTIA_WARM", "off")
        else:
            monkeypatch.delenv("ARTIA_WARM")
            assert prepare(wait=True)
        folder = run(*asked, out=tmp_path / state)
        assert folder.status() == "finished", folder.record()
        made[state] = outputs(folder.path)
    assert not caplog.records
    assert made["warm"] == made["cold"] and made["warm"]
