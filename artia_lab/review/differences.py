"""Two texts, with what was taken out and what was put in."""

from __future__ import annotations

import difflib
import re

from markupsafe import Markup

# More words than this are compared line by line, and more characters are cut.
MOST_WORDS = 4000
MOST_CHARACTERS = 100_000
# Words that stay around a change.
AROUND = 30


def text_difference(before: str, after: str) -> Markup:
    """Show what changed from one text to another.

    Parameters
    ----------
    before, after : str
        The texts.

    Returns
    -------
    Markup
        A ``pre`` with ``del`` and ``ins``; long stretches that stayed are left out.
    """
    before, after = before[:MOST_CHARACTERS], after[:MOST_CHARACTERS]
    one, other = (re.findall(r"\s+|\S+", each) for each in (before, after))
    if max(len(one), len(other)) > 2 * MOST_WORDS:
        one, other = before.splitlines(keepends=True), after.splitlines(keepends=True)
    parts = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            kept = one[a:b]
            if len(kept) > 2 * AROUND:
                kept = [*kept[:AROUND], "\n […] \n", *kept[-AROUND:]]
            parts.append(Markup("{}").format("".join(kept)))
            continue
        for tag, words in (("del", one[a:b]), ("ins", other[c:d])):
            if words:
                parts.append(Markup("<{tag}>{words}</{tag}>").format(tag=tag, words="".join(words)))
    return Markup('<pre tabindex="0">{}</pre>').format(Markup("").join(parts))
