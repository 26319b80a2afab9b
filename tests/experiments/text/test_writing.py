"""Writing on from a prompt."""

from __future__ import annotations

import re

import numpy as np
import pytest

from artia_lab.experiments.text.suggestions import Keyboard
from artia_lab.experiments.text.writing import sharpened, tidied, write


@pytest.fixture
def keyboard(nursery: str) -> Keyboard:
    return Keyboard.of([nursery], 6)


def continued(keyboard: Keyboard, prompt: str = "", seed: int = 0, temperature: float = 0.8, **more: float) -> str:
    return write(
        keyboard.model,
        keyboard.before(seed),
        prompt,
        int(more.get("length", 200)),
        temperature,
        more.get("liberty", 0.1),
        seed,
    )


def test_the_same_seed_writes_the_same_and_zero_is_a_seed(keyboard: Keyboard) -> None:
    assert continued(keyboard, seed=0) == continued(keyboard, seed=0)
    assert len({continued(keyboard, seed=seed) for seed in range(6)}) > 3


def test_a_text_from_nothing_starts_and_ends_like_one(keyboard: Keyboard) -> None:
    for seed in range(10):
        text = continued(keyboard, seed=seed)
        assert not text[0].isspace() and re.search(r"[.?!]$", text)


def test_unknown_characters_in_a_prompt_do_no_harm(keyboard: Keyboard) -> None:
    assert continued(keyboard, "漢字🎈 le ch")


def test_a_prompt_of_blanks_does_no_harm(keyboard: Keyboard) -> None:
    assert continued(keyboard, " \n ").strip()


def test_low_temperature_takes_the_likeliest() -> None:
    assert sharpened(np.array([0.5, 0.3, 0.2]), 0.1)[0] > 0.99


def test_temperature_one_changes_nothing_and_zero_stays_zero() -> None:
    assert sharpened(np.array([0.0, 0.25, 0.75]), 1.0) == pytest.approx([0.0, 0.25, 0.75])


@pytest.mark.parametrize("letter", ["a", "🎈", "\n"])
def test_one_letter_repeated_can_be_continued(letter: str) -> None:
    keyboard = Keyboard.of([letter * 200], 6)
    assert set(continued(keyboard, letter, length=50)) <= {letter}


def test_tidied_ends_on_a_sentence_else_on_a_word() -> None:
    assert tidied("Un chat dort. Puis il s’en va. Alors le t", 40) == "Un chat dort. Puis il s’en va."
    assert tidied("Oui. Un chat qui dort sur la table du sal", 40) == "Oui. Un chat qui dort sur la table du"
    assert tidied("« Viens ! » Il ne v", 15) == "« Viens ! »"
    assert tidied("猫が寝る。犬も寝", 6) == "猫が寝る。"
    assert tidied("aaaa", 4) == "aaaa"
    assert tidied("", 50) == ""
