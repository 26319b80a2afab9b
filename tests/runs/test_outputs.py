"""What an experiment keeps is whole, decodable and digested by what it holds."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image, PngImagePlugin
from safetensors import safe_open

from artia_lab.runs import Request, RunFolder, runs_folder
from artia_lab.runs.digests import content_digest
from artia_lab.runs.outputs import Outputs

ASKED = Request(experiment="text.sample", parameters={"seed": 0}, corpus_id="x", corpus_digest="0")


@pytest.fixture
def folder(artia_home: Path):
    folder, claim = RunFolder.create(ASKED, runs_folder())
    yield folder
    os.close(claim)


@pytest.fixture
def out(folder: RunFolder) -> Outputs:
    return Outputs(folder)


def test_a_picture_comes_back_as_it_was(out: Outputs) -> None:
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    path = out.image(pixels)
    assert np.array_equal(np.asarray(Image.open(path)), pixels)
    assert out.kept[0]["path"] == "outputs/picture.png"


def test_a_grey_picture_is_compared_in_colour(out: Outputs) -> None:
    out.image(np.zeros((2, 3)))
    assert out.works["outputs/picture.png"].shape == (2, 3, 3)


def test_a_trace_is_not_a_work(out: Outputs) -> None:
    out.image(np.zeros((2, 2, 3)), "map", kind="trace")
    out.table([{"a": 0}])
    assert out.works == {}


@pytest.mark.parametrize("shape", [(0, 4, 3), (4, 4, 4), (4,), (1, 2, 3, 3)])
def test_what_is_not_a_picture_is_refused(out: Outputs, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="a picture"):
        out.image(np.zeros(shape))


def test_a_picture_with_a_hole_is_refused_and_leaves_no_file(out: Outputs, folder: RunFolder) -> None:
    with pytest.raises(ValueError, match="finite"):
        out.image(np.full((2, 2), np.nan))
    assert list(folder.outputs_folder.iterdir()) == []


def test_a_stereo_sound_keeps_librosas_order(out: Outputs) -> None:
    path = out.audio(np.stack([np.zeros(100), np.full(100, 0.5)]).astype(np.float32), 22050)
    samples, rate = soundfile.read(path)
    assert samples.shape == (100, 2) and rate == 22050 and abs(samples[0, 1] - 0.5) < 1e-6


@pytest.mark.parametrize("y", [np.zeros(0), np.array([np.nan])])
def test_an_impossible_sound_is_refused(out: Outputs, y: np.ndarray) -> None:
    with pytest.raises(ValueError, match="samples"):
        out.audio(y, 22050)


def test_an_empty_text_is_a_text(out: Outputs) -> None:
    assert out.text("").read_bytes() == b""


def test_an_empty_table_is_a_table(out: Outputs) -> None:
    assert out.table([]).read_text() == "\n"


def test_a_model_is_safetensors_with_its_architecture(out: Outputs) -> None:
    path = out.model({"w": np.zeros((2, 3), np.float32)}, architecture={"order": 0})
    with safe_open(path, "numpy") as model:
        assert model.metadata() == {"architecture": '{"order": 0}'}


def test_the_digest_is_of_the_content_not_of_the_file(out: Outputs, tmp_path: Path) -> None:
    path = out.image(np.arange(12, dtype=np.uint8).reshape(2, 2, 3))
    other = tmp_path / "other.png"
    note = PngImagePlugin.PngInfo()
    note.add_text("comment", "same pixels")
    Image.open(path).save(other, pnginfo=note, compress_level=0)
    assert path.read_bytes() != other.read_bytes()
    assert content_digest(other, "image") == out.kept[0]["digest"]


def test_two_outputs_cannot_share_a_name(out: Outputs) -> None:
    out.text("a")
    with pytest.raises(ValueError, match="already"):
        out.text("b")


@pytest.mark.parametrize("name", ["", "../up", "a/b", "Æ", ".hidden", "x" * 80])
def test_a_name_stays_inside_the_folder(out: Outputs, name: str) -> None:
    with pytest.raises(ValueError, match="output"):
        out.text("a", name)
