"""What a likeness of sounds says, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from artia_lab.i18n import _, decimals, ngettext
from artia_lab.likeness.shares import percent

if TYPE_CHECKING:
    from artia_lab.likeness.result import Likeness, Neighbour

NEARLY_ALL = 0.9


def sentence(found: Likeness) -> str:
    """Say the likeness of a sound, in the language in force.

    Parameters
    ----------
    found : Likeness
        Of a sound, compared with at least one reference.

    Returns
    -------
    str
        One sentence, without any term of the trade.
    """
    if not found.measures["sounding_s"]:
        return _("This sound is silent: there is nothing to compare.")
    if found.measures.get("plain"):
        return _("This sound is too short or too plain to say whether it copies anything.")
    if found.verdict == "copy" and found.nearest:
        first = found.nearest[0]
        if first.measure >= NEARLY_ALL or first.kind == "mixed":
            return _whole(first)
        longest = max(found.nearest, key=_seconds)
        return _(
            "{share} of this sound is nearly identical to sounds of your corpus; "
            "the longest stretch lasts {seconds} s, from “{item}”."
        ).format(share=percent(found.nearness), seconds=decimals(f"{_seconds(longest):.1f}"), item=longest.item)
    if found.verdict == "near" and found.nearest:
        return _("This sound resembles “{item}” more than by chance, without being surely a copy of it.").format(
            item=found.nearest[0].item
        )
    return _("Hardly any stretch of this sound is identical to a sound of your corpus.")


def interval(semitones: float) -> str:
    """Say an interval, in the language in force.

    Parameters
    ----------
    semitones : float
        Upwards or downwards.

    Returns
    -------
    str
        Such as ``"1 semitone"`` or ``"2.4 semitones"``.
    """
    figures = f"{abs(semitones):.1f}".removesuffix(".0")
    said = ngettext("{figures} semitone", "{figures} semitones", float(figures))
    return said.format(figures=decimals(figures))


def _whole(nearest: Neighbour) -> str:
    item = nearest.item
    match nearest.kind:
        case "exact":
            return _("This sound is “{item}”, as it is.").format(item=item)
        case "gain":
            return _("This sound is “{item}”, at another level.").format(item=item)
        case "shifted":
            return _("This sound is “{item}”, begun at another moment.").format(item=item)
        case "trimmed":
            return _("This sound is cut out of “{item}”.").format(item=item)
        case "re-encoded":
            return _("This sound is “{item}”, altered as little as saving it in another format would.").format(
                item=item
            )
        case "mixed":
            return _("“{item}” is heard in this sound, under or among other sounds.").format(item=item)
        case "transposed":
            semitones = float(str(nearest.at.get("semitones", 0.0)))
            sentence = (
                _("This sound is “{item}” played higher, by {interval}.")
                if semitones > 0
                else _("This sound is “{item}” played lower, by {interval}.")
            )
            return sentence.format(item=item, interval=interval(semitones))
    return _("This sound is nearly a copy of “{item}”.").format(item=item)


def _seconds(nearest: Neighbour) -> float:
    return float(str(nearest.at.get("of_length_s", 0.0)))
