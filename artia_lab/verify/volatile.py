"""What changes from one execution to the next without meaning anything, set aside before texts are compared.

Run ids, dates, addresses in memory and folders are recognised wherever they stand. Durations and energies are
content in a text that speaks of sounds: they are set aside only in lines that say that something was timed or
metered.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_ANYWHERE: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"\d{8}-\d{6}-([a-z0-9_.-]+?)-[0-9a-f]{6}(?![0-9a-f])"), r"<run of \1>"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"\b0x[0-9a-fA-F]{6,16}\b"), "<address>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"), "<date>"),
    (re.compile(r"\b(?:19|20)\d\d-[01]\d-[0-3]\d\b"), "<date>"),
    # A folder of this machine; the file's own name stays, since it may say what was made.
    (re.compile(r"(?<![\w/.:<])~?/(?:[\w.+@-]+/)+(?=[\w.+@-])"), "<folder>/"),
    (re.compile(r"\b[A-Za-z]:\\(?:[^\\\s\"'<>|]+\\)+"), "<folder>/"),
)

_ENERGY = re.compile(
    r"(?P<label>(?:^|<li>)[ \t]*(?:[-*•][ \t]*)?(?:<strong>)?(?:Energy|Énergie)(?:</strong>)?"
    r"[ \t\u00a0\u202f]*[:—-]).*?(?=</li>|$)",
    re.MULTILINE,
)
_TIMED = re.compile(
    r"\b(?:took|elapsed|wall time|cpu times?|per loop|finished in|done in|completed in|runtime|time taken|"
    r"kwh|joules?|co2e?|a pris|écoulée?s?|terminée?s? en|it/s|s/it)(?!\w)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"(?<![\w.])\d+(?:[.,:]\d+)*[\s\u00a0\u202f]*(?:±[\s\u00a0\u202f]*\d+(?:[.,]\d+)?[\s\u00a0\u202f]*)?"
    r"(?:[nµμm]?s|min(?:utes?)?|sec(?:onds?|ondes?)?|h|heures?|hours?|m?[JW]h?|kWh|joules?|k?g|it/s|s/it)(?![\w/])"
)
_CLOCK = re.compile(r"\[\d\d:\d\d(?::\d\d)?<[^\]]*\]")
_IDENTIFIER = re.compile(r"""(\b(?:id|xlink:href|href)=["']#?|url\(#)([\w:.-]+)""")


def settled(text: str) -> str:
    """Replace in a text what changes from one execution to the next.

    Parameters
    ----------
    text : str
        A text or a piece of HTML.

    Returns
    -------
    str
        The same, with words in the place of what was set aside.
    """
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))  # what a bar of progress left
    text = "\n".join(_untimed(line) for line in lines)
    text = _ENERGY.sub(r"\g<label> <energy>", text)
    for pattern, word in _ANYWHERE:
        text = pattern.sub(word, text)
    return text


def settled_drawing(svg: str) -> str:
    """Replace in an SVG drawing its dates, and its identifiers by their order.

    Parameters
    ----------
    svg : str
        The drawing.

    Returns
    -------
    str
        The same drawing.
    """
    known: dict[str, str] = {}
    named = _IDENTIFIER.sub(lambda found: found[1] + known.setdefault(found[2], f"id{len(known)}"), svg)
    return settled(re.sub(r"<dc:date>[^<]*</dc:date>", "<dc:date/>", named))


def _untimed(line: str) -> str:
    line = _CLOCK.sub("[<time>]", line)
    return _AMOUNT.sub("<time>", line) if _TIMED.search(line) else line
