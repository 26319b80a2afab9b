"""The page of promises: every promise names a test that is there, and both languages promise the same."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from artia_lab.home import data_folder

TESTS = Path(__file__).parents[1]
PAGE = (data_folder("hub_config") / "security.md").read_text(encoding="utf-8")
FRENCH, ENGLISH = PAGE.split("\n---\n")
NAMED = re.compile(r"`((?:[a-z_]+/)+[a-z_]+\.py)(?:::(\w+))?`")


def rows(text: str) -> list[str]:
    """List the promises: the rows of tables, without their headings and the one that compares the modes."""
    found = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("|---")]
    return [line for line in found if line.count("|") == 3 and not re.match(r"\| (Promesse|Promise)", line)]


@pytest.mark.parametrize("text", [FRENCH, ENGLISH])
def test_every_promise_names_what_shows_it(text: str) -> None:
    assert len(rows(text)) > 30
    assert [row for row in rows(text) if not NAMED.search(row.rsplit(" | ", 1)[1])] == []


@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED.findall(PAGE))))
def test_what_is_named_is_there(file: str, test: str) -> None:
    source = (TESTS / file).read_text(encoding="utf-8")
    named = {
        each.name
        for each in ast.walk(ast.parse(source))
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert not test or test in named


def test_both_languages_promise_the_same() -> None:
    assert [NAMED.findall(row) for row in rows(FRENCH)] == [NAMED.findall(row) for row in rows(ENGLISH)]
    assert FRENCH.count("**Non promis") == ENGLISH.count("**Not promised") == 7


def test_its_french_is_well_set() -> None:
    prose = re.sub(r"`[^`]*`|^\|[-|]+$", "", FRENCH, flags=re.MULTILINE)
    assert re.findall(r".{0,20}(?: [:;?!»]|« |[a-zé]'[a-zé]).{0,20}", prose) == []
