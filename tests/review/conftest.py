"""Publications to review: one that is as it should be, and ways to spoil it."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from artia_lab.cli.entry import main
from artia_lab.home import data_folder
from artia_lab.provenance import Identity

Change = Callable[[Path, dict[str, Any]], object]
Spoil = Callable[..., Path]


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication of another lab: the corpus keyboard, executed from its notebook, with its corpus."""
    folder = tmp_path_factory.mktemp("published")
    [notebook] = (data_folder("notebooks") / "en").glob("T1-*.ipynb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARTIA_HOME", str(folder / "home"))
        patch.setenv("ARTIA_LANG", "en")
        patch.delenv("ARTIA_RUNS", raising=False)
        words = [
            "publish",
            str(notebook),
            "--to",
            str(folder),
            "--title",
            "A keyboard",
            "--author",
            "Ana Tremblay",
        ]
        assert main([*words, "--licence", "CC0-1.0", "--with-corpus", "--yes"]) == 0
    return folder / "a-keyboard.zip"


@pytest.fixture
def spoilt(published: Path, tmp_path: Path) -> Spoil:
    """Change a publication, and sign it again as its authors would: ``spoilt(change)``."""

    def _spoil(change: Change, *, sign: bool = True) -> Path:
        folder = tmp_path / "changed"
        with zipfile.ZipFile(published) as archive:
            archive.extractall(folder)
        document = json.loads((folder / "publication.json").read_text())
        change(folder, document)
        if sign:
            names = [each for each in sorted(folder.rglob("*")) if each.is_file()]
            document["files"] = {
                str(each.relative_to(folder)): hashlib.sha256(each.read_bytes()).hexdigest()
                for each in names
                if each.name not in ("publication.json", "publication.p7s")
            }
            content = json.dumps(document).encode()
            (folder / "publication.json").write_bytes(content)
            (folder / "publication.p7s").write_bytes(Identity.of_this_lab().sign(content))
        return packed(folder, tmp_path / "spoilt.zip")

    return _spoil


def packed(folder: Path, place: Path) -> Path:
    """Pack a folder."""
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in sorted(folder.rglob("*")):
            if each.is_file():
                archive.write(each, str(each.relative_to(folder)))
    shutil.rmtree(folder)
    return place


@pytest.fixture
def executing(spoilt: Spoil) -> Callable[[str], Path]:
    """A publication whose notebook executes other code: ``executing(code)``."""

    def _executing(code: str) -> Path:
        def _change(folder: Path, document: dict[str, Any]) -> None:
            place = folder / document["notebook"]
            notebook = nbformat.read(place, as_version=4)
            notebook.cells = [nbformat.v4.new_code_cell("import os"), nbformat.v4.new_code_cell(code)]
            nbformat.write(notebook, place)

        return spoilt(_change)

    return _executing
