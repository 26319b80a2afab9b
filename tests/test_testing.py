"""The pytest plugin: one test for each notebook, sentences for what differs, and nothing taken from nbval."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import nbformat
import pytest

from artia_lab.errors import Mistake
from artia_lab.runs import RunFolder
from artia_lab.testing import again
from artia_lab.verify import references

# Named here, so that no other plugin is imported.
PLUGINS = ("-p", "artia_lab.testing", "-p", "nbval.plugin", "-p", "xdist.plugin", "-p", "no:cacheprovider")
HEAVY = ("numpy", "torch", "librosa", "nbformat", "papermill", "artia_lab.runs", "artia_lab.verify")


def pytested(folder: Path, *options: str) -> tuple[int, str]:
    """Run pytest over a folder, as anyone would; give its exit code and what it said."""
    command = [sys.executable, "-m", "pytest", *PLUGINS, *options, "."]
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def notebook(place: Path, code: str, printed: str = "") -> Path:
    """Write a notebook of one cell, with what it printed."""
    cell = nbformat.v4.new_code_cell(code, id="cell")
    if printed:
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=printed)]
        cell.execution_count = 1
    kernel = {"name": "artia", "display_name": "ArtIA", "language": "python"}
    place.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel}), place)
    return place


def with_reference(place: Path, code: str, printed: str) -> Path:
    """Write a notebook, and a reference in which it printed something."""
    notebook(place, code)
    executed = notebook(place.parent / "executed" / place.name, code, printed)
    references.keep(place, executed, [])
    shutil.rmtree(executed.parent)
    return place


def test_the_plugin_is_found_by_pytest() -> None:
    [found] = metadata.entry_points(group="pytest11", name="artia")
    assert found.value == "artia_lab.testing"


def test_the_plugin_loads_nothing_heavy() -> None:
    code = f"import sys, artia_lab.testing; print([n for n in {HEAVY} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_each_notebook_passes_fails_with_sentences_or_says_what_is_missing(tmp_path: Path) -> None:
    with_reference(tmp_path / "same.ipynb", "print('as ever')", "as ever\n")
    with_reference(tmp_path / "other.ipynb", "print('by night')", "by day\n")
    notebook(tmp_path / "new.ipynb", "print('new')")
    code, said = pytested(tmp_path, "--artia-verify", "-rA")
    assert code == 1
    assert "1 passed" in said and "2 failed" in said
    assert "Traceback" not in said and "again.py" not in said
    assert "✗ other.ipynb: Failed: " in said and "artia verify --keep" in said
    assert "“new.ipynb” has no reference to be compared with." in said


def test_it_stands_beside_nbval_and_shares_the_work(tmp_path: Path) -> None:
    with_reference(tmp_path / "same.ipynb", "print('as ever')", "as ever\n")
    code, said = pytested(tmp_path, "--artia-verify", "--nbval-lax", "-n", "2")
    assert code == 0, said
    assert "2 passed" in said


def test_without_its_option_nbval_has_every_notebook_to_itself(tmp_path: Path) -> None:
    with_reference(tmp_path / "same.ipynb", "print('as ever')", "as ever\n")
    code, said = pytested(tmp_path, "--nbval-lax", "--collect-only", "-q")
    assert code == 0, said
    assert said.count("::Cell 0") == 2 and "artia verify" not in said


def test_a_notebook_that_cannot_be_read_fails_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "broken.ipynb").write_text("{", encoding="utf-8")
    code, said = pytested(tmp_path, "--artia-verify")
    assert code == 1
    assert "cannot be read as a notebook" in said and "Traceback" not in said


def test_a_run_that_only_one_of_the_two_made_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = with_reference(tmp_path / "T.ipynb", "print(1)", "1\n")
    kept = references.find(place)
    assert kept is not None
    alone = RunFolder(tmp_path / "20260101-000000-text.corpus-keyboard-aaaaaa")
    for missing, added in (([alone], []), ([], [alone])):
        monkeypatch.setattr(references, "pair_runs", lambda *_runs, m=missing, a=added: ([], m, a))
        with kept.opened() as opened:
            verdict = again.judge(opened, opened.notebook, [])
        assert (verdict.status, verdict.verdict) == ("failed", "different")
        assert verdict.comparisons[-1].name == alone.id


def test_a_damaged_reference_cannot_be_compared(tmp_path: Path) -> None:
    place = with_reference(tmp_path / "T.ipynb", "print(1)", "1\n")
    (tmp_path / "references" / "T" / "T.ipynb").write_text("[]", encoding="utf-8")
    [checked] = again.verify([place])
    assert checked.verdict.status == "impossible" and checked.executed is None


def test_nothing_to_verify_is_nothing() -> None:
    assert again.verify([]) == []
    assert again.keep([], {}) == []


def test_a_home_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    place = with_reference(tmp_path / "T.ipynb", "print(1)", "1\n")
    monkeypatch.setenv("ARTIA_HOME", str(tmp_path / "file"))
    with pytest.raises(Mistake, match="cannot be made"):
        again.verify([place])
