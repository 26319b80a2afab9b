"""What is shown of one work: read from a process that looked at it, and believed in nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from artia_lab.i18n import Text
from artia_lab.pages.media import PICTURES, SOUNDS

LONGEST_TEXT = 4000


@dataclass(frozen=True)
class Piece:
    """A picture, a sound or a text.

    Attributes
    ----------
    kind : str
        Its type; ``""`` for a text.
    content : bytes
        The file; of a text, its UTF-8.
    """

    kind: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Work:
    """A work of the exhibition.

    Attributes
    ----------
    title, licence, experiment : str
        As its publication says.
    authors : tuple of str
        Whose it is.
    shown_name : str
        The name under which it is shown.
    file : str
        Where its publication is, relative to the page.
    pieces : tuple of Piece
        What there is to see, hear and read.
    """

    title: str
    authors: tuple[str, ...]
    licence: str
    experiment: str
    shown_name: str
    file: str
    pieces: tuple[Piece, ...]


def read_work(said: bytes, shown_name: str, file: str) -> Work | Text:
    """Read what was said of a work.

    Parameters
    ----------
    said : bytes
        As `artia_lab.hub.workshops.works` prints it.
    shown_name : str
        The name under which it is shown.
    file : str
        Where its publication is.

    Returns
    -------
    Work or Text
        The work; or why it is not shown.

    Raises
    ------
    ValueError
        If it is no such document.
    """
    document = json.loads(said)
    if not isinstance(document, dict):
        raise ValueError("no object")
    if "refused" in document:
        reasons = document["refused"]
        return Text(fr=_text(reasons, "fr"), en=_text(reasons, "en"))
    authors, outputs = document.get("authors"), document.get("outputs")
    if not isinstance(authors, list) or not isinstance(outputs, list):
        raise ValueError("no lists")
    return Work(
        title=_text(document, "title"),
        authors=tuple(str(each)[:LONGEST_TEXT] for each in authors[:50]),
        licence=_text(document, "licence"),
        experiment=_text(document, "experiment"),
        shown_name=shown_name,
        file=file,
        pieces=tuple(_piece(each) for each in outputs),
    )


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document[name] if isinstance(document, dict) and name in document else None
    if not isinstance(value, str):
        raise ValueError(name)
    return value[:LONGEST_TEXT]


def _piece(said: Any) -> Piece:
    if not isinstance(said, dict):
        raise ValueError("no object")
    if said.get("medium") == "text":
        return Piece("", (_text(said, "text") + ("…" if said.get("cut") is True else "")).encode(errors="replace"))
    kind, content = said.get("kind"), said.get("content")
    if kind not in PICTURES + SOUNDS or not isinstance(content, str):
        raise ValueError("kind")
    return Piece(str(kind), base64.b64decode(content, validate=True))
