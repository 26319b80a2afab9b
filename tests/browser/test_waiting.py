"""A panel whose run waits for a place to compute: its position, the reason and how long it will take."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

# The only place of a broker, taken by somebody who says that it will be for ten minutes.
HOLDS = """
import sys
from artia_lab.slots import line
held = line.connect(sys.argv[1])
held.send({"ask": {"run": "20261126-120000-image.self-mosaic-aaaaaa", "seconds": 600.0}})
while (message := held.receive(600)) is not None:
    if "granted" in message:
        held.send({"here": True})
        print("held", flush=True)
"""


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Give a broker whose only place is taken, and the process that holds it."""
    socket = str(tmp_path / "slots.sock")
    settings = tmp_path / "slots.toml"
    settings.write_text(f'socket = "{socket}"\nstate_folder = "{tmp_path / "state"}"\ncores = 1\n')
    words = [sys.executable, "-m", "artia_lab.slots.broker", "--settings", str(settings)]
    broker = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert broker.stdout is not None and broker.stdout.readline() == "ready\n"
    holder = subprocess.Popen([sys.executable, "-c", HOLDS, socket], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    yield socket, holder
    for each in (holder, broker):
        each.kill()
        each.communicate()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_whoever_waits_sees_position_reason_and_time_and_then_the_result(
    busy: tuple[str, subprocess.Popen[str]], notebook: Any, page: Page, language: str
) -> None:
    socket, holder = busy
    book = notebook(
        f"import os; os.environ |= {{'ARTIA_LANG': '{language}', 'ARTIA_SLOTS': {socket!r}}}",
        "from artia_lab import open_panel\npanel = open_panel('image.slow', corpus='skies', steps=2)\npanel",
    )
    for number in range(2):
        book.execute(number)
    book.panel.locator("button.artia-run").click()
    status = book.panel.get_by_role("status").first
    said = {
        "en": r"Waiting for a place to compute: number 1 in the queue, about 10 min\. Every place",
        "fr": r"En attente d’une place de calcul\s: rang 1 dans la file, environ 10\smin\. ",
    }
    expect(status).to_have_text(re.compile(said[language]))
    found = Axe().run(page, context=".artia", options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    holder.kill()
    expect(status).to_have_text({"en": "Finished.", "fr": "Terminé."}[language])
