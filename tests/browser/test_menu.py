"""What our extension adds to JupyterLab's menus."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect


def test_my_works_open_from_the_menu_in_a_tab_of_their_own(notebook: Any, page: Page) -> None:
    notebook("1 + 1")
    page.locator(".lm-MenuBar-item", has_text="File").click()
    with page.context.expect_page() as opened:
        page.locator(".lm-Menu-item", has_text="My works").click()
    works = opened.value
    expect(works.get_by_role("heading", level=1)).to_have_text("My works")
    assert works.url.endswith("/artia/works")
    # The notebook stays where it was.
    expect(page.locator(".jp-NotebookPanel")).to_be_visible()
