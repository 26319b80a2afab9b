"""The board of a real hub: a facilitator and a participant in two browsers, and parts of it that are killed."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
import requests
from playwright.sync_api import Browser, Page, expect, sync_playwright

from artia_lab.hub import Settings, logs, places
from artia_lab.hub.board import address
from artia_lab.hub.settings import SHARED_ACCOUNT
from artia_lab.slots.line import command
from artia_lab.slots.people import Person, Tokens

PATIENCE_S = 90.0
FAY, ADA = "fay", "ada"
expect.set_options(timeout=60_000)
# A run that holds a place until it is asked to leave, as `artia_lab.slots.shared` does; it says what it hears.
HOLDS = """
import sys
from artia_lab.slots import line
held = line.connect(sys.argv[1])
held.send({"ask": {"run": sys.argv[2], "seconds": 300.0}, "token": sys.argv[3]})
while (message := held.receive(300)) is not None:
    print(*message, flush=True)
    if "granted" in message:
        held.send({"here": True})
    if "leave" in message:
        break
"""


class Room:
    """A hub in a process of its own, with the passwords of its people."""

    def __init__(self, folder: Path) -> None:
        port, hub_port, proxy_port = _free_ports(3)
        self.folder, self.state = folder, folder / "state"
        wanted = {
            "mode": SHARED_ACCOUNT,
            "port": port,
            "hub_port": hub_port,
            "proxy_port": proxy_port,
            "language": "en",
            "state_folder": str(self.state),
            "root_seats": os.geteuid() == 0,
            "facilitators": [FAY],
            "cores": 1,
        }
        file = folder / "hub.toml"
        file.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in wanted.items()))
        self.settings = Settings(**wanted | {"facilitators": (FAY,)})
        self.url = self.settings.url.rstrip("/")
        words = [str(Path(sys.executable).with_name("artia")), "hub", "--config", str(file)]
        with (folder / "log").open("ab") as log:
            self.process = subprocess.Popen(words, stdout=log, stderr=log, cwd=folder)
        self.until(lambda: "The hub is open" in self.log)

    @property
    def log(self) -> str:
        """What it said."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def until(self, happened: Callable[[], Any], seconds: float = PATIENCE_S) -> float:
        """Wait until something has happened, and give how long it took."""
        began = time.monotonic()
        while not happened():
            assert time.monotonic() - began < seconds, self.log[-6000:]
            assert self.process.poll() is None, self.log[-6000:]
            time.sleep(0.1)
        return time.monotonic() - began

    def password(self, name: str) -> str:
        """Read a person's password."""
        return (self.state / ("facilitator-password" if name == FAY else "password")).read_text().strip()

    def processes(self, word: str) -> list[psutil.Process]:
        """Find this hub's processes by a word of their command."""
        found = []
        for each in psutil.process_iter(["cmdline", "environ"]):
            words, environ = each.info["cmdline"] or [], each.info["environ"] or {}
            if any(str(self.folder) in value for value in environ.values()) and any(
                word in part for part in words
            ):
                found.append(each)
        return found

    def seats(self) -> list[psutil.Process]:
        """Find the open seats: a fork has the command of what it was forked from, and a name of its own."""
        found = []
        for each in psutil.process_iter(["name", "cmdline", "cwd"]):
            seat = each.info["name"] == "seat" or "artia_lab.web.seat" in (each.info["cmdline"] or [])
            if seat and str(each.info["cwd"]).startswith(str(self.folder)):
                found.append(each)
        return found

    def kill(self, word: str) -> None:
        """Kill the one process with this word in its command, as the system does when memory runs out."""
        (victim,) = self.processes(word)
        victim.send_signal(signal.SIGKILL)
        victim.wait(10)

    def session(self, name: str) -> requests.Session:
        """Log in."""
        session = requests.Session()
        page = session.get(f"{self.url}/hub/login", timeout=30)
        field = re.search(r'name="_xsrf"[^>]*value="([^"]+)"', page.text)
        assert field, page.text
        form = {"username": name, "password": self.password(name), "_xsrf": field[1]}
        answer = session.post(f"{self.url}/hub/login?next=%2Fhub%2Fhome", data=form, timeout=30)
        assert answer.ok, answer.text
        return session

    def close(self) -> None:
        """Close it, and leave nothing behind."""
        self.process.terminate()
        self.process.wait(60)
        for each in {*self.processes(""), *self.seats()}:
            each.kill()


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _each in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """One hub for all of these tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARTIA_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("ARTIA_LANG", "en")
        there = Room(tmp_path_factory.mktemp("room"))
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


def enter(browser: Browser, room: Room, name: str, path: str) -> Page:
    """Sit down at a browser of one's own, and log in."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, locale="en-CA")
    context.set_default_timeout(1000 * PATIENCE_S)
    page = context.new_page()
    page.goto(f"{room.url}/hub/login?next={path}")
    page.fill("[name=username]", name)
    page.fill("[name=password]", room.password(name))
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/hub/login" not in url)
    return page


@pytest.fixture(scope="module")
def ada(room: Room, browser: Browser) -> Page:
    """A participant with JupyterLab open on a notebook of the library."""
    page = enter(browser, room, ADA, "%2Fhub%2Fspawn")
    page.wait_for_url(f"{room.url}/user/{ADA}/**")
    page.goto(f"{room.url}/user/{ADA}/lab/tree/notebooks/en/T1-corpus-keyboard.ipynb?reset")
    expect(page.locator(".jp-NotebookPanel:visible .jp-CodeCell").first).to_be_visible()
    return page


@pytest.fixture(scope="module")
def fay(room: Room, browser: Browser, ada: Page) -> Page:
    """A facilitator with the board open, and the participant chosen."""
    page = enter(browser, room, FAY, "%2Fservices%2Fboard%2F")
    expect(page.locator("#connection")).to_have_text("Live")
    page.locator(f'tr[data-user="{ADA}"]').click()
    return page


@pytest.fixture
def holds(room: Room) -> Iterator[Callable[[str, str], subprocess.Popen[str]]]:
    """Start runs that hold a place, or wait for one."""
    started: list[subprocess.Popen[str]] = []

    def start(user: str, run: str) -> subprocess.Popen[str]:
        token = Tokens(places.tokens_of(room.settings)).admit(Person(user=user))
        words = [sys.executable, "-c", HOLDS, places.socket_of(room.settings), run, token]
        started.append(subprocess.Popen(words, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.communicate()


def told(room: Room) -> dict[str, Any]:
    """Ask the broker for everything, as the board does."""
    return command(places.socket_of(room.settings), {"tell": True}, address.token(room.settings))


def cell(page: Page, number: int) -> Any:
    """Find a cell of the notebook in front."""
    return page.locator(".jp-NotebookPanel:visible .jp-CodeCell").nth(number)


def execute(page: Page, number: int) -> None:
    """Execute a cell as a person does: again, if JupyterLab was not ready to take it."""
    for _attempt in range(30):
        cell(page, number).locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(1000)
        if cell(page, number).locator(".jp-InputArea-prompt").inner_text().strip() != "[ ]:":
            return
    raise AssertionError("the cell was never executed")


def test_the_board_shows_where_a_participant_is(ada, fay):
    cell(ada, 1).locator(".cm-content").click()
    expect(fay.locator("#person-notebook")).to_have_text(re.compile(r"T1-corpus-keyboard, cell 2 of \d+"))
    expect(fay.locator("#person-state")).to_have_text("here")


def test_a_message_reaches_everybody_who_is_here(ada, fay):
    fay.click("#message-all")
    fay.keyboard.type("Ten minutes left")
    fay.click("#ask-yes")
    expect(fay.locator("#said")).to_have_text(re.compile("The message was sent to 1 person"))
    expect(ada.locator(".Toastify__toast").filter(has_text="fay: Ten minutes left")).to_be_visible()


def test_a_message_that_jupyterlab_would_cut_is_read_whole(ada, fay):
    said = (
        "We stop in ten minutes. Save what you made, and choose what you would like to hang on the wall before "
        "you leave. Then come to the table near the window: we look at the works of everybody together."
    )
    fay.click("#message-all")
    fay.keyboard.type(said)
    fay.click("#ask-yes")
    parts = ada.locator(".Toastify__toast").filter(has_text=re.compile(r"\b[12]/2 "))
    expect(parts).to_have_count(2)
    read = [each.strip() for each in parts.all_inner_texts()]
    assert " ".join(each.partition("/2 ")[2] for each in read) == f"fay: {said}"
    for each in parts.all():
        each.get_by_role("button").first.click()


def test_a_notebook_that_is_sent_opens_and_a_cell_that_fails_is_seen_with_the_reason(ada, fay, tmp_path):
    cells = [nbformat.v4.new_code_cell(each) for each in ("what_is_this", "1 + 1", "import time; time.sleep(300)")]
    sent = tmp_path / "essai.ipynb"
    kernel = {"name": "artia", "display_name": "ArtIA", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), sent)
    fay.click("#notebook-all")
    fay.set_input_files("#ask-file", sent)
    fay.click("#ask-yes")
    expect(ada.get_by_role("tab", name="essai.ipynb")).to_be_visible()
    expect(cell(ada, 0).locator(".cm-content")).to_have_text("what_is_this")
    execute(ada, 0)
    expect(fay.locator("#person-state")).to_have_text("cell failed")
    expect(fay.locator("#person-why")).to_have_text("NameError: name 'what_is_this' is not defined")
    expect(fay.locator("#person-notebook")).to_have_text("essai, cell 1 of 3")
    expect(fay.locator("#figure-help")).to_have_text("1")
    execute(ada, 1)
    expect(fay.locator("#person-state")).to_have_text("here")
    execute(ada, 2)
    expect(fay.locator("#person-state")).to_have_text("cell running")
    ada.keyboard.press("Escape")
    ada.keyboard.press("i")
    ada.keyboard.press("i")
    expect(fay.locator("#person-state")).to_have_text("here")


def test_a_notebook_begins_anew_with_the_work_kept_beside_it(room, ada, fay):
    ada.get_by_role("tab", name="T1-corpus-keyboard.ipynb").click()
    first = cell(ada, 0).locator(".cm-content")
    original = first.inner_text()
    first.click()
    ada.keyboard.press("Control+Home")
    ada.keyboard.type("# mine alone\n")
    expect(fay.locator("#person-notebook")).to_have_text(re.compile("T1-corpus-keyboard, cell 1"))
    execute(ada, 1)
    expect(fay.locator("#person-notebook")).to_have_text(re.compile("T1-corpus-keyboard, cell 2"))
    fay.click('[data-do="reset"]')
    fay.click("#ask-yes")
    expect(ada.locator(".Toastify__toast").filter(has_text="The notebook begins anew.")).to_be_visible()
    expect(first).to_have_text(re.compile(re.escape(original.splitlines()[0])))
    folder = room.state / "people" / ADA / "artia" / "notebooks" / "en"
    (kept,) = folder.glob("T1-corpus-keyboard (my work, *).ipynb")
    assert "# mine alone" in kept.read_text(encoding="utf-8")
    assert "# mine alone" not in (folder / "T1-corpus-keyboard.ipynb").read_text(encoding="utf-8")


def test_a_facilitator_frees_extends_puts_first_and_pauses(room, fay, holds):
    first = holds(ADA, "20261126-120000-image.self-mosaic-aaaaaa")
    assert first.stdout is not None and first.stdout.readline() == "granted\n"
    expect(fay.locator("#figure-places")).to_have_text("1 of 1 cores")
    second = holds("zoe", "20261126-120000-image.self-mosaic-bbbbbb")
    assert second.stdout is not None and second.stdout.readline() == "wait\n"
    expect(fay.locator("#figure-waiting")).to_have_text("1")

    fay.click('[data-do="extend"]')
    expect(fay.locator("#said")).to_have_text(re.compile("ada keeps the place for at least 5 more minutes"))
    fay.click('[data-do="first"]')
    expect(fay.locator("#said")).to_have_text(re.compile("ada goes first for the next 15 minutes"))
    assert 0 < told(room)["boosts"][ADA] <= 900
    expect(fay.locator('[data-do="first"]')).to_have_text("Waits in turn")
    fay.click('[data-do="first"]')
    expect(fay.locator('[data-do="first"]')).to_have_text("Goes first")
    assert told(room)["boosts"] == {}

    fay.click("#pause")
    expect(fay.locator("#figure-waiting")).to_have_text("1 · queue paused")
    fay.click('[data-do="free"]')
    fay.click("#ask-yes")
    assert first.wait(20) == 0
    expect(fay.locator("#figure-places")).to_have_text("0 of 1 cores")
    fay.click("#pause")
    expect(fay.locator("#figure-places")).to_have_text("1 of 1 cores")
    expect(fay.locator('[data-do="free"]')).to_have_attribute("aria-disabled", "true")


def test_a_seat_is_restarted_and_its_files_are_there(room, ada, fay):
    mine = room.state / "people" / ADA / "artia" / "notebooks" / "essai.ipynb"
    before = mine.read_bytes()
    (seat,) = room.seats()
    fay.click('[data-do="restart"]')
    fay.click("#ask-yes")
    expect(fay.locator("#said")).to_have_text(re.compile("The seat of ada is restarting"))
    room.until(lambda: [each for each in room.seats() if each != seat])
    expect(fay.locator("#person-state")).to_have_text("here")
    # Whoever started it may not have looked at its end yet.
    room.until(lambda: not seat.is_running() or seat.status() == psutil.STATUS_ZOMBIE)
    assert mine.read_bytes() == before
    # Whatever people compute, the hub comes first.
    (hub,) = room.processes("jupyterhub_config.py")
    assert all(each.nice() > hub.nice() for each in room.seats())
    ada.goto(f"{room.url}/user/{ADA}/lab")
    expect(ada.locator(".jp-Launcher:visible, .jp-NotebookPanel:visible").first).to_be_visible()


def test_nobody_else_sees_or_does_anything(room):
    strangers = {"a participant": room.session("zoe"), "a passer-by": requests.Session()}
    for each in strangers.values():
        assert each.get(f"{room.url}{address.PREFIX}", timeout=30).url.find("login") > 0 or (
            each.get(f"{room.url}{address.PREFIX}", timeout=30).status_code == 403
        )
        for path in ("api/events", "api/orders?after=1", "metrics"):
            assert each.get(f"{room.url}{address.PREFIX}{path}", timeout=30).status_code == 403, path
        for path in ("api/act", "api/report"):
            answer = each.post(f"{room.url}{address.PREFIX}{path}", json={"do": "pause", "on": True}, timeout=30)
            assert answer.status_code == 403, path
    # A facilitator's cookies without the page's own proof do nothing either.
    fay = room.session(FAY)
    assert fay.get(f"{room.url}{address.PREFIX}", timeout=30).ok
    answer = fay.post(f"{room.url}{address.PREFIX}api/act", json={"do": "pause", "on": True}, timeout=30)
    assert answer.status_code == 403
    assert told(room)["paused"] is False


def test_figures_are_told_to_whoever_may_read_them(room):
    token = address.token(room.settings)
    url = f"{room.url}{address.PREFIX}metrics"
    assert requests.get(url, headers={"Authorization": f"token {token}"}, timeout=30).status_code == 403
    session = room.session(FAY)
    session.get(f"{room.url}/hub/home", timeout=30)
    xsrf = next(each.value for each in session.cookies if each.name == "_xsrf" and each.path == "/hub/")
    answer = session.post(
        f"{room.url}/hub/api/users/{FAY}/tokens",
        json={"note": "metrics", "scopes": [address.ACCESS]},
        headers={"X-XSRFToken": xsrf},
        timeout=30,
    )
    assert answer.status_code == 201, answer.text
    headers = {"Authorization": f"token {answer.json()['token']}"}
    figures = requests.get(url, headers=headers, timeout=30).text
    assert 'artia_seats{state="open"} 1.0' in figures
    assert "artia_queue_up 1.0" in figures
    assert re.search(r'artia_leases_total\{workshop=""\} [12]\.0', figures)
    for name in (
        "artia_cores",
        "artia_slot_seconds_total",
        "artia_energy_joules_total",
        "artia_runs",
        "artia_people",
    ):
        assert name in figures
    assert ADA not in figures


def routes_work(room: Room, seat: requests.Session) -> bool:
    """Whether hub, seat and board answer through the proxy."""
    try:
        return (
            requests.get(f"{room.url}/hub/login", timeout=2).ok
            and seat.get(f"{room.url}/user/{ADA}/api/status", timeout=2).ok
            and requests.get(f"{room.url}{address.PREFIX}metrics", timeout=2).status_code == 403
        )
    except requests.RequestException:
        return False


@pytest.mark.parametrize(
    "part", ["configurable-http-proxy", "jupyterhub_config.py", "slots.broker", "board.service"]
)
def test_each_part_that_is_killed_is_back_within_ten_seconds_and_the_seat_goes_on(room, ada, fay, part):
    ada.wait_for_timeout(100)
    seat = requests.Session()
    for cookie in ada.context.cookies():
        seat.cookies.set(cookie["name"], cookie["value"], path=cookie["path"])
    seat.headers["X-XSRFToken"] = next(
        each["value"]
        for each in ada.context.cookies()
        if each["name"] == "_xsrf" and each["path"] == f"/user/{ADA}/"
    )
    room.until(lambda: routes_work(room, seat))
    seats, proxies = room.seats(), room.processes("configurable-http-proxy")
    (victim,) = room.processes(part)
    room.kill(part)
    took = room.until(lambda: [e for e in room.processes(part) if e != victim] and routes_work(room, seat))
    assert took < 10
    if part == "slots.broker":
        room.until(lambda: _answers(room), 10)
    assert room.seats() == seats
    # Under a hub that is opened again the proxy stays, and with it whatever goes through it.
    assert (room.processes("configurable-http-proxy") == proxies) == (part != "configurable-http-proxy")
    fay.bring_to_front()
    expect(fay.locator("#connection")).to_have_text("Live")
    expect(fay.locator("#person-state")).to_have_text("here")
    expect(fay.locator("#figure-places")).to_have_text(re.compile("of 1 cores"))


def _answers(room: Room) -> bool:
    try:
        return "leases" in told(room)
    except OSError:
        return False


def test_the_logs_of_all_this_have_no_secret_and_no_name_of_a_work(room):
    files = logs.files(room.settings)
    assert {each.name for each in files} >= {"board.jsonl", "hub.jsonl", "supervisor.jsonl"}
    text = "".join(each.read_text(encoding="utf-8") for each in files)
    lines = [json.loads(line) for line in text.splitlines()]
    assert any(each.get("do") == "reset" and each["by"] == FAY for each in lines)
    assert any(each.get("what") == "ended" and each["code"] == -9 for each in lines)
    for private in ("T1-corpus", "essai", "Ten minutes", "what_is_this", address.token(room.settings)):
        assert private not in text
    for secret in ("password", "facilitator-password", "cookie-secret"):
        assert (room.state / secret).read_text().strip() not in text
