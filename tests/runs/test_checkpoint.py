"""Checkpoints: one per run, whole or not at all, and where a run that goes on begins."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from artia_lab.errors import MaterialError, Mistake
from artia_lab.execute import resume
from artia_lab.runs import Request, RunFolder
from artia_lab.runs.outputs import Outputs

ASKED = Request(
    experiment="text.corpus-keyboard",
    parameters={},
    corpus_id="starter/texts-en",
    corpus_digest="0" * 64,
)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder.create(ASKED, tmp_path)[0]


def test_a_run_that_begins_has_nothing_to_go_on_from(folder: RunFolder) -> None:
    assert Outputs(folder).resumed() is None


def test_the_last_checkpoint_is_handed_on(folder: RunFolder, tmp_path: Path) -> None:
    out = Outputs(folder)
    for step in (1, 2):
        out.checkpoint({"weights": np.full((2, 2), step, np.float32)}, {"step": step, "name": "été"})
    following, _claim = RunFolder.create(replace(ASKED, resumes=folder.id), tmp_path, folder.checkpoint)
    resumed = Outputs(following).resumed()
    assert resumed is not None
    assert (resumed[0]["weights"] == 2).all() and resumed[1] == {"step": 2, "name": "été"}


def test_torch_tensors_of_any_layout_are_kept(folder: RunFolder, tmp_path: Path) -> None:
    import torch

    weights = torch.arange(6).reshape(2, 3).t()
    Outputs(folder).checkpoint({"weights": weights}, {})
    following, _claim = RunFolder.create(replace(ASKED, resumes=folder.id), tmp_path, folder.checkpoint)
    resumed = Outputs(following).resumed()
    assert resumed is not None and (resumed[0]["weights"] == weights.numpy()).all()


def test_a_checkpoint_cut_short_is_refused(folder: RunFolder, tmp_path: Path) -> None:
    Outputs(folder).checkpoint({"weights": np.zeros(1000)}, {})
    folder.checkpoint.write_bytes(folder.checkpoint.read_bytes()[:500])
    following, _claim = RunFolder.create(replace(ASKED, resumes=folder.id), tmp_path, folder.checkpoint)
    with pytest.raises(MaterialError, match="cut short"):
        Outputs(following).resumed()


def test_a_finished_run_keeps_no_checkpoint(folder: RunFolder) -> None:
    Outputs(folder).checkpoint({"weights": np.zeros(3)}, {})
    folder.finish(folder.closing_record("finished"))
    assert not folder.checkpoint.exists()
    with pytest.raises(Mistake, match="nothing to go on from"):
        resume(folder)


def test_a_corpus_that_changed_is_not_gone_on_with(folder: RunFolder) -> None:
    Outputs(folder).checkpoint({"weights": np.zeros(3)}, {})
    folder.finish(folder.closing_record("cancelled"))
    with pytest.raises(Mistake, match="changed since the run"):
        resume(folder)


def test_a_run_under_way_is_not_resumed(tmp_path: Path) -> None:
    folder, claim = RunFolder.create(ASKED, tmp_path)
    with pytest.raises(Mistake, match="still under way"):
        resume(folder)
    assert claim >= 0


def test_an_animation_moves_and_is_digested_as_it_is_seen(folder: RunFolder) -> None:
    from PIL import Image

    from artia_lab.runs.digests import content_digest

    frames = np.zeros((4, 8, 8, 3), np.float32)
    for number in range(4):
        frames[number, number * 2 : number * 2 + 2] = 1
    path = Outputs(folder).animation(frames, 10)
    with Image.open(path) as picture:
        assert picture.n_frames == 4 and picture.info["loop"] == 0  # type: ignore[attr-defined]
        for number in range(4):
            picture.seek(number)
            assert np.abs(np.asarray(picture.convert("RGB")) / 255 - frames[number]).max() < 0.02
    assert content_digest(path, "image") == content_digest(path, "image")
    with pytest.raises(ValueError):
        Outputs(folder).animation(frames[:0], 10, name="empty")
