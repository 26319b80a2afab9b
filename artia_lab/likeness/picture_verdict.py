"""What looking closely comes to: the verdict on a picture, its measures, and the items to show beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from artia_lab.likeness import picture_limits as limits
from artia_lab.likeness.poses import Box
from artia_lab.likeness.relations import Relation
from artia_lab.likeness.result import COPY, DISTINCT, NEAR, Likeness, Neighbour
from artia_lab.likeness.wholes import Whole
from artia_lab.likeness.windows import Window

METHOD = "copy-check-1"
NEAREST = 5


class Close(NamedTuple):
    """A reference in which the work, or a part of it, was found.

    Attributes
    ----------
    item : str
        Its file.
    box, there : tuple of float
        Left, top, right and bottom of what agrees, in the work and in the reference, in pixels of each.
    share : float
        Share of the work's texture that agrees.
    relation : Relation
        What was done to it.
    """

    item: str
    box: Box
    there: Box
    share: float
    relation: Relation


def concluded(
    close: Sequence[Close], windows: Sequence[Window], wholes: Mapping[str, tuple[tuple[int, int], Whole]]
) -> Likeness:
    """Conclude from all that was seen of a work and a corpus.

    Parameters
    ----------
    close : sequence of Close
        The references that it was found in, those of which there is most first.
    windows : sequence of Window
        The nearest to each window of the work.
    wholes : Mapping of str to tuple
        Height and width of every reference, and how the whole work resembles it.

    Returns
    -------
    Likeness
        As `images.picture` describes.
    """
    item = max(wholes, key=lambda name: wholes[name][1].explained)
    size, whole = wholes[item]
    copied = [window for window in windows if window.copied]
    # A few windows that happen to be alike make no share.
    share = len(copied) / max(len(windows), limits.FEWEST_WINDOWS)
    agreeing = close[0].share if close else 0.0
    nearness = max(whole.likeness, share, agreeing)
    verdict = DISTINCT
    if close or share >= limits.COPIED_SHARE:
        verdict = COPY
    elif nearness >= limits.NEAR or any(abs(seen.alike) >= limits.NEAR_ALIKE for _size, seen in wholes.values()):
        verdict = NEAR
    neighbours = {found.item: _copied(found) for found in close}
    for name, count in Counter(window.item for window in copied).most_common(NEAREST):
        best = max((window for window in copied if window.item == name), key=lambda window: window.explained)
        kind = "patch" if verdict == COPY else ""
        neighbour = Neighbour(name, places(best.here, best.there), count / len(windows), kind)
        neighbours.setdefault(name, neighbour)
    if not neighbours or whole.likeness > max(share, agreeing):
        at = places(None, (0, 0, size[1], size[0]))
        neighbours = {item: neighbours.get(item, Neighbour(item, at, whole.explained))} | neighbours
    return Likeness(
        "image",
        METHOD,
        nearness,
        {
            "whole": whole.explained,
            "agreeing_share": agreeing,
            "copied_share": share,
            "l2_ratio": float(np.median([window.ratio for window in windows])) if windows else 0.0,
            "plain": 0.0,
            "windows": len(windows),
            "references": len(wholes),
        },
        tuple(list(neighbours.values())[:NEAREST]),
        verdict,
    )


def places(here: Box | None, there: Box) -> dict[str, float | int | list[float]]:
    """Say where to look, as `result.Neighbour` does.

    Parameters
    ----------
    here : tuple of float, optional
        Left, top, right and bottom in the work; nothing is said of it without.
    there : tuple of float
        In the reference.

    Returns
    -------
    dict
        In whole pixels.
    """
    told: dict[str, float | int | list[float]] = {}
    for prefix, box in (("", there), ("of_", here)):
        if box:
            left, top, right, bottom = box
            told |= {f"{prefix}x": round(left), f"{prefix}y": round(top)}
            told |= {f"{prefix}width": max(1, round(right - left)), f"{prefix}height": max(1, round(bottom - top))}
    return told


def _copied(found: Close) -> Neighbour:
    how = found.relation
    at = places(found.box, found.there) | {
        "turned_deg": round(how.turned_deg, 1) + 0.0,
        "scale": round(how.scale, 3),
        "mirrored": int(how.mirrored),
        "recoloured": int(how.recoloured),
        "cropped": int(how.cropped),
    }
    return Neighbour(found.item, at, found.share, how.kind)
