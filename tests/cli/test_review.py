"""``artia review``: what it says and with which code it ends."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from artia_lab.cli.entry import main


@pytest.fixture
def nothing(tmp_path: Path) -> Path:
    """A zip that is no publication."""
    with zipfile.ZipFile(tmp_path / "rien.zip", "w") as archive:
        archive.writestr("a.txt", "x")
    return tmp_path / "rien.zip"


def test_it_says_the_verdict_first(nothing: Path, artia_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", str(nothing)]) == 2
    first, *_others, last = capsys.readouterr().out.splitlines()
    assert first.startswith("Refused: “rien.zip”")
    [folder] = (artia_home / "reviews").iterdir()
    assert str(folder) in last and folder.name.endswith("-rien")
    assert {each.name for each in folder.iterdir()} == {"index.html", "report.json", "report.p7s", "root.pem"}


def test_json_is_one_document(nothing: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", str(nothing), "--json", "--report", str(tmp_path / "r")]) == 2
    said = json.loads(capsys.readouterr().out)
    assert (said["status"], said["report"]) == ("refused", str(tmp_path / "r"))
    assert said == json.loads((tmp_path / "r" / "report.json").read_text()) | {"report": str(tmp_path / "r")}


@pytest.mark.parametrize(
    "option", [["--minutes", "0"], ["--minutes", "x"], ["--memory", "-1"], ["--memory", "nan"]]
)
def test_a_limit_that_is_none(nothing: Path, option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", str(nothing), *option]) == 2
    assert "a number above 0" in capsys.readouterr().err


def test_a_publication_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", str(tmp_path / "nothing.zip")]) == 2
    assert "There is no publication" in capsys.readouterr().err


def test_what_is_said_before_the_danger(nothing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["review", str(nothing), "--unsafe-no-sandbox"])
    assert "can read and change all that you can" in capsys.readouterr().err


def test_the_command_line_loads_nothing_heavy() -> None:
    code = (
        "import sys, artia_lab.cli.review; "
        "print([name for name in ('numpy', 'torch', 'librosa', 'matplotlib') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
