"""What people read of a verdict: one line for each output, what was to be expected, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from artia_lab.i18n import _, ngettext, visible

if TYPE_CHECKING:
    from artia_lab.testing.again import Checked
    from artia_lab.verify import Verdict


def lines(checked: Checked) -> list[str]:
    """Write what came of one notebook.

    Parameters
    ----------
    checked : Checked
        What came of it.

    Returns
    -------
    list of str
        Lines, the first of which sums it up.
    """
    verdict = checked.verdict
    if verdict.status == "impossible":
        return [_line(False, checked.notebook.name, verdict.reason)]
    said = [_line(verdict.status == "passed", checked.notebook.name, verdict.sentence())]
    said += [f"  {line}" for line in outputs(verdict)]
    said += [f"  {line}" for line in expectation(verdict)]
    if verdict.status == "passed":
        return said
    advice = []
    if checked.changed:
        advice.append(_("The code of the notebook is no longer that of its reference."))
    if checked.executed is not None:
        advice.append(_("What it made now stands in “{path}”.").format(path=checked.executed))
    advice += [
        _("Look at both. If the change is meant, keep it: artia verify --keep {path}").format(
            path=checked.notebook
        ),
        _("If not, undo what changed since: the code, the corpus, or the versions and machine named above."),
    ]
    return [*said, *(f"  {line}" for line in advice)]


def outputs(verdict: Verdict) -> list[str]:
    """Write a line for each output of a verdict.

    Parameters
    ----------
    verdict : Verdict
        The verdict.

    Returns
    -------
    list of str
        The line of each output: its tier, and the measures behind it in words. Those whose reason is that they
        are the same are gathered when they are many.
    """
    from artia_lab.verify import TIERS, tier_words

    said, same = [], 0
    many = len(verdict.comparisons) > 12
    for each in verdict.comparisons:
        if many and each.verdict == TIERS[0]:
            same += 1
            continue
        reason = f"{tier_words(each.verdict)}. {each.reason}".rstrip()
        said.append(_line(verdict.expected.reached(each), each.name, reason))
    if same:
        said.append(ngettext("✓ {n} output is identical.", "✓ {n} outputs are identical.", same).format(n=same))
    return said


def expectation(verdict: Verdict) -> list[str]:
    """Write why that was to be expected.

    Parameters
    ----------
    verdict : Verdict
        The verdict.

    Returns
    -------
    list of str
        One line, or none when nothing is known.
    """
    reasons = " ".join(verdict.expected.reasons)
    return [_("Why this is to be expected: {reasons}").format(reasons=reasons)] if reasons else []


def _line(well: bool, name: str, said: str) -> str:
    return _("{mark} {name}: {said}").format(mark="✓" if well else "✗", name=visible(name), said=said)
