"""What remains of a sweep: a page that stands alone, and a table."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from artia_lab.sweep import read_grid, sweep
from artia_lab.sweep.card import card
from artia_lab.sweep.facts import facts_of
from artia_lab.sweep.table import row

Swept = Any

Write = Callable[..., Path]


def test_the_table_has_a_row_for_each_run(swept: Swept) -> None:
    folder = swept.result.folder
    with (folder / "sweep.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert [(each["seed"], each["liberty"]) for each in rows] == [
        ("1", "0.2"), ("1", "1.0"), ("2", "0.2"), ("2", "1.0"),
    ]  # fmt: skip
    assert "width" not in rows[0]
    for each in rows:
        assert each["status"] == "finished" and each["verdict"] in ("copy", "near", "distinct")
        assert float(each["seconds"]) > 0 and float(each["energy_joules"]) > 0
        assert 0 <= float(each["nearness"]) <= 1
        assert (folder / each["notebook"]).is_file() and (folder / each["run"] / "record.json").is_file()
        assert all((folder / output).is_file() for output in each["outputs"].split(";"))


def test_the_page_stands_alone(swept: Swept) -> None:
    page = swept.result.page.read_text(encoding="utf-8")
    assert not re.search(r' (src|href)="(?!data:)', page)
    assert page.count("<img ") == 4 and page.count('loading="lazy"') == 4
    assert page.count("<script>") == 1


def test_the_page_says_everything_in_both_languages(swept: Swept) -> None:
    page = swept.result.page.read_text(encoding="utf-8")
    assert '<span lang="fr">Mosaïque de soi</span><span lang="en">Self-mosaic</span>' in page
    assert page.count('<p lang="fr">') == page.count('<p lang="en">')
    assert "ampoule" in page and "LED bulb" in page


def test_two_parameters_make_rows_and_columns(swept: Swept) -> None:
    page = swept.result.page.read_text(encoding="utf-8")
    assert page.count("<section>") == 2
    assert 'class="sheet matrix"' in page and "repeat(2, minmax(0, 1fr))" in page


def test_a_folder_that_was_moved_still_knows_what_is_done(swept: Swept, tmp_path: Path) -> None:
    moved = shutil.copytree(swept.result.folder, tmp_path / "moved")
    assert sweep(read_grid(swept.notebook, swept.pairs), moved).reused == 4


def test_a_picture_that_cannot_be_read_does_not_spoil_the_sheet(swept: Swept, tmp_path: Path) -> None:
    moved = shutil.copytree(swept.result.folder, tmp_path / "moved")
    facts = facts_of(sweep(read_grid(swept.notebook, swept.pairs), moved).cells[0][0])
    facts.outputs[0].path.write_bytes(b"not a picture")
    result = sweep(read_grid(swept.notebook, swept.pairs), moved)
    page = result.page.read_text(encoding="utf-8")
    assert "“mosaic.png” cannot be shown." in page and page.count("<img ") == 3


def test_what_a_notebook_says_is_never_taken_for_markup(tmp_path: Path, notebook: Write) -> None:
    place = notebook("raise ValueError('<script>alert(1)</script>')")
    result = sweep(read_grid(place, ["name=<b>x</b>,<i>y</i>"]), tmp_path / "out")
    page = result.page.read_text(encoding="utf-8")
    assert "<script>alert" not in page and "<b>x" not in page
    assert "&lt;script&gt;alert(1)" in page and "&lt;b&gt;x" in page


def test_a_cell_that_was_not_begun_is_told_without_figures(tmp_path: Path, notebook: Write) -> None:
    from artia_lab.sweep.cells import Cell

    grid = read_grid(notebook(), ["seed=1,2"])
    cell = Cell(1, {"seed": 2})
    told = row(tmp_path, cell, facts_of(cell))
    assert told["status"] == "waiting" and told["seconds"] is None and told["run"] == ""
    assert "To be made" in card(grid, cell, facts_of(cell))


def test_a_parameter_called_as_a_column_keeps_a_column_of_its_own(tmp_path: Path, notebook: Write) -> None:
    place = notebook(parameters="seed: int = 0\nstatus: str = 'x'")
    sweep(read_grid(place, ["status=a,b"]), tmp_path / "out")
    with (tmp_path / "out" / "sweep.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert [(each["parameter_status"], each["status"]) for each in rows] == [("a", "finished"), ("b", "finished")]
