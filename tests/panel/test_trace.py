"""Traces shown in a notebook: pictures and tables that explain a work."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from artia_lab import experiments
from artia_lab.errors import NotFound
from artia_lab.panel import Result
from artia_lab.panel.trace import ROWS, table
from artia_lab.runs import Request, RunFolder, runs_folder
from artia_lab.runs.outputs import Outputs


@pytest.fixture
def result() -> Result:
    """Make a run that kept a work, a picture and a table that explain it, and a model."""
    folder, _claim = RunFolder.create(
        Request(
            experiment="image.slow", parameters={}, corpus_id="", corpus_digest="", notebook="", language="en"
        ),
        runs_folder(),
    )
    out = Outputs(folder)
    out.image(np.zeros((8, 8, 3)), name="mosaic")
    out.image(np.ones((8, 8, 3)), name="map", kind="trace")
    out.table([{"file": "sky.png", "left_px": 3}], name="sources")
    out.model({"weights": np.zeros(2)})
    record = folder.closing_record("finished") | {"outputs": out.kept}
    folder.finish(record)
    return Result(folder, record, experiments.load("image.slow"))


def test_a_picture_is_left_with_words_for_those_who_do_not_see_it(
    result: Result, shown: list[dict[str, str]]
) -> None:
    result.show_trace("map")

    assert '<img src="data:image/png;base64,' in shown[0]["text/html"]
    assert 'alt="Picture map.png' in shown[0]["text/html"]


def test_a_table_is_left_as_a_table(result: Result, shown: list[dict[str, str]]) -> None:
    result.show_trace("sources")

    assert '<th scope="col">left_px</th>' in shown[0]["text/html"]
    assert shown[0]["text/plain"] == "file\tleft_px\nsky.png\t3"


@pytest.mark.parametrize("name", ["grains", "mosaic", "model", ""])
def test_what_is_no_trace_is_refused_with_those_that_are(result: Result, name: str) -> None:
    with pytest.raises(NotFound, match=re.escape("It kept: map, sources.")):
        result.show_trace(name)


def test_a_long_table_is_cut_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("n,word\n" + "".join(f"{n},{'a' * n}\n" for n in range(ROWS + 3)), encoding="utf-8")

    first, longest = table(path), table(path, longest="word")

    assert first["text/html"].count("<tr>") == ROWS + 1
    assert "3 more rows in “long.csv”" in first["text/plain"]
    assert first["text/plain"].splitlines()[1] == "0\t"
    assert longest["text/plain"].splitlines()[1] == f"{ROWS + 2}\t{'a' * (ROWS + 2)}"


def test_what_a_table_holds_is_never_taken_for_a_page(tmp_path: Path) -> None:
    path = tmp_path / "hostile.csv"
    path.write_text('text\n"<script>alert(1)</script>"\n', encoding="utf-8")

    assert "<script>" not in table(path)["text/html"]


def test_a_table_without_a_row_is_shown_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("\n", encoding="utf-8")

    assert "<tbody></tbody>" in table(path)["text/html"]
