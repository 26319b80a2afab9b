"""Names of participants: the one that is shown, which they choose, and the system's, which tells nothing."""

from __future__ import annotations

import re
import unicodedata

from artia_lab.errors import Mistake
from artia_lab.hub.state import LETTERS
from artia_lab.i18n import _

LONGEST_SHOWN_NAME = 40
# What the names of participants begin with, and no other account's may.
PREFIX = "artia-"
PARTICIPANT = re.compile(rf"{PREFIX}[{LETTERS}]{{6}}")


def clean_name(written: str) -> str:
    """Read the name that somebody wants to be shown.

    Parameters
    ----------
    written : str
        What they typed.

    Returns
    -------
    str
        The name, on one line.

    Raises
    ------
    Mistake
        If it is empty, too long, or has characters that cannot be seen.
    """
    name = " ".join(unicodedata.normalize("NFC", written[:1000]).split())
    seen = all(unicodedata.category(each)[0] != "C" for each in name)
    named = any(unicodedata.category(each)[0] in "LNS" for each in name)
    if not (seen and named and len(name) <= LONGEST_SHOWN_NAME):
        sentence = _("Give a name that others can read: from 1 to {n} characters, such as “Zoé” or “Anne M.”.")
        raise Mistake(sentence.format(n=LONGEST_SHOWN_NAME))
    return name


def unlike(name: str, taken: set[str]) -> str:
    """Tell a name from those that others have already.

    Parameters
    ----------
    name : str
        The name.
    taken : set of str
        Those of others.

    Returns
    -------
    str
        The name, with a number after it when somebody has it, however they write it.
    """
    keys = {_key(each) for each in taken}
    number, shown = 1, name
    while _key(shown) in keys:
        number += 1
        shown = f"{name} ({number})"
    return shown


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
