"""Codes that are read aloud, and secrets that are written down."""

from __future__ import annotations

import hashlib
import re
import secrets

from artia_lab.hub.state import LETTERS

# Nine letters drawn at random among 31 are 44.6 bits; the tenth is computed from them.
DRAWN = 9
# Sixteen letters are 79 bits: too many to try even for whoever has their digest.
SECRET_GROUPS = 4


def make_code() -> str:
    """Make up a code to join with.

    Returns
    -------
    str
        Two groups of five letters. The last letter tells a slip of the finger from a guess: any one letter
        mistaken, or two exchanged, makes a code that cannot be.
    """
    drawn = "".join(secrets.choice(LETTERS) for _letter in range(DRAWN))
    code = drawn + _check_letter(drawn)
    return f"{code[:5]}-{code[5:]}"


def read_code(written: str) -> str | None:
    """Read a code as somebody typed it.

    Parameters
    ----------
    written : str
        With or without capitals, spaces and hyphens.

    Returns
    -------
    str or None
        The code in the form of `make_code`; None for what cannot be one.
    """
    code = _plain(written)
    if len(code) != DRAWN + 1 or set(code) - set(LETTERS) or _check_letter(code[:DRAWN]) != code[DRAWN]:
        return None
    return f"{code[:5]}-{code[5:]}"


def make_secret() -> str:
    """Make up a secret that brings one participant back in.

    Returns
    -------
    str
        Four groups of four letters.
    """
    letters = "".join(secrets.choice(LETTERS) for _letter in range(4 * SECRET_GROUPS))
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def secret_digest(written: str) -> str:
    """Digest a secret, so that it need not be kept.

    Parameters
    ----------
    written : str
        The secret, with or without capitals, spaces and hyphens.

    Returns
    -------
    str
        sha256, in hexadecimal. The secret is random and long enough that a slow digest would add nothing.
    """
    return hashlib.sha256(_plain(written).encode(errors="replace")).hexdigest()


def _plain(written: str) -> str:
    return re.sub(r"[\s‐-―_.·-]", "", written[:100]).lower()


def _check_letter(drawn: str) -> str:
    # 31 is prime, so that a weighted sum changes with any one letter and with any exchange of two.
    return LETTERS[sum(place * LETTERS.index(letter) for place, letter in enumerate(drawn, 1)) % len(LETTERS)]
