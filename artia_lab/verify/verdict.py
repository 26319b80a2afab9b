"""The verdict on a whole run or notebook, drawn from its comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from artia_lab.i18n import _, ngettext
from artia_lab.runs.environment import Difference
from artia_lab.verify.result import TIERS, Comparison, Expectation, tier_words, worst

STATUSES = ("passed", "failed", "impossible")


@dataclass(frozen=True)
class Verdict:
    """Of two runs, or of two executed notebooks with their runs.

    Attributes
    ----------
    status : {"passed", "failed", "impossible"}
        Whether every output reaches the tier to expect; impossible when they could not be compared.
    verdict : str
        The worst tier of the comparisons; ``"different"`` when impossible.
    expected : Expectation
        The tier to expect.
    comparisons : tuple of Comparison
        Output by output.
    differences : tuple of Difference
        What differs between the two environments.
    reason : str
        A sentence: why it failed or was impossible; ``""`` when it passed.
    """

    status: str
    verdict: str
    expected: Expectation
    comparisons: tuple[Comparison, ...] = ()
    differences: tuple[Difference, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        if self.status not in STATUSES or self.verdict not in TIERS:
            raise ValueError(f"status {self.status!r}, verdict {self.verdict!r}")

    @property
    def exit_code(self) -> int:
        """Tell a program how it ended.

        Returns
        -------
        int
            0 passed, 1 failed, 2 impossible.
        """
        return STATUSES.index(self.status)

    @property
    def failing(self) -> tuple[Comparison, ...]:
        """List what does not reach the tier to expect.

        Returns
        -------
        tuple of Comparison
            Empty when it passed.
        """
        return tuple(each for each in self.comparisons if not self.expected.reached(each))

    def sentence(self) -> str:
        """Sum it up for a person.

        Returns
        -------
        str
            A sentence or two, in the language in force.
        """
        if self.status == "impossible":
            return _("The two could not be compared. {reason}").format(reason=self.reason)
        awaited = _("“{tier}”").format(tier=tier_words(self.expected.tier))
        if self.expected.traces != self.expected.tier:
            awaited = _("“{works}” (“{traces}” for what explains the works)").format(
                works=tier_words(self.expected.tier), traces=tier_words(self.expected.traces)
            )
        words = {"verdict": tier_words(self.verdict), "expected": awaited}
        if self.status == "passed":
            return _("Passed: {verdict}, where at worst {expected} was to be expected.").format(**words)
        said = _("Failed: {verdict}, where at worst {expected} was to be expected. {reason}")
        return said.format(**words, reason=self.reason)

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON types.

        Returns
        -------
        dict
            Every attribute by name, with ``sentence``; a difference as ``name``, ``before`` and ``after``.
        """
        return {
            "status": self.status,
            "verdict": self.verdict,
            "expected": asdict(self.expected) | {"reasons": list(self.expected.reasons)},
            "comparisons": [each.to_json() for each in self.comparisons],
            "differences": [each._asdict() for each in self.differences],
            "reason": self.reason,
            "sentence": self.sentence(),
        }


def judge(
    comparisons: Sequence[Comparison],
    expected: Expectation,
    differences: Sequence[Difference] = (),
    otherwise: str = "",
) -> Verdict:
    """Draw the verdict from its comparisons.

    Parameters
    ----------
    comparisons : sequence of Comparison
        What was compared.
    expected : Expectation
        The tier to expect.
    differences : sequence of Difference
        What differs between the two environments.
    otherwise : str
        A sentence that says why the two were not comparable to begin with; it fails whatever was found.

    Returns
    -------
    Verdict
        Passed when everything reaches the tier to expect.
    """
    verdict = worst(each.verdict for each in comparisons)
    failing = [each for each in comparisons if not expected.reached(each)]
    said = [otherwise] if otherwise else []
    if failing:
        said.append(_("{name}: {reason}").format(name=failing[0].name, reason=failing[0].reason))
        if more := len(failing) - 1:
            said.append(ngettext("{count} more differs.", "{count} more differ.", more).format(count=more))
    status = "failed" if said else "passed"
    return Verdict(status, verdict, expected, tuple(comparisons), tuple(differences), " ".join(said))
