"""The experiment image.self-mosaic, from its parameters to its outputs."""

import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import skimage.data

from artia_lab.errors import Cancelled, MaterialError
from artia_lab.experiments.image.self_mosaic import EXPERIMENT, Parameters, run
from artia_lab.i18n import _


@dataclass(frozen=True)
class Item:
    file: str


class Corpus:
    """Pictures in memory; None stands for a file that cannot be decoded."""

    def __init__(self, **pictures: Any) -> None:
        self.pictures = pictures

    def items(self, medium: str) -> tuple[Item, ...]:
        return tuple(Item(file) for file in sorted(self.pictures))

    def item(self, name: str, medium: str) -> Item:
        return Item(name)

    def picture(self, item: Item, max_side: int | None = None) -> np.ndarray:
        picture = self.pictures[item.file]
        if picture is None:
            raise MaterialError(f"“{item.file}” cannot be read.")
        step = 1 if max_side is None else max(1, -(-max(picture.shape[:2]) // max_side))
        return picture[::step, ::step].astype(np.float32) / 255


@dataclass
class Outputs:
    works: dict[str, np.ndarray] = field(default_factory=dict)
    traces: dict[str, Any] = field(default_factory=dict)

    def image(self, array: np.ndarray, name: str = "picture", kind: str = "work") -> None:
        (self.works if kind == "work" else self.traces)[name] = array

    def table(self, rows: list[dict[str, Any]], name: str = "table") -> None:
        self.traces[name] = rows


@dataclass
class Report:
    stop_after: int = 10**9
    steps: list[tuple[int, int]] = field(default_factory=list)
    previews: list[np.ndarray] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def step(self, i: int, n: int, **metrics: float) -> None:
        self.steps.append((i, n))
        if len(self.steps) >= self.stop_after:
            raise Cancelled(_("Stopped."))

    def preview(self, array: np.ndarray, sr: int | None = None) -> None:
        self.previews.append(array)

    def warn(self, sentence: str) -> None:
        self.warnings.append(sentence)


def regrown(corpus: Corpus, **values: Any) -> tuple[Outputs, Report]:
    out, report = Outputs(), Report()
    run(Parameters(**{"width": 64, **values}), corpus, out, report)
    return out, report


@pytest.fixture(scope="module")
def coffee() -> np.ndarray:
    return skimage.data.coffee()


def test_one_photograph_gives_a_mosaic_its_map_and_its_table(coffee):
    out, report = regrown(Corpus(coffee=coffee))
    assert out.works["mosaic"].shape == (43, 64, 3)
    assert out.traces["source-map"].shape == (43, 64 + 32 + 8, 3)
    assert len(out.traces["sources"]) == 64
    assert {row["file"] for row in out.traces["sources"]} == {"coffee"}
    assert report.previews[-1].shape == (43, 64, 3)
    assert report.warnings == []


def test_the_same_parameters_give_the_same_outputs(coffee):
    first, _report = regrown(Corpus(coffee=coffee), mirrored=True)
    second, _report = regrown(Corpus(coffee=coffee), mirrored=True)
    assert np.array_equal(first.works["mosaic"], second.works["mosaic"])
    assert np.array_equal(first.traces["source-map"], second.traces["source-map"])
    assert first.traces["sources"] == second.traces["sources"]


def test_the_whole_corpus_can_lend_its_patches(coffee):
    corpus = Corpus(coffee=coffee, rocket=skimage.data.rocket())
    out, _report = regrown(corpus, sources="all")
    assert {row["file"] for row in out.traces["sources"]} == {"coffee", "rocket"}


def test_one_picture_alone_lends_its_patches_unless_asked_otherwise(coffee):
    corpus = Corpus(coffee=coffee, rocket=skimage.data.rocket())
    out, _report = regrown(corpus, picture="rocket")
    assert {row["file"] for row in out.traces["sources"]} == {"rocket"}


def test_more_pictures_than_memory_allows_are_said_to_be_left_out(coffee, monkeypatch):
    monkeypatch.setattr("artia_lab.experiments.image.mosaic_material.MOST_PIXELS", 3 * 43 * 96)
    out, report = regrown(Corpus(a=coffee, b=coffee, c=coffee, d=coffee), sources="all")
    assert len(report.warnings) == 1 and "left out" in report.warnings[0]
    assert "mosaic" in out.works


@pytest.mark.parametrize(("shape", "size"), [("square", (64, 64)), ("wide", (32, 64)), ("tall", (128, 64))])
def test_shapes(coffee, shape, size):
    out, _report = regrown(Corpus(coffee=coffee), shape=shape)
    assert out.works["mosaic"].shape == (*size, 3)


def test_stopping_leaves_nothing_behind(coffee):
    out, report = Outputs(), Report(stop_after=5)
    with pytest.raises(Cancelled):
        run(Parameters(width=64), Corpus(coffee=coffee), out, report)
    assert out.works == {} and len(report.steps) == 5


def test_an_empty_corpus_is_said():
    with pytest.raises(MaterialError, match="no picture"):
        regrown(Corpus())


def test_a_single_pixel_is_refused_by_name():
    with pytest.raises(MaterialError, match=r"dot.png.*1 × 1 px"):
        regrown(Corpus(**{"dot.png": np.zeros((1, 1, 3), np.uint8)}))


def test_unreadable_pictures_are_passed_over(coffee):
    out, report = regrown(Corpus(a=None, b=np.zeros((5, 8, 3), np.uint8), c=coffee))
    assert out.traces["sources"][0]["file"] == "c"
    assert len(report.warnings) == 2


def test_nothing_readable_is_refused():
    with pytest.raises(MaterialError, match="None of the 2 pictures"):
        regrown(Corpus(a=None, b=None))


def test_an_unreadable_picture_asked_for_by_name_is_refused(coffee):
    with pytest.raises(MaterialError, match="broken"):
        regrown(Corpus(coffee=coffee, broken=None), picture="broken")


def test_a_tiny_picture_gets_smaller_patches(coffee):
    out, report = regrown(Corpus(tiny=coffee[100:112, 100:112]))
    assert out.works["mosaic"].shape == (64, 64, 3)
    assert len(report.warnings) == 1


@pytest.mark.parametrize("size", [(20, 2000), (2000, 20)])
def test_extreme_proportions_are_tamed(coffee, size):
    strip = np.resize(coffee[200, :500], (*size, 3))
    out, _report = regrown(Corpus(strip=strip))
    height, width, _colours = out.works["mosaic"].shape
    assert width == 64 and 1 / 3 - 0.01 < height / width < 3.01


def test_declaring_the_experiment_does_not_load_torch():
    code = "import sys, artia_lab.experiments.image.self_mosaic; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_everything_shown_is_in_both_languages():
    assert EXPERIMENT.id == "image.self-mosaic"
    assert EXPERIMENT.title.fr == "Mosaïque de soi" and EXPERIMENT.title.en == "Self-mosaic"
