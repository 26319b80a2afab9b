"""Texts: what a reader sees, and the manner in which it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from artia_lab.corpora.starters import texts_en, texts_fr
from artia_lab.verify import compare_files
from artia_lab.verify.texts import compare_texts


def test_the_same_text_is_identical() -> None:
    assert compare_texts("Marée haute.", "Marée haute.").verdict == "identical"
    assert compare_texts("", "").verdict == "identical"


@pytest.mark.parametrize(
    ("reference", "new", "verdict"),
    [
        ("loss 0.1234567", "loss 0.1234568", "numerically equal"),
        ("perte 0,50", "perte 0,51", "numerically equal"),
        ("nearness 0.5000", "nearness 0.5020", "perceptually equal"),
        ("12 grains", "13 grains", "different"),
        ("loss 0.5", "loss 1.5", "different"),
        ("e\u0301tang", "\u00e9tang", "perceptually equal"),
        ("une ligne\n", "une  ligne", "perceptually equal"),
        ("True True", "True False", "different"),
        ("", "un mot", "different"),
        ("v1.2.3", "v1.2.4", "different"),
    ],
)
def test_numbers_spaces_and_words(reference: str, new: str, verdict: str) -> None:
    assert compare_texts(reference, new).verdict == verdict


def test_what_changed_is_quoted() -> None:
    found = compare_texts("La mer monte.", "La mer descend.")
    assert found.reason == (
        "It is another text. It says “La mer descend.” where the reference says “La mer monte.”."
    )


def test_another_page_in_the_same_manner_is_alike_and_another_language_is_not(tmp_path: Path) -> None:
    texts_fr.write(tmp_path)
    texts_en.write(tmp_path)
    french, english = sorted(tmp_path.glob("*.txt"), key=lambda each: "é" not in each.read_text("utf-8"))
    text, other = french.read_text("utf-8"), english.read_text("utf-8")
    assert compare_texts(text[:3000], text[20000:23000]).verdict == "statistically alike"
    assert compare_texts(text[:3000], other[:3000]).verdict == "different"


def test_what_is_not_utf8_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("mer", "utf-8")
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\xfa")
    found = compare_files(tmp_path / "a.txt", tmp_path / "b.txt", "text")
    assert (found.verdict, found.reason) == ("different", "“b.txt” does not hold UTF-8 text.")


def test_empty_files_compare(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    (tmp_path / "b.txt").touch()
    assert compare_files(tmp_path / "a.txt", tmp_path / "b.txt", "text").verdict == "identical"
