"""What the hub leaves for a seat reaches its person, once."""

from __future__ import annotations

import os

import pytest

from artia_lab.hub.seats.watch import tell
from artia_lab.web.notices import Notices

SAID = {"fr": "Trop.", "en": "Too much."}


def test_a_sentence_is_told_once_in_the_person_s_language(tmp_path, monkeypatch):
    monkeypatch.setenv("ARTIA_LANG", "fr")
    notices = Notices(tmp_path)
    assert notices.news() == ""
    tell(tmp_path, os.getpid(), -1, SAID)
    assert [notices.news(), notices.news()] == ["Trop.", ""]


def test_the_same_sentence_said_again_is_told_again(tmp_path):
    notices = Notices(tmp_path)
    for _time in range(2):
        tell(tmp_path, os.getpid(), -1, SAID)
        assert notices.news() == "Too much."


def test_what_is_for_another_seat_is_not_read(tmp_path):
    tell(tmp_path, os.getpid() + 1, -1, SAID)
    assert Notices(tmp_path).news() == ""


@pytest.mark.parametrize("content", ["", "{", "[1]"])
def test_a_damaged_file_is_nothing(tmp_path, content):
    (tmp_path / f"notice-{os.getpid()}.json").write_text(content)
    assert Notices(tmp_path).news() == ""


def test_a_link_is_not_followed(tmp_path):
    tell(tmp_path, 1, -1, SAID)
    (tmp_path / f"notice-{os.getpid()}.json").symlink_to(tmp_path / "notice-1.json")
    assert Notices(tmp_path).news() == ""
