"""French and English: the language in force, its catalogue, and texts that carry both.

The language in force is, in this order, the one set by `use_language`, ``ARTIA_LANG``, and the first of
``LC_ALL``, ``LC_MESSAGES`` and ``LANG`` that names French or English; English when none does.
"""

from __future__ import annotations

import gettext as _gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unicodedata import category

LANGUAGES = ("fr", "en")
LOCALES = Path(__file__).parent / "locale"

_chosen: ContextVar[str | None] = ContextVar("artia_language", default=None)


def language() -> str:
    """Name the language in force.

    Returns
    -------
    str
        ``"fr"`` or ``"en"``.
    """
    chosen = _chosen.get()
    if chosen:
        return chosen
    for variable in ("ARTIA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        code = os.environ.get(variable, "")[:2].lower()
        if code in LANGUAGES:
            return code
    return "en"


@contextmanager
def use_language(code: str) -> Iterator[None]:
    """Put a language in force for a while.

    Parameters
    ----------
    code : str
        ``"fr"`` or ``"en"``.

    Raises
    ------
    ValueError
        If the language is neither.
    """
    if code not in LANGUAGES:
        raise ValueError(f"language {code!r}; it is one of: {', '.join(LANGUAGES)}")
    token = _chosen.set(code)
    try:
        yield
    finally:
        _chosen.reset(token)


@cache
def _catalogue(code: str) -> _gettext.NullTranslations:
    return _gettext.translation("artia_lab", LOCALES, languages=[code], fallback=code == "en")


def _(message: str) -> str:
    """Translate a message into the language in force.

    Parameters
    ----------
    message : str
        The English message, with ``{named}`` places left unfilled.

    Returns
    -------
    str
        The message in the language in force.
    """
    return _catalogue(language()).gettext(message)


def ngettext(one: str, many: str, n: float) -> str:
    """Translate a message that counts, or measures, something.

    Parameters
    ----------
    one, many : str
        The English messages for one thing and for several.
    n : float
        How many things; 1.4 is many in English, and still one in French.

    Returns
    -------
    str
        The message for `n` in the language in force.
    """
    # Catalogues know whole numbers: 0 is many in English and one in French as well, 2 is many in both.
    whole = int(n) if n == int(n) else 0 if n < 2 else 2
    return _catalogue(language()).ngettext(one, many, whole)


def decimals(figures: str) -> str:
    """Write a number with the decimal mark of the language in force.

    Parameters
    ----------
    figures : str
        The number as Python formats it, for example ``"0.5"``.

    Returns
    -------
    str
        For example ``"0,5"`` in French.
    """
    return figures.replace(".", ",") if language() == "fr" else figures


def visible(text: str) -> str:
    """Keep a text on one line, with what cannot be seen written as escapes.

    Parameters
    ----------
    text : str
        Any text, such as a file's name with a newline in it.

    Returns
    -------
    str
        The text; its spaces of every kind stay, since French is full of no-break ones and Python does not call
        them printable.
    """
    return "".join(c if c.isprintable() or category(c) == "Zs" else repr(c)[1:-1] for c in text)


@dataclass(frozen=True)
class Text:
    """A text that carries both languages, for what is declared: labels, titles, help.

    Attributes
    ----------
    fr, en : str
        The text in French and in English; neither is a translation of the other.
    """

    fr: str
    en: str

    def __str__(self) -> str:
        return self.fr if language() == "fr" else self.en
