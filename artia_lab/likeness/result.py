"""What a measure of likeness says, as JSON for a record and as a sentence for a person."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from artia_lab.i18n import _
from artia_lab.likeness import picture_words, sound_words, text_words

COPY, NEAR, DISTINCT = "copy", "near", "distinct"


@dataclass(frozen=True)
class Neighbour:
    """An item of the corpus that an output resembles.

    Attributes
    ----------
    item : str
        Its file in the corpus.
    at : dict of str to (float, int or list)
        Where to look: ``x``, ``y``, ``width`` and ``height`` in pixels of the reference picture;
        ``start_s`` and ``length_s`` in seconds; ``start`` and ``length`` in characters. A key that
        begins with ``of_`` says where in the output.
    measure : float
        How much of the output it accounts for, in [0, 1].
    kind : str
        How the output relates to it, a word of its measure (``"exact"``, ``"mirrored"``, ``"patch"``…);
        empty when it is merely the nearest.
    """

    item: str
    at: dict[str, float | int | list[float]]
    measure: float
    kind: str = ""


@dataclass(frozen=True)
class Likeness:
    """How near an output is to a corpus.

    Attributes
    ----------
    medium : str
        ``"image"``, ``"audio"`` or ``"text"``.
    method : str
        Name of the measure, with its version.
    nearness : float
        1 for a copy, 0 for nothing in common.
    measures : dict of str to float
        The figures behind it; the measure's own documentation explains them.
    nearest : tuple of Neighbour
        Nearest items, nearest first; empty when nothing is near or there was nothing to compare.
    verdict : str
        ``"copy"``: it holds material of the first of `nearest`; ``"near"``: it resembles it more than chance
        would have it, without the measure vouching for a copy; ``"distinct"``: neither.
    """

    medium: str
    method: str
    nearness: float
    measures: dict[str, float]
    nearest: tuple[Neighbour, ...] = ()
    verdict: str = DISTINCT

    def __post_init__(self) -> None:
        for value in (self.nearness, *self.measures.values(), *(found.measure for found in self.nearest)):
            if not math.isfinite(value):
                raise ValueError(f"a likeness of {value} cannot be recorded")
        if self.verdict not in (COPY, NEAR, DISTINCT):
            raise ValueError(f"“{self.verdict}” is not a verdict")

    def to_json(self) -> dict[str, Any]:
        """Give a plain JSON document, for the record of a run.

        Returns
        -------
        dict
            Finite numbers and words only.
        """
        return asdict(self) | {"nearest": [asdict(found) for found in self.nearest]}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Likeness:
        """Read back what `to_json` gave.

        Parameters
        ----------
        document : dict
            From a record.

        Returns
        -------
        Likeness
            Equal to the one that was written.
        """
        nearest = tuple(Neighbour(**found) for found in document["nearest"])
        return cls(**document | {"nearest": nearest})

    def sentence(self) -> str:
        """Say it in the language in force.

        Returns
        -------
        str
            One sentence, or two, without any term of the trade.
        """
        if not self.measures.get("references"):
            return _("There was nothing in the corpus to compare this with.")
        words = {"image": picture_words, "audio": sound_words, "text": text_words}[self.medium]
        return words.sentence(self)


def nothing(medium: str, method: str, **measures: float) -> Likeness:
    """Make the likeness of an output with nothing to compare, or nothing to compare it with.

    Parameters
    ----------
    medium, method : str
        As in `Likeness`.
    **measures : float
        As in `Likeness`.

    Returns
    -------
    Likeness
        Of nearness 0.
    """
    return Likeness(medium, method, 0.0, measures)


def nearer(first: Likeness, *others: Likeness) -> Likeness:
    """Choose among several measures of one output: that of a copy before all others, then the nearest.

    Parameters
    ----------
    first, *others : Likeness
        By different measures, or to different things.

    Returns
    -------
    Likeness
        One of them.
    """
    rank = (DISTINCT, NEAR, COPY)
    return max((first, *others), key=lambda each: (rank.index(each.verdict), each.nearness))
