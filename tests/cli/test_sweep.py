"""``artia sweep``: checked first, then one line, a contact sheet and a table."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from artia_lab.cli import main
from artia_lab.home import data_folder

I1 = str(data_folder("notebooks") / "en" / "I1-self-mosaic.ipynb")


@pytest.fixture
def notebook(tmp_path: Path) -> str:
    """A notebook that does not like the seed 2."""
    parameters = nbformat.v4.new_code_cell("seed: int = 0", metadata={"tags": ["parameters"]})
    cells = [parameters, nbformat.v4.new_code_cell("assert seed != 2, 'not two'")]
    kernel = {"name": "artia", "display_name": "ArtIA", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), tmp_path / "n.ipynb")
    return str(tmp_path / "n.ipynb")


@pytest.mark.parametrize(
    "words",
    [
        ["nowhere.ipynb", "-p", "seed=1..8"],
        [I1],
        [I1, "-p", "seed=1..8", "--jobs", "0"],
        [I1, "-p", "noise=0.5,1.0"],
        [I1, "-p", "seed=1..2", "-p", "liberty=0.5,7"],
    ],
)
def test_a_mistake_is_one_sentence_and_nothing_starts(
    capsys: pytest.CaptureFixture[str], artia_home: Path, words: list[str]
) -> None:
    assert main(["sweep", *words]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("artia: ") and said.err.count("\n") == 1
    assert not (artia_home / "notebooks").exists()


def test_a_sweep_ends_in_a_sheet_and_says_where(
    capsys: pytest.CaptureFixture[str], artia_home: Path, notebook: str
) -> None:
    words = ["sweep", notebook, "-p", "seed=0,1", "--jobs", "2"]
    assert main(words) == 0
    said = capsys.readouterr()
    [folder] = (artia_home / "notebooks" / "sweeps").iterdir()
    assert said.out == f"2 of 2 runs are made.\nThe contact sheet: {folder / 'index.html'}\n"
    assert sorted(line.partition(" (")[0] for line in said.err.splitlines()) == ["✓ seed: 0", "✓ seed: 1"]
    assert main(words) == 0
    assert capsys.readouterr().err == "2 runs were made before.\n"
    assert list((artia_home / "notebooks" / "sweeps").iterdir()) == [folder]


def test_with_json_one_document_says_what_became_of_each(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, notebook: str
) -> None:
    assert main(["sweep", notebook, "-p", "seed=1..2", "--out", str(tmp_path / "out"), "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["status"] == "failed" and document["reused"] == 0
    assert Path(document["sheet"]).is_file() and Path(document["table"]).is_file()
    assert [(each["values"], each["status"]) for each in document["cells"]] == [
        ({"seed": 1}, "finished"), ({"seed": 2}, "failed"),
    ]  # fmt: skip
    assert "not two" in document["cells"][1]["reason"]
