"""What a comparison found of one output, and the tier that was to be expected of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from artia_lab.i18n import _

TIERS = ("identical", "numerically equal", "perceptually equal", "statistically alike", "different")
MEDIA = ("image", "audio", "text", "table", "model", "widget")
KINDS = ("work", "trace")


def tier_words(tier: str) -> str:
    """Name a tier in the language in force.

    Parameters
    ----------
    tier : str
        One of `TIERS`.

    Returns
    -------
    str
        Its words, without capital.
    """
    return {
        "identical": _("identical"),
        "numerically equal": _("numerically equal"),
        "perceptually equal": _("perceptually equal"),
        "statistically alike": _("statistically alike"),
        "different": _("different"),
    }[tier]


def worst(tiers: Iterable[str]) -> str:
    """Name the worst of several tiers.

    Parameters
    ----------
    tiers : iterable of str
        Each one of `TIERS`.

    Returns
    -------
    str
        The worst; ``"identical"`` when there is none.
    """
    return max(tiers, key=TIERS.index, default=TIERS[0])


@dataclass(frozen=True)
class Comparison:
    """One output, one output of a cell or one widget, against its reference.

    Attributes
    ----------
    name : str
        Path of the output relative to the run, such as ``"outputs/mosaic.png"``; or ``"cell 5, output 2"`` or
        ``"widget …"`` in the language in force.
    medium : {"image", "audio", "text", "table", "model", "widget"}
        What it is.
    verdict : str
        One of `TIERS`.
    measures : dict of str to float
        What was measured, by name.
    reason : str
        A sentence that says why, in the language in force.
    kind : {"work", "trace"}
        Whether it is what was made, or explains it: what was chosen among equals shows in a trace, not in a work.
    """

    name: str
    medium: str
    verdict: str
    measures: dict[str, float] = field(default_factory=dict)
    reason: str = ""
    kind: str = "work"

    def __post_init__(self) -> None:
        if self.verdict not in TIERS or self.medium not in MEDIA or self.kind not in KINDS:
            raise ValueError(f"{self.name}: verdict {self.verdict!r}, medium {self.medium!r}, kind {self.kind!r}")

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON types.

        Returns
        -------
        dict
            Every attribute by name.
        """
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        """Read it back.

        Parameters
        ----------
        document : dict
            As `to_json` gave it.

        Returns
        -------
        Comparison
            The comparison.
        """
        return cls(**{name: document[name] for name in cls.__dataclass_fields__ if name in document})


@dataclass(frozen=True)
class Expectation:
    """The tier that two environments let one expect.

    Attributes
    ----------
    tier : str
        One of `TIERS`; a worse verdict of a work fails.
    reasons : tuple of str
        Sentences: what differs and what it may change.
    traces : str
        The tier to expect of what explains a work; by default the same.
    """

    tier: str
    reasons: tuple[str, ...] = ()
    traces: str = ""

    def __post_init__(self) -> None:
        if not self.traces:
            object.__setattr__(self, "traces", self.tier)
        if self.tier not in TIERS or self.traces not in TIERS:
            raise ValueError(f"tier {self.tier!r}, traces {self.traces!r}")

    def reached(self, comparison: Comparison) -> bool:
        """Say whether a comparison reaches the tier to expect.

        Parameters
        ----------
        comparison : Comparison
            Of a work or a trace.

        Returns
        -------
        bool
            False when it fails.
        """
        awaited = self.tier if comparison.kind == "work" else self.traces
        return TIERS.index(comparison.verdict) <= TIERS.index(awaited)
