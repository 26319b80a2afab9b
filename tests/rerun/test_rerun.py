"""Headless reruns: checked first, several at once, and truthful about how each ended."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from artia_lab.cli import main
from artia_lab.errors import Mistake, NotFound, ParameterError
from artia_lab.rerun import prepare, rerun


def notebook(place: Path, *code: str, parameters: str = "seed: int = 0\nname: str = ''") -> Path:
    """Write a small notebook."""
    cells = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell(each) for each in code]
    kernel = {"name": "artia", "display_name": "ArtIA", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), place)
    return place


def texts(path: str) -> str:
    """Read all that the cells of an executed notebook printed."""
    document = nbformat.read(path, as_version=4)
    return "".join(
        output.get("text", "") for cell in document.cells if cell.cell_type == "code" for output in cell.outputs
    )


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ({"sed": "1"}, "it has: seed, name"),
        ({"seed": "one"}, "seed"),
        ({"seed": "1.5"}, "seed"),
    ],
)
def test_a_wrong_parameter_is_refused_before_anything_starts(
    tmp_path: Path, pairs: dict[str, str], message: str
) -> None:
    with pytest.raises(ParameterError, match=message):
        prepare(notebook(tmp_path / "n.ipynb"), pairs)


def test_a_name_cannot_carry_code(tmp_path: Path) -> None:
    with pytest.raises(ParameterError):
        prepare(notebook(tmp_path / "n.ipynb"), {"seed\nimport os": "1"})


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}', "\x00\x01"])
def test_what_is_not_a_notebook_is_said(tmp_path: Path, content: str) -> None:
    (tmp_path / "n.ipynb").write_text(content)
    with pytest.raises(Mistake, match=r"n\.ipynb"):
        prepare(tmp_path / "n.ipynb", {})


def test_a_missing_notebook_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        prepare(tmp_path / "n.ipynb", {})


def test_falsy_values_arrive(tmp_path: Path) -> None:
    place = notebook(tmp_path / "n.ipynb", "print([seed, name])", parameters="seed: int = 7\nname: str = 'x'")
    [outcome] = rerun([prepare(place, {"seed": "0", "name": ""})], tmp_path / "out")
    assert outcome.status == "finished"
    assert "[0, '']" in texts(outcome.output)


def test_one_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    places = [
        notebook(tmp_path / "raises.ipynb", "print('before')", "1 / 0", "print('after')"),
        notebook(tmp_path / "killed.ipynb", "print('before')", "import os; os.kill(os.getpid(), 9)"),
        notebook(tmp_path / "exits.ipynb", "import os; os._exit(0)"),
        notebook(tmp_path / "well.ipynb", "print('well')"),
    ]
    raises, killed, exits, well = rerun([prepare(each, {}) for each in places], tmp_path / "out", at_once=2)
    assert (raises.status, killed.status, exits.status, well.status) == ("failed", "failed", "failed", "finished")
    assert "ZeroDivisionError" in raises.sentence
    assert "kernel was ended" in killed.sentence and "kernel was ended" in exits.sentence
    assert texts(raises.output).startswith("before") and "well" in texts(well.output)


def test_a_cell_whose_kernel_was_killed_is_not_called_completed(tmp_path: Path) -> None:
    place = notebook(tmp_path / "killed.ipynb", "print('before')", "import os; os.kill(os.getpid(), 9)")
    [outcome] = rerun([prepare(place, {})], tmp_path / "out")
    *done, last = nbformat.read(outcome.output, as_version=4).cells
    assert last.metadata.papermill.status == "failed"
    assert last.outputs[-1].ename == "DeadKernelError"
    assert {cell.metadata.papermill.status for cell in done} == {"completed"}


def test_notebooks_of_the_same_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    places = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        places.append(notebook(tmp_path / folder / "n.ipynb", f"print('{folder}')"))
    first, second = rerun([prepare(each, {}) for each in places], tmp_path / "out", at_once=2)
    assert first.output != second.output
    assert texts(second.output) == "b\n"


def test_the_source_is_never_overwritten(tmp_path: Path) -> None:
    place = notebook(tmp_path / "n.ipynb", "print('x')")
    before = place.read_bytes()
    [outcome] = rerun([prepare(place, {})], tmp_path)
    assert place.read_bytes() == before and outcome.output != str(place)


def test_the_command_says_how_many_and_fails_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    well, fails = notebook(tmp_path / "well.ipynb"), notebook(tmp_path / "fails.ipynb", "1 / 0")
    out = tmp_path / "out"
    assert main(["rerun", str(well), str(fails), "-p", "seed=0", "--jobs", "2", "--out", str(out), "--json"]) == 1
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert [each["status"] for each in document["notebooks"]] == ["finished", "failed"]
    assert "✓ well" in said.err and "✗ fails" in said.err
    assert main(["rerun", str(well), "--out", str(out)]) == 0
