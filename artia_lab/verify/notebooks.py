"""Two executed notebooks: what their cells show, their widgets, and the runs that they made."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from artia_lab.i18n import _
from artia_lab.runs import RunFolder
from artia_lab.verify.cells import Cells
from artia_lab.verify.finding import IDENTICAL
from artia_lab.verify.opening import Unreadable, open_inside
from artia_lab.verify.records import read_json
from artia_lab.verify.result import Comparison, Expectation, worst
from artia_lab.verify.runs import compare_runs, impossible, together
from artia_lab.verify.verdict import Verdict, judge

MAX_NOTEBOOK_BYTES = 256 << 20


def compare_notebooks(reference: Path, new: Path, runs: Sequence[tuple[RunFolder, RunFolder]]) -> Verdict:
    """Compare two executed notebooks.

    Parameters
    ----------
    reference, new : Path
        The notebooks; either may be damaged or hostile.
    runs : sequence of tuple of RunFolder
        The runs that they made, each of the reference with the one that answers it.

    Returns
    -------
    Verdict
        Of the runs, then of what the cells show, media decoded and words that change by themselves set aside. What
        is expected follows from the environments of the runs; without any, the same outputs are.
    """
    judged = [compare_runs(*pair) for pair in runs]
    for each in judged:
        if each.status == "impossible":
            return each
    try:
        a = read_json(reference.parent, reference.name, MAX_NOTEBOOK_BYTES)
    except Unreadable as error:
        return impossible(_("The reference cannot be read. {why}").format(why=error))
    try:
        b = read_json(new.parent, new.name, MAX_NOTEBOOK_BYTES)
    except Unreadable as error:
        return impossible(str(error))
    if runs:
        awaited = together([each.expected for each in judged])
    else:
        awaited = Expectation(
            IDENTICAL, (_("No run says what it was made with, so the same outputs are expected."),)
        )
    shown = judge(list(Cells(a, b, _made(runs, judged) if runs else None).compare()), awaited)
    several = len(runs) > 1
    made = [replace(each, name=f"{pair[0].id}/{each.name}") if several else each
            for pair, verdict in zip(runs, judged, strict=True) for each in verdict.comparisons]  # fmt: skip
    comparisons = (*made, *shown.comparisons)
    # Each run answers for itself: what one of them excuses does not excuse the others.
    failed = [each for each in (*judged, shown) if each.status == "failed"]
    differences = {str(each): each for verdict in judged for each in verdict.differences}
    return Verdict(
        "failed" if failed else "passed",
        worst(each.verdict for each in comparisons),
        awaited,
        comparisons,
        tuple(differences.values()),
        " ".join(each.reason for each in failed),
    )


def _made(
    runs: Sequence[tuple[RunFolder, RunFolder]], judged: Sequence[Verdict]
) -> dict[tuple[str, str], Comparison]:
    """Index what was found of outputs by what the two files hold, whatever their records claim."""
    found: dict[tuple[str, str], Comparison] = {}
    for (reference, new), verdict in zip(runs, judged, strict=True):
        for each in verdict.comparisons:
            if each.name.startswith("outputs/"):
                digests = [_digest(run.path, each.name) for run in (reference, new)]
                if all(digests):
                    found[digests[0], digests[1]] = each
    return found


def _digest(folder: Path, name: str) -> str:
    try:
        descriptor = open_inside(folder, name)
    except Unreadable:
        return ""
    with open(descriptor, "rb") as stream:
        if os.fstat(descriptor).st_size > MAX_NOTEBOOK_BYTES:
            return ""
        return hashlib.file_digest(stream, "sha256").hexdigest()
