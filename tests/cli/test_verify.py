"""``artia verify``: two runs, or notebooks with their references; one line for each output, and an exit code."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import nbformat
import pytest

from artia_lab.cli import main
from artia_lab.execute import run
from artia_lab.runs import RunFolder, runs_folder

OPENING = 'from artia_lab import open_panel\npanel = open_panel("text.corpus-keyboard", seed=seed, length=length)'


def verify(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    """Verify; give the exit code, the standard output and the standard error."""
    code = main(["verify", *map(str, words)])
    said = capsys.readouterr()
    return code, said.out, said.err


def wrote(**parameters: int) -> RunFolder:
    """Make a text, quickly."""
    asked = {"length": 100, "seed": 0} | parameters
    return run("text.corpus-keyboard", "starter/texts-en", asked, executor="inline")


def notebook(place: Path, *code: str) -> Path:
    """Write a notebook that makes a text."""
    cells = [nbformat.v4.new_code_cell("seed: int = 0\nlength: int = 100", metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell(each) for each in (OPENING, "result = panel.result()", *code)]
    kernel = {"name": "artia", "display_name": "ArtIA", "language": "python"}
    about = {"experiment": "text.corpus-keyboard", "language": "en"}
    place.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "artia": about}), place)
    return place


def test_the_same_run_made_again_passes(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = wrote(), wrote()
    code, out, _err = verify(capsys, one.id, "last")
    assert code == 0
    assert out.startswith("Passed: identical") and "✓ outputs/text.txt: identical." in out
    assert "Why this is to be expected: " in out
    assert "✗" not in out
    assert verify(capsys, one.path, os.path.relpath(other.path))[0] == 0


def test_another_seed_fails_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = wrote(), wrote(seed=1)
    code, out, _err = verify(capsys, one.id, other.id)
    assert code == 1
    assert "✗ outputs/text.txt" in out and "seed is 1, not 0" in out
    assert str(one.outputs_folder) in out and str(other.outputs_folder) in out


def test_a_run_that_has_not_ended_cannot_be_compared(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = wrote(), wrote()
    (other.path / "record.json").unlink()
    code, out, _err = verify(capsys, one.id, other.id, "--json")
    assert code == 2
    told = json.loads(out)
    assert told["status"] == "impossible" and other.id in told["reason"] and told["new"] == str(other.path)


def test_json_says_all_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    one = wrote()
    code, out, err = verify(capsys, "last", one.id, "--json")
    told = json.loads(out)
    assert (code, err, told["status"], told["verdict"]) == (0, "", "passed", "identical")
    assert "outputs/text.txt" in [each["name"] for each in told["comparisons"]]
    assert told["expected"]["tier"] == "identical" and told["differences"] == []


@pytest.mark.parametrize(
    "words",
    [
        ["last"],
        ["last", "last", "last"],
        ["last", "last", "--keep"],
        ["last", "last", "-p", "seed=1"],
        ["last", "nothing"],
        ["a.ipynb", "last"],
        ["a.ipynb", "-p", "seed=1"],
        ["a.ipynb", "--jobs", "0"],
        ["a.ipynb", "--keep"],
        ["a.ipynb", "--keep", "-p", "seed"],
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_two(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    wrote()
    code, out, err = verify(capsys, *words)
    assert (code, out) == (2, "")
    assert err.startswith("artia: ") and err.count("\n") == 1


def test_a_notebook_without_reference_says_how_to_keep_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    place = notebook(tmp_path / "T.ipynb")
    code, out, _err = verify(capsys, place)
    assert code == 2
    assert f"artia verify --keep {place}" in out
    assert not runs_folder().exists()


def test_a_notebook_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _err = verify(capsys, tmp_path / "T.ipynb", "--json")
    assert code == 2
    assert "There is no notebook" in json.loads(out)["notebooks"][0]["reason"]


def test_a_reference_is_kept_with_its_parameters_then_made_again(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, artia_home: Path
) -> None:
    place = notebook(tmp_path / "my notebooks" / "T.ipynb")
    code, out, err = verify(capsys, place, "--keep", "-p", "seed=3")
    assert code == 0, err
    kept = place.parent / "references" / "T"
    assert str(kept) in out
    record = json.loads(next(kept.glob("runs/T/*/record.json")).read_text(encoding="utf-8"))
    assert record["parameters"]["seed"] == 3

    code, out, err = verify(capsys, place)
    assert code == 0, out + err
    assert "✓ T.ipynb: Passed: identical" in out
    assert not list((artia_home / "notebooks" / "reruns").iterdir())

    for text in kept.glob("runs/T/*/outputs/text.txt"):
        text.write_text("Something else.", encoding="utf-8")
    cell = "\n# changed since\nprint('more')"
    code, out, _err = verify(capsys, notebook(place, cell), "--json")
    [told] = json.loads(out)["notebooks"]
    assert (code, told["status"], told["changed"]) == (1, "failed", True)
    assert Path(told["executed"]).is_file()


def test_a_notebook_that_raises_fails_and_is_not_kept(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    place = notebook(tmp_path / "T.ipynb", "1 / 0")
    code, out, err = verify(capsys, place, "--keep", "--json")
    assert code == 1
    assert json.loads(out)["status"] == "failed" and "ZeroDivisionError" in err
    assert not (tmp_path / "references").exists()


def test_a_corpus_named_by_its_folder_is_not_kept(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from artia_lab import corpora

    corpus = tmp_path / "mine"
    shutil.copytree(corpora.find("starter/texts-en").folder, corpus)
    place = notebook(tmp_path / "T.ipynb")
    document = nbformat.read(place, 4)
    document.cells[0].source = "corpus: str = ''\n" + document.cells[0].source
    nbformat.write(document, place)
    code, _out, err = verify(capsys, place, "--keep", "-p", f"corpus={corpus}")
    assert code == 2 and "by its folder" in err


def test_help_is_in_the_persons_language(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARTIA_LANG", "fr")
    with pytest.raises(SystemExit):
        main(["verify", "--help"])
    assert "référence" in capsys.readouterr().out
