"""Widgets: matched by what they are, since their ids are drawn at random; values, buffers and outputs count."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import ipywidgets
import numpy as np
import pytest

from artia_lab.verify import Verdict, compare_notebooks

from .conftest import encoded
from .test_notebooks import cell, notebook, printed, shown

STATE = "application/vnd.jupyter.widget-state+json"


@pytest.fixture(autouse=True)
def _fresh_widgets() -> Any:
    # Other tests leave theirs open.
    ipywidgets.Widget.close_all()
    yield
    ipywidgets.Widget.close_all()


def _saved(path: Path, *widgets: ipywidgets.Widget, view: bool = True) -> Path:
    """Save real widgets as a notebook does, and forget them."""
    state = ipywidgets.Widget.get_manager_state()
    views = [cell(shown(**{"application__vnd.jupyter.widget-view+json": {"model_id": each.model_id}}))
             for each in widgets]  # fmt: skip
    ipywidgets.Widget.close_all()
    return notebook(path, views if view else [cell()], widgets={STATE: json.loads(json.dumps(state))})


def _box(value: int = 3, text: str = "marée", picture: bytes = b"") -> ipywidgets.Widget:
    slider = ipywidgets.IntSlider(value=value, description="Seed")
    return ipywidgets.VBox([slider, ipywidgets.Text(value=text), ipywidgets.Image(value=picture)])


def _verdict(folder: Path, a: Any, b: Any, view: bool = True) -> Verdict:
    """Compare two notebooks whose widgets are made by calling `a` and `b`."""
    paths = [_saved(folder / f"{name}.ipynb", make(), view=view) for name, make in (("a", a), ("b", b))]
    return compare_notebooks(paths[0], paths[1], [])


@pytest.mark.parametrize("view", [True, False])
def test_ids_do_not_count_and_values_do(tmp_path: Path, view: bool) -> None:
    assert _verdict(tmp_path, _box, _box, view).verdict == "identical"
    changed = _verdict(tmp_path, _box, lambda: _box(value=4), view)
    assert (changed.status, changed.failing[0].medium, changed.failing[0].verdict) == (
        "failed",
        "widget",
        "different",
    )
    assert changed.failing[0].reason == "“IntSliderModel.value” is 4 where the reference has 3."
    assert _verdict(tmp_path, _box, lambda: _box(text="étale"), view).status == "failed"


def test_pictures_in_buffers_are_decoded(tmp_path: Path, pixels: np.ndarray, other_pixels: np.ndarray) -> None:
    one_step = pixels.copy()
    one_step[9, 9, 1] ^= 1
    contents = [encoded(each) for each in (pixels, one_step, other_pixels)]
    boxes = [lambda content=each: _box(picture=content) for each in contents]
    assert [_verdict(tmp_path, boxes[0], each).verdict for each in boxes] == [
        "identical", "numerically equal", "different"
    ]  # fmt: skip


def test_bytes_that_are_no_picture_are_compared_as_they_are(tmp_path: Path) -> None:
    assert _verdict(tmp_path, lambda: _box(picture=b"abc"), lambda: _box(picture=b"abc")).status == "passed"
    assert _verdict(tmp_path, lambda: _box(picture=b"abc"), lambda: _box(picture=b"abd")).status == "failed"


def test_what_a_widget_captured_counts(tmp_path: Path) -> None:
    def made(text: str) -> Any:
        return lambda: ipywidgets.Output(outputs=(printed(text),))

    assert _verdict(tmp_path, made("took 3 s"), made("took 4 s")).status == "passed"
    assert _verdict(tmp_path, made("True"), made("False")).status == "failed"


def test_another_kind_or_number_of_widgets_fails(tmp_path: Path) -> None:
    text, slider = (lambda: ipywidgets.Text()), (lambda: ipywidgets.IntSlider())
    assert (
        _verdict(tmp_path, text, slider).failing[0].reason
        == "It is IntSliderModel where the reference has TextModel."
    )
    assert _verdict(tmp_path, text, lambda: ipywidgets.HBox([ipywidgets.Text()]), False).status == "failed"


def test_floats_may_round_where_that_is_excused(tmp_path: Path) -> None:
    a, b = (lambda x=value: ipywidgets.FloatText(value=x) for value in (0.123456789, 0.123456788))
    assert _verdict(tmp_path, a, b).verdict == "numerically equal"


def _by_hand(path: Path, **models: dict[str, Any]) -> Path:
    state = {key: {"model_name": "AnyModel", "model_module": "anywidget", **each} for key, each in models.items()}
    return notebook(path, [cell()], widgets={STATE: {"version_major": 2, "state": state}})


def test_our_panel_may_stand_in_another_seat(tmp_path: Path) -> None:
    panel = {"_anywidget_id": "artia_lab.panel.panel.Panel", "values": {"seed": 0}}
    a = _by_hand(
        tmp_path / "a.ipynb", x={"state": {**panel, "corpora": [1], "outcome": {"energy": "3 Wh", "run": "r"}}}
    )
    b = _by_hand(
        tmp_path / "b.ipynb", y={"state": {**panel, "corpora": [], "outcome": {"energy": "4 Wh", "run": "r"}}}
    )
    assert compare_notebooks(a, b, []).status == "passed"
    c = _by_hand(tmp_path / "c.ipynb", y={"state": {**panel, "values": {"seed": 1}, "outcome": {"run": "r"}}})
    assert compare_notebooks(a, c, []).status == "failed"


def test_our_panel_may_be_saved_before_it_hears_of_the_run(tmp_path: Path) -> None:
    panel = {"_anywidget_id": "artia_lab.panel.panel.Panel", "values": {"seed": 0}}
    states = [{**panel, "outcome": outcome} for outcome in ({}, {"works": [1]}, {"works": [2]})]
    early, one, other = (_by_hand(tmp_path / f"{k}.ipynb", x={"state": each}) for k, each in enumerate(states))
    assert compare_notebooks(early, one, []).status == "passed"
    assert compare_notebooks(one, other, []).status == "failed"


def test_what_our_panel_says_of_likeness_may_be_of_another_work_of_the_same_kind(tmp_path: Path) -> None:
    def saying(name: str, nearest: str, path: str = "outputs/a.png") -> Path:
        works = [{"path": path, "likeness": f"Hardly near: the nearest item is “{nearest}”."}]
        panel = {"_anywidget_id": "artia_lab.panel.panel.Panel", "outcome": {"works": works}}
        return _by_hand(tmp_path / name, x={"state": panel})

    a, b, c = (
        saying("a", "hachures.png"),
        saying("b", "carreaux.png"),
        saying("c", "hachures.png", "outputs/b.png"),
    )
    assert compare_notebooks(a, b, []).verdict == "statistically alike"
    # Where nothing but the same is to be expected, this is a failure all the same.
    assert compare_notebooks(a, b, []).status == "failed"
    assert compare_notebooks(a, c, []).verdict == "different"


def test_how_far_our_panel_had_drawn_a_curve_is_of_the_moment(tmp_path: Path) -> None:
    panel = {"_anywidget_id": "artia_lab.panel.panel.Panel", "values": {"seed": 0}}
    a, b = (
        _by_hand(tmp_path / f"{k}.ipynb", x={"state": panel | {"curve": {"lines": list(range(k))}}})
        for k in (1, 2)
    )
    assert compare_notebooks(a, b, []).status == "passed"


def test_several_of_our_panels_are_matched_by_what_they_say(tmp_path: Path) -> None:
    def panels(first: float, second: float) -> dict[str, Any]:
        made = ((first, "Draws new pictures."), (second, "Learns from a few pictures."))
        return {
            f"x{number}": {
                "state": {
                    "_anywidget_id": "artia_lab.panel.panel.Panel",
                    "curve": {"loss": number},
                    "a_measure": number,
                    "experiment": {"description": description},
                }
            }
            for number, description in made
        }

    # Which comes first by its numbers changes in the last digits; the words do not.
    a = _by_hand(tmp_path / "a.ipynb", **panels(1.0, 1.0000000000000002))
    b = _by_hand(tmp_path / "b.ipynb", **panels(1.0000000000000002, 1.0))
    assert compare_notebooks(a, b, []).verdict == "numerically equal"


def test_models_that_name_each_other_and_hostile_ones_end(tmp_path: Path) -> None:
    ring = {"a": {"state": {"child": "IPY_MODEL_b"}}, "b": {"state": {"child": "IPY_MODEL_a"}}}
    deep: Any = "x"
    for _level in range(30):
        deep = [deep]
    hostile = {"a": {"state": {"v": deep}}, "b": {"state": 3, "buffers": [4, {"path": ["x"], "data": "%%"}]}}
    for models in (ring, hostile):
        path = _by_hand(tmp_path / "n.ipynb", **models)
        assert compare_notebooks(path, path, []).status == "passed"


def test_a_buffer_may_be_written_in_hexadecimal(tmp_path: Path, pixels: np.ndarray) -> None:
    content = encoded(pixels)
    buffers = [{"path": ["value"], "encoding": "hex", "data": content.hex()},
               {"path": ["value"], "encoding": "base64", "data": base64.b64encode(content).decode()}]  # fmt: skip
    paths = [
        _by_hand(tmp_path / f"{k}.ipynb", a={"state": {}, "buffers": [each]}) for k, each in enumerate(buffers)
    ]
    assert compare_notebooks(paths[0], paths[1], []).verdict == "identical"
