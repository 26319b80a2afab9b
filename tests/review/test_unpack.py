"""Archives made to do harm, and the one that is as it should be."""

from __future__ import annotations

import stat
import struct
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from artia_lab.review.limits import GB, MB
from artia_lab.review.unpack import Room, unpack
from artia_lab.review.zips import Refused


def made(place: Path, *entries: tuple[Any, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(place, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return place


def special(name: str, kind: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (kind | 0o777) << 16
    return info


def refused(archive: Path, room: Room | None = None) -> str:
    folder = archive.with_name("unpacked")
    with pytest.raises(Refused) as caught:
        unpack(archive, folder, room)
    outside = [
        each for each in archive.parent.rglob("*") if each != archive and folder not in (each, *each.parents)
    ]
    assert not outside
    return str(caught.value)


def test_files_arrive_whole_and_closed_to_others(tmp_path: Path) -> None:
    entries = [("a.txt", b""), ("b/é.txt", b"x" * 3 * MB), ("b/c/", b"")]
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        folder = tmp_path / str(method)
        assert unpack(made(tmp_path / "a.zip", *entries, method=method), folder) == ["a.txt", "b/é.txt"]
        assert (folder / "b" / "é.txt").read_bytes() == b"x" * 3 * MB
        assert stat.S_IMODE((folder / "a.txt").stat().st_mode) == 0o600
        assert stat.S_IMODE((folder / "b").stat().st_mode) == stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "name", ["../a", "a/../../b", "/etc/a", "//a", "a//b", "./a", "C:/a", "c:a", "..", "a/..", "../"]
)
def test_a_path_outside_its_folder(tmp_path: Path, name: str) -> None:
    assert "outside the folder" in refused(made(tmp_path / "a.zip", (name, b"x")))


@pytest.mark.parametrize("name", ["a\\b", "..\\a", "a\nb", "a\u202eb", "a\x7f", "a\u200bb"])
def test_a_character_that_no_name_has(tmp_path: Path, name: str) -> None:
    assert "character" in refused(made(tmp_path / "a.zip", (name, b"x")))


def test_a_name_that_ends_early(tmp_path: Path) -> None:
    archive = made(tmp_path / "a.zip", ("aXb", b"x"))
    archive.write_bytes(archive.read_bytes().replace(b"aXb", b"a\0b"))
    assert "character" in refused(archive)


@pytest.mark.parametrize("name", ["a" * 201, "é" * 101, "/".join("abcdefghijklm")])
def test_a_name_too_long(tmp_path: Path, name: str) -> None:
    assert "longer name" in refused(made(tmp_path / "a.zip", (name, b"x")))


@pytest.mark.parametrize(
    "kind, word",
    [
        (stat.S_IFLNK, "symbolic link"),
        (stat.S_IFIFO, "plain file"),
        (stat.S_IFCHR, "plain"),
        (stat.S_IFSOCK, "plain"),
    ],
)
def test_what_is_no_file(tmp_path: Path, kind: int, word: str) -> None:
    assert word in refused(made(tmp_path / "a.zip", (special("a", kind), b"/etc/passwd")))


@pytest.mark.parametrize(
    "names", [("a", "a"), ("a", "A"), ("é", "e\u0301"), ("ß", "SS"), ("a/b", "A/B"), ("ﬁ", "fi"), ("a/", "a")]
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice(tmp_path: Path, names: tuple[str, str]) -> None:
    assert "twice" in refused(made(tmp_path / "a.zip", *((name, b"") for name in names)))


def test_a_file_that_is_a_folder(tmp_path: Path) -> None:
    assert "both a file and a folder" in refused(made(tmp_path / "a.zip", ("a/b", b"x"), ("A", b"x")))


def test_what_is_encrypted(tmp_path: Path) -> None:
    archive = made(tmp_path / "a.zip", ("a", b"x" * 20))
    content = bytearray(archive.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    archive.write_bytes(content)
    assert "encrypted" in refused(archive)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions(tmp_path: Path, method: int) -> None:
    assert "compressed" in refused(made(tmp_path / "a.zip", ("a", b"x"), method=method))


def test_too_many_files(tmp_path: Path) -> None:
    archive = made(tmp_path / "a.zip", *((f"{n}", b"") for n in range(101)))
    assert "101 files" in refused(archive, Room(entries=100))


def test_a_directory_without_end(tmp_path: Path) -> None:
    archive = made(tmp_path / "a.zip", *((f"{n:0180}", b"") for n in range(20_000)))
    assert "more files" in refused(archive)


def test_a_bomb_of_ten_gigabytes_is_refused_at_once(tmp_path: Path) -> None:
    archive = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
        target.open("0", "w", force_zip64=True) as stream,
    ):
        # One gigabyte of zeros, compressed once: its bytes are then copied for the other nine.
        for _ in range(32):
            stream.write(bytes(32 * MB))
    with zipfile.ZipFile(archive) as source:
        info = source.getinfo("0")
        with archive.open("rb") as stream:
            stream.seek(info.header_offset + 26)
            name, extra = struct.unpack("<HH", stream.read(4))
            stream.seek(info.header_offset + 30 + name + extra)
            packed = stream.read(info.compress_size)
    archive.write_bytes(raw([(f"{n}", packed, GB, info.CRC) for n in range(10)]))
    began = time.monotonic()
    assert "would fill more than" in refused(archive)
    assert time.monotonic() - began < 2
    # It states that each file is small.
    archive.write_bytes(raw([(f"{n}", packed, 1000, info.CRC) for n in range(10)]))
    began = time.monotonic()
    assert "not what the archive states" in refused(archive)
    assert time.monotonic() - began < 2


def raw(entries: list[tuple[str, bytes, int, int]], *, at: list[int] | None = None) -> bytes:
    """Write a zip by hand: names, compressed contents, the sizes and checksums that it states, where they are."""
    body, directory = b"", b""
    for number, (name, packed, size, checksum) in enumerate(entries):
        offset = len(body) if at is None else at[number]
        facts = struct.pack("<4H3I", 0, 8, 0, 33, checksum, len(packed), size)
        title = name.encode()
        body += b"PK\3\4" + struct.pack("<H", 20) + facts + struct.pack("<2H", len(title), 0) + title + packed
        directory += b"PK\1\2" + struct.pack("<2H", 20, 20) + facts
        directory += struct.pack("<5HII", len(title), 0, 0, 0, 0, 0, offset) + title
    end = struct.pack("<4H2IH", 0, 0, len(entries), len(entries), len(directory), len(body), 0)
    return body + directory + b"PK\5\6" + end


def test_entries_that_overlap(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(raw([("a", b"\x03\x00", 0, 0), ("a", b"\x03\x00", 0, 0)], at=[0, 0]))
    assert "overlap" in refused(archive)


def test_an_entry_with_two_names(tmp_path: Path) -> None:
    archive = made(tmp_path / "a.zip", ("good", b"x"))
    archive.write_bytes(archive.read_bytes().replace(b"good", b"evil", 1))
    assert "damaged" in refused(archive)


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"not a zip" * 1000, b"PK\5\6" + bytes(18)[:17], b"\x1f\x8b" * 50]
)
def test_what_is_no_zip(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    assert "is no zip" in refused(tmp_path / "a.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_what_is_damaged_anywhere_is_refused_or_unpacked_whole(tmp_path: Path, method: int) -> None:
    content = bytes(range(256)) * 8
    whole = made(tmp_path / "a.zip", ("a", content), method=method).read_bytes()
    for place in range(0, len(whole), 7):
        changed = bytearray(whole)
        changed[place] ^= 0x55
        (tmp_path / "a.zip").write_bytes(changed)
        folder = tmp_path / f"{place}"
        try:
            names = unpack(tmp_path / "a.zip", folder)
        except Refused:
            continue
        assert [(folder / name).read_bytes() for name in names] in ([content], [])


def test_silence_is_no_bomb(tmp_path: Path) -> None:
    archive = made(tmp_path / "a.zip", ("silence.wav", bytes(50 * MB)), method=zipfile.ZIP_DEFLATED)
    assert unpack(archive, tmp_path / "unpacked") == ["silence.wav"]
