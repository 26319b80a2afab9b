"""Workshops and participants on disk."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from artia_lab.errors import Mistake, NotFound
from artia_lab.hub.settings import Settings
from artia_lab.hub.workshops import changes, link, opening, store
from artia_lab.hub.workshops.names import clean_name
from artia_lab.hub.workshops.records import Workshop, now


def opened(state: Path, **given: object) -> Workshop:
    """Open a workshop."""
    wanted = {"name": "nuit", "title": "Nuit blanche", "seats": 2, "language": "fr", "opens": now()}
    return changes.open_workshop(state, Workshop(**(wanted | {"expires": now()} | given)), hours=1)


def test_a_workshop_is_found_again_as_it_was_opened(tmp_path):
    workshop = opened(tmp_path, facilitators=("fab",), notebook="I1.ipynb")
    assert store.find(tmp_path, "nuit") == workshop
    assert workshop.expires - workshop.opens == timedelta(hours=1)
    assert workshop.path() == "lab/tree/notebooks/fr/I1.ipynb"
    assert store.by_code(tmp_path, workshop.code) == workshop
    assert store.by_code(tmp_path, "") is None
    assert [each.name for each in store.every(tmp_path)] == ["nuit"]


def test_everything_is_for_its_owner_alone(tmp_path):
    workshop = opened(tmp_path)
    changes.join(tmp_path, "nuit", "Zoé", changes.new_user(tmp_path))
    link.save_pictures(tmp_path, workshop, "http://example.org")
    for each in store.workshops_folder(tmp_path).rglob("*"):
        assert stat.S_IMODE(each.stat().st_mode) == (0o700 if each.is_dir() else 0o600), each


def test_two_workshops_of_one_name_are_refused(tmp_path):
    opened(tmp_path)
    with pytest.raises(Mistake, match=r"already a workshop “nuit”.*“nuit-2”"):
        opened(tmp_path)
    assert len(list(store.workshops_folder(tmp_path).iterdir())) == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": "../x"}, "cannot be named"),
        ({"name": ""}, "cannot be named"),
        ({"name": "x" * 32}, "cannot be named"),
        ({"seats": 0}, "from 1 to 1000 seats"),
        ({"seats": 1001}, "from 1 to 1000 seats"),
        ({"language": "de"}, "one of fr, en"),
        ({"title": "a\nb"}, "title is one line"),
        ({"title": " "}, "title is one line"),
        ({"notebook": "../../etc/passwd.ipynb"}, "no notebook of the library"),
        ({"notebook": "I1.txt"}, "no notebook of the library"),
    ],
)
def test_what_a_workshop_cannot_be_is_said(tmp_path, given, sentence):
    with pytest.raises(Mistake, match=sentence):
        opened(tmp_path, **given)
    assert store.every(tmp_path) == []


@pytest.mark.parametrize("hours", [0, -1, float("nan"), float("inf"), 10**6])
def test_hours_that_are_none_are_refused(tmp_path, hours):
    workshop = Workshop(name="a", title="a", seats=1, opens=now(), expires=now(), language="en")
    with pytest.raises(Mistake, match="more than 0"):
        changes.open_workshop(tmp_path, workshop, hours)


def test_a_participant_has_a_name_of_their_own_and_a_secret_that_is_not_kept(tmp_path):
    opened(tmp_path)
    user = changes.new_user(tmp_path)
    participant, secret = changes.join(tmp_path, "nuit", "  Zoé \t M. ", user)
    assert (participant.shown_name, participant.user) == ("Zoé M.", user)
    assert store.of(tmp_path, user) == participant
    assert store.by_secret(tmp_path, secret.upper()) == participant
    assert store.by_secret(tmp_path, "") is None
    kept = "".join(each.read_text() for each in store.workshops_folder(tmp_path).rglob("*.json"))
    assert secret not in kept and secret.replace("-", "") not in kept


@pytest.mark.parametrize("user", ["", "ada", "../nuit", "artia-", "artia-aaaaaa", "artia-../../x", "artia-*"])
def test_whoever_is_in_no_workshop_is_no_participant(tmp_path, user):
    opened(tmp_path)
    changes.join(tmp_path, "nuit", "Zoé", "artia-bbbbbb")
    assert store.of(tmp_path, user) is None


def test_two_people_of_one_name_are_told_apart(tmp_path):
    opened(tmp_path)
    names = []
    for name in ("Zoé", "zoe\u0301"):
        participant, _secret = changes.join(tmp_path, "nuit", name, changes.new_user(tmp_path))
        names.append(participant.shown_name)
    assert names == ["Zoé", "zoé (2)"]


@pytest.mark.parametrize("name", ["", "   ", "\u202eabc", "a\0b", "x" * 41, "...", "\u200b"])
def test_a_name_that_others_cannot_read_is_refused(tmp_path, name):
    opened(tmp_path)
    with pytest.raises(Mistake, match="others can read"):
        changes.join(tmp_path, "nuit", name, changes.new_user(tmp_path))
    assert store.participants(tmp_path, "nuit") == []


@pytest.mark.parametrize("name", ["Ö", "李", "🦊", "<b>Zoé</b>", "x" * 40])
def test_any_name_that_can_be_read_is_taken_as_it_is(name):
    assert clean_name(name) == name


def test_no_more_join_than_there_are_seats_however_many_come_at_once(tmp_path):
    opened(tmp_path, seats=5)

    def come(_number: int) -> bool:
        try:
            changes.join(tmp_path, "nuit", "Zoé", changes.new_user(tmp_path))
        except Mistake as error:
            assert "Every seat" in str(error)
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(come, range(40))) == 5
    there = store.participants(tmp_path, "nuit")
    assert len({each.shown_name for each in there}) == len(there) == 5


@pytest.mark.parametrize("change", [{"closing": True}, {"expires": now() - timedelta(seconds=1)}])
def test_an_expired_or_closing_workshop_lets_nobody_in(tmp_path, change):
    workshop = opened(tmp_path)
    _participant, secret = changes.join(tmp_path, "nuit", "Zoé", changes.new_user(tmp_path))
    store.save(tmp_path, replace(workshop, **change))
    with pytest.raises(Mistake, match="no longer lets people in"):
        changes.join(tmp_path, "nuit", "Bo", changes.new_user(tmp_path))
    # Whoever is in already comes back until closing begins.
    assert (store.by_secret(tmp_path, secret) is None) == ("closing" in change)


def test_a_lost_secret_is_replaced(tmp_path):
    opened(tmp_path)
    participant, lost = changes.join(tmp_path, "nuit", "Zoé", changes.new_user(tmp_path))
    _same, secret = changes.readmit(tmp_path, "nuit", "Zoé")
    assert store.by_secret(tmp_path, secret).user == participant.user
    assert store.by_secret(tmp_path, lost) is None
    with pytest.raises(NotFound, match="no participant “Bo”"):
        changes.readmit(tmp_path, "nuit", "Bo")


def test_a_workshop_that_is_not_there_is_said(tmp_path):
    with pytest.raises(NotFound, match="no workshop “nuit”"):
        changes.join(tmp_path, "nuit", "Zoé", "artia-aaaaaa")
    assert store.every(tmp_path) == []


def test_a_notebook_is_named_by_its_beginning():
    assert opening.find_notebook("i1", "fr").startswith("I1-")
    assert opening.find_notebook("", "en") == ""
    with pytest.raises(NotFound, match=r"it has: .*I1-"):
        opening.find_notebook("Z9", "en")


def test_only_the_hub_s_facilitators_facilitate(tmp_path):
    settings = Settings(state_folder=str(tmp_path), mode="shared-account", facilitators=("fab", "gus"))
    asked = {"seats": 1, "hours": 1, "language": "en"}
    assert opening.open_workshop(settings, name="a", **asked).facilitators == ("fab", "gus")
    assert opening.open_workshop(settings, name="b", facilitators=("gus",), **asked).facilitators == ("gus",)
    with pytest.raises(Mistake, match="“ada” is not among"):
        opening.open_workshop(settings, name="c", facilitators=("ada",), **asked)


@pytest.mark.parametrize(
    ("given", "begins"),
    [
        ({}, "http://127.0.0.1:8000/hub/join#"),
        ({"public_url": "https://lab.example.org"}, "https://lab.example.org/hub/join#"),
        ({"address": "192.0.2.7", "port": 80}, "http://192.0.2.7:80/hub/join#"),
    ],
)
def test_the_link_leads_to_where_people_reach_the_hub(tmp_path, given, begins):
    workshop = opened(tmp_path)
    assert link.join_url(Settings(**given), workshop) == begins + workshop.code


def test_a_hub_that_listens_everywhere_is_named_by_an_address_of_this_machine():
    url = link.public_url(Settings(address="0.0.0.0", port=8000))
    assert url.endswith(":8000/") and "0.0.0.0" not in url


def test_an_address_that_is_none_is_refused():
    for wrong in ("lab.example.org", "https://a/b", "javascript:x", "https://a b"):
        with pytest.raises(Mistake, match="“public_url” is"):
            Settings(public_url=wrong)
