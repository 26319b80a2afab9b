"""A small model trained, kept, and drawn from, through the lab itself."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artia_lab import corpora, execute, experiments, models
from artia_lab.errors import MaterialError
from artia_lab.experiments.image.flow_network import Architecture, Network
from artia_lab.experiments.image.flow_sampling import as_pictures, between, draw, noise
from artia_lab.experiments.image.small_model_samples import Parameters, run
from artia_lab.experiments.image.small_model_source import zoom_of
from artia_lab.runs import RunFolder
from artia_lab.runs.outputs import Outputs
from artia_lab.runs.report import Report
from artia_lab.runs.request import Request

TINY = Architecture(16, 2, (8, 8), 1, "float32")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "waves"
    folder.mkdir()
    down, across = np.mgrid[0:48, 0:64]
    drawn = np.stack([across * 3, down * 4, 128 + 60 * np.sin(across / 5)], axis=2)
    Image.fromarray(drawn.astype(np.uint8)).save(folder / "waves.png")
    corpora.describe(folder, title="Waves", authors=["A. N. Artist"], licence="CC0-1.0", consent="Mine.")
    return folder


def new_run(folder: Path, tmp_path: Path, experiment: str) -> RunFolder:
    corpus = corpora.find(folder)
    request = Request(
        experiment=experiment,
        parameters={},
        corpus_id=corpus.id,
        corpus_digest=corpus.digest,
        notebook="",
        language="en",
    )
    return RunFolder.create(request, tmp_path / "runs")[0]


@pytest.fixture
def model(folder: Path, tmp_path: Path) -> models.Model:
    """A model that learnt nothing, kept like those that did."""
    made = new_run(folder, tmp_path, "image.small-model")
    path = Outputs(made).model(Network(TINY, seed=5).unet.state_dict(), architecture=TINY.to_json())
    corpus = corpora.find(folder)
    return models.keep(
        path,
        {"id": made.id, "experiment": "image.small-model", "corpus": {"id": corpus.id, "digest": corpus.digest}},
    )


def drawn(folder: Path, tmp_path: Path, **values: object) -> dict[str, np.ndarray]:
    kept = new_run(folder, tmp_path, "image.small-model-samples")
    out = Outputs(kept)
    with corpora.CorpusReader(corpora.find(folder)) as reader:
        run(Parameters(**{"count": 2, **values}), reader, out, Report(kept))
    return {Path(path).stem: work for path, work in out.works.items()}


def test_the_newest_model_of_the_corpus_draws_the_same_for_the_same_seed(
    folder: Path, tmp_path: Path, model: models.Model
) -> None:
    first, again, other = (drawn(folder, tmp_path, seed=seed) for seed in (0, 0, 1))
    assert sorted(first) == ["sample-01", "sample-02"]
    assert np.array_equal(first["sample-02"], again["sample-02"])
    assert not np.array_equal(first["sample-02"], other["sample-02"])


def test_a_draw_does_not_depend_on_how_many_there_are(folder: Path, tmp_path: Path, model: models.Model) -> None:
    some, more = drawn(folder, tmp_path, count=2, model=model.id), drawn(folder, tmp_path, count=3, model=model.id)
    assert np.abs(some["sample-02"] - more["sample-02"]).max() <= 1 / 255 + 1e-6


def test_at_strength_zero_a_variation_is_the_picture_itself(
    folder: Path, tmp_path: Path, model: models.Model
) -> None:
    works = drawn(folder, tmp_path, how="from-picture", strength=0.0, picture="waves.png")
    with Image.open(folder / "waves.png") as whole:
        small = np.asarray(whole.crop((8, 0, 56, 48)).resize((16, 16), Image.Resampling.BICUBIC)) / 255
    assert np.abs(works["sample-01"] - small).mean() < 0.03


def test_each_draw_says_how_near_it_is_to_what_the_model_learnt_from(
    folder: Path, tmp_path: Path, model: models.Model
) -> None:
    kept = new_run(folder, tmp_path, "image.small-model-samples")
    out = Outputs(kept)
    with corpora.CorpusReader(corpora.find(folder)) as reader:
        run(Parameters(count=1, how="from-picture", strength=0.0), reader, out, Report(kept))
        assert [item.file for item in reader.used] == ["waves.png"]
    (found,) = out.measured.values()
    assert found.verdict == "copy" and found.nearest[0].item == "waves.png"


@pytest.mark.parametrize(
    "said", [{}, {"training": 3}, {"training": {"zoom": "near"}}, {"training": {"zoom": 1e9}}]
)
def test_a_model_that_says_nothing_of_its_views_is_believed_to_have_seen_whole_pictures(said: dict) -> None:
    assert zoom_of(said) == 1.0


def test_at_full_strength_nothing_is_left_of_the_picture(
    folder: Path, tmp_path: Path, model: models.Model
) -> None:
    works = drawn(folder, tmp_path, how="from-picture", strength=1.0)
    assert np.array_equal(works["sample-01"], drawn(folder, tmp_path)["sample-01"])


def test_a_movement_goes_from_one_draw_to_the_other(folder: Path, tmp_path: Path, model: models.Model) -> None:
    works = drawn(folder, tmp_path, how="between-seeds", frames=4, seed=3, other_seed=4)
    assert {"first", "last", "between-seeds"} == works.keys()
    for name, seed in (("first", 3), ("last", 4)):
        alone = drawn(folder, tmp_path, seed=seed, count=1)["sample-01"]
        assert np.abs(works[name] - alone).max() <= 1 / 255 + 1e-6


def test_between_is_exact_at_its_ends_and_keeps_the_length() -> None:
    start, end = noise(16, 0, 1)[0], noise(16, 1, 1)[0]
    assert between(start, end, 0) is start and between(start, end, 1) is end
    assert abs(float(between(start, end, 0.5).norm() / start.norm()) - 1) < 0.05
    assert between(start, start, 0.5) is start


def described(folder: Path) -> Path:
    """Describe another corpus, of one picture unlike the waves."""
    folder.mkdir(exist_ok=True)
    drawn = np.random.default_rng(3).integers(0, 255, (40, 40, 3), np.uint8)
    Image.fromarray(drawn).save(folder / "dots.png")
    corpora.describe(folder, title="Dots", authors=["B. Other"], licence="CC-BY-4.0", consent="Theirs.")
    return folder


def whole_run(corpus: Path, **values: object) -> dict:
    """Draw through the lab itself, and give the record."""
    made = execute.run("image.small-model-samples", corpus, {"count": 1, **values}, executor="inline")
    record = made.record()
    assert record is not None and record["status"] == "finished", record
    return record


@pytest.fixture
def kept(folder: Path, tmp_path: Path, model: models.Model) -> models.Model:
    """The model, with the whole record of the run that made it."""
    corpus = corpora.find(folder)
    facts = ("id", "title", "licence", "digest", "publishable")
    said = {name: getattr(corpus, name) for name in facts} | {"authors": list(corpus.authors)}
    items = [
        {
            "file": each.file,
            "medium": "image",
            "sha256": each.sha256,
            "author": "A. N. Artist",
            "licence": "CC0-1.0",
        }
        for each in corpus.items
    ]
    card = json.loads((model.folder / "model.json").read_text())
    card |= {"corpus": said, "record": card["record"] | {"items": items, "corpus": said}}
    (model.folder / "model.json").write_text(json.dumps(card))
    return models.find(model.id)


def test_the_record_names_the_model_that_was_chosen(folder: Path, kept: models.Model) -> None:
    record = whole_run(folder)
    assert record["model"]["id"] == kept.id and record["model"]["sha256"] == kept.card["sha256"]
    assert record["model"]["corpus"]["digest"] == corpora.find(folder).digest
    assert record["corpus"]["publishable"] is True and record["warnings"] == []


def test_draws_are_credited_to_what_the_model_learnt_from_and_measured_against_it(
    kept: models.Model, folder: Path, tmp_path: Path
) -> None:
    record = whole_run(described(tmp_path / "dots"), model=kept.id)
    assert record["corpus"]["id"] == corpora.find(folder).id and record["corpus"]["authors"] == ["A. N. Artist"]
    assert [item["file"] for item in record["items"]] == ["waves.png"]
    assert record["likeness"]["measures"]["references"] == 1
    assert all(each["item"] == "waves.png" for each in record["likeness"]["nearest"])


def test_a_guide_from_another_corpus_is_credited_and_measured_too(kept: models.Model, tmp_path: Path) -> None:
    dots = described(tmp_path / "dots")
    record = whole_run(dots, model=kept.id, how="from-picture", strength=0.0)
    assert record["corpus"]["id"] == corpora.find(dots).id
    assert record["corpus"]["authors"] == ["B. Other", "A. N. Artist"]
    assert record["corpus"]["licence"] == "CC-BY-4.0 AND CC0-1.0"
    assert [item["file"] for item in record["items"]] == ["dots.png", "waves.png"]
    assert record["likeness"]["verdict"] == "copy" and record["likeness"]["nearest"][0]["item"] == "dots.png"


@pytest.mark.parametrize("strength", [0.0, 0.6])
def test_an_audit_of_the_draws_says_what_their_run_says(folder: Path, kept: models.Model, strength: float) -> None:
    record = whole_run(folder, how="from-picture", strength=strength)
    audited = execute.run("critical.copy-check", folder, {"subject": record["id"]}, executor="inline")
    with (audited.outputs_folder / "findings.csv").open(encoding="utf-8", newline="") as stream:
        (found,) = csv.DictReader(stream)
    assert found["verdict"] == {0.0: "copy"}.get(strength, record["likeness"]["verdict"])
    assert record["likeness"]["verdict"] == found["verdict"]


@pytest.mark.parametrize("how", ["draws", "from-picture"])
def test_what_a_model_of_a_private_corpus_draws_cannot_be_published(
    kept: models.Model, tmp_path: Path, how: str
) -> None:
    card = json.loads((kept.folder / "model.json").read_text())
    card["corpus"]["publishable"] = card["record"]["corpus"]["publishable"] = False
    (kept.folder / "model.json").write_text(json.dumps(card))
    record = whole_run(described(tmp_path / "dots"), model=kept.id, how=how)
    assert record["corpus"]["publishable"] is False


def test_what_became_private_since_cannot_be_published(folder: Path, kept: models.Model) -> None:
    (folder / "corpus.toml").unlink()
    corpora.describe(
        folder, title="Waves", authors=["A. N. Artist"], licence="CC0-1.0", consent="Mine.", private=True
    )
    record = whole_run(folder, model=kept.id)
    assert record["corpus"]["publishable"] is False
    assert "changed since the model learnt from it" in record["warnings"][0]


def test_a_model_whose_corpus_is_gone_draws_and_says_that_nothing_was_compared(
    kept: models.Model, folder: Path, tmp_path: Path
) -> None:
    shutil.rmtree(folder)
    record = whole_run(described(tmp_path / "dots"), model=kept.id)
    assert "cannot be read here" in record["warnings"][0]
    assert record["likeness"]["measures"]["references"] == 0
    assert record["corpus"]["authors"] == ["A. N. Artist"] and len(record["items"]) == 1


def test_nothing_kept_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(MaterialError, match="No small model has learnt"):
        drawn(folder, tmp_path)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"size": 10**9},
        {"channels": [8] * 9},
        {"channels": "many"},
        {"channels": [10**6]},
        {"layers": 0},
        {"precision": "float8"},
        {"network": "anything.else"},
        {"size": 16, "fold": 4, "channels": [8, 8, 8, 8]},
    ],
)
def test_an_architecture_that_is_none_of_ours_is_refused(wrong: dict) -> None:
    with pytest.raises(MaterialError, match="not made by the experiment"):
        Architecture.from_json({**TINY.to_json(), **wrong} if wrong else {})


def test_weights_that_do_not_fit_are_refused() -> None:
    with pytest.raises(MaterialError, match="do not fit"):
        Network(TINY).load({"other": np.zeros(3)})


def test_draws_are_pictures() -> None:
    pictures = as_pictures(draw(Network(TINY), noise(16, 0, 3), steps=2))
    assert pictures.shape == (3, 16, 16, 3) and pictures.min() >= 0 and pictures.max() <= 1


def test_the_drawing_experiment_is_declared_in_both_languages() -> None:
    from artia_lab.experiments.image.small_model_samples import EXPERIMENT

    assert isinstance(EXPERIMENT, experiments.Experiment)
    assert EXPERIMENT.title.fr == "Tirages d’un petit modèle"
