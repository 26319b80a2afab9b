from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from artia_lab.errors import MaterialError

Read = Callable[..., str]
WORDS = "Déjà l’été, dit-elle : « Œuvre ! »\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_usual_encodings_are_read(tmp_path: Path, read: Read, encoding: str) -> None:
    (tmp_path / "a.txt").write_bytes(WORDS.encode(encoding))
    assert read(tmp_path / "a.txt") == WORDS


def test_latin_1_is_read(tmp_path: Path, read: Read) -> None:
    (tmp_path / "a.txt").write_bytes("Déjà l'été\x81".encode("latin-1"))
    assert read(tmp_path / "a.txt") == "Déjà l'été\x81"


def test_every_kind_of_line_end_becomes_one(tmp_path: Path, read: Read) -> None:
    (tmp_path / "a.txt").write_bytes(b"a\r\nb\rc\nd")
    assert read(tmp_path / "a.txt") == "a\nb\nc\nd"


@pytest.mark.parametrize("raw", [b"", b" \n\t\r\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_a_text_without_a_word_is_empty(tmp_path: Path, read: Read, raw: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(raw)
    with pytest.raises(MaterialError, match=r"“a\.txt” is empty"):
        read(tmp_path / "a.txt")


def test_thirty_megabytes_are_refused(tmp_path: Path, read: Read) -> None:
    (tmp_path / "a.txt").write_bytes(b"la mer monte. " * 2_200_000)
    with pytest.raises(MaterialError, match=r"“a\.txt” weighs 31 MB; texts of up to 20 MB"):
        read(tmp_path / "a.txt")


def test_what_has_a_nul_in_it_is_not_a_text(tmp_path: Path, read: Read) -> None:
    (tmp_path / "a.txt").write_bytes(b"mer " * 5000 + b"\0")
    with pytest.raises(MaterialError, match=r"“a\.txt” is not a text"):
        read(tmp_path / "a.txt")
    (tmp_path / "b.txt").write_bytes(bytes(100))
    with pytest.raises(MaterialError, match=r"“b\.txt” is not a picture"):
        read(tmp_path / "b.txt")


def test_utf_16_cut_in_the_middle_of_a_letter_is_damaged(tmp_path: Path, read: Read) -> None:
    (tmp_path / "a.txt").write_bytes(WORDS.encode("utf-16")[:-1])
    with pytest.raises(MaterialError, match=r"“a\.txt” is damaged"):
        read(tmp_path / "a.txt")


def test_an_archive_is_never_unpacked(tmp_path: Path, read: Read) -> None:
    with zipfile.ZipFile(tmp_path / "a.txt", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("a", bytes(50_000_000))
    with pytest.raises(MaterialError, match=r"“a\.txt” is an archive or an office document"):
        read(tmp_path / "a.txt")
