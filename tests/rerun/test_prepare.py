"""What is asked of a notebook is checked before anything starts, and without loading anything heavy."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from artia_lab.errors import Mistake, NotFound, ParameterError
from artia_lab.rerun import prepare

Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ({"sed": "1"}, "it has: seed, name"),
        ({"seed": "one"}, "seed"),
        ({"seed": "1.5"}, "seed"),
    ],
)
def test_a_wrong_parameter_is_refused_before_anything_starts(
    tmp_path: Path, pairs: dict[str, str], message: str, notebook: Write
) -> None:
    with pytest.raises(ParameterError, match=message):
        prepare(notebook(tmp_path / "n.ipynb"), pairs)


def test_a_name_cannot_carry_code(tmp_path: Path, notebook: Write) -> None:
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


@pytest.mark.parametrize(
    ("declaration", "written", "value"),
    [
        ("n: int = 3  # a = b", "4", 4),
        ("n: 'float' = 3", "4", 4.0),
        ("n = 3", "4", 4),
        ("n = -1.5", "4", 4.0),
        ("n = False", "true", True),
        ("n = 'x = y'", "4", "4"),
        ("n = None", "4", "4"),
        ("n = undefined", "4", "4"),
        ("%matplotlib inline\n!ls\nn: int = 3", "4", 4),
    ],
)
def test_a_value_takes_the_type_of_its_parameter(
    tmp_path: Path, notebook: Write, declaration: str, written: str, value: object
) -> None:
    job = prepare(notebook(tmp_path / "n.ipynb", parameters=declaration), {"n": written})
    assert job.values == {"n": value} and type(job.values["n"]) is type(value)


def test_a_parameters_cell_that_is_not_python_declares_none(tmp_path: Path, notebook: Write) -> None:
    with pytest.raises(ParameterError, match="it has: none"):
        prepare(notebook(tmp_path / "n.ipynb", parameters="seed <- 1"), {"seed": "1"})


def test_a_notebook_of_the_older_format_is_read(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "input": "seed = 1", "metadata": {"tags": ["parameters"]}, "outputs": []}
    older = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": [cell]}]}
    (tmp_path / "n.ipynb").write_text(json.dumps(older))
    assert prepare(tmp_path / "n.ipynb", {"seed": "2"}).values == {"seed": 2}


@pytest.mark.parametrize("lacking", ["cells", "metadata", "nbformat_minor"])
def test_a_notebook_that_lacks_something_is_said(tmp_path: Path, lacking: str) -> None:
    document = nbformat.v4.new_notebook()
    del document[lacking]
    (tmp_path / "n.ipynb").write_text(json.dumps(document))
    with pytest.raises(Mistake, match=r"n\.ipynb"):
        prepare(tmp_path / "n.ipynb", {})


def test_checking_loads_nothing_heavy(tmp_path: Path, notebook: Write) -> None:
    place = notebook(tmp_path / "n.ipynb")
    code = (
        "import sys, pathlib, artia_lab.rerun as r; r.prepare(pathlib.Path(sys.argv[1]), {'seed': '1'}); "
        "print([n for n in ('papermill', 'nbformat', 'nbclient', 'asyncio', 'numpy') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, place], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
