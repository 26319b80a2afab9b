"""Where things are, and a copy of the library that never overwrites what a person wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from artia_lab import home as places
from artia_lab.home import data_folder, home, library_copy


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a library of one notebook."""
    folder = tmp_path / "library"
    (folder / "fr").mkdir(parents=True)
    (folder / "fr" / "I1.ipynb").write_text("first")
    monkeypatch.setattr(places, "data_folder", lambda _name: folder)
    return folder


def test_home_is_where_the_variable_says(artia_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home() == artia_home
    monkeypatch.setenv("ARTIA_HOME", "")
    assert home() == Path.home() / "artia"


@pytest.mark.parametrize("name", ["notebooks", "hub_config", "kernels"])
def test_what_comes_with_the_package_is_there(name: str) -> None:
    assert any(data_folder(name).iterdir())


def test_the_library_is_copied_once_and_brought_up_to_date(library: Path) -> None:
    copy = library_copy("fr") / "I1.ipynb"
    assert copy.read_text() == "first"
    (library / "fr" / "I1.ipynb").write_text("second")
    library_copy("fr")
    assert copy.read_text() == "second"


def test_a_notebook_that_was_worked_on_is_theirs(library: Path) -> None:
    copy = library_copy("fr") / "I1.ipynb"
    copy.write_text("mine")
    (library / "fr" / "I1.ipynb").write_text("second")
    library_copy("fr")
    assert copy.read_text() == "mine"


def test_a_notebook_that_was_deleted_comes_back(library: Path) -> None:
    copy = library_copy("fr") / "I1.ipynb"
    copy.unlink()
    library_copy("fr")
    assert copy.read_text() == "first"


def test_a_spoilt_memory_does_not_lose_their_work(library: Path) -> None:
    copy = library_copy("fr") / "I1.ipynb"
    copy.write_text("mine")
    (copy.parent / ".library.json").write_text("{")
    library_copy("fr")
    assert copy.read_text() == "mine"
