from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from artia_lab.corpora.recognise import Kind, expected_medium, recognise, recognise_file


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP"])
def test_pictures_are_known_by_their_content(format: str) -> None:
    file = io.BytesIO()
    Image.new("RGB", (9, 7)).save(file, format)
    assert recognise(file.getvalue()) == Kind("image", format)


@pytest.mark.parametrize(
    ("format", "subtype", "name"),
    [
        ("WAV", "PCM_16", "WAV"),
        ("RF64", "PCM_16", "WAV"),
        ("FLAC", "PCM_16", "FLAC"),
        ("OGG", "VORBIS", "OGG"),
        ("OGG", "OPUS", "OGG"),
        ("MP3", "MPEG_LAYER_III", "MP3"),
        ("AIFF", "PCM_16", "AIFF"),
    ],
)
def test_sounds_are_known_by_their_content(format: str, subtype: str, name: str) -> None:
    file = io.BytesIO()
    soundfile.write(file, np.zeros(4800), 48000, format=format, subtype=subtype)
    assert recognise(file.getvalue()[:8192]) == Kind("audio", name)


@pytest.mark.parametrize(
    "raw",
    [
        b"La mer monte.",
        "Déjà l’été".encode("cp1252"),
        "Déjà".encode("utf-16"),
        b"\xef\xbb\xbfBOM",
        b"BM, dit-elle, et rien de plus",
        "Ÿþ".encode("cp1252"),
        b" ",
        b"3 < 4 and <em>so</em> on",
        b"# Titre\n\tvers\n",
    ],
)
def test_texts_are_known_by_their_content(raw: bytes) -> None:
    assert recognise(raw) == Kind("text", "text")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "empty"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "svg"),
        (b"\xef\xbb\xbf  <svg/>", "svg"),
        (b"<!DOCTYPE html><p>", "document"),
        (b"\x7fELF\x02\x01\x01" + bytes(60), "program"),
        (b"MZ\x90\0" + bytes(60), "program"),
        (b"%PDF-1.7", "pdf"),
        (b"PK\x03\x04" + bytes(60), "archive"),
        (b"\x1f\x8b\x08", "archive"),
        (b"{\\rtf1 ", "document"),
        (b"\0\0\0\x18ftypheic", "picture"),
        (b"\0\0\0\x18ftypM4A ", "sound"),
        (b"\0\0\0\x18ftypisom", "video"),
        (b"RIFF\0\0\0\0AVI LIST", "video"),
        (b"OggS" + bytes(24) + b"\x80theora", "video"),
        (bytes(100), "unknown"),
        (b"\x01\x02\x03\x04" * 50, "unknown"),
    ],
)
def test_what_cannot_be_used_is_named(raw: bytes, why: str) -> None:
    assert recognise(raw) == Kind("", why)


def test_the_name_of_a_file_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x7fELF" + bytes(100))
    assert recognise_file(tmp_path / "picture.png").name == "program"


@pytest.mark.parametrize(
    ("name", "medium"),
    [("a.PNG", "image"), ("a.b.flac", "audio"), ("a.txt", "text"), ("a", ""), ("png", ""), ("a.exe", "")],
)
def test_a_missing_file_is_expected_to_be_what_its_name_says(name: str, medium: str) -> None:
    assert expected_medium(name) == medium
