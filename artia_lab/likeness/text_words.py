"""What a likeness of texts says, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from artia_lab.i18n import _, ngettext
from artia_lab.likeness.shares import NEXT_TO_NOTHING, percent

if TYPE_CHECKING:
    from artia_lab.likeness.result import Likeness, Neighbour


def sentence(found: Likeness) -> str:
    """Say the likeness of a text, in the language in force.

    Parameters
    ----------
    found : Likeness
        Of a text, compared with at least one reference.

    Returns
    -------
    str
        One sentence, without any term of the trade.
    """
    if not found.measures["characters"]:
        return _("This text is empty: there is nothing to compare.")
    length, item = int(found.measures["longest_characters"]), found.nearest[0].item if found.nearest else ""
    if not length:
        return _("This text has no passage in common with your corpus.")
    if found.verdict == "copy" and found.nearest and found.nearest[0].kind == "near-verbatim":
        return _changed(found.nearest[0])
    if found.measures.get("plain") and found.verdict == "distinct":
        return _("This text is too short to say whether it copies anything.")
    if found.verdict == "near":
        return _(
            "This text shares turns of phrase with “{item}”, too few or too short to be called a copy."
        ).format(item=item)
    if found.nearness < NEXT_TO_NOTHING and found.verdict == "copy":
        return ngettext(
            "This text quotes “{item}”: the longest passage it holds word for word has {length} character.",
            "This text quotes “{item}”: the longest passage it holds word for word has {length} characters.",
            length,
        ).format(length=length, item=item)
    if found.nearness < NEXT_TO_NOTHING:
        return ngettext(
            "Hardly any passage of this text stands word for word in your corpus; "
            "the longest shared passage has {length} character, from “{item}”.",
            "Hardly any passage of this text stands word for word in your corpus; "
            "the longest shared passage has {length} characters, from “{item}”.",
            length,
        ).format(length=length, item=item)
    return ngettext(
        "{share} of this text stands word for word in your corpus; "
        "the longest shared passage has {length} character, from “{item}”.",
        "{share} of this text stands word for word in your corpus; "
        "the longest shared passage has {length} characters, from “{item}”.",
        length,
    ).format(share=percent(found.nearness), length=length, item=item)


def _changed(nearest: Neighbour) -> str:
    words, shared = (int(str(nearest.at.get(name, 0))) for name in ("words", "shared"))
    return _(
        "A passage of “{item}” is in this text, nearly word for word: {shared} of its {words} words are the same."
    ).format(item=nearest.item, shared=shared, words=words)
