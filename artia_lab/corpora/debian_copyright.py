"""Reading who made what in a Debian copyright file (the machine-readable format 1.0 of DEP 5)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]*):(.*)$")
YEARS = re.compile(r"^(?:©|\(c\)|copyright)?\s*(?:\d{4}(?:\s*[-–,]\s*\d{4})*\s*,?\s*)?", re.IGNORECASE)
ADDRESS = re.compile(r"\s*<[^>]*>")


@dataclass(frozen=True)
class Stanza:
    """A paragraph about some files.

    Attributes
    ----------
    files : tuple of str
        Patterns of file names, in which ``*`` also matches ``/``.
    copyright : tuple of str
        Its lines, as they stand.
    licence : str
        Debian's short name of the licence.
    """

    files: tuple[str, ...]
    copyright: tuple[str, ...]
    licence: str


def file_stanzas(text: str) -> list[Stanza]:
    """Read the paragraphs about files.

    Parameters
    ----------
    text : str
        A copyright file.

    Returns
    -------
    list of Stanza
        In the file's order; paragraphs without ``Files`` are passed over.
    """
    stanzas = []
    for paragraph in re.split(r"\n[ \t]*\n", text):
        fields = _fields(paragraph)
        if "files" in fields:
            stanzas.append(
                Stanza(
                    files=tuple(" ".join(fields["files"]).split()),
                    copyright=tuple(line for line in fields.get("copyright", ()) if line),
                    licence=next(iter(fields.get("license", ())), ""),
                )
            )
    return stanzas


def stanza_for(file: str, stanzas: Sequence[Stanza]) -> Stanza | None:
    """Find the paragraph that holds for a file: the last that matches, as the format says.

    Parameters
    ----------
    file : str
        The file's name in the source package.
    stanzas : sequence of Stanza
        The paragraphs about files.

    Returns
    -------
    Stanza or None
        None when no paragraph matches.
    """
    return next((stanza for stanza in reversed(stanzas) if any(_holds(each, file) for each in stanza.files)), None)


def _holds(pattern: str, file: str) -> bool:
    """Match as Debian does: * and ? only, brackets stand for themselves. Most patterns are plain names."""
    if "*" in pattern or "?" in pattern:
        return _compiled(pattern).fullmatch(file) is not None
    return pattern == file


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def authors_of(stanza: Stanza) -> str:
    """Name the people of a paragraph, without years and addresses.

    Parameters
    ----------
    stanza : Stanza
        A paragraph about files.

    Returns
    -------
    str
        Their names, separated by commas.
    """
    names = (ADDRESS.sub("", YEARS.sub("", line)).strip() for line in stanza.copyright)
    return ", ".join(name for name in names if name)


def _fields(paragraph: str) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    current: list[str] = []
    for line in paragraph.splitlines():
        match = FIELD.match(line)
        if match:
            current = fields.setdefault(match[1].casefold(), [])
            line = match[2]
        current.append(line.strip())
    return {name: lines[1:] if lines and not lines[0] else lines for name, lines in fields.items()}
