"""Small notebooks to sweep, and one real sweep that several tests look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from artia_lab.home import data_folder
from artia_lab.sweep import Result, folder_for, read_grid, sweep

Write = Callable[..., Path]


@pytest.fixture
def notebook(tmp_path: Path) -> Write:
    """Write a small notebook; each execution of it adds its seed to a log."""

    def _write(*code: str, parameters: str = "seed: int = 0\nnoise: float = 0.0\nname: str = ''") -> Path:
        count = f"with open({str(tmp_path / 'log')!r}, 'a') as log: print(seed, file=log)"
        cells = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})]
        cells += [nbformat.v4.new_code_cell(each) for each in (count, *code)]
        kernel = {"name": "artia", "display_name": "ArtIA", "language": "python"}
        place = tmp_path / "n.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), place)
        return place

    return _write


@pytest.fixture
def executed(tmp_path: Path) -> Callable[[], list[str]]:
    """Say which seeds were executed, sorted; one that was executed twice stands twice."""
    log = tmp_path / "log"
    return lambda: sorted(log.read_text().split()) if log.exists() else []


@dataclass(frozen=True)
class Swept:
    """A sweep that was made, and what made it."""

    notebook: Path
    pairs: list[str]
    home: Path
    result: Result


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swept]:
    """Sweep the library's self-mosaic in small: two seeds and two liberties."""
    home = tmp_path_factory.mktemp("sweep") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARTIA_HOME", str(home))
        patch.setenv("ARTIA_LANG", "en")
        patch.delenv("ARTIA_RUNS", raising=False)
        notebook = data_folder("notebooks") / "en" / "I1-self-mosaic.ipynb"
        pairs = ["width=64", "seed=1..2", "liberty=0.2,1.0"]
        grid = read_grid(notebook, pairs)
        yield Swept(notebook, pairs, home, sweep(grid, folder_for(notebook, grid), at_once=2))
