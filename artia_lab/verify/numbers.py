"""Numbers as they are written in texts and tables: how finely, and when two of them are the same."""

from __future__ import annotations

import math
import re

NUMBER = re.compile(r"(?<![\w.,])[-+−]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?(?![\w])")

ROUNDED = 1e-5
"""Numbers that differ by less than this share are the same but for the last bits of what they come from."""

NEAR = 0.01
"""Numbers that differ by less than this share are drawn at the same place, and read the same."""


def value(written: str) -> float | None:
    """Read a number.

    Parameters
    ----------
    written : str
        With a point or a comma.

    Returns
    -------
    float or None
        Its value; None when it is no finite number.
    """
    try:
        number = float(written.strip().replace(",", ".").replace("−", "-"))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def step(written: str) -> float:
    """Tell how finely a number is written.

    Parameters
    ----------
    written : str
        The number.

    Returns
    -------
    float
        One unit of its last decimal; 0 for a whole number, which counts things and is never rounded.
    """
    digits, _mark, exponent = written.strip().lower().replace(",", ".").partition("e")
    _whole, point, decimals = digits.partition(".")
    if not point:
        return 0.0
    return float(10.0 ** (int(exponent or 0) - len(decimals)))


def same(a: str, b: str, spread: float = 0.0) -> str:
    """Say how equal two written numbers are.

    Parameters
    ----------
    a, b : str
        The numbers.
    spread : float
        Over how much the numbers of their column range; by default their own size counts.

    Returns
    -------
    {"identical", "numerically equal", "perceptually equal", ""}
        The tier; empty when they are different.
    """
    if a == b:
        return "identical"
    one, other = value(a), value(b)
    if one is None or other is None:
        return ""
    scale = spread or max(abs(one), abs(other))
    gap = abs(one - other)
    if gap <= max(1.001 * max(step(a), step(b)), ROUNDED * scale if step(a) or step(b) else 0.0):
        return "numerically equal"
    return "perceptually equal" if gap <= NEAR * scale else ""
