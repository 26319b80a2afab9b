"""Pages that a server of ours sends: their language, the words in them, and the files that all of them share."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup, escape

from artia_lab.i18n import LANGUAGES, _, ngettext

# The look of every page, and the buttons that choose its language.
SERVED_FILES = Path(__file__).parent / "files"
# Set by the buttons; the hub, the board and the seats all read it.
LANGUAGE_COOKIE = "artia-language"
# A page executes our scripts and no other, and shows nothing from elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def language_for(chosen: str | None, accepted: str | None, otherwise: str) -> str:
    """Say in which language to answer a browser.

    Parameters
    ----------
    chosen : str or None
        What the person chose: the value of `LANGUAGE_COOKIE`.
    accepted : str or None
        What the browser asks for: its ``Accept-Language``.
    otherwise : str
        The server's own language.

    Returns
    -------
    str
        ``"fr"`` or ``"en"``: the first of these that names one of them.
    """
    if chosen in LANGUAGES:
        return str(chosen)
    wanted: list[tuple[float, str]] = []
    for part in (accepted or "").split(","):
        name, _semicolon, quality = part.strip().partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        code = name.strip().lower().partition("-")[0]
        if code in LANGUAGES and weight > 0:
            wanted.append((weight, code))
    # The first of those that are wanted most.
    return max(wanted, key=lambda each: each[0])[1] if wanted else otherwise


def written(message: str, **named: object) -> Markup:
    """Write a message in a template, in the language in force.

    Parameters
    ----------
    message : str
        The English message; nothing in it is markup.
    **named : object
        What stands in its places, escaped; with none, the places are left for a script to fill.

    Returns
    -------
    Markup
        The sentence.
    """
    return _filled(_(message), named)


def counted(one: str, many: str, n: int, **named: object) -> Markup:
    """Write a message that counts something in a template, in the language in force.

    Parameters
    ----------
    one, many : str
        The English messages for one thing and for several.
    n : int
        How many things.
    **named : object
        As for `written`.

    Returns
    -------
    Markup
        The sentence.
    """
    return _filled(ngettext(one, many, n), named)


def _filled(sentence: str, named: dict[str, object]) -> Markup:
    return escape(sentence).format(**named) if named else escape(sentence)
