"""What one comparator says of one pair of contents."""

from __future__ import annotations

from typing import NamedTuple

IDENTICAL, NUMERIC, PERCEPTUAL, STATISTICAL, DIFFERENT = (
    "identical",
    "numerically equal",
    "perceptually equal",
    "statistically alike",
    "different",
)


class Finding(NamedTuple):
    """One verdict with the measures behind it.

    Attributes
    ----------
    verdict : str
        One of the five tiers.
    measures : dict of str to float
        What was measured, by name.
    reason : str
        A sentence, in the language in force.
    """

    verdict: str
    measures: dict[str, float]
    reason: str


def within(measures: dict[str, float], limits: dict[str, tuple[float, float]]) -> bool:
    """Say whether measures respect all of some limits.

    Parameters
    ----------
    measures : dict of str to float
        What was measured.
    limits : dict of str to (float, float)
        The least and the most of each.

    Returns
    -------
    bool
        True when each measure that has a limit lies between them; a measure that was not taken does not.
    """
    return all(low <= measures.get(name, float("nan")) <= high for name, (low, high) in limits.items())


def beyond(measures: dict[str, float], limits: dict[str, tuple[float, float]]) -> list[str]:
    """Name the measures that break their limits.

    Parameters
    ----------
    measures : dict of str to float
        What was measured.
    limits : dict of str to (float, float)
        The least and the most of each.

    Returns
    -------
    list of str
        Their names.
    """
    return [name for name, limit in limits.items() if not within(measures, {name: limit})]
