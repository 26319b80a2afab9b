"""Every route of ours, asked by nobody, by whom it belongs to, by somebody else, and by a page of another site."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from artia_lab.hub.board.address import PREFIX
from artia_lab.hub.board.handlers import ROUTES as BOARD
from artia_lab.hub.workshops.handlers import ROUTES as WORKSHOPS
from artia_lab.web.routes import ROUTES as SEAT

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CHANGING = METHODS[1:]
# What stands for the parts of an address: a run, a file, a corpus.
FILLED = "20261126-120000-image.self-mosaic-000000"


@dataclass(frozen=True)
class Asked:
    """One request of the matrix, and what was answered."""

    method: str
    path: str
    by: str
    status: int
    place: str

    @property
    def entered(self) -> bool:
        """Whether what answered is the route itself, whatever it says of an empty request."""
        return self.status in (200, 201, 202, 204, 400, 404, 409, 413, 415, 422) and "/hub/login" not in self.place

    @property
    def refused(self) -> bool:
        """Whether nothing was done nor told."""
        return self.status in (401, 403) or (self.status == 404 and "/hub/" in self.place) or self.at_the_door

    @property
    def at_the_door(self) -> bool:
        """Whether the answer is the page where people enter."""
        return self.status == 200 and "/hub/login" in self.place


def methods(handler: Any) -> list[str]:
    """List the methods that a handler has itself."""
    from tornado.web import RequestHandler

    return [
        each for each in METHODS if getattr(handler, each.lower()) is not getattr(RequestHandler, each.lower())
    ]


def filled(pattern: str) -> str:
    """Fill in the variable parts of an address."""
    return re.sub(r"\([^()]*\)", FILLED, pattern)


class Matrix:
    """A hub with two participants whose seats are open, and one who facilitates."""

    def __init__(self, room: Any, browser: Any) -> None:
        self.room = room
        workshop = room.workshop("nuit")
        self.zoe, self.bo, self.fab, self.nobody = (browser(room) for _each in range(4))
        for person, name in ((self.zoe, "Zoé"), (self.bo, "Bo")):
            assert person.join(workshop.code, name).ok
            person.seat()
        assert self.fab.enter("fab", (room.settings.state / "facilitator-password").read_text().strip()).ok
        self.fab.to(PREFIX)

    def ask(
        self, by: str, method: str, path: str, *, xsrf: bool = True, headers: dict[str, str] | None = None
    ) -> Asked:
        """Ask as a script of a page does, or as a page of another site would, which cannot know the token."""
        person = getattr(self, by)
        sent = dict(headers or {})
        if xsrf and method != "GET":
            fitting = [e for e in person.cookies if e.name == "_xsrf" and path.startswith(e.path)]
            if fitting:
                sent["X-XSRFToken"] = max(fitting, key=lambda each: len(each.path)).value
        body = None if method == "GET" else "{}"
        sent |= {"Content-Type": "application/json"} if body else {}
        address = f"{self.room.url}{path}"
        with person.request(method, address, data=body, headers=sent, timeout=60, stream=True) as answer:
            return Asked(method, path, by + ("" if xsrf else " without xsrf"), answer.status_code, answer.url)

    def token(self, by: str) -> dict[str, str]:
        """Make a token such as a seat has."""
        person = getattr(self, by)
        person.to("/hub/home")
        xsrf = next(each.value for each in person.cookies if each.name == "_xsrf" and each.path == "/hub/")
        answer = person.post(
            f"{self.room.url}/hub/api/users/{person.user}/tokens",
            json={"scopes": [f"access:servers!server={person.user}/"]},
            headers={"X-XSRFToken": xsrf},
            timeout=30,
        )
        return {"Authorization": f"token {answer.json()['token']}"}


@pytest.fixture(scope="module")
def matrix(new_room: Any, browser: Any) -> Iterator[Matrix]:
    """The hub, once for every test here."""
    yield Matrix(
        new_room(mode="shared-account", root_seats=os.geteuid() == 0, facilitators=["fab"], places=False), browser
    )


def check(asked: Asked, expected: str, wrong: list[Asked]) -> None:
    """Note an answer that is not the right one."""
    if not getattr(asked, expected):
        wrong.append(asked)


def test_the_routes_of_a_seat_are_its_owner_s_alone(matrix):
    wrong: list[Asked] = []
    count = 0
    for owner, other in (("zoe", "bo"), ("bo", "zoe")):
        base = f"/user/{getattr(matrix, owner).user}/"
        for pattern, handler in SEAT.items():
            path = base + filled(pattern)
            for method in methods(handler):
                check(matrix.ask(owner, method, path), "entered", wrong)
                check(matrix.ask(other, method, path), "refused", wrong)
                check(matrix.ask("nobody", method, path), "refused", wrong)
                check(matrix.ask("fab", method, path), "refused", wrong)
                count += 4
                if method in CHANGING:
                    check(matrix.ask(owner, method, path, xsrf=False), "refused", wrong)
                    count += 1
    assert not wrong, (len(wrong), count, wrong)
    assert count > 2 * 4 * len(SEAT)


def test_somebody_s_token_opens_no_other_seat(matrix):
    wrong: list[Asked] = []
    for owner, other in (("zoe", "bo"), ("bo", "zoe")):
        mine, theirs = matrix.token(owner), matrix.token(other)
        base = f"/user/{getattr(matrix, owner).user}/"
        for pattern, handler in SEAT.items():
            for method in methods(handler):
                path = base + filled(pattern)
                check(matrix.ask("nobody", method, path, headers=mine), "entered", wrong)
                check(matrix.ask("nobody", method, path, headers=theirs), "refused", wrong)
    assert not wrong, wrong


def test_the_board_is_for_those_who_facilitate_and_for_seats_what_is_theirs(matrix):
    wrong: list[Asked] = []
    token = matrix.token("zoe")
    by_cookie, by_token = ("", "api/events", "api/act"), ("api/report", "api/orders")
    assert {*by_cookie, *by_token, "metrics"} == set(BOARD)
    for pattern, handler in BOARD.items():
        path = PREFIX + pattern
        for method in methods(handler):
            facilitates = "entered" if pattern in by_cookie else "refused"
            check(matrix.ask("fab", method, path), facilitates, wrong)
            for by in ("zoe", "bo", "nobody"):
                check(matrix.ask(by, method, path), "refused", wrong)
            if method in CHANGING:
                check(matrix.ask("fab", method, path, xsrf=False), "refused", wrong)
            seat = "entered" if pattern in by_token else "refused"
            check(matrix.ask("nobody", method, path, headers=token), seat, wrong)
            garbage = {"Authorization": "token " + "0" * 32}
            check(matrix.ask("nobody", method, path, headers=garbage), "refused", wrong)
    assert not wrong, wrong


def test_the_pages_of_workshops_take_no_form_of_another_site(matrix, browser):
    wrong: list[Asked] = []
    for pattern, handler in WORKSHOPS:
        path = "/hub" + pattern
        assert methods(handler) == ["GET", "POST"]
        for by in ("zoe", "bo", "fab", "nobody"):
            check(matrix.ask(by, "GET", path), "entered", wrong)
            check(matrix.ask(by, "POST", path, xsrf=False), "refused", wrong)
    # Nor one that somebody else was given.
    for stolen in ("bo", "nobody"):
        page = getattr(matrix, stolen).to("/hub/return").text
        theirs = re.search(r'name="_xsrf" value="([^"]+)"', page)[1]
        form = {"_xsrf": theirs, "secret": matrix.bo.secret}
        answer = matrix.zoe.post(f"{matrix.room.url}/hub/return", data=form, timeout=30)
        check(
            Asked("POST", "/hub/return", f"zoe with the token of {stolen}", answer.status_code, ""),
            "refused",
            wrong,
        )
    assert not wrong, wrong


def test_the_pages_of_the_hub_are_each_person_s_own(matrix):
    wrong: list[Asked] = []
    for owner, other in (("zoe", "bo"), ("bo", "zoe")):
        user = getattr(matrix, owner).user
        for path in (f"/hub/spawn/{user}", f"/hub/spawn-pending/{user}"):
            check(matrix.ask("nobody", "GET", path), "at_the_door", wrong)
            check(matrix.ask(other, "GET", path), "refused", wrong)
            check(matrix.ask(owner, "GET", path), "entered", wrong)
        for path in ("/hub/home", "/hub/token"):
            check(matrix.ask("nobody", "GET", path), "at_the_door", wrong)
            check(matrix.ask(owner, "GET", path), "entered", wrong)
        check(matrix.ask(owner, "GET", "/hub/admin"), "refused", wrong)
        for method, path in (
            ("DELETE", f"users/{user}/server"),
            ("POST", f"users/{user}/server"),
            ("POST", f"users/{user}/tokens"),
            ("DELETE", f"users/{user}"),
            ("PATCH", f"users/{user}"),
            ("POST", "shutdown"),
            ("GET", "users"),
        ):
            for by in (other, "nobody"):
                check(matrix.ask(by, method, f"/hub/api/{path}"), "refused", wrong)
        for method, path in (("DELETE", f"users/{user}/server"), ("POST", f"users/{user}/tokens")):
            check(matrix.ask(owner, method, f"/hub/api/{path}", xsrf=False), "refused", wrong)
    assert not wrong, wrong
    # All this opened and closed nothing.
    for person in (matrix.zoe, matrix.bo):
        assert person.get(f"{matrix.room.url}/user/{person.user}/api/status", timeout=30).ok


def test_a_route_that_is_nobody_s_tells_nothing(matrix):
    for path in (
        "/artia/works",
        "/services/board",
        "/user/artia-aaaaaa/artia/works",
        "/hub/join/x",
        "/hub/../state",
    ):
        answer = requests.get(f"{matrix.room.url}{path}", timeout=30)
        assert answer.status_code in (403, 404) or "/hub/" in answer.url, path
