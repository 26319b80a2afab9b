"""The page of a publication, in a real browser: both languages, nothing fetched, nothing of the notebook run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from artia_lab.i18n import Text
from artia_lab.provenance import prose

from .conftest import TERMS, Made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, made: Made) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1100, "height": 900})
    opened.goto((made.folder / "index.html").as_uri())
    yield opened
    opened.close()


@pytest.mark.parametrize(("code", "seen", "hidden"), [("fr", "Largeur", "Width"), ("en", "Width", "Largeur")])
def test_it_speaks_both_languages_to_everyone(page: Page, code: str, seen: str, hidden: str) -> None:
    page.check(f"#{code}")
    for folded in page.locator("details").all():
        folded.evaluate("each => each.open = true")
    assert page.get_by_text(seen, exact=True).is_visible() and page.get_by_text(hidden, exact=True).is_hidden()
    assert Axe().run(page).violations_count == 0


def test_a_keyboard_opens_what_is_folded_and_changes_the_language(page: Page) -> None:
    page.locator("#fr").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#en").is_checked()
    notebook = page.locator("details").last
    notebook.locator("summary").focus()
    page.keyboard.press("Enter")
    assert notebook.locator("pre").first.is_visible()


def test_it_shows_the_works_and_asks_nobody_for_anything(browser: Browser, made: Made) -> None:
    opened, asked, said = browser.new_page(), [], []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda message: said.append(message.text))
    opened.goto((made.folder / "index.html").as_uri())
    picture = opened.locator("figure img").first
    assert picture.evaluate("each => each.decode().then(() => each.naturalWidth)") == 64
    assert [each for each in asked if not each.startswith(("file:", "data:"))] == [] and said == []
    assert opened.title() == TERMS.title and "Anne Tremblay, Bo" in opened.content()
    opened.close()


def test_it_fits_a_telephone(browser: Browser, made: Made) -> None:
    opened = browser.new_page(viewport={"width": 360, "height": 700})
    opened.goto((made.folder / "index.html").as_uri())
    assert opened.evaluate("document.documentElement.scrollWidth") == 360
    opened.close()


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![a](http://example.org/a.png)",
    "![a](data:image/svg+xml;base64,AAAA)",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](file:///etc/passwd)",
    "<iframe src=//example.org></iframe>",
    "<a href='http://x' onclick='alert(1)'>a</a>",
    "<style>body{display:none}</style>",
    "# <b onmouseover=alert(1)>a</b>",
    "```html\n<script>alert(1)</script>\n```",
]


@pytest.mark.parametrize("source", HOSTILE)
def test_nothing_of_a_notebook_is_more_than_words(source: str) -> None:
    cells = [{"cell_type": kind, "source": source, "metadata": {}} for kind in ("markdown", "code")]
    shown = str(prose.prose({"cells": cells, "metadata": {}}, "fr"))
    for forbidden in ("<script", "<img", "<iframe", "<style", "<b ", "<a href='", "javascript:", "file:"):
        assert forbidden not in shown.lower().replace("&lt;", "§").partition("<pre")[0]
    assert "<script" not in shown and "<iframe" not in shown


def test_a_notebook_of_the_library_speaks_both_languages() -> None:
    import json

    from artia_lab.home import data_folder

    path = data_folder("notebooks") / "fr" / "I1-mosaique-de-soi.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    shown = str(prose.prose(notebook, "fr"))
    assert '<div lang="fr">' in shown and '<div lang="en">' in shown and "A first picture" in shown
    notebook["cells"][0]["source"] = ["# À moi"]
    shown = str(prose.prose(notebook, "fr"))
    assert '<div lang="fr" class="always">' in shown and "A first picture" not in shown


def test_a_title_is_never_taken_for_markup() -> None:
    from artia_lab.pages import both

    assert "<script" not in both(Text(fr="<script>", en="<script>"))
