"""Sentences in both languages at once, since a report is read in either."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from artia_lab.errors import ArtiaError
from artia_lab.i18n import LANGUAGES, Text, language, use_language

Result = TypeVar("Result")


def words(sentence: Callable[[], str]) -> Text:
    """Write a sentence in both languages.

    Parameters
    ----------
    sentence : callable
        Gives it in the language in force.

    Returns
    -------
    Text
        It.
    """
    written = {}
    for code in LANGUAGES:
        with use_language(code):
            written[code] = sentence()
    return Text(fr=written["fr"], en=written["en"])


def same(text: str) -> Text:
    """Take what was only written in one language, such as an error of a notebook.

    Parameters
    ----------
    text : str
        It.

    Returns
    -------
    Text
        The same twice.
    """
    return Text(fr=text, en=text)


def tried(action: Callable[[], Result]) -> Result | Text:
    """Do something that may be refused with a sentence, and have that sentence in both languages.

    Parameters
    ----------
    action : callable
        Done once; a second time, in the other language, when it was refused.

    Returns
    -------
    object or Text
        What it gave, or why it was refused.
    """
    try:
        return action()
    except ArtiaError as error:
        written = {language(): str(error)}
    for code in LANGUAGES:
        if code not in written:
            with use_language(code):
                try:
                    action()
                except ArtiaError as error:
                    written[code] = str(error)
    first = next(iter(written.values()))
    return Text(fr=written.get("fr", first), en=written.get("en", first))
