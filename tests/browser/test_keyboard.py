"""The corpus keyboard as people meet it, with their ten fingers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from artia_lab import corpora

CELLS = (
    "import os; os.environ['ARTIA_LANG'] = '{language}'",
    "from artia_lab.panel import open_keyboard, open_panel\n"
    "panel = open_panel('text.corpus-keyboard', corpus='tides', prompt='La mer m', length=50, words=1)\n"
    "result = panel.result()",
    "keyboard = open_keyboard(result)\nkeyboard",
    "keyboard.text",
)
POEM = "La mer monte.\nLa mer descend.\nLe vent se lève sur la mer grise.\n" * 4


@pytest.fixture(scope="module", autouse=True)
def tides(lab: Any) -> None:
    """Put a poem among the person's corpora."""
    folder: Path = lab.home / "corpora" / "tides"
    folder.mkdir(parents=True)
    (folder / "mer.txt").write_text(POEM, encoding="utf-8")
    corpora.describe(folder, title="Marées", authors=["Ada"], licence="CC0-1.0", consent="Les siens.")


def opened(notebook: Any, language: str = "en") -> Any:
    book = notebook(*(cell.format(language=language) for cell in CELLS))
    for number in range(3):
        book.execute(number)
    return book


def test_suggestions_follow_what_one_writes_and_alt_1_inserts_the_first(notebook: Any, page: Page) -> None:
    book = opened(notebook)
    written = page.get_by_role("textbox", name="Your text")
    suggestions = page.get_by_role("list", name="Suggestions")
    expect(suggestions.get_by_role("button").first).to_have_text(re.compile("^monte"))
    expect(suggestions.get_by_role("button").first).to_have_accessible_description(re.compile("“mer.txt”, line 1"))
    written.press("Control+End")
    written.press("Alt+1")
    expect(written).to_have_value("La mer monte")
    expect(written).to_be_focused()
    page.keyboard.type(". Le vent")
    expect(suggestions.get_by_role("button").first).to_have_text(re.compile("^se"))
    page.wait_for_timeout(500)
    assert book.execute(3) == "'La mer monte. Le vent'"


def test_a_suggestion_is_reached_with_tab_and_enter(notebook: Any, page: Page) -> None:
    book = opened(notebook)
    written = page.get_by_role("textbox", name="Your text")
    written.press("Control+End")
    book.tab_to(page.get_by_role("list", name="Suggestions").get_by_role("button").first)
    page.keyboard.press("Enter")
    expect(written).to_have_value("La mer monte")
    expect(written).to_be_focused()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_keyboard_has_no_fault_that_axe_knows(notebook: Any, page: Page, language: str) -> None:
    opened(notebook, language)
    expect(page.locator(".artia-offered button").first).to_be_visible()
    found = Axe().run(page, context=".artia-keyboard", options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
