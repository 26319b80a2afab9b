"""Every page of a real hub, in a real browser, in both languages."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jupyterhub
import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from babel.messages.pofile import read_po
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from artia_lab.hub.pages import TEMPLATES
from artia_lab.i18n import LANGUAGES, LOCALES
from artia_lab.pages import POLICY

HERE = Path(__file__).parent
PATIENCE_S = 90
ADMIN, PERSON, WAITS, FAILS, OPENS, CHOOSES = "zoe", "ada", "wim", "fay", "opal", "sam"
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# What is to be read in a page, and heard of it; what is in another language says so, and code is in none.
READ = """() => {
  const foreign = (e) => e.closest("code, pre, script, style, [translate=no]") ||
    (e.closest("[lang]")?.lang ?? "") !== document.documentElement.lang;
  const said = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (!foreign(walker.currentNode.parentElement)) said.push(walker.currentNode.data);
  for (const element of document.body.querySelectorAll("*")) {
    if (foreign(element)) continue;
    for (const name of ["aria-label", "title", "alt", "placeholder"]) said.push(element.getAttribute(name) ?? "");
    for (const word of Object.values(element.dataset)) if (word.includes(" ")) said.push(word);
  }
  return said.join("\\n");
}"""


@dataclass
class Hub:
    """A hub whose seats do as their owner's name says."""

    folder: Path
    ports: list[int]
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.ports[0]}"

    @property
    def log(self) -> str:
        """What it has said so far."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def password(self, name: str) -> str:
        """Read what opens the door."""
        return (self.folder / "state" / ("admin-password" if name == ADMIN else "password")).read_text().strip()

    def open(self) -> None:
        """Start it, and wait until it answers."""
        wanted = dict(zip(("port", "hub_port", "proxy_port"), self.ports, strict=True))
        wanted |= {"mode": "shared-account", "root_seats": os.geteuid() == 0, "admins": [ADMIN], "language": "fr"}
        wanted |= {"state_folder": str(self.folder / "state")}
        settings = self.folder / "hub.toml"
        settings.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in wanted.items()))
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "--config", str(HERE / "pages_config.py")],
                env=os.environ | {"ARTIA_HUB_CONFIG": str(settings), "ARTIA_HOME": str(self.folder / "home")},
                cwd=self.folder,
                stdout=log,
                stderr=log,
                umask=0o077,
            )
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                if requests.get(f"{self.url}/hub/login", timeout=10).ok:
                    return
            except requests.ConnectionError:
                pass
            assert self.process.poll() is None and time.monotonic() < end, self.log
            time.sleep(0.2)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Open a hub for the module."""
    probes = [socket.socket() for _each in range(3)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    opened = Hub(tmp_path_factory.mktemp("hub"), [probe.getsockname()[1] for probe in probes])
    for probe in probes:
        probe.close()
    opened.open()
    yield opened
    opened.process.terminate()
    opened.process.wait(60)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Open a browser for the module."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield opened
        opened.close()


@dataclass
class Seen:
    """What was seen of a page."""

    status: int
    language: str
    said: str
    address: str
    policy: str
    violations: list[str]
    troubles: list[str]


class Visitors:
    """People at their browsers, each once in each language."""

    def __init__(self, hub: Hub, browser: Browser) -> None:
        self.hub, self.browser = hub, browser
        self.contexts: dict[tuple[str, str], BrowserContext] = {}
        self.seen: dict[tuple[str, str], Seen] = {}

    def page(self, name: str, language: str) -> Page:
        """Give a person who has joined, or nobody in particular, a page."""
        if (name, language) not in self.contexts:
            # One of them likes it dark.
            scheme: Any = "dark" if language == "en" else "light"
            context = self.browser.new_context(locale=f"{language}-CA", color_scheme=scheme)
            self.contexts[name, language] = context
            if name:
                page = context.new_page()
                join(page, self.hub, name, self.hub.password(name))
                # A page that is closed on its way somewhere may never say that it is.
                page.wait_for_url("**/hub/home")
                page.close()
        return self.contexts[name, language].new_page()

    def visit(self, title: str, name: str, path: str, ready: str = "main") -> None:
        """Look at a page in both languages."""
        for language in LANGUAGES:
            page = self.page(name, language)
            troubles: list[str] = []
            listen(page, troubles)
            answer = page.goto(f"{self.hub.url}{path}")
            page.wait_for_selector(ready)
            assert answer is not None
            found = Axe().run(page, options=AXE).response["violations"]
            self.seen[title, language] = Seen(
                status=answer.status,
                language=page.evaluate("document.documentElement.lang"),
                said=page.evaluate(READ),
                address=page.url,
                policy=answer.headers.get("content-security-policy", ""),
                violations=[f"{each['id']}: {each['nodes'][0]['html']}" for each in found],
                troubles=troubles,
            )
            page.close()


def listen(page: Page, troubles: list[str]) -> None:
    """Keep what a page's scripts stumble over, and what its policy refuses."""
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if "Content Security" in line.text else None)


def join(page: Page, hub: Hub, name: str, password: str) -> None:
    """Fill in the form of the hub's first page."""
    page.goto(f"{hub.url}/hub/login?next=%2Fhub%2Fhome")
    page.fill("#username", name)
    page.fill("#password", password)
    page.click("button[type=submit]")


def ask(page: Page, method: str, path: str, content: object = None) -> Any:
    """Ask the hub's API something, as its pages do."""
    return page.evaluate(
        """async ([method, path, content]) => {
          const answer = await fetch(`/hub/api/${path}`, {method, body: content && JSON.stringify(content),
            headers: {"Content-Type": "application/json", "X-XSRFToken": document.body.dataset.xsrf}});
          const text = await answer.text();
          return text ? JSON.parse(text) : null;
        }""",
        [method, path, content],
    )


AUTHORIZE = (
    "/hub/api/oauth2/authorize?client_id=service-visitor&response_type=code&state=x"
    "&redirect_uri=%2Fservices%2Fvisitor%2Fback"
)
PAGES = ("login", "nothing", "closed door", "proxy", "left", "home", "keys", "people", "let in", "choices",
         "closed seat", "in line", "failed", "open seat", "invitation", "closing", "closing home")  # fmt: skip


@pytest.fixture(scope="module")
def seen(hub: Hub, browser: Browser) -> dict[tuple[str, str], Seen]:
    """Come upon every page."""
    visitors = Visitors(hub, browser)
    visitors.visit("login", "", "/hub/login")
    visitors.visit("nothing", "", "/hub/nowhere")
    visitors.visit("closed door", PERSON, "/hub/admin")
    visitors.visit("proxy", "", "/hub/error/503")
    visitors.visit("left", "", "/hub/left")
    visitors.visit("home", PERSON, "/hub/home")
    admin = visitors.page(ADMIN, "fr")
    admin.goto(f"{hub.url}/hub/home")
    for note in ("", "a-key"):
        ask(admin, "POST", f"users/{ADMIN}/tokens", {"note": note, "expires_in": 3600})
    visitors.visit("keys", ADMIN, "/hub/token")
    visitors.visit("people", ADMIN, "/hub/admin", ready="#people tbody tr")
    visitors.visit("let in", ADMIN, AUTHORIZE)
    visitors.visit("choices", CHOOSES, f"/hub/spawn/{CHOOSES}")
    visitors.visit("closed seat", PERSON, f"/hub/user/{PERSON}/lab")
    for name in (WAITS, FAILS, OPENS):
        page = visitors.page(name, "fr")
        page.goto(f"{hub.url}/hub/spawn/{name}?next=%2Fhub%2Fhome")
        page.close()
    visitors.visit("in line", WAITS, f"/hub/spawn-pending/{WAITS}", ready="#wait:not([hidden])")
    visitors.visit("failed", FAILS, f"/hub/spawn-pending/{FAILS}")
    visitors.page(OPENS, "en")
    home = visitors.page(OPENS, "fr")
    home.goto(f"{hub.url}/hub/home")
    while home.locator("a[href$='artia/works']").count() == 0:
        home.wait_for_timeout(300)
        home.reload()
    visitors.visit("open seat", OPENS, "/hub/home")
    invitation = ask(admin, "POST", f"share-codes/{OPENS}/", {"scopes": [f"access:servers!server={OPENS}/"]})
    visitors.visit("invitation", PERSON, f"/hub/accept-share?code={invitation['code']}")
    home.click("#stop")
    visitors.visit("closing", OPENS, f"/hub/spawn-pending/{OPENS}")
    visitors.visit("closing home", OPENS, "/hub/home")
    (hub.folder / "closed").touch()
    for context in visitors.contexts.values():
        context.close()
    return visitors.seen


def words(text: str) -> set[str]:
    """Cut a text into words."""
    return {each.lower() for each in re.findall(r"[^\W\d_]{2,}", re.sub(r"\{\w+\}|<[^>]*>|\{%.*?%\}", " ", text))}


def foreign_words() -> dict[str, set[str]]:
    """List the words that are never those of a language: the other's in the catalogue, and JupyterHub's own."""
    said: dict[str, set[str]] = {"fr": set(), "en": set()}
    with (LOCALES / "fr/LC_MESSAGES/artia_lab.po").open("rb") as stream:
        for message in read_po(stream, locale="fr"):
            for language, texts in (("en", message.id), ("fr", message.string)):
                for text in texts if isinstance(texts, tuple) else (texts,):
                    said[language] |= words(text)
    stock = Path(jupyterhub.__file__).parents[4] / "share/jupyterhub/templates"
    for name in ("home", "login", "token", "not_running", "spawn_pending", "error", "page"):
        said["en"] |= words(re.sub(r"\{[{#].*?[}#]\}", " ", (stock / f"{name}.html").read_text(), flags=re.DOTALL))
    names = {ADMIN, PERSON, WAITS, FAILS, OPENS, CHOOSES, "jupyterhub", "key", "visitor"}
    return {"fr": said["en"] - said["fr"] - names, "en": said["fr"] - said["en"] - names}


FOREIGN = foreign_words()


def test_every_template_is_ours_and_every_one_is_come_upon() -> None:
    stock = {each.name for each in (Path(jupyterhub.__file__).parents[4] / "share/jupyterhub/templates").iterdir()}
    assert len(stock) > 10 and stock <= {each.name for each in TEMPLATES.iterdir()}


def test_the_words_that_betray_a_language_are_known() -> None:
    assert {"your", "seat", "logout", "username"} <= FOREIGN["fr"]
    assert {"votre", "fermer", "vous", "œuvres"} <= FOREIGN["en"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("title", PAGES)
def test_a_page_is_whole_in_its_language_and_open_to_everybody(
    seen: dict[tuple[str, str], Seen], title: str, language: str
) -> None:
    page = seen[title, language]
    assert page.language == language
    assert words(page.said) & FOREIGN[language] == set(), page.said
    assert page.violations == []
    assert page.troubles == []
    assert page.policy == POLICY


def test_pages_are_those_that_were_looked_for(seen: dict[tuple[str, str], Seen]) -> None:
    english = {title: page for (title, language), page in seen.items() if language == "en"}
    assert {title: page.status for title, page in english.items() if page.status != 200} == {
        "nothing": 404,
        "closed door": 403,
        "closed seat": 424,
        "failed": 500,
    }
    assert "3 people are before you." in english["in line"].said
    assert "about 3 minutes" in english["in line"].said
    for title, said in (("let in", "The service “visitor”"), ("invitation", f"{OPENS} invites you"),
                        ("closing", "is closing"), ("open seat", "Close my seat"), ("keys", "a-key")):  # fmt: skip
        assert said in english[title].said
    assert "inner secret" not in english["failed"].said


def test_the_waiting_page_tells_of_each_step_and_ends_by_itself(hub: Hub, browser: Browser) -> None:
    context = browser.new_context(locale="en-CA")
    page = context.new_page()
    join(page, hub, WAITS, hub.password(WAITS))
    page.goto(f"{hub.url}/hub/spawn-pending/{WAITS}")
    expect(page.locator("#turn")).to_have_text("3 people are before you.")
    (hub.folder / "next").touch()
    expect(page.locator("#turn")).to_have_text("You are next in line.")
    expect(page.locator("#wait")).to_have_text("It should take a few seconds.")
    assert page.locator("progress").evaluate("bar => bar.value") == 20
    (hub.folder / "go").touch()
    expect(page.locator("h1")).to_have_text("Your seat did not start")
    context.close()


def test_a_language_is_chosen_with_the_keyboard_and_kept(hub: Hub, browser: Browser) -> None:
    context = browser.new_context(locale="fr-CA")
    page = context.new_page()
    join(page, hub, PERSON, "not-the-password")
    expect(page.get_by_role("alert")).to_contain_text("ne vont pas ensemble")
    for _press in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.language") == "en":
            break
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="English")).to_have_attribute("aria-pressed", "true")
    page.goto(f"{hub.url}/hub/nowhere")
    expect(page.locator("h1")).to_have_text("There is nothing at this address")
    context.close()


def test_those_who_administer_add_find_and_remove_people(hub: Hub, browser: Browser) -> None:
    context = browser.new_context(locale="en-CA")
    page = context.new_page()
    join(page, hub, ADMIN, hub.password(ADMIN))
    page.goto(f"{hub.url}/hub/admin")
    page.get_by_label("Their names").fill("mia\n\n  noé  \n")
    page.get_by_role("button", name="Add").click()
    page.get_by_label("Find somebody").fill("mi")
    expect(page.locator("#people tbody tr")).to_have_count(1)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove mia").click()
    expect(page.locator("#count")).to_have_text("Nobody yet.")
    page.get_by_label("Find somebody").fill("noé")
    expect(page.get_by_role("rowheader", name="noé")).to_be_visible()
    context.close()


def test_a_key_is_shown_once_and_revoked(hub: Hub, browser: Browser) -> None:
    context = browser.new_context(locale="en-CA")
    page = context.new_page()
    join(page, hub, PERSON, hub.password(PERSON))
    page.goto(f"{hub.url}/hub/token")
    page.get_by_label("What it is for").fill("my script")
    page.get_by_role("button", name="Make a key").click()
    key = page.locator("#key").text_content() or ""
    expect(page.locator("#made")).to_be_visible()
    key = page.locator("#key").text_content() or ""
    headers = {"Authorization": f"token {key}"}
    assert requests.get(f"{hub.url}/hub/api/user", headers=headers, timeout=30).json()["name"] == PERSON
    page.goto(f"{hub.url}/hub/token")
    assert key not in page.content()
    page.get_by_role("row", name="my script").get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("rowheader", name="my script")).to_have_count(0)
    assert requests.get(f"{hub.url}/hub/api/user", headers=headers, timeout=30).status_code == 403
    context.close()


def test_files_of_ours_are_served_and_no_other(hub: Hub) -> None:
    there = f"{hub.url}/hub/static/artia"
    assert requests.get(f"{there}/site.css", timeout=30).headers["Content-Type"] == "text/css"
    for name in ("pages.py", "..%2fpages.py", "%2e%2e/pages.py", "../pages.py", "nothing.css", "", "Site.css"):
        assert requests.get(f"{there}/{name}", timeout=30).status_code in (403, 404)
