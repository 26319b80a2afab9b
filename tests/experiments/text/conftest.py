"""Small real stand-ins for what an experiment receives, and a text to learn from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from artia_lab.errors import Cancelled, MaterialError
from artia_lab.experiments.text.ngrams import normalise

NURSERY = (
    normalise(
        "Le chat dort sur la table. La table dort sur le tapis. Le tapis rêve d’un chat.\n\n"
        "— Où est le chat ? demanda la table.\n\n"
        "— Il dort, répondit le tapis ; il rêve d’une table. Et la nuit, le chat rêve aussi.\n\n"
    )
    + "Le matin, la table se lève la première. Le chat la regarde, puis il dort encore sur le tapis.\n\n" * 3
)


@dataclass(frozen=True)
class Item:
    file: str


@dataclass
class Corpus:
    files: dict[str, str | MaterialError]

    def items(self, medium: str) -> tuple[Item, ...]:
        return tuple(Item(file) for file in sorted(self.files)) if medium == "text" else ()

    def text(self, item: Item) -> str:
        content = self.files[item.file]
        if isinstance(content, MaterialError):
            raise content
        return content


@dataclass
class Outputs:
    kept: dict[str, Any] = field(default_factory=dict)
    works: list[str] = field(default_factory=list)

    def text(self, text: str, name: str = "text", kind: str = "work") -> None:
        self.kept[name] = text
        self.works += [name] if kind == "work" else []

    def table(self, rows: list[dict[str, Any]], name: str = "table") -> None:
        self.kept[name] = rows

    def model(self, tensors: Any, name: str = "model", architecture: Any = None) -> None:
        self.kept[name] = (tensors, architecture)


@dataclass
class Report:
    stop_after: int | None = None
    steps: list[tuple[int, int]] = field(default_factory=list)
    metrics: dict[str, float] = field(default_factory=dict)
    previews: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def step(self, i: int, n: int, **metrics: float) -> None:
        self.steps.append((i, n))
        self.metrics = metrics
        if self.stop_after is not None and len(self.steps) >= self.stop_after:
            raise Cancelled("The run was stopped.")

    def preview(self, content: str) -> None:
        self.previews.append(content)

    def warn(self, sentence: str) -> None:
        self.warnings.append(sentence)


@pytest.fixture
def nursery() -> str:
    """A few French paragraphs that repeat themselves."""
    return NURSERY


@pytest.fixture
def corpus() -> type[Corpus]:
    """Make a corpus from texts by file name."""
    return Corpus


@pytest.fixture
def outputs() -> Outputs:
    """Keep outputs in memory."""
    return Outputs()


@pytest.fixture
def report() -> type[Report]:
    """Make a report, which can ask to stop."""
    return Report
