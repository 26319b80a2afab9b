"""What one output of a cell is made of: its words, and the pictures and sounds that it holds in whatever form."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from artia_lab.corpora.recognise import HEAD_BYTES, recognise
from artia_lab.verify.volatile import settled, settled_drawing

VIEW = "application/vnd.jupyter.widget-view+json"
MOST_MEDIA = 500

_DATA = re.compile(r"data:((?:image|audio)/[\w.+-]+);base64,([A-Za-z0-9+/=\r\n]+)")


@dataclass(frozen=True)
class Part:
    """One thing in an output.

    Attributes
    ----------
    medium : {"image", "audio", "text", "widget"}
        What it is.
    content : bytes or str
        An encoded picture or sound; a text, settled; the id of a widget's model.
    """

    medium: str
    content: bytes | str


def parts_of(output: dict[str, Any]) -> list[Part]:
    """Take an output of a cell apart.

    Parameters
    ----------
    output : dict
        Of the notebook format 4: a stream, a display, a result or an error.

    Returns
    -------
    list of Part
        Its words in one, first; then its widgets, its pictures and its sounds, in their order.
    """
    kind = output.get("output_type")
    if kind == "stream":
        return [Part("text", settled(joined(output.get("text"))))]
    if kind == "error":
        return [Part("text", settled(f"{output.get('ename')}: {output.get('evalue')}"))]
    bundle = output.get("data")
    words: list[str] = []
    media: list[Part] = []
    for mime, content in sorted(bundle.items()) if isinstance(bundle, dict) else []:
        if mime == VIEW:
            model = content.get("model_id") if isinstance(content, dict) else ""
            media.append(Part("widget", str(model)))
        elif mime == "image/svg+xml":
            words.append(settled_drawing(joined(content)))
        elif mime.startswith(("image/", "audio/", "video/")):
            media.append(_encoded(joined(content)))
        elif isinstance(content, str | list) and not mime.endswith("json"):
            text, inside = apart_from_media(joined(content))
            words.append(text)
            media += inside
        else:
            words.append(settled(json.dumps(content, sort_keys=True, ensure_ascii=False)))
    return [*([Part("text", "\n".join(words))] if words else []), *media]


def apart_from_media(text: str) -> tuple[str, list[Part]]:
    """Take the pictures and sounds out of a text or a piece of HTML.

    Parameters
    ----------
    text : str
        Such as HTML with ``data:`` addresses.

    Returns
    -------
    words : str
        The text, settled, with a word in the place of each.
    media : list of Part
        What was taken out, in its order.
    """
    media: list[Part] = []

    def _out(found: re.Match[str]) -> str:
        if len(media) >= MOST_MEDIA:
            return found[0]
        media.append(_encoded(found[2]))
        return f"data:{found[1].partition('/')[0]}"

    words = _DATA.sub(_out, text)
    return settled(words), media


def joined(text: Any) -> str:
    """Join the lines of a text of a notebook.

    Parameters
    ----------
    text : str or list of str
        As the notebook format has it.

    Returns
    -------
    str
        The whole text; of anything else, its JSON.
    """
    if isinstance(text, str):
        return text
    if isinstance(text, list) and all(isinstance(each, str) for each in text):
        return "".join(text)
    return json.dumps(text, sort_keys=True, ensure_ascii=False)


def part_of_bytes(content: bytes) -> Part:
    """Tell what bytes are.

    Parameters
    ----------
    content : bytes
        Of a file.

    Returns
    -------
    Part
        A picture or a sound; for anything else, the words of its digest.
    """
    kind = recognise(content[:HEAD_BYTES])
    if kind.medium in ("image", "audio"):
        return Part(kind.medium, content)
    return Part("text", f"{len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


def _encoded(text: str) -> Part:
    try:
        return part_of_bytes(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError):
        return Part("text", settled(text))
