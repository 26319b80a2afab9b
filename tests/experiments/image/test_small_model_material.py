"""A small model on real files of every kind that people have, through the lab itself."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from artia_lab import corpora, execute
from artia_lab.experiments.image import flow_session
from artia_lab.experiments.image.flow_network import Architecture


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train a network of a few thousand weights, for a few steps."""
    architecture = Architecture(16, 2, (8, 8), 1, "float32")
    monkeypatch.setattr("artia_lab.experiments.image.flow_network.suited", lambda *_asked: architecture)
    monkeypatch.setattr(flow_session, "GLANCE_STEPS", 1)
    monkeypatch.setattr(flow_session, "GLANCED", 2)
    monkeypatch.setattr("artia_lab.experiments.image.flow_training.TRIED", 16)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    return folder


def wave(seed: int, wide: int = 40, high: int = 32) -> np.ndarray:
    down, across = np.mgrid[0:high, 0:wide]
    shape = [
        np.sin(across / (2 + seed % 7)),
        np.cos(down / (3 + seed % 5)),
        np.sin((across + down) / (4 + seed % 3)),
    ]
    return (np.stack(shape, axis=2) * 100 + 128).astype(np.uint8)


def trained(folder: Path) -> dict[str, Any]:
    corpora.describe(folder, title="All", authors=["A. N. Artist"], licence="CC0-1.0", consent="Mine.")
    run = execute.run("image.small-model", folder, {"steps": 4, "samples": 1, "zoom": 1.2}, executor="inline")
    record = run.record()
    assert record is not None and record["status"] == "finished", record
    return record


def test_the_largest_and_the_smallest_go_together_and_the_record_says_what_was_done(folder: Path) -> None:
    large = Image.fromarray(wave(1, 1200, 800)).resize((12_000, 8_000), Image.Resampling.NEAREST)
    large.save(folder / "large.jpg", quality=60)
    for k in range(3):
        Image.fromarray(wave(k, 8, 8)).save(folder / f"tiny-{k}.png")
    Image.fromarray(wave(4)).save(folder / "usual.png")
    record = trained(folder)
    assert any("3 pictures are smaller than 16 px and were enlarged" in each for each in record["warnings"])
    assert len(record["items"]) == 5


def test_one_that_cannot_be_read_among_200_is_named_and_the_others_are_learnt_from(folder: Path) -> None:
    for k in range(200):
        Image.fromarray(wave(k)).save(folder / f"{k:03}.png", compress_level=1)
    whole = (folder / "117.png").read_bytes()
    (folder / "117.png").write_bytes(whole[: len(whole) // 2])
    record = trained(folder)
    assert len(record["warnings"]) == 1 and "117.png" in record["warnings"][0]
    assert len(record["items"]) == 199


def test_5000_pictures_are_read_in_a_reasonable_time(folder: Path) -> None:
    for k in range(5000):
        Image.fromarray(wave(k, 16 + k % 17, 16 + k % 13)).save(folder / f"{k:04}.png", compress_level=0)
    began = time.process_time()
    record = trained(folder)
    assert len(record["items"]) == 5000 and record["warnings"] == []
    # Of this process alone, whatever else the machine does.
    assert time.process_time() - began < 60


def test_transparent_printed_deep_and_turned_pictures_are_learnt_from_as_they_are_seen(folder: Path) -> None:
    seen = wave(3)
    with_alpha = np.dstack([seen, np.full(seen.shape[:2], 128, np.uint8)])
    Image.fromarray(with_alpha, "RGBA").save(folder / "alpha.png")
    Image.fromarray(seen).convert("CMYK").save(folder / "cmyk.jpg")
    Image.fromarray(seen[..., 0].astype(np.uint16) * 257).save(folder / "deep.png")
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.fromarray(wave(5)).save(folder / "turned.jpg", exif=turned)
    Image.fromarray(seen).convert("P").save(folder / "palette.gif")
    record = trained(folder)
    assert record["warnings"] == [] and {item["file"] for item in record["items"]} == {
        "alpha.png",
        "cmyk.jpg",
        "deep.png",
        "turned.jpg",
        "palette.gif",
    }


def test_what_a_model_sees_of_them_is_what_people_see(folder: Path) -> None:
    from artia_lab.experiments.image.flow_material import gather

    upright = wave(2, 32, 48)
    turned = Image.Exif()
    turned[0x0112] = 6
    # Lying on its side, with a note that says to stand it up.
    Image.fromarray(np.rot90(upright)).save(folder / "turned.png", exif=turned)
    clear = np.dstack([np.zeros((48, 32, 3), np.uint8), np.zeros((48, 32), np.uint8)])
    Image.fromarray(clear, "RGBA").save(folder / "clear.png")
    corpus = corpora.describe(folder, title="All", authors=["A"], licence="CC0-1.0", consent="Mine.")
    with corpora.CorpusReader(corpus) as reader:
        material = gather(32, 1.0, 0.0, 0, reader, Silent(), 1)
    found = dict(zip(material.files, material.shown.pictures, strict=True))
    assert np.array_equal(found["turned.png"][0].permute(1, 2, 0).numpy(), upright)
    # What is transparent is seen over white.
    assert found["clear.png"][0].min() == 255


class Silent:
    """Takes what a run would have said."""

    def warn(self, sentence: str) -> None:
        raise AssertionError(sentence)

    def step(self, *_told: object, **_metrics: object) -> None:
        """Hear how it goes."""
