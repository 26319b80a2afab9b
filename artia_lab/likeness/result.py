"""What a measure of likeness says, as JSON for a record and as a sentence for a person."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from artia_lab.i18n import _, decimals, language, ngettext

NEARLY_A_COPY = 0.95
NEXT_TO_NOTHING = 0.01


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
    """

    item: str
    at: dict[str, float | int | list[float]]
    measure: float


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
    """

    medium: str
    method: str
    nearness: float
    measures: dict[str, float]
    nearest: tuple[Neighbour, ...] = ()

    def __post_init__(self) -> None:
        for value in (self.nearness, *self.measures.values(), *(found.measure for found in self.nearest)):
            if not math.isfinite(value):
                raise ValueError(f"a likeness of {value} cannot be recorded")

    def to_json(self) -> dict[str, Any]:
        """Give a plain JSON document, for the record of a run.

        Returns
        -------
        dict
            Finite numbers only.
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
        return {"image": self._picture, "audio": self._sound, "text": self._text}[self.medium]()

    def _picture(self) -> str:
        item, share = self._item(), _percent(self.measures["copied_share"])
        if self.measures["whole"] >= NEARLY_A_COPY:
            if self.measures["mirrored"]:
                return _("This picture is nearly a mirror image of “{item}”.").format(item=item)
            return _("This picture is nearly a copy of “{item}”.").format(item=item)
        if self.measures["copied_share"] >= NEXT_TO_NOTHING:
            return _(
                "{share} of this picture stands nearly as it is in your corpus, most of it in “{item}”."
            ).format(share=share, item=item)
        if not self.nearest:
            return _("Hardly anything in this picture stands as it is in your corpus.")
        return _(
            "Hardly anything in this picture stands as it is in your corpus; the nearest item is “{item}”."
        ).format(item=item)

    def _sound(self) -> str:
        if not self.measures["sounding_s"]:
            return _("This sound is silent: there is nothing to compare.")
        item, seconds = self._item(), _decimal(self.measures["longest_run_s"])
        if self.nearness >= NEARLY_A_COPY and self.measures["items_copied"] == 1:
            return _("This sound is nearly a copy of “{item}”.").format(item=item)
        if self.nearness >= NEXT_TO_NOTHING:
            return _(
                "{share} of this sound is nearly identical to sounds of your corpus; "
                "the longest stretch lasts {seconds} s, from “{item}”."
            ).format(share=_percent(self.nearness), seconds=seconds, item=item)
        return _("Hardly any stretch of this sound is identical to a sound of your corpus.")

    def _text(self) -> str:
        if not self.measures["characters"]:
            return _("This text is empty: there is nothing to compare.")
        length = int(self.measures["longest_characters"])
        if not length:
            return _("This text has no passage in common with your corpus.")
        if self.nearness < NEXT_TO_NOTHING:
            return ngettext(
                "Hardly any passage of this text stands word for word in your corpus; "
                "the longest shared passage has {length} character, from “{item}”.",
                "Hardly any passage of this text stands word for word in your corpus; "
                "the longest shared passage has {length} characters, from “{item}”.",
                length,
            ).format(length=length, item=self._item())
        return ngettext(
            "{share} of this text stands word for word in your corpus; "
            "the longest shared passage has {length} character, from “{item}”.",
            "{share} of this text stands word for word in your corpus; "
            "the longest shared passage has {length} characters, from “{item}”.",
            length,
        ).format(share=_percent(self.nearness), length=length, item=self._item())

    def _item(self) -> str:
        return self.nearest[0].item if self.nearest else ""


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


def _percent(share: float) -> str:
    # Never a rounded 100 % of what was not copied whole, nor 0 % of what was.
    whole = min(max(round(share * 100), 1), 100 if share == 1 else 99)
    return f"{whole}\N{NO-BREAK SPACE}%" if language() == "fr" else f"{whole}%"


def _decimal(value: float) -> str:
    return decimals(f"{value:.1f}")
