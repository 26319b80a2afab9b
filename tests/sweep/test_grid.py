"""What a sweep may be asked: every value checked, and a sentence for each mistake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artia_lab.errors import Mistake
from artia_lab.home import data_folder
from artia_lab.sweep import read_grid

I1 = data_folder("notebooks") / "en" / "I1-self-mosaic.ipynb"
T1 = data_folder("notebooks") / "en" / "T1-corpus-keyboard.ipynb"


@pytest.mark.parametrize(
    ("notebook", "pair", "values"),
    [
        (I1, "seed=1..3", (1, 2, 3)),
        (I1, "seed=0", (0,)),
        (I1, "seed=5, 2,7..8", (5, 2, 7, 8)),
        (I1, "seed=0..100..50", (0, 50, 100)),
        (I1, "width=64..90", (64, 72, 80, 88)),
        (I1, "liberty=0..1..0.25", (0.0, 0.25, 0.5, 0.75, 1.0)),
        (I1, "liberty=0.1..0.3..0.1", (0.1, 0.2, 0.3)),
        (I1, "sources=one,all", ("one", "all")),
        (I1, "mirrored=no,yes", (False, True)),
        (T1, "prompt=", ("",)),
        (T1, "prompt=,Il neige", ("", "Il neige")),
        (T1, 'prompt="Hello, you",1..3', ("Hello, you", "1..3")),
        (T1, "prompt=9..1", ("9..1",)),
    ],
)
def test_lists_are_read_as_the_parameter_is_declared(notebook: Path, pair: str, values: tuple[Any, ...]) -> None:
    [axis] = read_grid(notebook, [pair]).axes
    assert axis.values == values and [type(each) for each in axis.values] == [type(each) for each in values]


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([], "Say what shall vary"),
        (["seed"], "name=value"),
        (["seed="], "takes: 0 to 4294967295"),
        (["seed=1,,2"], "takes: 0 to 4294967295"),
        (["seed=a..b"], "takes: 0 to 4294967295"),
        (["seed=-1..2"], "takes: 0 to 4294967295"),
        (["seed=3..1"], "smaller number first"),
        (["seed=1..3..0"], "above zero"),
        (["seed=1..3..-1"], "above zero"),
        (["seed=1..3..0.5"], "whole number"),
        (["seed=1,01"], "stands twice"),
        (["liberty=0.5,0.50"], "stands twice"),
        (["seed=1", "seed=2"], "given twice"),
        (["liberty=0..1"], "liberty=0..1..0.25"),
        (["liberty=0..2..0.5"], "takes: 0 to 1"),
        (["width=65"], "64 to 512 by 8"),
        (["width=500..600"], "64 to 512 by 8"),
        (["sources=one,two"], "one or all"),
        (["nois=1,2"], "has no parameter “nois”"),
        (["corpus=nowhere"], "no corpus “nowhere”"),
        (["seed=0..4294967295"], "4294967296 runs; at most 1000"),
        (["seed=1..100", "patch=3,5,7,9,11,13,15", "mirrored=true,false"], "1400 runs; at most 1000"),
        (['picture="a'], "double quotes"),
    ],
)
def test_a_mistake_is_refused_with_what_is_allowed(pairs: list[str], said: str) -> None:
    with pytest.raises(Mistake, match=said.replace("(", r"\(")):
        read_grid(I1, pairs)


def test_a_notebook_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="There is no notebook"):
        read_grid(tmp_path / "none.ipynb", ["seed=1"])


def test_a_thousand_runs_are_allowed() -> None:
    assert len(read_grid(I1, ["seed=1..500", "mirrored=true,false"])) == 1000


def test_a_notebook_without_an_experiment_is_read_by_its_annotations(notebook: Callable[..., Path]) -> None:
    grid = read_grid(notebook(), ["seed=1..2", "noise=0..1..0.5", "name=1..2"])
    assert [axis.values for axis in grid.axes] == [(1, 2), (0.0, 0.5, 1.0), ("1..2",)]


def test_the_last_list_varies_fastest() -> None:
    grid = read_grid(I1, ["seed=1,2", "width=64", "mirrored=true,false"])
    assert [(each["seed"], each["mirrored"]) for each in grid.combinations()] == [
        (1, True), (1, False), (2, True), (2, False),
    ]  # fmt: skip
    assert [axis.name for axis in grid.varied] == ["seed", "mirrored"]


def test_a_notebook_that_was_only_executed_has_not_changed(notebook: Callable[..., Path]) -> None:
    place = notebook()
    before = read_grid(place, ["seed=1"]).digest
    place.write_text(
        place.read_text().replace(
            '"outputs": []', '"outputs": [{"name": "stdout", "output_type": "stream", "text": "x"}]'
        )
    )
    assert read_grid(place, ["seed=1"]).digest == before
    place.write_text(place.read_text().replace("seed: int", "seed : int"))
    assert read_grid(place, ["seed=1"]).digest != before
