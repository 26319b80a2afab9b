"""The page of works: what runs made, publishing one, and agreeing that it is shown, on a real server."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from artia_lab import corpora, execute
from artia_lab.errors import Mistake, NotFound
from artia_lab.i18n import LANGUAGES
from artia_lab.pages import POLICY
from artia_lab.runs import RunFolder
from artia_lab.web import works
from artia_lab.web.publishing import Terms

PUBLISHED_S = 150
TERMS = {"title": "Une phrase", "authors": "Anne, Bo", "licence": "CC-BY-4.0"}
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def at_home(server: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in the server's home."""
    monkeypatch.setenv("ARTIA_HOME", str(server.home))
    return Path(server.home)


@pytest.fixture(scope="module")
def made(server: Any) -> RunFolder:
    """Make a text, in the server's home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARTIA_HOME", str(server.home))
        patch.setenv("ARTIA_LANG", "en")
        return execute.run("text.corpus-keyboard", "starter/texts-en", {"seed": 0})


@pytest.fixture(scope="module")
def kept_back(server: Any) -> RunFolder:
    """Make a text from a private diary."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARTIA_HOME", str(server.home))
        folder = server.home / "corpora" / "diary"
        folder.mkdir(parents=True)
        (folder / "day.txt").write_text("Today the sea was grey, and the sea was calm. " * 200)
        corpora.describe(folder, title="Diary", authors=["Anne"], private=True)
        return execute.run("text.corpus-keyboard", folder, {"seed": 0})


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Open a browser for the module."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, server: Any) -> Iterator[Page]:
    """Open the page of works, logged in."""
    context = browser.new_context()
    with server.client() as session:
        context.add_cookies(
            [{"name": each.name, "value": each.value, "url": server.url} for each in session.cookies]
        )
    opened = context.new_page()
    opened.goto(f"{server.url}/artia/works")
    yield opened
    context.close()


def outcome(client: requests.Session, url: str, run: RunFolder) -> dict[str, Any]:
    """Wait until a publication has come out."""
    end = time.monotonic() + PUBLISHED_S
    while (said := client.get(f"{url}/artia/api/runs/{run.id}/publication", timeout=30).json())[
        "state"
    ] == "working":
        assert time.monotonic() < end
        time.sleep(0.3)
    return said


def test_a_work_is_published_and_shown_only_while_its_author_agrees(
    server: Any, client: requests.Session, page: Page, made: RunFolder, at_home: Path
) -> None:
    page.reload()
    card = page.get_by_role("article", name="Corpus keyboard").first
    card.get_by_text("Publish it").click()
    card.get_by_label("Whose is it?").fill("Anne, Bo")
    card.get_by_label("Title").fill("")
    card.get_by_role("button", name="Publish").click()
    expect(card.get_by_role("alert")).to_have_text("Give it a title.")
    card.get_by_label("Title").fill(TERMS["title"])
    card.get_by_label("I agree that it is shown").check()
    card.get_by_role("button", name="Publish").click()
    expect(card.get_by_role("status")).to_contain_text("It is being made again")
    assert outcome(client, server.url, made) == {"state": "published", "file": "une-phrase.zip"}
    with zipfile.ZipFile(at_home / "publications" / "une-phrase.zip") as packed:
        assert json.loads(packed.read("publication.json"))["authors"] == ["Anne", "Bo"]
    agreed = at_home / "publications" / "une-phrase.exhibit.json"
    said = {"format": 1, "publication": "une-phrase.zip", "consent": True, "shown_name": ""}
    assert json.loads(agreed.read_text()) == said
    row = page.get_by_role("row", name=TERMS["title"])
    expect(row).to_be_visible(timeout=30_000)
    row.get_by_role("checkbox").uncheck()
    expect(page.get_by_text("It will not be shown")).to_be_visible()
    assert json.loads(agreed.read_text()) == said | {"consent": False}
    got = client.get(f"{server.url}/artia/api/publications/une-phrase.zip", timeout=30)
    assert got.content[:2] == b"PK" and "attachment" in got.headers["Content-Disposition"]
    # What has the same title is refused with the sentence of `artia publish`, and what was there stays.
    client.post(f"{server.url}/artia/api/runs/{made.id}/publication", json=TERMS, timeout=30)
    refused = outcome(client, server.url, made)
    assert refused["state"] == "refused" and "une-phrase.zip" in refused["sentence"]


def test_what_comes_from_a_private_corpus_is_refused_with_the_sentence_of_the_command(
    server: Any, client: requests.Session, kept_back: RunFolder, at_home: Path
) -> None:
    address = f"{server.url}/artia/api/runs/{kept_back.id}/publication"
    assert client.post(address, json=TERMS | {"title": "Secret", "exhibited": True}, timeout=30).status_code == 202
    said = outcome(client, server.url, kept_back)
    assert said["state"] == "refused" and said["sentence"].startswith("“Diary” is a private corpus")
    assert not list((at_home / "publications").glob("secret*"))
    assert "stays with you" in client.get(f"{server.url}/artia/works", timeout=30).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_in_one_language_and_open_to_everybody(
    page: Page, server: Any, made: RunFolder, kept_back: RunFolder, language: str
) -> None:
    troubles: list[str] = []
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    page.reload()
    for _press in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.language") == language:
            break
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", language)
    for each in page.locator("details").all():
        each.evaluate("details => details.open = true")
    found = Axe().run(page, options=AXE).response["violations"]
    assert [f"{each['id']}: {each['nodes'][0]['html']}" for each in found] == []
    assert troubles == []
    words = page.locator("main").inner_text()
    assert ("Ce que vos essais ont produit" in words) == (language == "fr")
    assert ("What your runs made" in words) == (language == "en")


def test_a_policy_lets_nothing_else_in_and_the_page_is_not_kept(client: requests.Session, server: Any) -> None:
    answer = client.get(f"{server.url}/artia/works", timeout=30)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["Cache-Control"] == "no-store"


def test_nobody_else_reads_or_acts(server: Any, client: requests.Session, made: RunFolder) -> None:
    for path in ("artia/works", "artia/page/works.js", f"artia/api/runs/{made.id}/publication"):
        answer = requests.get(f"{server.url}/{path}", timeout=30, allow_redirects=False)
        assert answer.status_code in (302, 403)
    client.headers.pop("X-XSRFToken")
    client.headers.pop("Referer")
    assert (
        client.post(f"{server.url}/artia/api/runs/{made.id}/publication", json=TERMS, timeout=30).status_code
        == 403
    )
    change = {"agreed": True}
    address = f"{server.url}/artia/api/publications/une-phrase.zip/exhibition"
    assert client.put(address, json=change, timeout=30).status_code == 403


@pytest.mark.parametrize("name", ["works.py", "..%2fworks.py", "nothing.css", "%00.css", "site.css.map"])
def test_only_files_of_the_page_are_sent(client: requests.Session, server: Any, name: str) -> None:
    assert client.get(f"{server.url}/artia/page/{name}", timeout=30).status_code in (400, 404)


@pytest.mark.parametrize("name", ["no.zip", "..%2fruns.zip", ".hidden.zip", "a.exhibit.json", "%00.zip"])
def test_only_publications_are_sent_or_exhibited(client: requests.Session, server: Any, name: str) -> None:
    address = f"{server.url}/artia/api/publications/{name}"
    assert client.get(address, timeout=30).status_code in (400, 404)
    assert client.put(f"{address}/exhibition", json={"agreed": True}, timeout=30).status_code in (400, 404)


@pytest.mark.parametrize("content", [None, [], {}, {"agreed": "yes"}, {"agreed": True, "shown_name": 3}])
def test_a_consent_is_a_yes_or_a_no(client: requests.Session, server: Any, content: object) -> None:
    address = f"{server.url}/artia/api/publications/une-phrase.zip/exhibition"
    assert client.put(address, json=content, timeout=30).status_code == 400


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "title"),
        ([], "title"),
        (TERMS | {"title": " \n "}, "title"),
        (TERMS | {"title": "x" * 401}, "too long"),
        (TERMS | {"title": 0}, "not text"),
        (TERMS | {"authors": " , ,"}, "whose"),
        (TERMS | {"authors": ",".join("abcdefghijklmnopqrstuvwxyz")}, "whose"),
        (TERMS | {"licence": ""}, "licence"),
        (TERMS | {"title": "a\0b"}, "not text"),
    ],
)
def test_terms_that_say_too_little_or_too_much_are_refused(content: object, why: str) -> None:
    with pytest.raises(Mistake, match=why):
        Terms.of(content)


def test_terms_are_cleaned_and_consent_is_never_guessed() -> None:
    terms = Terms.of({"title": "  a \n b ", "authors": " Anne ,, Bo ", "licence": "CC0-1.0", "exhibited": "true"})
    assert (terms.title, terms.authors, terms.exhibited) == ("a b", ("Anne", "Bo"), False)


def test_a_folder_that_other_hands_damaged_does_not_hide_the_others(
    made: RunFolder, at_home: Path, tmp_path: Path
) -> None:
    damaged = at_home / "runs" / "20200101-000000-text.corpus-keyboard-abcdef"
    damaged.mkdir()
    for content in ("{", "[]", '{"experiment": 3}'):
        (damaged / "request.json").write_text(content)
        assert made.id in [each.run for each in works.works()[0]]
    broken = works.publications_folder() / "broken.zip"
    broken.parent.mkdir(exist_ok=True)
    broken.write_bytes(b"no zip")
    assert "broken.zip" not in [each.file for each in works.published()]
    broken.unlink()


def test_works_come_a_page_at_a_time(made: RunFolder, kept_back: RunFolder, at_home: Path) -> None:
    first, rest = works.works(limit=1)
    second, _rest = works.works(rest, limit=1)
    assert rest == first[0].run and second[0].run < first[0].run


def test_a_link_is_no_publication(at_home: Path, tmp_path: Path) -> None:
    works.publications_folder().mkdir(exist_ok=True)
    link = works.publications_folder() / "link.zip"
    link.symlink_to("/etc/passwd")
    with pytest.raises(NotFound):
        works.located_publication("link.zip")
    with pytest.raises(NotFound):
        works.consent("link.zip", True)
    link.unlink()
