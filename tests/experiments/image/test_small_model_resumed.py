"""A real training, stopped and ended at random moments through the lab itself, comes to the same model."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors import safe_open

from artia_lab import corpora, execute, models
from artia_lab.errors import Mistake
from artia_lab.runs import ACTIVE, RunFolder

ASKED = {"steps": 30, "samples": 1, "size": "32", "precision": "float32", "seed": 0}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "waves"
    folder.mkdir()
    down, across = np.mgrid[0:40, 0:48]
    for k in range(6):
        drawn = np.stack([across * (k + 1), down * 5, 128 + 90 * np.sin(across / (2 + k))], axis=2)
        Image.fromarray(drawn.astype(np.uint8)).save(folder / f"{k}.png")
    corpora.describe(folder, title="Waves", authors=["A. N. Artist"], licence="CC0-1.0", consent="Mine.")
    return folder


def until(run: RunFolder, step: int) -> None:
    """Wait until a run has come so far."""
    while run.status() in ACTIVE and run.progress()["step"] < step:
        time.sleep(0.01)


def end(run: RunFolder, how: str) -> str:
    """Stop a run, or end its process without a word."""
    if how == "stop":
        return run.stop()
    os.killpg(run.progress()["pid"], signal.SIGKILL)
    return run.wait()


def test_stopped_and_killed_at_random_moments_it_comes_to_the_same_model(folder: Path) -> None:
    straight = execute.run("image.small-model", folder, ASKED, executor="inline")
    chance = random.Random(0)
    run, at = execute.start("image.small-model", folder, ASKED), 0
    for how, state in (("stop", "cancelled"), ("kill", "interrupted"), ("stop", "cancelled")):
        at += chance.randrange(3, 8)
        until(run, at)
        # Anywhere in a step, not where it is told of.
        time.sleep(chance.uniform(0, 0.1))
        reached = run.progress()["step"]
        assert end(run, how) == state
        with safe_open(run.checkpoint, framework="numpy") as file:
            kept = json.loads(file.metadata()["state"])["step"]
        # A look is taken every third step here; on a machine that is not busy, Stop loses nothing at all.
        assert kept >= reached - 3
        run = execute.resume(run)
    assert run.wait() == "finished", run.record()
    ours, theirs = (models.find(each.id).tensors() for each in (run, straight))
    assert all(np.array_equal(ours[name], theirs[name]) for name in theirs)
    assert (run.outputs_folder / "sample-01.png").read_bytes() == (
        straight.outputs_folder / "sample-01.png"
    ).read_bytes()
    assert not run.checkpoint.exists()


@pytest.mark.parametrize("damage", ["cut", "a bit in a weight", "a bit in what is said of them", "emptied"])
def test_a_damaged_checkpoint_is_said_and_not_offered_again(
    folder: Path, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from artia_lab.experiments.image.flow_network import Architecture

    tiny = Architecture(16, 2, (8, 8), 1, "float32")
    monkeypatch.setattr("artia_lab.experiments.image.flow_network.suited", lambda *_asked: tiny)
    with monkeypatch.context() as patch:
        patch.setattr("artia_lab.runs.report.Report._heed_stop", stop_at_the_ninth())
        half = execute.run("image.small-model", folder, ASKED, executor="inline")
    assert half.status() == "cancelled"
    content = bytearray(half.checkpoint.read_bytes())
    at = {"a bit in a weight": len(content) - 1000, "a bit in what is said of them": content.index(b"history") + 2}
    if damage in at:
        content[at[damage]] ^= 4
    half.checkpoint.write_bytes({"cut": content[:-100], "emptied": b""}.get(damage, content))

    rest = execute.resume(half, executor="inline")

    record = rest.record()
    assert record is not None and record["status"] == "failed" and record["error"]["kind"] == "mistake"
    assert "checkpoint" in record["error"]["sentence"]
    # Nothing to go on from: a panel offers nothing more.
    assert not rest.checkpoint.exists()
    with pytest.raises(Mistake, match="nothing to go on from"):
        execute.resume(rest, executor="inline")


def stop_at_the_ninth() -> object:
    """Stop a run inside this program the ninth time it says something."""
    from artia_lab.errors import Cancelled

    said = []

    def heed(_report: object) -> None:
        said.append(1)
        if len(said) == 9:
            raise Cancelled("Stopped.")

    return heed
