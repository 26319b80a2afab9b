"""The contact sheet in a browser: ordered from the keyboard, heard by screen readers, with or without a script."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

Swept = Any


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for this module: while Playwright is there its event loop runs, and no other test's could."""
    where = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=where, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def open_sheet(browser: Browser, swept: Swept) -> Iterator[Any]:
    """Give a function that opens the sheet; what the console says is a failure."""
    contexts, complaints = [], []

    def _open(**options: Any) -> Page:
        contexts.append(browser.new_context(**options))
        page: Page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(swept.result.page.as_uri())
        return page

    yield _open
    for each in contexts:
        each.close()
    assert complaints == []


def _tab_to(page: Page, name: str) -> None:
    for _press in range(40):
        if page.evaluate("document.activeElement.innerText?.trim() ?? ''").startswith(name):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {name}")


def _names(page: Page) -> list[str]:
    return [each.strip() for each in page.locator(".cell h3:visible").all_inner_texts()]


def _nearness(page: Page) -> list[float]:
    found: list[float] = page.locator(".cell").evaluate_all(
        "all => all.map(each => Number(each.dataset.nearness))"
    )
    return found


def test_the_keyboard_orders_the_sheet_and_says_so(open_sheet: Any) -> None:
    page = open_sheet(viewport={"width": 1440, "height": 900})
    _tab_to(page, "Likeness")
    page.keyboard.press("Enter")
    assert page.inner_text("[role=status]") == "Sorted by likeness, ascending."
    assert _nearness(page) == sorted(_nearness(page))
    page.keyboard.press("Space")
    assert page.inner_text("[role=status]") == "Sorted by likeness, descending."
    assert _nearness(page) == sorted(_nearness(page), reverse=True)
    assert page.locator("button[aria-pressed=true]").inner_text().strip() == "Likeness ↓"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_each_parameter_orders_and_the_grid_comes_back(open_sheet: Any) -> None:
    page = open_sheet(viewport={"width": 1440, "height": 900})
    page.get_by_role("button", name="Liberty").click()
    assert [name[-3:].strip() for name in _names(page)] == ["0.2", "0.2", "y 1", "y 1"]
    assert not page.locator("section h2", has_text="Seed").first.is_visible()
    page.get_by_role("button", name="Grid").click()
    assert page.locator("section:visible").count() == 2
    assert page.locator("section:visible .cell").count() == 4
    rows = page.locator("section:visible").evaluate_all("all => all.map(each => each.getBoundingClientRect().top)")
    assert rows[0] < rows[1]
    first, second = (page.locator(".cell").nth(number).bounding_box() for number in (0, 1))
    assert first["y"] == second["y"] and first["x"] < second["x"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_stands_in_anybodys_way(open_sheet: Any, scheme: str, width: int) -> None:
    page = open_sheet(viewport={"width": width, "height": 900}, color_scheme=scheme)
    for language in ("fr", "en"):
        page.check(f"#{language}")
        assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Energy").click()
    page.locator("summary").first.click()
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_other_language_is_one_choice_away(open_sheet: Any) -> None:
    page = open_sheet(viewport={"width": 390, "height": 900})
    assert page.inner_text("h1") == "Self-mosaic"
    page.check("#fr")
    assert page.inner_text("h1") == "Mosaïque de soi"
    assert _names(page)[0] == "Graine 1, Liberté 0,2"


def test_without_a_script_it_is_only_unsorted(open_sheet: Any) -> None:
    page = open_sheet(java_script_enabled=False)
    assert page.locator(".cell:visible").count() == 4
    assert page.locator(".order:visible").count() == 0
