"""Words in both languages, of which a page shows one."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from artia_lab.i18n import LANGUAGES, Text, use_language


def said(sentence: Callable[[], str], tag: str = "span") -> Markup:
    """Write something in both languages.

    Parameters
    ----------
    sentence : callable
        Gives what to say in the language in force, as text or as `Markup`; called once for each language.
    tag : str
        Name of the element that holds it.

    Returns
    -------
    Markup
        One element for each language, with its ``lang``.
    """
    written = []
    for language in LANGUAGES:
        with use_language(language):
            written.append(Markup('<{tag} lang="{language}">{sentence}</{tag}>').format(
                tag=tag, language=language, sentence=sentence()))  # fmt: skip
    return Markup("").join(written)


def both(text: Text, tag: str = "span") -> Markup:
    """Write a text that carries both languages.

    Parameters
    ----------
    text : Text
        The text.
    tag : str
        Name of the element that holds it.

    Returns
    -------
    Markup
        One element for each language, with its ``lang``.
    """
    return said(lambda: str(text), tag)
