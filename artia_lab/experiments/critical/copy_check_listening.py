"""A sound to judge by ear: each passage as it is in an output, then as it is in the item it resembles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artia_lab.experiments.critical.copy_check_references import SR
from artia_lab.experiments.critical.copy_check_verdict import Finding

LONGEST_S = 6.0
BETWEEN_S, AFTER_S = 0.35, 1.0
FADE_S = 0.005


def by_ear(finding: Finding, work: NDArray[Any], references: Mapping[str, Any]) -> NDArray[np.float32]:
    """Lay end to end the passages on which a sound and its neighbours agree.

    Parameters
    ----------
    finding : Finding
        What was found of it.
    work : np.ndarray [shape=(n,)]
        The output, at `SR`.
    references : Mapping of str to np.ndarray
        The corpus, in the same form.

    Returns
    -------
    np.ndarray [shape=(samples,)]
        For each neighbour in turn, the first six seconds at most of its passage, in the output then in the item;
        empty without neighbour.
    """
    heard: list[NDArray[np.float32]] = []
    for each in finding.neighbours:
        for sound, prefix, silence_s in ((work, "of_", BETWEEN_S), (references[each.item], "", AFTER_S)):
            start, length = (float(str(each.at[f"{prefix}{name}"])) for name in ("start_s", "length_s"))
            first = round(start * SR)
            heard += [_faded(sound[first : first + round(min(length, LONGEST_S) * SR)]), _silence(silence_s)]
    # What follows the last passage is of no use.
    return np.concatenate(heard[:-1]) if heard else _silence(0)


def _faded(passage: NDArray[Any]) -> NDArray[np.float32]:
    """A cut in the middle of a wave would click."""
    ends = min(round(FADE_S * SR), len(passage) // 2)
    level = np.ones(len(passage), dtype=np.float32)
    level[:ends] = np.linspace(0, 1, ends)
    level[len(passage) - ends :] = np.linspace(1, 0, ends)
    return passage.astype(np.float32) * level


def _silence(seconds: float) -> NDArray[np.float32]:
    return np.zeros(round(seconds * SR), dtype=np.float32)
