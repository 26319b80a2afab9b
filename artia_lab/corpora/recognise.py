"""Telling what a file is from its first bytes, whatever its name says."""

from __future__ import annotations

import os
import re
import struct
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

HEAD_BYTES = 8192
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

_PICTURES = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
}
_UNUSABLE = {
    b"\x7fELF": "program",
    b"MZ": "program",
    b"\xca\xfe\xba\xbe": "program",
    b"\xfe\xed\xfa\xce": "program",
    b"\xfe\xed\xfa\xcf": "program",
    b"\xce\xfa\xed\xfe": "program",
    b"\xcf\xfa\xed\xfe": "program",
    b"\0asm": "program",
    b"%PDF": "pdf",
    b"%!PS": "pdf",
    b"PK\x03\x04": "archive",
    b"PK\x05\x06": "archive",
    b"\x1f\x8b": "archive",
    b"BZh": "archive",
    b"\xfd7zXZ\0": "archive",
    b"7z\xbc\xaf\x27\x1c": "archive",
    b"Rar!": "archive",
    b"(\xb5/\xfd": "archive",
    b"\xd0\xcf\x11\xe0": "document",
    b"{\\rtf": "document",
    b"8BPS": "picture",
    b"gimp xcf": "picture",
    b"\xff\x0a": "picture",
    b"\0\0\0\x0cJXL ": "picture",
    b"\0\0\0\x0cjP  ": "picture",
    b"\x1aE\xdf\xa3": "video",
    b"\0\0\x01\xba": "video",
    b"FLV\x01": "video",
    b"\x30\x26\xb2\x75": "video",
    b"MThd": "sound",
    b".snd": "sound",
    b"caff": "sound",
    b"wvpk": "sound",
    b"MAC ": "sound",
    b"#!AMR": "sound",
}
_BITMAP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
_BY_EXTENSION = {
    "image": "png jpg jpeg jpe webp tif tiff gif bmp svg heic heif avif psd xcf jxl jp2",
    "audio": "wav wave flac ogg oga opus mp3 aif aiff aifc m4a aac wma mid",
    "text": "txt text md markdown rst tex org",
}


@dataclass(frozen=True)
class Kind:
    """What a file's first bytes say it is.

    Attributes
    ----------
    medium : str
        ``"image"``, ``"audio"``, ``"text"``, or ``""`` for what cannot be used.
    name : str
        The format (``"PNG"``, ``"WAV"``, ``"text"`` …), or why it cannot be used: one of the codes of
        `artia_lab.corpora.refusals`.
    """

    medium: str
    name: str


def recognise(head: bytes) -> Kind:
    """Tell what a file is.

    Parameters
    ----------
    head : bytes
        Its first `HEAD_BYTES` bytes, or all of it when it is shorter.

    Returns
    -------
    Kind
        Its medium and its format, or why it cannot be used.
    """
    if not head:
        return Kind("", "empty")
    if head.startswith(UTF16_MARKS):
        return Kind("text", "text")
    for mark, name in _PICTURES.items():
        if head.startswith(mark):
            return Kind("image", name)
    if head.startswith(b"BM") and struct.unpack_from("<I", head.ljust(18, b"\0"), 14)[0] in _BITMAP_HEADERS:
        return Kind("image", "BMP")
    return _container(head) or _unusable(head) or _mp3(head) or _words(head)


def recognise_file(path: Path) -> Kind:
    """Tell what a file is from its first bytes.

    Parameters
    ----------
    path : Path
        A file.

    Returns
    -------
    Kind
        Its medium and its format, or why it cannot be used.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        return recognise(file.read(HEAD_BYTES))


def expected_medium(name: str) -> str:
    """Tell what a file's name promises, for one that is missing or cannot be used.

    Parameters
    ----------
    name : str
        The name of a file.

    Returns
    -------
    str
        ``"image"``, ``"audio"``, ``"text"`` or ``""``.
    """
    extension = PurePosixPath(name).suffix[1:].casefold()
    return next((medium for medium, known in _BY_EXTENSION.items() if extension in known.split()), "")


def _container(head: bytes) -> Kind | None:
    outer, inner = head[:4], head[8:12]
    if outer in (b"RIFF", b"RF64"):
        known = {b"WAVE": Kind("audio", "WAV"), b"WEBP": Kind("image", "WEBP"), b"AVI ": Kind("", "video")}
        return known.get(inner)
    if outer == b"FORM" and inner in (b"AIFF", b"AIFC"):
        return Kind("audio", "AIFF")
    if outer == b"fLaC":
        return Kind("audio", "FLAC")
    if outer == b"OggS":
        first = head[:128]
        heard = b"vorbis" in first or b"OpusHead" in first or b"FLAC" in first
        return Kind("audio", "OGG") if heard and b"theora" not in first else Kind("", "video")
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand[:3] in (b"M4A", b"M4B"):
            return Kind("", "sound")
        return Kind("", "picture" if brand in (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis") else "video")
    return None


def _unusable(head: bytes) -> Kind | None:
    return next((Kind("", name) for mark, name in _UNUSABLE.items() if head.startswith(mark)), None)


def _mp3(head: bytes) -> Kind | None:
    if head.startswith(b"ID3"):
        return Kind("audio", "MP3")
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer, bitrate, rate = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    return Kind("audio", "MP3") if version != 1 and layer in (1, 2) and 0 < bitrate < 15 and rate != 3 else None


def _words(head: bytes) -> Kind:
    if b"\0" in head:
        return Kind("", "unknown")
    controls = sum(head.count(code) for code in range(32) if code not in b"\t\n\r\f\v\x1b")
    if controls > len(head) // 200:
        return Kind("", "unknown")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:2048].lower()
    if start.startswith(b"<") and b"<svg" in start:
        return Kind("", "svg")
    if re.match(rb"<!doctype html|<html|<\?xml", start):
        return Kind("", "document")
    return Kind("text", "text")
