"""What the tests of the panel may ask for: an experiment of a third party, slow and faulty at will."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artia_lab import corpora, experiments

PLUGIN = Path(__file__).parent / "plugin"


@pytest.fixture(autouse=True)
def plugin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install the experiment ``image.slow``, here and for the processes that runs have of their own."""
    monkeypatch.syspath_prepend(str(PLUGIN))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(PLUGIN), os.environ.get("PYTHONPATH")])))
    for name in ("ARTIA_NOTEBOOK", "JPY_SESSION_NAME", "VSCODE_PID"):
        monkeypatch.delenv(name, raising=False)
    experiments._entries.cache_clear()
    yield
    experiments._entries.cache_clear()


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Collect what cells would display: MIME bundles, in order."""
    bundles: list[dict[str, str]] = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def _described(folder: Path, title: str, *files: str) -> str:
    folder.mkdir()
    for number, name in enumerate(files):
        Image.fromarray(np.full((8, 8, 3), 40 * number, dtype=np.uint8)).save(folder / name)
    corpora.describe(folder, title=title, authors=["Ada"], licence="CC-BY-4.0", consent="Given by Ada herself.")
    return str(folder)


@pytest.fixture
def pictures(tmp_path: Path) -> str:
    """Describe a folder of two pictures."""
    return _described(tmp_path / "skies", "Two skies", "dawn.png", "dusk.png")


@pytest.fixture
def other_pictures(tmp_path: Path) -> str:
    """Describe a folder of one picture."""
    return _described(tmp_path / "seas", "One sea", "tide.png")
