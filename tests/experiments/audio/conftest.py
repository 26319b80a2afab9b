"""A folder of real sounds, and the small real things that an experiment is given."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from artia_lab.corpora.starters import sounds
from artia_lab.errors import Cancelled, MaterialError, NotFound
from artia_lab.experiments.audio.sound_mosaic import Parameters, run

SR = 44100


@dataclass(frozen=True)
class Item:
    file: str


@dataclass
class SoundFolder:
    """Reads the sounds of a folder, as a corpus does."""

    folder: Path

    def items(self, medium: str) -> tuple[Item, ...]:
        assert medium == "audio"
        return tuple(Item(path.name) for path in sorted(self.folder.iterdir()))

    def item(self, name: str, medium: str) -> Item:
        for item in self.items(medium):
            if item.file == name:
                return item
        raise NotFound(f"no {name}")

    def sound(self, item: Item, sr: int) -> np.ndarray:
        try:
            y, rate = soundfile.read(self.folder / item.file, dtype="float32", always_2d=True)
        except soundfile.SoundFileError as error:
            raise MaterialError(f"{item.file} is cut short.") from error
        assert rate == sr, "these tests keep to one sampling rate"
        return y.mean(axis=1)

    def add(self, name: str, y: np.ndarray) -> None:
        soundfile.write(self.folder / name, y, SR, subtype="FLOAT" if name.endswith(".wav") else None)


@dataclass
class Kept:
    """Keeps what an experiment made."""

    sounds: dict[str, np.ndarray] = field(default_factory=dict)
    pictures: dict[str, np.ndarray] = field(default_factory=dict)
    tables: dict[str, list[dict]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def audio(self, y: np.ndarray, sr: int, name: str = "sound", kind: str = "work") -> None:
        assert sr == SR
        self.sounds[name], self.kinds[name] = y, kind

    def image(self, array: np.ndarray, name: str = "picture", kind: str = "work") -> None:
        self.pictures[name], self.kinds[name] = array, kind

    def table(self, rows: list[dict], name: str = "table") -> None:
        self.tables[name] = rows


@dataclass
class Told:
    """Remembers what an experiment reported; stops it after some steps when asked to."""

    stop_after: int | None = None
    steps: list[tuple[int, int]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    previews: list[np.ndarray] = field(default_factory=list)

    def step(self, i: int, n: int, **metrics: float) -> None:
        self.steps.append((i, n))
        if self.stop_after is not None and len(self.steps) > self.stop_after:
            raise Cancelled("Stopped.")

    def preview(self, array: np.ndarray, sr: int | None = None) -> None:
        assert sr == SR
        self.previews.append(array)

    def warn(self, sentence: str) -> None:
        self.warnings.append(sentence)


@pytest.fixture(scope="session")
def starter_sounds() -> dict[str, np.ndarray]:
    """Some of the lab's own starter sounds."""
    names = ("fredon.wav", "flute.wav", "gouttes.wav", "neige.wav", "tambour.wav", "vent.wav")
    return {name: sounds.compose(name).astype(np.float32) for name in names}


@pytest.fixture
def empty_folder(tmp_path: Path) -> SoundFolder:
    """A folder where a test adds its sounds."""
    return SoundFolder(tmp_path)


@pytest.fixture
def folder(empty_folder: SoundFolder, starter_sounds: dict[str, np.ndarray]) -> SoundFolder:
    """A folder of six sounds, one of them hummed."""
    for name, y in starter_sounds.items():
        empty_folder.add(name, y)
    return empty_folder


@pytest.fixture
def kept() -> Kept:
    """Where outputs go."""
    return Kept()


@pytest.fixture
def told() -> Told:
    """Who is told how it goes."""
    return Told()


@pytest.fixture
def perform() -> Callable[..., Kept]:
    """Run a sound mosaic on a folder, and keep what it made."""

    def run_it(folder: SoundFolder, **settings: Any) -> Kept:
        kept = Kept()
        run(Parameters(**settings), folder, kept, Told())
        return kept

    return run_it
