"""The promise of a copy check, on the lab's own corpora."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image

from artia_lab.corpora import Corpus
from artia_lab.errors import MaterialError
from artia_lab.experiments.critical.proof import a_planted_copy_is_found
from artia_lab.runs import RunFolder


@pytest.mark.parametrize("starter", ["starter/sounds", "starter/texts-fr", "starter/texts-en"])
def test_a_planted_copy_is_found_in_the_starters(audit: Callable[..., RunFolder], starter: str) -> None:
    assert a_planted_copy_is_found(audit(starter, seed=1, most=1))


def test_a_planted_copy_is_found_among_drawings(audit: Callable[..., RunFolder], drawings: Corpus) -> None:
    assert a_planted_copy_is_found(audit(drawings.folder, seed=0, most=1))


def test_nothing_is_proved_once_the_corpus_has_changed(audit: Callable[..., RunFolder], drawings: Corpus) -> None:
    run = audit(drawings.folder, seed=0, most=1)
    for path in drawings.folder.glob("*.png"):
        Image.new("RGB", (160, 160), "white").save(path)

    with pytest.raises(MaterialError, match="changed since"):
        a_planted_copy_is_found(run)
