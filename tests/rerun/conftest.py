"""Small notebooks, and a look into the executed ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

Write = Callable[..., Path]
Read = Callable[[str | Path], str]


@pytest.fixture
def notebook() -> Write:
    """Write a small notebook: ``notebook(place, *code)``."""

    def _write(place: Path, *code: str, parameters: str = "seed: int = 0\nname: str = ''") -> Path:
        cells = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})]
        cells += [nbformat.v4.new_code_cell(each) for each in code]
        kernel = {"name": "artia", "display_name": "ArtIA", "language": "python"}
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), place)
        return place

    return _write


@pytest.fixture
def texts() -> Read:
    """Read all that the cells of an executed notebook printed."""

    def _read(path: str | Path) -> str:
        document = nbformat.read(path, as_version=4)
        nbformat.validate(document)
        code = [cell for cell in document.cells if cell.cell_type == "code"]
        return "".join(output.get("text", "") for cell in code for output in cell.outputs)

    return _read


@pytest.fixture
def until() -> Callable[[Callable[[], Any]], Any]:
    """Wait until something is there, and give it."""

    def _wait(look: Callable[[], Any]) -> Any:
        end = time.monotonic() + 60
        while not (found := look()):
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.05)
        return found

    return _wait
