"""Pictures, sounds and runs to compare: made here from the lab's own material, small, and bad on purpose."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from artia_lab.corpora.starters import drawings, sounds
from artia_lab.runs import RunFolder

RATE = 44100


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two of the lab's own drawings: all of them take a while."""
    folder = tmp_path_factory.mktemp("drawn")
    for file in ("lichens.png", "carreaux.png"):
        drawings._draw(folder, file)
    return folder


@pytest.fixture(scope="session")
def pixels(drawn: Path) -> np.ndarray:
    """A drawing, 256 px wide."""
    return np.asarray(Image.open(drawn / "lichens.png").convert("RGB").resize((256, 192)))


@pytest.fixture(scope="session")
def other_pixels(drawn: Path) -> np.ndarray:
    """Another drawing of the same size."""
    return np.asarray(Image.open(drawn / "carreaux.png").convert("RGB").resize((256, 192)))


@pytest.fixture(scope="session")
def harp() -> np.ndarray:
    """Four seconds of a harp, in [-1, 1]."""
    return np.asarray(sounds.compose("harpe.wav"), np.float64)[: 4 * RATE]


@pytest.fixture
def png(tmp_path: Path) -> Callable[[str, np.ndarray], Path]:
    """Write a picture: ``png("a", pixels)``."""

    def write(name: str, array: np.ndarray) -> Path:
        Image.fromarray(array).save(tmp_path / f"{name}.png")
        return tmp_path / f"{name}.png"

    return write


@pytest.fixture
def wav(tmp_path: Path) -> Callable[..., Path]:
    """Write a sound: ``wav("a", y, rate)``."""

    def write(name: str, y: np.ndarray, rate: int = RATE, subtype: str = "PCM_24") -> Path:
        soundfile.write(tmp_path / f"{name}.wav", y, rate, subtype=subtype)
        return tmp_path / f"{name}.wav"

    return write


def encoded(array: np.ndarray, kind: str = "PNG") -> bytes:
    """Encode a picture in memory."""
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, kind)
    return stream.getvalue()


@pytest.fixture(scope="session")
def text_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A real run, which no test may change."""
    from artia_lab.execute import run

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARTIA_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("ARTIA_LANG", "fr")
        out = tmp_path_factory.mktemp("runs")
        made = run("text.corpus-keyboard", "starter/texts-fr", {"seed": 0}, executor="inline", out=out)
        assert made.status() == "finished"
        return made


@pytest.fixture
def two_runs(text_run: RunFolder, tmp_path: Path) -> tuple[RunFolder, RunFolder]:
    """Two copies of a run, to be changed at will: the reference, then the new one."""
    copies = [tmp_path / side / text_run.id for side in ("reference", "new")]
    for copy in copies:
        shutil.copytree(text_run.path, copy)
    return RunFolder(copies[0]), RunFolder(copies[1])
