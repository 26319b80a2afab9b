"""An item put together from its pieces."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from artia_lab.errors import CorpusError, MaterialError, Mistake
from artia_lab.web import pieces
from artia_lab.web.pieces import Received, folder_of, receive


def test_beginning_again_forgets_what_came_before(tmp_path):
    receive(tmp_path, "a.txt", 0, 4, b"zz")
    assert receive(tmp_path, "a.txt", 0, 4, b"ab") == Received(2, 4)
    assert receive(tmp_path, "a.txt", 2, 4, b"cd").done
    assert (tmp_path / "a.txt").read_bytes() == b"abcd"


def test_sending_the_same_item_twice_changes_nothing(tmp_path):
    assert receive(tmp_path, "a.txt", 0, 2, b"ab").done
    assert receive(tmp_path, "a.txt", 0, 2, b"ab").done
    assert os.listdir(tmp_path) == ["a.txt"]


def test_another_item_of_the_same_name_is_never_replaced(tmp_path):
    receive(tmp_path, "a.txt", 0, 2, b"ab")
    with pytest.raises(MaterialError, match=r"already another “a\.txt”"):
        receive(tmp_path, "a.txt", 0, 2, b"zz")
    assert (tmp_path / "a.txt").read_bytes() == b"ab"
    assert os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("content", [b"\x7fELF" + bytes(60), b"<svg xmlns='x'></svg>", b"%PDF-1.7"])
def test_what_is_neither_picture_sound_nor_text_leaves_nothing_behind(tmp_path, content):
    with pytest.raises(MaterialError, match=r"picture\.png"):
        receive(tmp_path, "picture.png", 0, len(content), content)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "name", ["../a.png", "/a.png", ".hidden", "corpus.toml", "", "a\nb.png", "é" * 101, "a\0"]
)
def test_a_name_that_would_do_harm_is_refused(tmp_path, name):
    with pytest.raises(MaterialError, match="cannot be the name of an item"):
        receive(tmp_path, name, 0, 1, b"x")


@pytest.mark.parametrize("name", ["..", ".git", "a/b", "", "a" * 65, "a\n", "starter-drawings"])
def test_a_corpus_stays_among_the_corpora(name):
    with pytest.raises(CorpusError):
        folder_of(name)


def test_an_empty_item_is_refused(tmp_path):
    with pytest.raises(MaterialError, match="is empty"):
        receive(tmp_path, "a.txt", 0, 0, b"")


def test_more_than_was_announced_is_refused(tmp_path):
    with pytest.raises(MaterialError, match="longer than it was said"):
        receive(tmp_path, "a.txt", 0, 2, b"abc")


def test_a_full_disk_is_said(tmp_path, monkeypatch):
    def full(path: Path, *_options: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pieces.os, "open", full)
    with pytest.raises(Mistake, match=r"The disk is full\. Make room, then go on with “a\.txt”"):
        receive(tmp_path, "a.txt", 0, 1, b"a")


def test_uploads_given_up_long_ago_are_cleared_away(tmp_path):
    receive(tmp_path, "a.txt", 0, 9, b"half")
    (left,) = tmp_path.iterdir()
    os.utime(left, (0, 0))
    receive(tmp_path, "b.txt", 0, 1, b"b")
    assert os.listdir(tmp_path) == ["b.txt"]
