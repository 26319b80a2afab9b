"""Whom a facilitator sees and helps: those of their own workshops, and whoever is in none."""

from __future__ import annotations

import asyncio
import json

import pytest

from artia_lab.errors import Mistake
from artia_lab.hub import Settings
from artia_lab.hub.board.actions import Actions
from artia_lab.hub.board.knowledge import Knowledge
from artia_lab.hub.board.live import Live
from artia_lab.hub.board.orders import Orders
from artia_lab.hub.board.watch import Hub, Watch, workshops
from artia_lab.hub.workshops import changes, opening

FAY, GUS = "fay", "gus"
ADA, BO, ZOE = "artia-aaaaaa", "artia-bbbbbb", "zoe"


@pytest.fixture
def state(tmp_path):
    """Open two workshops, each with a facilitator and a participant of its own."""
    settings = Settings(state_folder=str(tmp_path), facilitators=(FAY, GUS))
    for name, who, user in (("textures", FAY, ADA), ("nuit", GUS, BO)):
        opening.open_workshop(settings, name=name, seats=3, hours=1, language="fr", facilitators=(who,))
        changes.join(tmp_path, name, user.capitalize(), user)
    return tmp_path


@pytest.fixture
def knowledge(state):
    """Know what there is, with everybody's seat open."""
    known = Knowledge()
    known.facilitators = (FAY, GUS)
    known.workshops, known.names = workshops(state, (FAY, GUS))
    known.seats = {user: {"state": "open", "since": 0.0} for user in (ADA, BO, ZOE)}
    return known


@pytest.fixture
def orders():
    return Orders()


@pytest.fixture
def act(knowledge, orders, state):
    """Do something from the board; no hub and no broker answer here."""
    hub = Hub("http://127.0.0.1:9/hub/api", "")
    actions = Actions(knowledge, hub, Watch(knowledge, hub, state, (FAY, GUS), "", ""), orders)
    return lambda by, **asked: asyncio.run(actions.act(asked, by))


def news(page):
    """Read what a page is told."""
    return json.loads(page.get_nowait().removeprefix("data: "))


def test_each_sees_their_own_group_and_whoever_is_in_none(knowledge):
    live = Live(knowledge)
    told = {who: news(live.open(who)) for who in (FAY, GUS)}
    assert set(told[FAY]["rows"]) == {ADA, ZOE} and set(told[GUS]["rows"]) == {BO, ZOE}
    assert [each["name"] for each in told[FAY]["facts"]["workshops"]] == ["textures"]
    assert told[FAY]["facts"]["people"] == told[FAY]["facts"]["here"] == 2


def test_changes_are_told_to_whom_they_concern(knowledge):
    live = Live(knowledge)
    pages = {who: live.open(who) for who in (FAY, GUS)}
    for page in pages.values():
        news(page)
    knowledge.seats[BO] = {"state": "", "since": 0.0}
    live.look()
    assert set(news(pages[GUS])["rows"]) == {BO}
    assert pages[FAY].empty()
    live.close(pages[GUS])
    knowledge.seats[ADA] = {"state": "", "since": 0.0}
    live.look()
    assert set(news(pages[FAY])["rows"]) == {ADA} and pages[GUS].empty() and live.pages == 1


def test_a_page_that_was_opened_late_is_told_everything_and_the_others_nothing_twice(knowledge):
    live = Live(knowledge)
    first = live.open(FAY)
    news(first)
    knowledge.seats[ADA] = {"state": "", "since": 0.0}
    second = live.open(FAY)
    assert set(news(first)["rows"]) == {ADA} and news(second)["all"] is True
    live.look()
    assert first.empty() and second.empty()


def test_a_message_to_all_reaches_one_s_own_group(act, orders):
    assert "2 people" in act(FAY, do="message", text="Bonjour")
    assert orders.after(ADA, 0) and orders.after(ZOE, 0) and not orders.after(BO, 0)
    with pytest.raises(Mistake, match="Nobody is here"):
        act(FAY, do="message", text="Bonjour", to=[BO])


def test_a_message_to_one_person_reaches_that_person(act, orders):
    assert "1 person" in act(FAY, do="message", text="Bonjour", to=[ADA])
    assert [each["text"] for each in orders.after(ADA, 0)] == ["Bonjour"] and not orders.after(ZOE, 0)


@pytest.mark.parametrize("do", ["first", "free", "extend", "restart", "reset"])
def test_nobody_acts_on_somebody_else_s_group(act, do):
    with pytest.raises(Mistake, match="not known here"):
        act(FAY, do=do, user=BO)


def test_a_workshop_whose_facilitators_have_all_left_is_anybody_s(knowledge, state):
    knowledge.workshops, knowledge.names = workshops(state, (GUS,))
    assert knowledge.concerns(GUS, ADA)


def test_who_administers_the_hub_sees_everybody(knowledge):
    told = news(Live(knowledge).open("ada"))
    assert set(told["rows"]) == {ADA, BO, ZOE} and len(told["facts"]["workshops"]) == 2
