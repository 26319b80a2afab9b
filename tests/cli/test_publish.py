"""``artia publish``: a run made again and published, a notebook, and what is refused before and after."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from artia_lab import corpora, execute
from artia_lab.cli import main
from artia_lab.home import data_folder
from artia_lab.runs import RunFolder, every_run

TERMS = ("--title", "Essai 0", "--author", "Anne", "--author", "Bo", "--licence", "CC-BY-4.0")


def artia(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    """Run a command here; give its exit code, its standard output and its standard error."""
    code = main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one run, of seed 0."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARTIA_HOME", str(folder))
        patch.setenv("ARTIA_LANG", "en")
        run = execute.run("text.corpus-keyboard", "starter/texts-en", {"seed": 0})
        assert run.status() == "finished"
    return folder


@pytest.fixture(autouse=True)
def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ARTIA_HOME", str(home))
    yield


def test_a_run_is_made_again_through_its_notebook_and_published(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, err = artia(capsys, "publish", "last", "--to", tmp_path, *TERMS, "--json")
    assert code == 0, err
    said = json.loads(out)
    assert (
        said["file"] == str(tmp_path / "essai-0.zip")
        and said["bytes"] == (tmp_path / "essai-0.zip").stat().st_size
    )
    with zipfile.ZipFile(said["file"]) as packed:
        published = json.loads(packed.read("publication.json"))
        executed = nbformat.reads(packed.read("notebook/executed.ipynb").decode(), as_version=4)
        source = nbformat.reads(packed.read(published["notebook"]).decode(), as_version=4)
    assert published["notebook"] == "notebook/T1-corpus-keyboard.ipynb"
    assert published["parameters"]["seed"] == 0 and published["authors"] == ["Anne", "Bo"]
    assert [each.id for each in source.cells] == [each.id for each in executed.cells]
    [injected] = [each for each in source.cells if "injected-parameters" in each.metadata.get("tags", [])]
    assert "seed = 0" in injected.source and 'corpus = "starter/texts-en"' in injected.source
    nbformat.validate(source)


def test_a_run_that_no_notebook_presents_is_made_again_by_the_shortest_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("artia_lab.cli.publishing._found", lambda *_asked: None)
    code, out, err = artia(capsys, "publish", "last", "--to", tmp_path, *TERMS, "--json")
    assert code == 0, err
    with zipfile.ZipFile(json.loads(out)["file"]) as packed:
        assert "notebook/text.corpus-keyboard.ipynb" in packed.namelist()


def test_a_run_whose_works_are_not_made_again_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run = every_run()[0]
    shutil.copytree(run.path, tmp_path / run.id)
    text = tmp_path / run.id / "outputs" / "text.txt"
    text.write_text("Another text altogether, that chance never wrote.", encoding="utf-8")
    code, _out, err = artia(capsys, "publish", tmp_path / run.id, "--to", tmp_path / "out", *TERMS)
    assert code == 2 and "does not give the same works" in err and not (tmp_path / "out").exists()


def test_another_publication_of_the_same_name_is_not_replaced(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "essai-0.zip").write_text("mine")
    code, _out, err = artia(capsys, "publish", "last", "--to", tmp_path, *TERMS)
    assert code == 2 and "already a file" in err
    assert (tmp_path / "essai-0.zip").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "missing"),
    [((), "--title, --author, --licence"), (TERMS[:2], "--author, --licence"), (TERMS[:6], "--licence"),
     (("--title", " ", *TERMS[2:]), "--title")],
)  # fmt: skip
def test_without_a_terminal_a_missing_term_is_named_before_any_work(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], missing: str
) -> None:
    code, _out, err = artia(capsys, "publish", "last", *words)
    assert code == 2 and f"add: {missing}." in err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("last", *TERMS[:-1], "CC-BY"), "SPDX"),
        (("last", *TERMS, "-p", "seed=1"), "-p is for notebooks"),
        (("nowhere", *TERMS), "no run"),
        (("nowhere.ipynb", *TERMS), "no notebook"),
        (("last", "--with-corpus", "--corpus-digest-only"), "not allowed with"),
    ],
)
def test_a_mistake_is_one_sentence(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], why: str) -> None:
    code, _out, err = artia(capsys, "publish", *words)
    assert code == 2 and why in err and "Traceback" not in err


def test_a_run_from_a_private_corpus_is_refused_before_any_work(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "diary.txt").write_text("a word and another word, " * 200)
    corpora.describe(tmp_path, title="Diary", authors=["Anne"], private=True)
    run = execute.run("text.corpus-keyboard", tmp_path, out=tmp_path / "runs")
    assert run.status() == "finished"
    code, _out, err = artia(capsys, "publish", run.path, "--to", tmp_path / "out", *TERMS)
    assert code == 2 and "“Diary” is a private corpus" in err and not (tmp_path / "out").exists()


def test_a_run_whose_corpus_changed_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("a word and another word, " * 200)
    corpora.describe(tmp_path, title="W", authors=["A"], licence="CC-BY-SA-4.0", consent="Mine.")
    run = execute.run("text.corpus-keyboard", tmp_path, out=tmp_path / "runs")
    code, _out, err = artia(capsys, "publish", run.path, "--to", tmp_path / "out", *TERMS)
    assert code == 2 and "“words.txt” (CC-BY-SA-4.0): share alike" in err
    (tmp_path / "more.txt").write_text("more")
    corpora.add(tmp_path, [tmp_path / "more.txt"])
    code, _out, err = artia(capsys, "publish", run.path, "--to", tmp_path / "out", *TERMS)
    assert code == 2 and "no longer what the run" in err


def test_an_unfinished_run_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    asked = every_run()[0].request()
    run, claim = RunFolder.create(asked, tmp_path)
    os.close(claim)
    code, _out, err = artia(capsys, "publish", run.path, *TERMS)
    assert code == 2 and "only a finished run" in err


def test_a_notebook_is_executed_then_published_as_it_is(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    notebook = data_folder("notebooks") / "fr" / "T1-clavier-de-corpus.ipynb"
    assert main(["rerun", str(notebook), "-p", "seed=3", "--out", str(tmp_path / "rerun")]) == 0
    executed = tmp_path / "rerun" / notebook.name
    [run] = (tmp_path / "rerun" / "runs" / notebook.stem).iterdir()
    capsys.readouterr()
    code, out, err = artia(capsys, "publish", executed, "--to", tmp_path, *TERMS, "--with-corpus", "--json")
    assert code == 0, err
    said = json.loads(out)
    # The run that stood beside it, and no other.
    assert said["runs"] == [run.name] and said["corpus_included"] is True
    with zipfile.ZipFile(said["file"]) as packed:
        published = json.loads(packed.read("publication.json"))
        assert published["seed"] == 3 and published["language"] == "fr"
        assert "corpus/corpus.toml" in packed.namelist()
        assert not [each for each in packed.namelist() if str(tmp_path).encode() in packed.read(each)]


def test_a_notebook_that_makes_no_run_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    kernel = {"name": "artia", "display_name": "ArtIA", "language": "python"}
    cells = [nbformat.v4.new_code_cell("print(1)")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), tmp_path / "n.ipynb")
    code, _out, err = artia(capsys, "publish", tmp_path / "n.ipynb", "--to", tmp_path / "out", *TERMS)
    assert code == 2 and "makes no run of the lab" in err and not (tmp_path / "out").exists()


def test_on_a_terminal_it_asks_and_suggests(tmp_path: Path) -> None:
    mine, theirs = pty.openpty()
    command = [sys.executable, "-m", "artia_lab.cli", "publish", "last", "--to", str(tmp_path)]
    process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    # A title of mine, the suggested authors and licence, no corpus, and in the end no.
    os.write(mine, "Été\n\n\n\nn\n".encode())
    out, err = process.communicate(timeout=240)
    os.close(mine), os.close(theirs)
    assert process.returncode == 2, out + err
    assert "Title? [Corpus keyboard — " in err and "Whose is it?" in err and "[CC0-1.0]" in err
    assert "“Été”, by ArtIA Lab, under CC0-1.0." in err and "Nothing was published." in err
    assert not list(tmp_path.glob("*"))


def test_an_answer_that_never_comes_publishes_nothing(tmp_path: Path) -> None:
    mine, theirs = pty.openpty()
    command = [sys.executable, "-m", "artia_lab.cli", "publish", "last", "--to", str(tmp_path)]
    process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    os.write(mine, b"\x04")
    _out, err = process.communicate(timeout=240)
    os.close(mine), os.close(theirs)
    assert process.returncode == 2 and "an answer is missing" in err
