"""Works drawn together, such as the sixteen draws of a model: alike as a whole, even where one of them is not.

A model trained anew on a machine that rounds otherwise draws most works again, and some anew. A work that is
different by itself then counts as statistically alike, when few are and all together are of the same matter.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from artia_lab.i18n import _
from artia_lab.verify.finding import DIFFERENT, STATISTICAL, within
from artia_lab.verify.opening import Picture, Unreadable, decode
from artia_lab.verify.records import Kept
from artia_lab.verify.result import Comparison
from artia_lab.verify.thresholds import FELLOWS_DIFFERENT, FELLOWS_LEAST, PICTURE_STATISTICAL

if TYPE_CHECKING:
    import numpy as np

MOST = 64
_NUMBERED = re.compile(r"(.*?)-?\d+\.png")


def among_fellows(reference: Kept, new: Kept, comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Look again at works that are different by themselves, among those they were drawn with.

    Parameters
    ----------
    reference, new : Kept
        The runs.
    comparisons : sequence of Comparison
        Of all their outputs, each by itself.

    Returns
    -------
    list of Comparison
        The same, with a better tier where it is deserved.
    """
    families: dict[str, list[Comparison]] = defaultdict(list)
    for each in comparisons:
        if each.medium == "image" and each.kind == "work" and (found := _NUMBERED.fullmatch(each.name)):
            families[found[1]].append(each)
    better: dict[str, Comparison] = {}
    for family in families.values():
        strange = [each for each in family if each.verdict == DIFFERENT]
        few = len(strange) <= FELLOWS_DIFFERENT * len(family)
        # One that has no measures was missing, unreadable or of another size: no draw of the same model.
        if not strange or not few or len(family) < FELLOWS_LEAST or not all(each.measures for each in strange):
            continue
        measures = _together(reference, new, [each.name for each in family][:MOST])
        if within(measures, PICTURE_STATISTICAL):
            said = _("By itself it is another picture; among the {count} drawn with it, it is of the same matter.")
            for each in strange:
                better[each.name] = replace(each, verdict=STATISTICAL, reason=said.format(count=len(family)))
    return [better.get(each.name, each) for each in comparisons]


def _together(reference: Kept, new: Kept, paths: Sequence[str]) -> dict[str, float]:
    from artia_lab.verify.picture_statistics import of_matter

    try:
        sets = [_frames(run, paths) for run in (reference, new)]
    except (Unreadable, ValueError):  # of several sizes
        return {}
    return of_matter(*sets)


def _frames(run: Kept, paths: Sequence[str]) -> np.ndarray:
    import numpy as np

    from artia_lab.verify.pictures import seen

    frames = []
    for path in paths:
        descriptor = run.open(path)
        try:
            picture = decode(descriptor, "image", path)
        finally:
            os.close(descriptor)
        if isinstance(picture, Picture):
            frames.append(seen(picture.frames[0], 1.0))
    return np.stack(frames)
