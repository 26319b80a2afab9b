"""The datasheet of a corpus, ``corpus.toml``: reading it, refusing what it may not say, and writing it."""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from artia_lab.corpora.corpus import Corpus, Item
from artia_lab.corpora.names import checked_name, shown
from artia_lab.corpora.recognise import expected_medium, recognise_file
from artia_lab.errors import CorpusError
from artia_lab.i18n import _

DATASHEET = "corpus.toml"
WORDS, LIST, SWITCH = str, list, bool
KEYS = {
    "title": WORDS,
    "authors": LIST,
    "licence": WORDS,
    "consent": WORDS,
    "uses": LIST,
    "contact": WORDS,
    "language": WORDS,
    "description": WORDS,
    "private": SWITCH,
}
ITEM_KEYS = {"file": WORDS, "sha256": WORDS, "author": WORDS, "licence": WORDS}
SHA256 = re.compile(r"^[0-9a-f]{64}$")


def read(folder: Path, id: str) -> Corpus:
    """Read the datasheet of a folder.

    Whether its licence and consent are good enough is another question: see `artia_lab.corpora.terms`.

    Parameters
    ----------
    folder : Path
        The corpus folder.
    id : str
        The id the corpus is known by.

    Returns
    -------
    Corpus
        What the datasheet says. No item is decoded.

    Raises
    ------
    CorpusError
        If there is no datasheet, or if it says something it may not; the sentence names the file, the key, and
        what is allowed.
    """
    path = folder / DATASHEET
    try:
        facts = tomllib.loads(path.read_bytes().decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CorpusError(
            _("{path} is not a readable TOML file: {reason}. Correct it in a text editor.").format(
                path=shown(path), reason=error
            )
        ) from None
    except OSError as error:
        raise CorpusError(
            _("{path} cannot be read: {reason}. Check that it is there and that you may open it.").format(
                path=shown(path), reason=error.strerror
            )
        ) from None
    listed = facts.pop("items", [])
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise CorpusError(
            _("{path}: “items” must be a list of tables, each begun by a line [[items]].").format(path=shown(path))
        )
    _refuse_unknown(path, facts, KEYS)
    for entry in listed:
        _refuse_unknown(path, entry, ITEM_KEYS)
        _refuse_bad_entry(path, entry)
    _refuse_twice(path, [entry["file"] for entry in listed])
    authors = tuple(facts.get("authors", ()))
    items = tuple(_item(folder, entry, authors, facts.get("licence", "")) for entry in listed)
    found = {item.medium for item in items} - {""}
    return Corpus(
        id=id,
        folder=folder,
        title=facts.get("title", ""),
        authors=authors,
        licence=facts.get("licence", ""),
        consent=facts.get("consent", ""),
        uses=tuple(facts.get("uses", ())),
        contact=facts.get("contact", ""),
        language=facts.get("language", ""),
        description=facts.get("description", ""),
        private=facts.get("private", False),
        count=len(items),
        media=tuple(sorted(found)),
        load=lambda: items,
    )


def write(corpus: Corpus) -> None:
    """Write a corpus's datasheet into its folder, all of it or nothing.

    Comments that a person wrote above the items are kept.

    Parameters
    ----------
    corpus : Corpus
        What to write.

    Raises
    ------
    CorpusError
        If it cannot be written.
    """
    import tomlkit

    path = corpus.folder / DATASHEET
    page = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
    for key, kind in KEYS.items():
        value = getattr(corpus, key)
        page[key] = list(value) if kind is LIST else value
    page.pop("items", None)
    tables = tomlkit.aot()
    for item in corpus.items:
        table = tomlkit.table()
        table.update({"file": item.file, "sha256": item.sha256})
        if item.author != ", ".join(corpus.authors):
            table["author"] = item.author
        if item.licence != corpus.licence:
            table["licence"] = item.licence
        tables.append(table)
    if corpus.items:
        page["items"] = tables
    write_aside(path, tomlkit.dumps(page).encode("utf-8"))


def write_aside(path: Path, content: bytes) -> None:
    """Write a file all at once: a reader sees the old one or the new one, whole.

    Parameters
    ----------
    path : Path
        The file.
    content : bytes
        What it is to hold.

    Raises
    ------
    CorpusError
        If it cannot be written, for instance on a full disk; what was there stays.
    """
    aside = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with open(aside, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise CorpusError(
            _("{path} cannot be written: {reason}. Make room or ask for the right to write there.").format(
                path=shown(path), reason=error.strerror
            )
        ) from None


def _item(folder: Path, entry: dict[str, str], authors: Sequence[str], licence: str) -> Item:
    name = entry["file"]
    try:
        medium = recognise_file(folder / name).medium or expected_medium(name)
    except OSError:
        medium = expected_medium(name)
    return Item(
        file=name,
        medium=medium,
        sha256=entry["sha256"],
        author=entry.get("author", ", ".join(authors)),
        licence=entry.get("licence", licence),
    )


def _refuse_unknown(path: Path, facts: dict[str, Any], known: Mapping[str, type]) -> None:
    for key, value in facts.items():
        if key not in known:
            raise CorpusError(
                _("{path}: “{key}” is not one of its keys; they are: {known}.").format(
                    path=shown(path), key=shown(key), known=", ".join(known)
                )
            )
        allowed = {
            WORDS: _("{path}: “{key}” must be words between quotation marks."),
            LIST: _('{path}: “{key}” must be a list of words, such as ["…", "…"].'),
            SWITCH: _("{path}: “{key}” must be true or false."),
        }[known[key]]
        words_only = not isinstance(value, list) or all(isinstance(part, str) for part in value)
        if not isinstance(value, known[key]) or not words_only:
            raise CorpusError(allowed.format(path=shown(path), key=key))


def _refuse_bad_entry(path: Path, entry: dict[str, str]) -> None:
    if "file" not in entry:
        raise CorpusError(_("{path}: an item has no “file”. Give its file name.").format(path=shown(path)))
    checked_name(entry["file"])
    if not SHA256.match(entry.get("sha256", "")):
        raise CorpusError(
            _(
                "{path}: the “sha256” of “{file}” must be 64 hexadecimal digits. Take its lines out, "
                "then run: artia corpus add FOLDER FILE"
            ).format(path=shown(path), file=shown(entry["file"]))
        )


def _refuse_twice(path: Path, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise CorpusError(
            _("{path}: “{file}” is listed twice. Keep one of the two.").format(
                path=shown(path), file=shown(twice[0])
            )
        )
