"""The command line: quick, in two languages, one sentence for each mistake."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from artia_lab import corpora
from artia_lab.cli import main

HEAVY = ("torch", "diffusers", "librosa", "numpy", "IPython", "papermill", "jupyterhub", "matplotlib")


def artia(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    """Run a command here; give its exit code, its standard output and its standard error."""
    code = main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "my texts"
    folder.mkdir()
    source = corpora.find("starter/texts-en")
    shutil.copy(source.folder / source.items[0].file, folder / "words.txt")
    return folder


def test_the_command_line_loads_nothing_heavy() -> None:
    code = f"import sys, artia_lab.cli.entry as m; m.parser(); print([n for n in {HEAVY} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(("code", "word"), [("fr", "Réexécuter"), ("en", "execute notebooks again")])
def test_help_is_in_the_persons_language(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, code: str, word: str
) -> None:
    monkeypatch.setenv("ARTIA_LANG", code)
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert word.lower() in " ".join(capsys.readouterr().out.lower().split())


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["fly"],
        ["run"],
        ["run", "text.nothing", "--corpus", "starter/texts-en"],
        ["run", "text.corpus-keyboard", "--corpus", "nowhere"],
        ["run", "text.corpus-keyboard", "--corpus", "starter/texts-en", "-p", "ordre=6"],
        ["run", "text.corpus-keyboard", "--corpus", "starter/texts-en", "-p", "order"],
        ["run", "text.corpus-keyboard", "--corpus", "starter/texts-en", "--seed", "a"],
        ["runs", "show", "nothing"],
        ["experiments", "show", "nothing"],
        ["rerun", "nowhere.ipynb"],
        ["rerun", "nowhere.ipynb", "--jobs", "0"],
        ["corpus", "show", "nothing"],
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_two(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    code, out, err = artia(capsys, *words)
    assert code == 2
    assert out == ""
    assert err.startswith("artia: ") and err.count("\n") == 1


def test_with_json_a_mistake_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = artia(capsys, "runs", "show", "nothing", "--json")
    assert code == 2
    assert json.loads(out)["error"] in err


def test_a_failure_of_ours_is_a_sentence_and_exit_code_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> list[str]:
        raise RuntimeError("a bug")

    monkeypatch.setattr("artia_lab.experiments.names", broken)
    code, _out, err = artia(capsys, "experiments", "list")
    assert code == 1
    assert "RuntimeError: a bug" in err and "Traceback" not in err


def test_experiments_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    listed = json.loads(artia(capsys, "experiments", "list", "--json")[1])
    assert {"image.self-mosaic", "audio.sound-mosaic", "text.corpus-keyboard"} <= {each["id"] for each in listed}
    shown = json.loads(artia(capsys, "experiments", "show", "text.corpus-keyboard", "--json")[1])
    assert "order" in {each["name"] for each in shown["parameters"]}
    assert "order" in artia(capsys, "experiments", "show", "text.corpus-keyboard")[1]


def test_french_spaces_are_not_escaped(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARTIA_LANG", "fr")
    assert "hasard\u00a0: la même graine" in artia(capsys, "experiments", "show", "text.corpus-keyboard")[1]


def test_a_folder_is_described_checked_used_and_shown(
    capsys: pytest.CaptureFixture[str], texts: Path, tmp_path: Path
) -> None:
    new = ["corpus", "new", texts, "--title", "Mes mots", "--author", "A. N.", "--licence", "CC-BY-4.0"]
    code, out, _err = artia(capsys, *new, "--consent", "They are mine.", "--language", "fr")
    assert code == 0 and "Mes mots" in out
    assert artia(capsys, "corpus", "check", texts)[0] == 0
    assert json.loads(artia(capsys, "corpus", "show", texts, "--json")[1])["title"] == "Mes mots"

    words = ["run", "text.corpus-keyboard", "--corpus", texts, "--seed", "0", "-p", "length=150"]
    code, out, _err = artia(capsys, *words, "--out", tmp_path / "out", "--json")
    record = json.loads(out)
    assert (code, record["status"], record["seed"]) == (0, "finished", 0)
    assert {"path", "medium", "digest"} <= record["outputs"][0].keys()
    assert Path(record["folder"]).parent == tmp_path / "out" and record["id"]
    assert 0 <= record["likeness"]["nearness"] <= 1

    (texts / "words.txt").write_text("something else altogether")
    code, out, _err = artia(capsys, "corpus", "check", texts)
    assert code == 2 and "words.txt" in out


def test_what_a_datasheet_lacks_is_asked_for_or_named(capsys: pytest.CaptureFixture[str], texts: Path) -> None:
    code, _out, err = artia(capsys, "corpus", "new", texts, "--title", "Mine")
    assert code == 2
    assert "--author, --licence, --consent" in err
    assert not (texts / "corpus.toml").exists()


def test_someone_at_the_keyboard_is_asked(texts: Path, artia_home: Path) -> None:
    import pty

    controller, terminal = pty.openpty()
    asked = subprocess.Popen(
        [sys.executable, "-m", "artia_lab.cli", "corpus", "new", str(texts)],
        stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.write(controller, b"Mes mots\nA. N.\nCC0-1.0\nThey are mine.\n")
    out, err = asked.communicate(timeout=60)
    os.close(controller)
    os.close(terminal)
    assert asked.returncode == 0, err
    assert "Title of the corpus:" in err and "Mes mots" in out


def test_a_private_corpus_needs_neither_licence_nor_consent(
    capsys: pytest.CaptureFixture[str], texts: Path
) -> None:
    code, _out, _err = artia(capsys, "corpus", "new", texts, "--title", "T", "--author", "A", "--private")
    assert code == 0
    assert json.loads(artia(capsys, "corpus", "show", texts, "--json")[1])["publishable"] is False


def test_runs_are_listed_shown_and_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(artia(capsys, "runs", "list", "--json")[1]) == []
    words = ["run", "text.corpus-keyboard", "--corpus", "starter/texts-en", "-p", "length=100"]
    assert artia(capsys, *words)[0] == 0
    [listed] = json.loads(artia(capsys, "runs", "list", "--json")[1])
    shown = json.loads(artia(capsys, "runs", "show", "last", "--json")[1])
    assert shown["id"] == listed["id"] and shown["status"] == "finished"
    assert listed["id"] in artia(capsys, "runs", "list")[1]
    assert json.loads(artia(capsys, "runs", "stop", "last", "--json")[1])["status"] == "finished"


def test_doctor_says_what_this_machine_can_do(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = artia(capsys, "doctor", "--json")
    report = json.loads(out)
    assert report["ok"] is (code == 0)
    missing = [each for each in report["findings"] if each["state"] == "missing"]
    assert all(each["remedy"] for each in missing)
