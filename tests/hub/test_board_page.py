"""The board's page with sixty people on it: live, still while one reads, by keyboard alone, in both languages."""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from artia_lab.hub import Settings
from artia_lab.hub.board import address
from artia_lab.hub.settings import SHARED_ACCOUNT
from artia_lab.hub.workshops import changes
from artia_lab.hub.workshops.records import Workshop, now

COUNT = 60
WORKSHOP = Workshop(
    name="textures", title="Textures", seats=COUNT, opens=now(), expires=now(), language="fr", notebook=""
)
expect.set_options(timeout=60_000)


class Hub(ThreadingHTTPServer):
    """As much of a hub as the board asks: who somebody's token is, who is there, and to start and stop seats."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.users: list[str] = []
        self.asked: queue.Queue[tuple[str, str]] = queue.Queue()


class _Answers(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        path, _question, query = self.path.partition("?")
        token = self.headers["Authorization"].split()[-1]
        if path == "/hub/api/user":
            scopes = [address.ACCESS] if token == "fay" else [f"access:servers!server={token}/"]
            self._answer(200, {"name": token, "kind": "user", "scopes": scopes, "groups": [], "admin": False})
        elif path == "/hub/api/users":
            given = dict(each.split("=") for each in query.split("&"))
            begin, count = int(given["offset"]), min(int(given["limit"]), 50)
            server = {"ready": True, "pending": None, "started": "2026-11-26T12:00:00.000000Z"}
            items = [{"name": each, "servers": {"": server}} for each in self.server.users[begin : begin + count]]
            rest = {"offset": begin + count} if begin + count < len(self.server.users) else None
            self._answer(200, {"items": items, "_pagination": {"next": rest}})

    def do_DELETE(self) -> None:
        self.server.asked.put(("DELETE", self.path))
        self._answer(204, None)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.put(("POST", self.path))
        self._answer(201, None)

    def _answer(self, status: int, content: Any) -> None:
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        return


class Room:
    """A board in a process of its own, and sixty people who report to it as their seats would."""

    def __init__(self, folder: Path) -> None:
        self.hub = Hub()
        threading.Thread(target=self.hub.serve_forever, daemon=True).start()
        state = folder / "state"
        given = {"mode": SHARED_ACCOUNT, "state_folder": str(state), "places": False, "language": "en"}
        given["hub_port"] = self.hub.server_address[1]
        (folder / "hub.toml").write_text("".join(f"{name} = {json.dumps(each)}\n" for name, each in given.items()))
        settings = Settings(**given)
        changes.open_workshop(state, WORKSHOP, hours=1)
        for number in range(COUNT):
            user = changes.new_user(state)
            changes.join(state, "textures", f"Personne {number:02}", user)
            self.hub.users.append(user)
        self.url = address.url(settings) + "/"
        environment = os.environ | address.environment(settings) | {"ARTIA_HUB_CONFIG": str(folder / "hub.toml")}
        with (folder / "log").open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "artia_lab.hub.board.service"], env=environment, stdout=log, stderr=log
            )
        end = time.monotonic() + 60
        while True:
            try:
                requests.get(self.url, timeout=5)
                break
            except requests.ConnectionError:
                assert time.monotonic() < end and self.process.poll() is None, (folder / "log").read_text()
                time.sleep(0.1)
        self.session = requests.Session()

    def report(self, number: int, **where: Any) -> None:
        """Say what somebody's seat says."""
        usual = {
            "notebook": "notebooks/fr/I1-mosaique.ipynb",
            "cell": 1,
            "cells": 9,
            "kernel": "idle",
            "state": "done",
        }
        headers = {"Authorization": f"token {self.hub.users[number]}"}
        content = {"where": {"since": time.time(), **usual, **where}, "memory_mb": 50}
        answer = self.session.post(f"{self.url}api/report", json=content, headers=headers, timeout=30)
        assert answer.json() == {"known": True}, answer.text

    def close(self) -> None:
        """Close it."""
        self.process.terminate()
        assert self.process.wait(20) == 0
        self.hub.shutdown()
        self.hub.server_close()


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """One board for all of these tests."""
    there = Room(tmp_path_factory.mktemp("board"))
    for number in range(COUNT):
        there.report(number)
    yield there
    there.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium."""
    where = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=where, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def opened(room: Room, browser: Browser) -> Iterator[Any]:
    """Give a function that opens the board in a language, as a facilitator."""
    contexts: list[BrowserContext] = []

    def open_in(language: str) -> Page:
        context = browser.new_context(
            viewport={"width": 1400, "height": 1000},
            locale=language,
            extra_http_headers={"Authorization": "token fay"},
        )
        contexts.append(context)
        page = context.new_page()
        page.problems = []  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: page.problems.append(str(error)))  # type: ignore[attr-defined]
        page.goto(room.url)
        expect(page.locator("#people tbody tr")).to_have_count(COUNT)
        return page

    yield open_in
    for context in contexts:
        for page in context.pages:
            assert page.problems == []  # type: ignore[attr-defined]
        context.close()


def row(page: Page, name: str) -> Any:
    """Find a person's row."""
    return page.locator("#people tbody tr").filter(has_text=name)


@pytest.mark.parametrize(
    ("language", "lang", "heading", "state"), [("fr-CA", "fr", "Tableau", "ici"), ("en-CA", "en", "Board", "here")]
)
def test_sixty_people_are_shown_in_either_language_without_a_barrier(room, opened, language, lang, heading, state):
    page = opened(language)
    assert page.locator("html").get_attribute("lang") == lang
    expect(page.locator("h1")).to_have_text(heading)
    expect(row(page, "Personne 07").locator(".tag")).to_have_text(state)
    row(page, "Personne 07").click()
    expect(page.locator("#person-name")).to_have_text("Personne 07")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_nothing_moves_while_one_reads(room, opened):
    page = opened("en-CA")
    page.select_option("#filter", "help")
    expect(page.locator("#people tbody tr:visible")).to_have_count(0)
    page.select_option("#filter", "all")
    reading = row(page, "Personne 30")
    reading.scroll_into_view_if_needed()
    reading.click()
    before = reading.bounding_box()
    names = page.locator("#people tbody tr td:first-child").all_inner_texts()
    for number in range(COUNT):
        error = "ValueError: " + "a long sentence " * 12
        room.report(
            number, state="failed", error=error, failures=1, notebook=f"notebooks/fr/{'un-long-nom-' * 6}.ipynb"
        )
    expect(page.locator("#figure-help")).to_have_text(str(COUNT))
    expect(row(page, "Personne 59").locator(".tag")).to_have_text("cell failed")
    assert reading.bounding_box() == before
    assert page.locator("#people tbody tr td:first-child").all_inner_texts() == names
    # Whoever hears the page is told once.
    expect(page.locator("#news")).to_have_text(re.compile("^Need a hand: "))
    # With a filter on, who is fine again stays until the list is updated.
    page.select_option("#filter", "help")
    expect(page.locator("#people tbody tr:visible")).to_have_count(COUNT)
    room.report(30)
    expect(page.locator("#renew")).to_have_text("Update the list (1)")
    expect(page.locator("#people tbody tr:visible")).to_have_count(COUNT)
    page.click("#renew")
    expect(page.locator("#people tbody tr:visible")).to_have_count(COUNT - 1)
    for number in range(COUNT):
        room.report(number)
    expect(page.locator("#figure-help")).to_have_text("0")


def test_by_keyboard_alone_one_goes_to_a_person_restarts_the_seat_and_comes_back(room, opened):
    page = opened("en-CA")
    for _press in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#people tbody') !== null"):
            break
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#person-name")).to_have_text("Personne 58")
    for _press in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.do") == "restart":
            break
    page.keyboard.press("Enter")
    expect(page.locator("#ask-title")).to_have_text("Restart the seat of Personne 58?")
    # The safe answer has the focus; Escape is another.
    assert page.evaluate("document.activeElement.id") == "ask-no"
    page.keyboard.press("Escape")
    expect(page.locator("#ask")).to_be_hidden()
    assert page.evaluate("document.activeElement.dataset.do") == "restart"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    user = room.hub.users[58]
    assert room.hub.asked.get(timeout=20) == ("DELETE", f"/hub/api/users/{user}/server")
    assert room.hub.asked.get(timeout=20) == ("POST", f"/hub/api/users/{user}/server")
    expect(page.locator("#said")).to_have_text(re.compile("The seat of Personne 58 is restarting"))
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.closest('tr')?.dataset.user") == user


def test_what_people_write_is_shown_and_never_executed(room, opened):
    page = opened("en-CA")
    room.report(3, state="failed", error="<img src=x onerror=document.title='gotcha'>", failures=1)
    row(page, "Personne 03").click()
    expect(page.locator("#person-why")).to_have_text("<img src=x onerror=document.title='gotcha'>")
    assert page.title() == "Board · ArtIA Lab"
    room.report(3)


def test_a_change_is_on_the_page_within_two_seconds(room, opened):
    page = opened("en-CA")
    began = time.monotonic()
    room.report(5, cell=8)
    expect(row(page, "Personne 05")).to_contain_text("cell 8 of 9")
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "no such action"),
        ({"do": "free", "user": "nobody"}, "not known here"),
        ({"do": "message", "text": " "}, "Write the message first"),
        ({"do": "message", "text": "x" * 501}, "too long"),
        ({"do": "message", "text": "x", "to": ["nobody"]}, "Nobody is here"),
        ({"do": "message", "text": "x", "to": "all"}, "not known here"),
        ({"do": "notebook", "library": "../../etc/passwd"}, "no such notebook"),
        ({"do": "notebook", "name": "../a.ipynb", "content": "{}"}, "rename the file"),
        ({"do": "notebook", "name": "a.ipynb", "content": "{}"}, "no notebook that Jupyter could open"),
        ({"do": "pause", "on": True}, "not shared on this hub"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(room, asked, said):
    headers = {"Authorization": "token fay"}
    answer = requests.post(f"{room.url}api/act", json=asked, headers=headers, timeout=30)
    assert answer.status_code == 400
    assert said in answer.json()["message"]
    assert answer.json()["message"].endswith((".", "!"))


@pytest.mark.parametrize("body", ["", "[]", "null", "{", "[" * 60_000])
def test_garbled_requests_change_nothing(room, body):
    for path, token in (("act", "fay"), ("report", room.hub.users[0])):
        headers = {"Authorization": f"token {token}"}
        assert requests.post(f"{room.url}api/{path}", data=body, headers=headers, timeout=30).status_code == 400


def test_a_seat_speaks_for_its_own_person_alone_and_reads_nobody_s_board(room):
    headers = {"Authorization": f"token {room.hub.users[0]}"}
    for path in ("", "api/events"):
        assert requests.get(f"{room.url}{path}", headers=headers, timeout=30).status_code == 403
    answer = requests.post(f"{room.url}api/act", json={"do": "pause"}, headers=headers, timeout=30)
    assert answer.status_code == 403
    # A facilitator's token is no seat's.
    answer = requests.post(f"{room.url}api/report", json={}, headers={"Authorization": "token fay"}, timeout=30)
    assert answer.status_code == 403
