"""Traces shown in a notebook: pictures and tables that explain a work."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from IPython.utils.capture import capture_output

from artia_lab.errors import NotFound
from artia_lab.execute import run
from artia_lab.panel.trace import ROWS, show_trace, table


@pytest.fixture
def result() -> SimpleNamespace:
    folder = run("audio.sound-mosaic", "starter/sounds", {"length": 1}, executor="inline")
    return SimpleNamespace(folder=folder, record=folder.record())


def test_a_picture_is_left_with_words_for_those_who_do_not_see_it(result: SimpleNamespace) -> None:
    with capture_output() as captured:
        show_trace(result, "picture")

    (shown,) = captured.outputs
    assert '<img src="data:image/png;base64,' in shown.data["text/html"]
    assert 'alt="Picture' in shown.data["text/html"]


def test_a_table_is_left_as_a_table(result: SimpleNamespace) -> None:
    with capture_output() as captured:
        show_trace(result, "grains")

    (shown,) = captured.outputs
    assert '<th scope="col">start_s</th>' in shown.data["text/html"]


def test_a_trace_that_was_not_kept_is_refused_with_those_that_were(result: SimpleNamespace) -> None:
    with pytest.raises(NotFound, match="“sources”.*picture, grains"):
        show_trace(result, "sources")


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
