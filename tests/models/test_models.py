"""Kept models: whole, described, and never more than numbers."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artia_lab import models
from artia_lab.cli import main
from artia_lab.errors import MaterialError, NotFound
from artia_lab.runs import Request, RunFolder
from artia_lab.runs.outputs import Outputs

TENSORS = {"first.weight": np.arange(12, dtype=np.float32).reshape(3, 4), "steps": np.array([7])}


@pytest.fixture
def model(tmp_path: Path) -> models.Model:
    """Keep a small model, as a run does."""
    asked = Request(experiment="image.small-model", parameters={}, corpus_id="mine", corpus_digest="0" * 64)
    folder, _claim = RunFolder.create(asked, tmp_path / "runs")
    out = Outputs(folder)
    weights = out.model(TENSORS, architecture={"channels": [3, 4]}, kept=True)
    record = folder.closing_record("finished")
    record["corpus"] |= {"licence": "CC-BY-4.0", "authors": ["A. N. Author"], "publishable": True}
    assert out.models == [weights]
    return models.keep(weights, record)


def test_what_was_kept_is_what_is_opened(model: models.Model) -> None:
    found = models.find(model.id)
    assert found.architecture == {"channels": [3, 4]}
    assert found.corpus["authors"] == ["A. N. Author"] and found.record["id"] == model.id
    assert all((found.tensors()[name] == TENSORS[name]).all() for name in TENSORS)
    assert found.check() == []


@pytest.mark.parametrize("name", ["last", "ends", "begins"])
def test_a_model_is_found_by_a_part_of_its_id(model: models.Model, name: str) -> None:
    part = {"ends": model.id[-6:], "begins": model.id[:20]}.get(name, name)
    assert models.find(part).id == model.id
    assert models.find(str(model.folder)).id == model.id


@pytest.mark.parametrize("name", ["", "nothing", "../../etc", "/etc"])
def test_a_model_that_is_not_there_is_said(artia_home: Path, name: str) -> None:
    with pytest.raises((NotFound, MaterialError), match="no model"):
        models.find(name)


def test_the_models_of_a_rerun_stay_with_it(
    model: models.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARTIA_RUNS", str(tmp_path / "rerun"))
    assert models.models_folder() == tmp_path / "rerun" / "models"
    # The person's own can still be opened.
    assert models.find(model.id).folder == model.folder


def cut(path: Path) -> None:
    """Cut a file short."""
    path.write_bytes(path.read_bytes()[:-5])


@pytest.mark.parametrize(
    "damage",
    [
        cut,
        Path.unlink,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(pickle.dumps(TENSORS)),
        lambda path: path.write_bytes(b"\xff" * 8 + b"{}"),
    ],
)
def test_damaged_weights_are_refused_in_a_sentence(model: models.Model, damage: Any) -> None:
    damage(model.folder / "model.safetensors")
    with pytest.raises(MaterialError, match=r"model\.safetensors"):
        models.find(model.id).tensors()
    assert main(["models", "check", model.id]) == 2


def test_tensors_that_do_not_fit_are_refused(model: models.Model) -> None:
    from safetensors.numpy import save_file

    save_file({"first.weight": np.zeros((4, 3), np.float32)}, model.folder / "model.safetensors")
    with pytest.raises(MaterialError, match="do not fit its architecture"):
        models.find(model.id).tensors()


def test_a_changed_number_is_noticed(model: models.Model) -> None:
    from safetensors.numpy import save_file

    said = {"architecture": json.dumps({"channels": [3, 4]})}
    save_file(TENSORS | {"steps": np.array([8])}, model.folder / "model.safetensors", said)
    assert "changed since it was kept" in models.find(model.id).check()[0]


@pytest.mark.parametrize("content", ["", "{", "[]", "3", '{"experiment": "x"}', "\x00"])
def test_a_damaged_description_is_refused(model: models.Model, content: str) -> None:
    (model.folder / "model.json").write_text(content)
    with pytest.raises(MaterialError, match=r"model\.json"):
        models.find(model.id)
    assert models.every() == []


def edited(model: models.Model, change: Any) -> None:
    """Change the description of a model by hand."""
    card = json.loads((model.folder / "model.json").read_text())
    change(card)
    (model.folder / "model.json").write_text(json.dumps(card))


def test_an_architecture_that_was_edited_is_noticed(model: models.Model) -> None:
    edited(model, lambda card: card["architecture"].update(channels=[3, 5]))
    assert "do not fit its architecture" in models.find(model.id).check()[0]
    with pytest.raises(MaterialError, match="do not fit its architecture"):
        models.find(model.id).tensors()
    assert main(["models", "check", model.id]) == 2


def test_a_licence_that_was_edited_is_noticed(model: models.Model) -> None:
    edited(model, lambda card: card["corpus"].update(licence="CC0-1.0"))
    assert "description was changed" in models.find(model.id).check()[0]


@pytest.mark.parametrize(
    "change",
    [
        lambda card: card.update(corpus={}),
        lambda card: card.update(corpus={"id": 3, "digest": ""}),
        lambda card: card["corpus"].update(authors="me"),
        lambda card: card["corpus"].update(authors=[1]),
        lambda card: card["corpus"].update(licence=None),
        lambda card: card.update(tensors={"first.weight": 3}),
        lambda card: card.update(tensors={"first.weight": ["float32", "three", 4]}),
        lambda card: card.update(tensors={"first.weight": []}),
        lambda card: card.update(record=[]),
        lambda card: card["record"].update(items=[3]),
        lambda card: card.update(sha256=None),
    ],
)
def test_a_malformed_description_breaks_neither_the_listing_nor_the_rest(
    model: models.Model, change: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    edited(model, change)
    assert main(["models", "list"]) == 0
    assert main(["models", "show", model.id]) == 2
    assert main(["models", "check", model.id]) == 2
    assert "model.json" in capsys.readouterr().err


def test_models_from_the_command_line(model: models.Model, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["id"] == model.id
    assert main(["models", "show", "last"]) == 0
    said = capsys.readouterr().out
    assert "A. N. Author" in said and "13 numbers in 2 tensors" in said
    assert main(["models", "check", "last"]) == 0
    assert main(["models", "show", "nothing"]) == 2
