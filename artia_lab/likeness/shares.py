"""Shares of a work, as the words of every medium say them."""

from __future__ import annotations

from artia_lab.i18n import language

NEXT_TO_NOTHING = 0.01
"""A share below which hardly anything is said to be there."""


def percent(share: float, most: int | None = 99) -> str:
    """Write a share as a percentage; never a rounded 100 % of what was not copied whole, nor 0 % of what was.

    Parameters
    ----------
    share : float
        From 0 to 1.
    most : int, optional
        What is said at most when the share is not 1; None for no bound.

    Returns
    -------
    str
        With a no-break space in French.
    """
    whole = max(round(share * 100), 1)
    if most is not None and share != 1:
        whole = min(whole, most)
    return f"{whole}\N{NO-BREAK SPACE}%" if language() == "fr" else f"{whole}%"
