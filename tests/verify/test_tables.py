"""Tables: numbers by what they were rounded from, words exactly, rows as distributions."""

from __future__ import annotations

import random

import pytest

from artia_lab.verify.tables import compare_tables

HEAD = "step,loss,file\n"


@pytest.mark.parametrize(
    ("reference", "new", "verdict"),
    [
        ("1,0.50000,a\n2,0.25000,b\n", "1,0.50000,a\n2,0.25000,b\n", "identical"),
        ("1,0.50000,a\n2,0.25000,b\n", "1,0.50001,a\n2,0.25000,b\n", "numerically equal"),
        ("1,0.50000,a\n2,0.25000,b\n", '1,0.50000,"a"\n2,0.25000,b\n', "numerically equal"),
        ("1,0.50000,a\n2,0.25000,b\n", "1,0.50100,a\n2,0.25000,b\n", "perceptually equal"),
        ("1,0.5,\n", "1,,\n", "different"),
    ],
)
def test_cells(reference: str, new: str, verdict: str) -> None:
    assert compare_tables(HEAD + reference, HEAD + new).verdict == verdict


def _rows(seed: int, mean: float, count: int = 60) -> str:
    chance = random.Random(seed)
    return HEAD + "".join(f"{k},{chance.gauss(mean, 1):.4f},{chance.choice('aab')}\n" for k in range(count))


def test_other_rows_of_the_same_kind_are_alike_and_of_another_are_not() -> None:
    assert compare_tables(_rows(0, 0), _rows(1, 0)).verdict == "statistically alike"
    assert compare_tables(_rows(0, 0), _rows(1, 50)).verdict == "different"
    assert compare_tables(_rows(0, 0), _rows(1, 0, 20)).verdict == "different"


def test_other_columns_are_named() -> None:
    found = compare_tables("a,b\n1,2\n", "a,c\n1,2\n")
    assert (found.verdict, found.reason) == ("different", "Its columns are a, c where the reference has a, b.")


@pytest.mark.parametrize("text", ["", "\n", "a,b\n", 'a,b\n"1', "a,b\n1\n", "x" * 200_000])
def test_empty_and_broken_tables_compare(text: str) -> None:
    assert compare_tables(text, text).verdict == "identical"
    assert compare_tables(text, HEAD + "1,2,a\n").verdict == "different"
