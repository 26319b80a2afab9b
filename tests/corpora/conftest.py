"""Real files for the corpora's tests: made here, small, and sometimes bad on purpose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from artia_lab.corpora import Corpus, CorpusReader, Item, describe
from artia_lab.corpora.recognise import expected_medium
from artia_lab.corpora.sums import sha256_of

TERMS = {"title": "Rivage", "authors": ["Ada"], "licence": "CC-BY-4.0", "consent": "The author agreed in writing."}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one picture, one sound and one text, not described yet."""
    folder = tmp_path / "rivage"
    folder.mkdir()
    gradient = np.linspace(0, 255, 60 * 80 * 3).astype(np.uint8).reshape(60, 80, 3)
    Image.fromarray(gradient).save(folder / "greve.png")
    soundfile.write(folder / "vague.wav", np.sin(np.arange(8000) / 20) * 0.5, 8000)
    (folder / "marée.txt").write_text("La mer monte.\nLa mer descend.\n", "utf-8")
    return folder


@pytest.fixture
def corpus(folder: Path) -> Corpus:
    """The same folder, described."""
    return describe(folder, **TERMS)


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., object]:
    """Read one file as a corpus's reader does: ``read(path, max_side=64)``, ``read(path, sr=8000)``."""

    def read_one(path: Path, medium: str = "", **how: int) -> object:
        medium = medium or expected_medium(path.name)
        item = Item(file=path.name, medium=medium, sha256=sha256_of(path.parent, path.name))
        lone = Corpus(id="lone", folder=path.parent, title="Lone", count=1, media=(medium,), load=lambda: (item,))
        with CorpusReader(lone) as reader:
            if medium == "image":
                return reader.picture(item, **how)
            return reader.sound(item, **how) if medium == "audio" else reader.text(item)

    return read_one
