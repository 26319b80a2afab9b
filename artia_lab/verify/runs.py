"""Two runs of one request, output by output."""

from __future__ import annotations

from collections.abc import Sequence

from artia_lab.i18n import _
from artia_lab.runs import RunFolder
from artia_lab.runs.environment import differences
from artia_lab.verify.expectation import expected
from artia_lab.verify.facts import asked_otherwise, compare_facts
from artia_lab.verify.fellows import among_fellows
from artia_lab.verify.files import compared
from artia_lab.verify.finding import DIFFERENT, IDENTICAL
from artia_lab.verify.opening import Unreadable
from artia_lab.verify.records import Kept, read_run
from artia_lab.verify.result import Comparison, Expectation, worst
from artia_lab.verify.verdict import Verdict, judge


def compare_runs(reference: RunFolder, new: RunFolder) -> Verdict:
    """Compare two runs.

    Parameters
    ----------
    reference, new : RunFolder
        The runs; either may be damaged or hostile.

    Returns
    -------
    Verdict
        Passed when the same thing was asked and every output reaches the tier to expect; impossible when one of
        the runs did not finish or cannot be read.
    """
    try:
        a = read_run(reference)
    except Unreadable as error:
        return impossible(_("The reference cannot be read. {why}").format(why=error))
    try:
        b = read_run(new)
    except Unreadable as error:
        return impossible(str(error))
    found = [*compare_outputs(a, b), *compare_facts(a, b)]
    changed = tuple(differences(a.environment, b.environment))
    awaited = expected(a.environment, b.environment, str(a.request["experiment"]))
    return judge(found, awaited, changed, asked_otherwise(a, b))


def compare_outputs(reference: Kept, new: Kept) -> list[Comparison]:
    """Compare the outputs of two runs.

    Parameters
    ----------
    reference, new : Kept
        The runs.

    Returns
    -------
    list of Comparison
        One for each output that either has, in the order of the reference.
    """
    found = []
    for path in dict.fromkeys([*reference.outputs, *new.outputs]):
        entry = reference.outputs.get(path) or new.outputs[path]
        medium, kind = str(entry["medium"]), str(entry["kind"])
        if path not in new.outputs:
            found.append(Comparison(path, medium, DIFFERENT, {}, _("It was not made again."), kind))
        elif path not in reference.outputs:
            found.append(Comparison(path, medium, DIFFERENT, {}, _("The reference has no such output."), kind))
        else:
            found.append(_output(reference, new, path, medium, kind))
    return among_fellows(reference, new, found)


def impossible(reason: str) -> Verdict:
    """Say that two could not be compared.

    Parameters
    ----------
    reason : str
        A sentence: why.

    Returns
    -------
    Verdict
        With the status ``"impossible"``.
    """
    return Verdict("impossible", DIFFERENT, Expectation(IDENTICAL), reason=reason)


def _output(reference: Kept, new: Kept, path: str, medium: str, kind: str) -> Comparison:
    found = compared(lambda: reference.open(path), lambda: new.open(path), medium, path)
    return Comparison(found.name, found.medium, found.verdict, found.measures, found.reason, kind)


def together(verdicts: Sequence[Expectation]) -> Expectation:
    """Join what may be expected of several runs.

    Parameters
    ----------
    verdicts : sequence of Expectation
        One for each run.

    Returns
    -------
    Expectation
        The worst of their tiers, and each reason once.
    """
    reasons = dict.fromkeys(reason for each in verdicts for reason in each.reasons)
    return Expectation(
        worst(each.tier for each in verdicts), tuple(reasons), worst(each.traces for each in verdicts)
    )
