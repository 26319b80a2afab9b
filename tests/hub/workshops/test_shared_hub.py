"""A workshop on a real hub whose participants share one account: joining, coming back, being refused, closing."""

from __future__ import annotations

import json
import os
import shutil
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from artia_lab.hub.workshops import codes, store
from artia_lab.hub.workshops.limits import ADDRESS

FACILITATOR = "fab"


@pytest.fixture(scope="module")
def room(new_room: Any) -> Iterator[Any]:
    """A hub with one who facilitates and one who administers."""
    yield new_room(mode="shared-account", root_seats=os.geteuid() == 0, facilitators=[FACILITATOR], admins=["adm"])


@pytest.fixture(scope="module")
def workshop(room: Any) -> Any:
    """An open workshop."""
    return room.workshop("nuit", notebook="I1")


@pytest.fixture(scope="module")
def zoe(room: Any, workshop: Any, browser: Any) -> Any:
    """Somebody who joined."""
    person = browser(room)
    assert person.join(workshop.code.upper(), "Zoé").status_code == 200
    return person


@pytest.fixture(scope="module")
def fab(room: Any, browser: Any) -> Any:
    """The one who facilitates."""
    person = browser(room)
    password = (room.settings.state / "facilitator-password").read_text().strip()
    assert person.enter(FACILITATOR, password).ok
    return person


def test_joining_gives_a_seat_on_the_workshop_s_notebook_and_a_way_back(room, zoe):
    seat = zoe.seat()
    assert zoe.get(f"{seat}/api/contents/notebooks/fr/I1-mosaique-de-soi.ipynb?content=0", timeout=30).ok
    page = zoe.to("/hub/join")
    assert f"/hub/spawn/{zoe.user}?next=%2Fuser%2F{zoe.user}%2Flab%2Ftree%2Fnotebooks%2Ffr%2FI1-" in page.text
    assert zoe.secret not in page.text and page.headers["Cache-Control"] == "no-store"
    participant = store.of(room.settings.state, zoe.user)
    assert (participant.shown_name, participant.workshop) == ("Zoé", "nuit")
    assert "Zo" not in zoe.user


def test_the_secret_brings_one_back_from_another_browser_to_the_same_seat(room, zoe, browser):
    elsewhere = browser(room)
    wrong = elsewhere.fill("/hub/return", secret=codes.make_secret())
    assert wrong.status_code == 403 and "Nobody here has this key" in wrong.text
    elsewhere.fill("/hub/return", secret=zoe.secret.upper().replace("-", " "))
    elsewhere.user = zoe.user
    assert elsewhere.get(f"{elsewhere.seat()}/api/contents", timeout=30).ok


def test_another_participant_has_no_way_into_a_seat(room, workshop, zoe, browser):
    seat, bo = zoe.seat(), browser(room)
    assert bo.join(workshop.code, "Zoé").ok and bo.user != zoe.user
    assert "Zoé (2)" in bo.to("/hub/join").text
    assert bo.get(f"{seat}/api/contents", timeout=30).status_code in (403, 404)
    assert bo.api("DELETE", f"users/{zoe.user}/server").status_code in (403, 404)
    assert bo.api("GET", "users").status_code == 403


def test_no_password_makes_a_participant_or_a_facilitator(room, zoe, browser):
    state = room.settings.state
    shared = (state / "password").read_text().strip()
    for name in (zoe.user, zoe.user.upper(), "artia-aaaaaa", FACILITATOR):
        assert browser(room).enter(name, shared).status_code == 403
    facilitators = (state / "facilitator-password").read_text().strip()
    for name in (zoe.user, "adm", "somebody"):
        assert browser(room).enter(name, facilitators).status_code == 403
    assert browser(room).enter(FACILITATOR, "é").status_code == 403
    assert browser(room).enter("somebody", "é").status_code == 403


def test_who_facilitates_sees_participants_helps_them_and_administers_nothing(room, zoe, fab, browser):
    zoe.seat()
    other = browser(room)
    assert other.enter("ada", (room.settings.state / "password").read_text().strip()).ok
    seen = fab.api("GET", "users").json()
    assert zoe.user in [each["name"] for each in seen] and "ada" not in [each["name"] for each in seen]
    assert fab.to(f"/user/{zoe.user}/api/contents").status_code in (403, 404)
    assert fab.api("DELETE", f"users/{zoe.user}").status_code in (403, 404)
    assert fab.api("DELETE", "users/ada/server").status_code in (403, 404)
    assert fab.api("GET", "proxy").status_code == 403
    assert fab.api("POST", f"groups/{FACILITATOR}").status_code in (403, 404)
    me = fab.api("GET", "user").json()
    assert me["admin"] is False and "facilitators" in me["groups"] and "facilitator" in me["roles"]
    assert fab.api("DELETE", f"users/{zoe.user}/server").status_code in (202, 204)


@pytest.mark.parametrize(
    ("written", "name", "status", "sentence"),
    [
        ("abcde-abcde", "Zoé", 422, "No code is written like this"),
        ("", "", 422, "No code is written like this"),
        ("x" * 100_000, "Zoé", 422, "No code is written like this"),
        (None, "\u202e", 422, "Give a name that others can read"),
        (None, "x" * 41, 422, "Give a name that others can read"),
    ],
)
def test_a_slip_is_said_beside_its_field_and_counts_for_nothing(
    room, workshop, browser, written, name, status, sentence
):
    person = browser(room, "127.0.0.40")
    for _each in range(ADDRESS.at_once + 2):
        answer = person.join(workshop.code if written is None else written, name)
        assert answer.status_code == status and sentence in answer.text and 'aria-invalid="true"' in answer.text
    assert not person.user


def test_wrong_codes_are_refused_unread_after_a_few_and_others_still_join(room, workshop, browser):
    guesser = browser(room, "127.0.0.50")
    statuses = [guesser.join(codes.make_code(), "Eve").status_code for _each in range(ADDRESS.at_once + 3)]
    assert statuses == [403] * ADDRESS.at_once + [429] * 3
    refused = guesser.join(workshop.code, "Eve")
    assert (
        refused.status_code == 429 and int(refused.headers["Retry-After"]) <= ADDRESS.every_s and not guesser.user
    )
    assert "Too many wrong codes" in refused.text
    assert browser(room, "127.0.0.51").join(workshop.code, "Ann").ok


def test_an_address_that_is_only_claimed_changes_nothing(room, workshop, browser):
    guesser = browser(room, "127.0.0.52")
    statuses = []
    for number in range(ADDRESS.at_once + 3):
        claimed = f"203.0.113.{number}"
        headers = {"X-Forwarded-For": claimed, "X-Real-Ip": claimed, "Forwarded": f"for={claimed}"}
        page = guesser.to("/hub/join", headers=headers)
        xsrf = page.text.split('name="_xsrf" value="')[1].split('"')[0]
        form = {"code": codes.make_code(), "shown_name": "Eve", "_xsrf": xsrf}
        statuses.append(guesser.post(f"{room.url}/hub/join", data=form, headers=headers, timeout=30).status_code)
    assert statuses == [403] * ADDRESS.at_once + [429] * 3


def test_a_full_or_expired_workshop_says_so(room, browser):
    small = room.workshop("petit", seats=1)
    assert browser(room).join(small.code, "Ann").ok
    full = browser(room).join(small.code, "Bo")
    assert full.status_code == 409 and "Every seat of this workshop is taken" in full.text
    short = room.workshop("court", hours=1 / 3600)
    time.sleep(1.2)
    late = browser(room).join(short.code, "Bo")
    assert late.status_code == 409 and "no longer lets people in" in late.text


def test_pages_answer_in_the_language_of_whoever_asks(room, browser):
    for code in ("fr", "en"):
        person = browser(room)
        person.headers["Accept-Language"] = code
        for path in ("/hub/join", "/hub/return"):
            assert f'<html lang="{code}">' in person.to(path).text


def test_no_code_no_secret_and_no_name_is_in_the_log(room, workshop, zoe):
    assert zoe.user in room.log
    for each in (workshop.code, workshop.code.replace("-", ""), zoe.secret, "Zoé"):
        assert each not in room.log


def test_closing_while_the_hub_runs_leaves_the_archives_the_exhibition_and_nothing_else(
    room, browser, published: Path
):
    last = room.workshop("fin", notebook="I1")
    ann, bo = browser(room), browser(room)
    assert ann.join(last.code, "Ann").ok and bo.join(last.code, "Bo").ok
    seat = ann.seat()
    works = room.settings.state / "people" / ann.user / "artia" / "publications"
    works.mkdir(parents=True, exist_ok=True)
    shutil.copy(published, works / "essai.zip")
    consent = {"format": 1, "publication": "essai.zip", "consent": True, "shown_name": "Ann"}
    (works / "essai.exhibit.json").write_text(json.dumps(consent))
    told = room.artia("workshop", "close", "fin", "--json")
    assert told.returncode == 0, told.stderr
    said = json.loads(told.stdout)
    assert [each["title"] for each in said["works"]] == ["Essai <0>"] and Path(said["exhibition"]).exists()
    files = {each["user"]: each["file"] for each in said["exports"]}
    with zipfile.ZipFile(files[ann.user]) as archive:
        assert "artia/notebooks/fr/I1-mosaique-de-soi.ipynb" in archive.namelist()
    assert not (room.settings.state / "people" / ann.user).exists()
    # The seat is closed, and neither cookie, nor secret, nor code opens anything.
    assert ann.get(f"{seat}/api/status", timeout=30, allow_redirects=False).status_code != 200
    assert "/hub/login" in ann.to("/hub/home").url
    assert browser(room, "127.0.0.60").fill("/hub/return", secret=ann.secret).status_code == 403
    assert browser(room, "127.0.0.60").join(last.code, "Ann").status_code == 403
    token = {"Authorization": f"token {(room.settings.state / 'workshops-token').read_text().strip()}"}
    there = requests.get(f"{room.url}/hub/api/users/{ann.user}", headers=token, timeout=30)
    assert there.status_code == 404
