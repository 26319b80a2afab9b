"""One notebook, executed here: what is saved and when, and what is said of a cell that did not end well."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from artia_lab.rerun import saving
from artia_lab.rerun.worker import perform

Write = Callable[..., Path]
Read = Callable[[str | Path], str]


class Performed:
    """What came of one notebook."""

    def __init__(self, source: Path, values: dict[str, Any] | None = None) -> None:
        self.place = source.with_name("out.ipynb")
        self.said: list[dict[str, Any]] = []
        job = {"notebook": str(source), "output": str(self.place), "aside": str(source.with_name(".aside.ipynb"))}
        job |= {"values": values or {}, "cwd": str(source.parent)}
        self.answer = perform(job, self.said.append)

    @property
    def document(self) -> Any:
        found = nbformat.read(self.place, as_version=4)
        nbformat.validate(found)
        return found


def test_thirty_heavy_cells_are_written_a_few_times(
    tmp_path: Path, notebook: Write, texts: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes, replace = [], os.replace
    monkeypatch.setattr(os, "replace", lambda aside, place: (writes.append(place), replace(aside, place)))
    source = notebook(tmp_path / "n.ipynb", *["print('x' * 1_000_000)"] * 30)
    began = time.monotonic()
    performed = Performed(source)
    took = time.monotonic() - began
    assert performed.answer == {"status": "finished", "sentence": ""}
    assert len(texts(performed.place)) == 30 * 1_000_001
    # At the start, at the end, and no more than one each time the pause has passed.
    assert writes.count(performed.place) <= 2 + took / saving.PAUSE_S
    assert writes.count(performed.place) < 30


def test_what_papermill_notes_is_there(tmp_path: Path, notebook: Write) -> None:
    performed = Performed(notebook(tmp_path / "n.ipynb", "print(seed)"), {"seed": 0})
    noted = performed.document.metadata.papermill
    assert noted.parameters == {"seed": 0} and noted.exception is None
    assert noted.input_path == str(tmp_path / "n.ipynb") and noted.output_path == str(performed.place)
    assert noted.start_time < noted.end_time and noted.duration > 0
    assert [cell.metadata.papermill.status for cell in performed.document.cells] == ["completed"] * 3
    assert performed.document.cells[1].metadata.tags == ["injected-parameters"]
    assert performed.said == [{"cell": number, "of": 3} for number in (1, 2, 3)]


def test_a_notebook_that_fails_keeps_its_outputs_and_is_marked(
    tmp_path: Path, notebook: Write, texts: Read
) -> None:
    performed = Performed(notebook(tmp_path / "n.ipynb", "print('before')", "1 / 0", "print('after')"))
    assert performed.answer["status"] == "failed"
    assert performed.answer["sentence"] == "Cell 3 raised ZeroDivisionError: division by zero"
    assert performed.said[-1]["cell"] == 3
    assert texts(performed.place) == "before\n"
    cells = performed.document.cells
    assert [cell.metadata.tags == ["papermill-error-cell-tag"] for cell in cells].count(True) == 2
    assert cells[0].metadata.tags == ["papermill-error-cell-tag"]
    statuses = [cell.metadata.papermill.status for cell in cells if "papermill" in cell.metadata]
    assert statuses == ["completed", "completed", "failed", "pending"]


def test_a_kernel_that_was_killed_is_told_from_a_cell_that_completed(tmp_path: Path, notebook: Write) -> None:
    source = notebook(tmp_path / "n.ipynb", "print('before')", "import os; os.kill(os.getpid(), 9)", "1")
    performed = Performed(source)
    assert "while it executed cell 3" in performed.answer["sentence"]
    *done, last, never = performed.document.cells
    assert {cell.metadata.papermill.status for cell in done} == {"completed"}
    assert last.metadata.papermill.status == "failed" and last.outputs[-1].ename == "DeadKernelError"
    assert never.metadata.papermill.status == "pending"
    assert performed.document.metadata.papermill.exception is True


@pytest.mark.parametrize("cells", [[], [nbformat.v4.new_markdown_cell("# Nothing to run")]])
def test_a_notebook_without_code_is_kept_as_it_is(tmp_path: Path, cells: list[Any]) -> None:
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "n.ipynb")
    performed = Performed(tmp_path / "n.ipynb")
    assert performed.answer["status"] == "finished"
    assert [cell.source for cell in performed.document.cells] == [cell.source for cell in cells]


def test_a_file_may_have_any_name(tmp_path: Path, notebook: Write, texts: Read) -> None:
    performed = Performed(notebook(tmp_path / "été {n} “à l’œuvre” 100 % 🎨.ipynb", "print('well')"))
    assert performed.answer["status"] == "finished" and texts(performed.place) == "well\n"


def test_a_kernel_ends_in_its_own_way(tmp_path: Path, notebook: Write) -> None:
    code = "import atexit, pathlib; atexit.register(pathlib.Path('farewell').touch)"
    Performed(notebook(tmp_path / "n.ipynb", code))
    assert (tmp_path / "farewell").exists()


def test_widgets_are_kept(tmp_path: Path, notebook: Write) -> None:
    code = "import ipywidgets; ipywidgets.IntSlider(3)"
    state = Performed(notebook(tmp_path / "n.ipynb", code)).document.metadata.widgets
    assert "IntSliderModel" in str(state)
