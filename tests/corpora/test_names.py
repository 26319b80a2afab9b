from __future__ import annotations

import os
from pathlib import Path

import pytest

from artia_lab.corpora.names import checked_name, inside, open_item, shown
from artia_lab.errors import CorpusError, MaterialError


def test_a_name_is_shown_on_one_line() -> None:
    assert shown("a\nb\t🐚é.png") == r"a\nb\t🐚é.png"


def test_a_name_that_is_not_text_can_be_shown() -> None:
    assert shown(os.fsdecode(b"caf\xe9.png")) == r"caf\udce9.png"


@pytest.mark.parametrize("name", ["a.png", "sous dossier/é\n🐚.png", "..a", "a..b/c", ".caché"])
def test_a_plain_name_is_kept(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize("name", ["", ".", "..", "../a", "a/../b", "/etc/passwd", "a//b", "a/", "./a", "a\0b"])
def test_a_name_that_could_leave_the_folder_is_refused(name: str) -> None:
    with pytest.raises(CorpusError, match="cannot be the name of an item"):
        checked_name(name)


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(MaterialError, match=r"“a\.txt” is a link to a file outside its corpus"):
        open_item(corpus, "a.txt")


def test_a_link_to_a_folder_that_leaves_is_refused(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "elsewhere").symlink_to(tmp_path)
    with pytest.raises(MaterialError, match="outside its corpus"):
        inside(corpus, "elsewhere/secret.txt")


def test_a_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "b.txt").symlink_to("a.txt")
    os.close(open_item(tmp_path, "b.txt"))


def test_a_pipe_does_not_make_anyone_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(MaterialError, match="not a plain file"):
        open_item(tmp_path, "a.png")


def test_a_missing_file_and_a_missing_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(MaterialError, match=r"“a\\nb\.png” is no longer in"):
        open_item(tmp_path, "a\nb.png")
    with pytest.raises(MaterialError, match=r"the folder .* is no longer there"):
        open_item(tmp_path / "gone", "a.png")
