"""The panel as people meet it: with a mouse, without one, while the kernel is busy, after closing the tab."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

SHOWN = """from artia_lab import open_panel
panel = open_panel('image.slow', corpus='skies', steps={steps}, words='Salut')
panel"""


def wait_for(true: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_panel_has_no_fault_that_axe_knows_in_either_theme(notebook: Any, page: Page, language: str) -> None:
    book = notebook(
        f"import os; os.environ['ARTIA_LANG'] = '{language}'", SHOWN.format(steps=2), "panel.result();"
    )
    for number in range(3):
        book.execute(number)
    # A preview has a frame too, and no traces.
    expect(book.panel.locator(".artia-output img")).to_be_visible()
    for summary in book.panel.locator("summary").all():
        summary.click()
    table = book.panel.locator(".artia-table")
    expect(table).to_be_visible()
    assert table.bounding_box()["width"] <= book.panel.bounding_box()["width"]
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
        expect(page.locator("body")).to_have_attribute(
            "data-jp-theme-light", "true" if "Light" in theme else "false"
        )
        found = Axe().run(page, context=".artia", options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, found.generate_report()
    assert book.panel.get_attribute("lang") == language
    assert book.panel.locator(".artia-works a").evaluate("link => new URL(link.href).pathname") == "/artia/works"


def test_keyboard_alone_sets_a_slider_runs_and_sees_the_result(notebook: Any, page: Page) -> None:
    book = notebook(SHOWN.format(steps=2), "panel.values['width'], panel.values['light']")
    book.execute(0)
    book.panel.get_by_label("Corpus", exact=True).focus()
    book.tab_to(book.panel.get_by_role("slider", name="Width"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    book.tab_to(book.panel.get_by_role("spinbutton", name="Light, exact value"))
    page.keyboard.press("Control+A")
    page.keyboard.type("0.25")
    page.wait_for_timeout(400)
    assert book.execute(1) == "(24, 0.25)"
    book.panel.get_by_label("Corpus", exact=True).focus()
    book.tab_to(book.panel.get_by_role("button", name="Run"))
    page.keyboard.press("Enter")
    expect(book.panel.get_by_role("status")).to_have_text("Finished.")
    expect(book.panel.get_by_role("img", name=re.compile("Picture picture.png"))).to_be_visible()
    expect(book.panel.get_by_role("region", name=re.compile("Text text.txt"))).to_have_text("Salut")


def test_a_mistake_is_said_beside_its_control_which_gets_the_focus(notebook: Any, page: Page) -> None:
    book = notebook(SHOWN.format(steps=2))
    book.execute(0)
    book.panel.get_by_role("spinbutton", name="Width, exact value").fill("5")
    slider = book.panel.get_by_role("slider", name="Width")
    expect(slider).to_have_attribute("aria-invalid", "true")
    expect(slider).to_have_accessible_description(re.compile("“5” does not suit the parameter “width”"))
    book.panel.get_by_role("button", name="Run").click()
    expect(slider).to_be_focused()
    expect(book.panel.get_by_role("alert")).to_have_text("A setting needs your attention: Width.")
    assert book.lab.runs() == [] or book.lab.runs()[0].request().notebook != book.name


def test_a_folder_can_be_given_and_an_undescribed_one_is_refused_in_place(
    notebook: Any, page: Page, tmp_path: Path, skies: Path
) -> None:
    book = notebook(SHOWN.format(steps=2), "panel.corpus")
    book.execute(0)
    book.panel.get_by_label("Corpus", exact=True).select_option("Another folder…")
    folder = book.panel.get_by_label("Folder of the corpus")
    folder.fill(str(tmp_path))
    page.keyboard.press("Enter")
    expect(book.panel.get_by_text("is not described yet")).to_be_visible()
    folder.fill(str(skies))
    book.panel.get_by_role("button", name="Use this folder").click()
    expect(book.panel.get_by_text("“Two skies”, by Ada. Licence: CC-BY-4.0.")).to_be_visible()
    assert book.execute(1) == "'skies'"


def test_stop_works_within_a_second_while_run_all_waits(notebook: Any, page: Page) -> None:
    # ipykernel 7.4 handles a widget's message only after the cell that is executed: Stop asks the server.
    book = notebook(SHOWN.format(steps=600), "panel.result()", "print('never reached')")
    book.run_all()
    expect(book.panel.get_by_text(re.compile("Step [2-9]"))).to_be_visible()
    run = book.lab.runs()[0]
    book.panel.get_by_role("button", name="Stop").click()
    pressed = time.monotonic()
    wait_for(lambda: run.status() == "cancelled")
    assert time.monotonic() - pressed < 1.5
    expect(book.panel.get_by_role("status")).to_have_text("Stopped. What it had made is kept.")
    wait_for(lambda: book.outputs(1) and book.outputs(1)[-1]["output_type"] == "error")
    assert book.outputs(1)[-1]["traceback"] == ["Stopped. What it had made is kept."]
    assert book.outputs(2) == []


def test_everything_goes_through_the_kernel_where_the_server_has_no_extension(notebook: Any, page: Page) -> None:
    page.route("**/artia/api/**", lambda route: route.fulfill(status=404))
    book = notebook(SHOWN.format(steps=600))
    book.execute(0)
    book.panel.get_by_role("button", name="Run").click()
    expect(book.panel.get_by_role("img", name="Preview")).to_be_visible()
    book.panel.get_by_role("button", name="Stop").click()
    expect(book.panel.get_by_role("status")).to_have_text("Stopped. What it had made is kept.")
    book.panel.get_by_role("spinbutton", name="Steps, exact value").fill("1")
    book.panel.get_by_role("button", name="Run again").click()
    expect(book.panel.get_by_role("img", name=re.compile("Picture picture.png"))).to_be_visible()


def test_closed_tab_comes_back_to_the_run_as_it_is(notebook: Any, page: Page) -> None:
    book = notebook(SHOWN.format(steps=600))
    book.execute(0)
    book.save()
    book.panel.get_by_role("button", name="Run").click()
    expect(book.panel.get_by_role("button", name="Stop")).to_be_visible()
    expect(book.panel.get_by_text(re.compile("Step [2-9]"))).to_be_visible()
    page.goto("about:blank")
    page.wait_for_timeout(2000)
    book.open()
    expect(book.panel.get_by_text(re.compile(r"Step \d+ of 600"))).to_be_visible()
    expect(book.panel.get_by_role("img", name="Preview")).to_be_visible()
    book.panel.get_by_role("button", name="Stop").click()
    expect(book.panel.get_by_role("status")).to_have_text("Stopped. What it had made is kept.")


def test_cell_executed_again_after_a_kernel_restart_takes_up_the_run(notebook: Any, page: Page) -> None:
    book = notebook(SHOWN.format(steps=600), "panel.folder.id")
    book.execute(0)
    book.panel.get_by_role("spinbutton", name="Width, exact value").fill("32")
    book.panel.get_by_role("button", name="Run").click()
    expect(book.panel.get_by_text(re.compile("Step [1-9]"))).to_be_visible()
    book.restart_kernel()
    book.execute(0)
    expect(book.panel.get_by_text(re.compile(r"Step \d+ of 600"))).to_be_visible()
    expect(book.panel.get_by_role("spinbutton", name="Width, exact value")).to_have_value("32")
    assert book.execute(1) == repr(book.lab.runs()[0].id)
    book.panel.get_by_role("button", name="Stop").click()
    expect(book.panel.get_by_role("button", name="Run again")).to_be_enabled()


def test_notebook_with_results_reads_well_without_a_kernel_or_trust(notebook: Any, page: Page) -> None:
    book = notebook(SHOWN.format(steps=2), "result = panel.result()\nresult")
    book.execute(0)
    book.execute(1)
    book.save()
    page.wait_for_timeout(500)
    copy = nbformat.read(book.lab.root / book.name, as_version=4)
    copy.metadata.pop("widgets", None)
    copy.metadata.kernelspec.name = "none-such"
    nbformat.write(copy, book.lab.root / "copy.ipynb")
    page.goto(book.address.replace(book.name, "copy.ipynb"))
    cells = page.locator(".jp-Notebook")
    expect(cells.get_by_role("img", name=re.compile("Picture picture.png"))).to_be_visible()
    expect(cells.get_by_text("A picture of 16 × 16 pixels.")).to_be_visible()
    expect(cells.get_by_role("rowheader", name="Width")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_training_that_was_stopped_goes_on_from_there(notebook: Any, language: str) -> None:
    go_on, stop = {
        "en": ("Go on from where it stopped", "Stop"),
        "fr": ("Continuer là où il s’est arrêté", "Arrêter"),
    }[language]
    book = notebook(
        f"import os; os.environ['ARTIA_LANG'] = '{language}'",
        "from artia_lab import open_panel\n"
        "panel = open_panel('image.small-model', corpus='starter/drawings', steps=30, samples=2, threshold=1)\n"
        "panel",
        "panel.folder.record()['status']",
    )
    book.execute(0)
    book.execute(1)
    book.panel.locator(".artia-run").click()
    wait_for(lambda: book.lab.runs() and book.lab.runs()[0].checkpoint.is_file())
    book.panel.get_by_role("button", name=stop, exact=True).click()
    button = book.panel.get_by_role("button", name=go_on)
    expect(button).to_be_visible()
    stopped = book.lab.runs()[0]
    button.click()
    expect(book.panel.locator(".artia-output img").first).to_be_visible()
    expect(button).to_be_hidden()
    assert book.execute(2) == "'finished'"
    assert book.lab.runs()[0].request().resumes == stopped.id


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_curve_of_a_training_is_watched_and_read_aloud(notebook: Any, page: Page, language: str) -> None:
    book = notebook(f"import os; os.environ['ARTIA_LANG'] = '{language}'", SHOWN.format(steps=300))
    book.execute(0)
    book.execute(1)
    book.panel.locator(".artia-run").click()
    said = {"en": r"^Loss: 1\.00 at step 1, 0\.\d\d at step \d+ of 300\.$", "fr": r"1,00 .* 300"}[language]
    curve = book.panel.get_by_role("img", name=re.compile(said))
    expect(curve).to_be_visible()
    found = Axe().run(page, context=".artia", options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    book.panel.locator(".artia-stop").click()
    expect(curve).to_be_hidden()
