"""The experiment image.small-model: what it keeps, what it says of odd material, and how it is taken up again."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from artia_lab.errors import Cancelled, MaterialError
from artia_lab.experiments.image import flow_session
from artia_lab.experiments.image.flow_network import Architecture
from artia_lab.experiments.image.flow_training import Training
from artia_lab.experiments.image.small_model import EXPERIMENT, Parameters, run

NEARNESS = "artia_lab.experiments.image.flow_nearness.Neighbourhood.likenesses"
TINY = Architecture(16, 2, (8, 8), 1, "float32")


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train a network of a few thousand weights."""
    monkeypatch.setattr("artia_lab.experiments.image.flow_network.suited", lambda *_asked: TINY)
    monkeypatch.setattr(flow_session, "GLANCE_STEPS", 2)
    monkeypatch.setattr(flow_session, "GLANCED", 2)
    monkeypatch.setattr("artia_lab.experiments.image.flow_training.TRIED", 16)


@dataclass(frozen=True)
class Item:
    file: str


class Corpus:
    """Pictures in memory; None stands for a file that cannot be decoded."""

    def __init__(self, *pictures: Any) -> None:
        self.pictures = {f"{k:04}.png": picture for k, picture in enumerate(pictures)}

    def items(self, medium: str) -> tuple[Item, ...]:
        return tuple(Item(file) for file in sorted(self.pictures))

    def picture(self, item: Item, max_side: int) -> np.ndarray:
        picture = self.pictures[item.file]
        if picture is None:
            raise MaterialError(f"“{item.file}” cannot be read.")
        step = max(1, -(-max(picture.shape[:2]) // max_side))
        return picture[::step, ::step].astype(np.float32)


@dataclass
class Outputs:
    """Keeps in memory what a run keeps on the disk."""

    going_on: tuple[dict[str, np.ndarray], dict[str, Any]] | None = None
    kept: dict[str, Any] = field(default_factory=dict)
    works: dict[str, np.ndarray] = field(default_factory=dict)
    last: Any = None

    def resumed(self) -> Any:
        return self.going_on

    def checkpoint(self, tensors: Any, state: Any) -> None:
        self.last = {name: each.numpy().copy() for name, each in tensors.items()}, dict(state)

    def image(self, array: np.ndarray, name: str, kind: str, likeness: Any = None) -> None:
        (self.works if kind == "work" else self.kept)[name] = array

    def table(self, rows: list[dict[str, Any]], name: str) -> None:
        self.kept[name] = rows

    def model(self, tensors: Any, name: str, architecture: Any, kept: bool) -> None:
        self.kept[name] = {each: tensor.numpy().copy() for each, tensor in tensors.items()}
        self.kept["architecture"] = architecture


@dataclass
class Report:
    """Stops at the n-th word it is told, if asked to."""

    stop_after: int = 10**9
    told: list[tuple[int, int]] = field(default_factory=list)
    metrics: dict[str, float] = field(default_factory=dict)
    previews: int = 0
    warnings: list[str] = field(default_factory=list)

    def step(self, i: int, n: int, **metrics: float) -> None:
        assert 1 <= i <= n and all(np.isfinite(each) for each in metrics.values())
        self.told.append((i, n))
        self.metrics = metrics
        if len(self.told) == self.stop_after:
            raise Cancelled("Stopped.")

    def preview(self, array: np.ndarray) -> None:
        self.previews += 1

    def warn(self, sentence: str) -> None:
        self.warnings.append(sentence)


def waves(count: int, high: int = 24, wide: int = 32) -> list[np.ndarray]:
    """Draw pictures that differ."""
    down, across = np.mgrid[0:high, 0:wide]
    return [
        np.stack([np.sin(across / (3 + k)), np.cos(down / (2 + k)), np.sin((across + down) / 5 + k)], axis=2) / 2
        + 0.5
        for k in range(count)
    ]


SHORT = Parameters(steps=20, samples=2, seed=0)


def trained(
    corpus: Corpus, parameters: Parameters = SHORT, going_on: Any = None, report: Report | None = None
) -> tuple[Outputs, Report]:
    out, report = Outputs(going_on), report or Report()
    run(parameters, corpus, out, report)
    return out, report


def stopped(corpus: Corpus, after: int, parameters: Parameters = SHORT) -> Outputs:
    out = Outputs()
    with pytest.raises(Cancelled):
        run(parameters, corpus, out, Report(stop_after=after))
    return out


def same(some: dict[str, np.ndarray], others: dict[str, np.ndarray]) -> bool:
    return some.keys() == others.keys() and all(np.array_equal(some[name], others[name]) for name in some)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(*waves(6))


@pytest.fixture(scope="module")
def whole(corpus: Corpus) -> Outputs:
    """What a training that nobody stopped comes to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("artia_lab.experiments.image.flow_network.suited", lambda *_asked: TINY)
        patch.setattr(flow_session, "GLANCE_STEPS", 2)
        patch.setattr(flow_session, "GLANCED", 2)
        patch.setattr("artia_lab.experiments.image.flow_training.TRIED", 16)
        return trained(corpus)[0]


def test_training_keeps_its_draws_one_by_one_a_sheet_a_curve_its_figures_and_the_model(corpus: Corpus) -> None:
    out, report = trained(corpus)

    assert {name: each.shape for name, each in out.works.items()} == {
        "sample-01": (16, 16, 3),
        "sample-02": (16, 16, 3),
    }
    assert {"samples", "curve", "nearness", "training", "model"} <= out.kept.keys()
    assert [row["step"] for row in out.kept["training"]] == list(range(2, 21, 2))
    assert all(set(row) == {"step", "loss", "nearness", "held_out"} for row in out.kept["training"])
    assert Architecture.from_json(out.kept["architecture"]) == TINY
    assert out.kept["architecture"]["training"] == {"steps": 20, "ended": "end", "seed": 0, "zoom": 1.5}
    assert report.previews == 11 and report.told[-1] == (20, 20)
    assert report.warnings == []


def test_the_loss_falls(corpus: Corpus) -> None:
    rows = trained(corpus, replace(SHORT, steps=60))[0].kept["training"]
    assert rows[-1]["loss"] < 0.8 * rows[0]["loss"]


def test_the_same_seed_gives_the_same_bits_and_another_seed_others(corpus: Corpus) -> None:
    first, again, other = (trained(corpus, replace(SHORT, seed=seed))[0] for seed in (0, 0, 1))
    assert same(first.kept["model"], again.kept["model"]) and same(first.works, again.works)
    assert not same(first.works, other.works)


@pytest.mark.parametrize("after", [7, 8, 12, 20, 33, 47, 60, 75])
def test_a_training_that_was_stopped_ends_as_if_it_had_not_been(
    corpus: Corpus, after: int, whole: Outputs
) -> None:
    half = stopped(corpus, after)
    rest, _report = trained(corpus, going_on=half.last)
    assert same(rest.kept["model"], whole.kept["model"]) and same(rest.works, whole.works)
    assert rest.kept["training"] == whole.kept["training"]


def test_a_stop_in_the_middle_of_the_first_step_loses_nothing(
    corpus: Corpus, whole: Outputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(self: Training) -> bool:
        raise Cancelled("Stopped.")

    out = Outputs()
    with monkeypatch.context() as patch, pytest.raises(Cancelled):
        patch.setattr(Training, "advance", stop)
        run(SHORT, corpus, out, Report())
    assert same(trained(corpus, going_on=out.last)[0].kept["model"], whole.kept["model"])


def test_a_training_may_be_stopped_twice(corpus: Corpus, whole: Outputs) -> None:
    second = Outputs(stopped(corpus, 15).last)
    with pytest.raises(Cancelled):
        run(SHORT, corpus, second, Report(stop_after=30))
    assert same(trained(corpus, going_on=second.last)[0].kept["model"], whole.kept["model"])


def test_other_pictures_are_refused(corpus: Corpus) -> None:
    half = stopped(corpus, 40)
    with pytest.raises(MaterialError, match="pictures of the corpus changed"):
        trained(Corpus(*waves(7)), going_on=half.last)


def test_other_parameters_are_refused(corpus: Corpus) -> None:
    half = stopped(corpus, 40)
    with pytest.raises(MaterialError, match="other parameters"):
        trained(corpus, replace(SHORT, seed=1), going_on=half.last)


def test_a_machine_of_another_kind_is_refused(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    half = stopped(corpus, 40)
    other = replace(TINY, precision="bfloat16")
    monkeypatch.setattr("artia_lab.experiments.image.flow_network.suited", lambda *_asked: other)
    with pytest.raises(MaterialError, match="machine of the same kind"):
        trained(corpus, going_on=half.last)


@pytest.mark.parametrize("damage", ["a tensor is missing", "a tensor has another shape", "the step is no number"])
def test_a_checkpoint_that_does_not_fit_is_refused(corpus: Corpus, damage: str) -> None:
    tensors, state = stopped(corpus, 40).last
    name = next(iter(tensors))
    if damage == "a tensor is missing":
        del tensors[name]
    elif damage == "a tensor has another shape":
        tensors[name] = tensors[name][:1]
    else:
        state["step"] = "many"
    with pytest.raises(MaterialError, match="does not fit this training"):
        trained(corpus, going_on=(tensors, state))


def test_an_empty_checkpoint_is_refused(corpus: Corpus) -> None:
    with pytest.raises(MaterialError):
        trained(corpus, going_on=({}, {}))


def failing_at(steps: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the loss no number the first time each of some steps is reached."""
    true_advance, true_loss, left, failing = Training.advance, Training._loss, list(steps), [False]

    def advance(self: Training) -> bool:
        failing[0] = self.step in left
        if failing[0]:
            left.remove(self.step)
        return true_advance(self)

    def loss(self: Training, network: Any, *batch: torch.Tensor) -> torch.Tensor:
        found = true_loss(self, network, *batch)
        return found * float("nan") if failing[0] and network is self._network else found

    monkeypatch.setattr(Training, "advance", advance)
    monkeypatch.setattr(Training, "_loss", loss)


def test_a_loss_that_is_no_number_sends_the_training_back_once(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_at([7], monkeypatch)
    out, report = trained(corpus)
    assert len(report.warnings) == 1 and "went back to step 6" in report.warnings[0]
    assert out.kept["architecture"]["training"]["ended"] == "end"


def test_the_second_time_it_ends_with_what_was_sound_and_says_so(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_at([7, 9], monkeypatch)
    out, report = trained(corpus)
    assert len(out.works) == 2 and all(np.isfinite(each).all() for each in out.works.values())
    assert out.kept["architecture"]["training"] == {"steps": 8, "ended": "not-a-number", "seed": 0, "zoom": 1.5}
    assert len(report.warnings) == 2 and "those of step 8" in report.warnings[1]


def test_twice_no_number_before_anything_was_learnt_is_a_mistake(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_at([0, 0], monkeypatch)
    out = Outputs()
    with pytest.raises(MaterialError, match="before anything was learnt"):
        run(SHORT, corpus, out, Report())
    assert out.works == {} and out.kept == {}


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_a_gradient_that_is_no_number_with_a_loss_that_is_one_changes_nothing(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    true_gradients, left = Training._gradients, [5, 9]

    def gradients(self: Training, *batch: torch.Tensor) -> Any:
        loss, found = true_gradients(self, *batch)
        if self.step in left and threading.current_thread().name.endswith("0"):
            left.remove(self.step)
            found[3].fill_(value)
        return loss, found

    monkeypatch.setattr(Training, "_gradients", gradients)
    out, report = trained(corpus)
    assert len(report.warnings) >= 1 and "went back to step 4" in report.warnings[0]
    assert all(np.isfinite(each).all() for each in out.kept["model"].values())


def test_weights_that_are_no_numbers_are_noticed_before_they_are_looked_at(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    true_move, left = Training._move, [7]

    def move(self: Training, gradients: Any, value: float) -> None:
        true_move(self, gradients, value)
        if self.step == 8 and left:
            left.pop()
            with torch.no_grad():
                next(iter(self._averages.values())).fill_(float("inf"))

    monkeypatch.setattr(Training, "_move", move)
    out, report = trained(corpus)
    assert "went back to step 6" in report.warnings[0] and len(out.works) == 2


def test_a_training_that_was_stopped_goes_back_as_far_as_one_that_was_not(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    true_loss = Training._loss

    def loss(self: Training, network: Any, *batch: torch.Tensor) -> torch.Tensor:
        fails = self.step == 5 and not self.setbacks and network is self._network
        return true_loss(self, network, *batch) * (float("nan") if fails else 1)

    monkeypatch.setattr(Training, "_loss", loss)
    straight, report = trained(corpus)
    assert len(report.warnings) == 1
    # The first stop falls before the setback, after a step that was not looked at; the second, after it.
    for after in (26, 40):
        half = stopped(corpus, after)
        assert half.last[1]["step"] != half.last[1]["safe"]["step"]
        rest, again = trained(corpus, going_on=half.last)
        assert same(rest.kept["model"], straight.kept["model"])
        assert rest.kept["training"] == straight.kept["training"] and again.warnings == report.warnings


def test_checkpoints_are_made_between_looks_too(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow_session, "CHECKPOINT_EVERY_S", 0)
    monkeypatch.setattr(flow_session, "CHECKPOINT_SHARE", 0)
    steps = []
    true = Outputs.checkpoint

    def checkpoint(self: Outputs, tensors: Any, state: Any) -> None:
        steps.append(state["step"])
        true(self, tensors, state)

    monkeypatch.setattr(Outputs, "checkpoint", checkpoint)
    trained(corpus)
    assert set(steps) == set(range(21))


def test_training_stops_when_draws_come_too_near(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    near = iter([0.1, 0.2, 0.9, 0.1])
    monkeypatch.setattr(NEARNESS, lambda self, drawn: [SimpleNamespace(nearness=next(near))] * len(drawn))
    out, report = trained(corpus)
    assert out.kept["architecture"]["training"]["ended"] == "near"
    assert len(out.kept["training"]) == 3
    assert len(report.warnings) == 1 and "stopped at step 6 of 20" in report.warnings[0]


def measured(values: dict[int, float]) -> Any:
    """Measure the n-th picture looked at as said, and all others as not near."""
    numbers = itertools.count()
    return lambda self, drawn: [SimpleNamespace(nearness=values.get(next(numbers), 0.0)) for _each in drawn]


def test_draws_that_come_too_near_are_set_aside_and_others_drawn(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Ten looks at two pictures come first.
    monkeypatch.setattr(NEARNESS, measured({20: 0.9, 22: 0.8}))
    out, report = trained(corpus)
    assert list(out.works) == ["sample-02", "sample-04"]
    assert [row["kept"] for row in out.kept["nearness"]] == [0, 1, 0, 1]
    assert report.warnings == [
        "2 draws were set aside, because they came nearer to a picture learnt from than you allow."
    ]


def test_a_model_that_only_draws_copies_is_kept_without_a_draw(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NEARNESS, measured(dict.fromkeys(range(20, 100), 1.0)))
    out, report = trained(corpus)
    assert out.works == {} and "model" in out.kept and len(out.kept["nearness"]) == 8
    assert "8 draws were set aside" in report.warnings[-1]


def test_a_threshold_of_1_sets_nothing_aside(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NEARNESS, measured(dict.fromkeys(range(100), 1.0)))
    out, report = trained(corpus, replace(SHORT, threshold=1.0))
    assert len(out.works) == 2 and report.warnings == []


def test_training_stops_when_pictures_set_aside_are_understood_less(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = iter([0.9, 0.5, 0.6, 0.7, 0.8])
    kept = []

    def held_out(self: Training, heed: Any) -> float:
        kept.append({name: each.clone() for name, each in self.averaged.unet.state_dict().items()})
        return next(losses)

    monkeypatch.setattr(Training, "held_out", held_out)
    out, report = trained(corpus, replace(SHORT, threshold=1.0))
    assert out.kept["architecture"]["training"]["ended"] == "held-out" and "by heart" in report.warnings[0]
    assert same(out.kept["model"], {name: each.numpy() for name, each in kept[1].items()})


def test_three_pictures_are_enough(corpus: Corpus) -> None:
    out, report = trained(Corpus(*waves(3)))
    assert len(out.works) == 2 and len(report.warnings) == 1 and "fewer than 5" in report.warnings[0]
    assert "held_out" not in out.kept["training"][0]


def test_black_pictures_are_learnt_and_said_to_be_odd() -> None:
    out, report = trained(Corpus(*[np.zeros((20, 20, 3))] * 5))
    assert any("a single colour" in each for each in report.warnings)
    assert len(out.works) == 2


def test_all_sizes_go_together() -> None:
    corpus = Corpus(*waves(2), *waves(1, 8, 8), *waves(1, 1, 1), *waves(1, 400, 2000), *waves(1, 3, 900))
    out, report = trained(corpus)
    assert len(out.works) == 2
    assert len(report.warnings) == 2 and "1 very long" in report.warnings[1]
    assert report.warnings[0].startswith("2 pictures are smaller than 16 px and were enlarged")


def test_unreadable_pictures_are_passed_over(corpus: Corpus) -> None:
    _out, report = trained(Corpus(None, *waves(5)))
    assert report.warnings == ["“0000.png” cannot be read."]


@pytest.mark.parametrize("pictures", [[], [None, None]])
def test_nothing_to_learn_from_is_said(pictures: list[Any]) -> None:
    with pytest.raises(MaterialError, match="picture"):
        trained(Corpus(*pictures))


def test_too_many_pictures_for_memory_are_said_to_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("artia_lab.experiments.image.flow_material.MOST_BYTES", 20_000)
    _out, report = trained(Corpus(*waves(30)))
    assert len(report.warnings) >= 1 and "left out" in report.warnings[0]


def test_declaring_the_experiments_does_not_load_torch() -> None:
    code = (
        "import sys, artia_lab.experiments.image.small_model, artia_lab.experiments.image.small_model_samples;"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_it_is_declared_in_both_languages() -> None:
    assert EXPERIMENT.id == "image.small-model"
    assert (EXPERIMENT.title.fr, EXPERIMENT.title.en) == ("Petit modèle", "Small model")


def test_a_processor_held_to_older_instructions_is_not_asked_for_what_it_imitates() -> None:
    code = (
        "from artia_lab.experiments.image.flow_network import suited; "
        "print(suited('auto', 'auto', 'cpu').precision)"
    )
    held = os.environ | {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"}
    said = subprocess.run([sys.executable, "-c", code], env=held, capture_output=True, text=True, check=True)
    assert said.stdout == "float32\n"
