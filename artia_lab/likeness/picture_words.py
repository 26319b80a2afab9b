"""What a likeness of pictures says, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from artia_lab.i18n import _, decimals
from artia_lab.likeness.shares import NEXT_TO_NOTHING, percent

if TYPE_CHECKING:
    from artia_lab.likeness.result import Likeness, Neighbour


def sentence(found: Likeness) -> str:
    """Say the likeness of a picture, in the language in force.

    Parameters
    ----------
    found : Likeness
        Of a picture, compared with at least one reference.

    Returns
    -------
    str
        One sentence, without any term of the trade.
    """
    if found.measures.get("plain"):
        return _("This picture is too plain to say whether it copies anything.")
    share = found.measures.get("copied_share", 0.0)
    item = found.nearest[0].item if found.nearest else ""
    if found.verdict == "copy" and found.nearest:
        return _copy(found.nearest[0], share)
    if share >= NEXT_TO_NOTHING:
        return _("{share} of this picture stands nearly as it is in your corpus, most of it in “{item}”.").format(
            share=percent(share), item=item
        )
    if found.verdict == "near":
        resembles = _("This picture resembles “{item}”, without any piece of it standing there as it is.")
        return resembles.format(item=item)
    if not item:
        return _("Hardly anything in this picture stands as it is in your corpus.")
    hardly = _("Hardly anything in this picture stands as it is in your corpus; the nearest item is “{item}”.")
    return hardly.format(item=item)


def _copy(nearest: Neighbour, share: float) -> str:
    item = nearest.item
    match nearest.kind:
        case "exact":
            return _("This picture is “{item}”, pixel for pixel.").format(item=item)
        case "re-encoded":
            return _("This picture is “{item}”, saved again or resized.").format(item=item)
        case "recoloured":
            return _("This picture is “{item}” in other colours.").format(item=item)
        case "mirrored":
            return _("This picture is “{item}” seen in a mirror.").format(item=item)
        case "rotated":
            return _("This picture is “{item}”, turned by {angle}.").format(
                item=item, angle=_angle(float(str(nearest.at.get("turned_deg", 0.0))))
            )
        case "cropped":
            return _("This picture is cut out of “{item}”.").format(item=item)
    if share > nearest.measure:
        return _("{share} of this picture stands nearly as it is in your corpus, most of it in “{item}”.").format(
            share=percent(share), item=item
        )
    return _("A piece of “{item}” is in this picture: {share} of what can be compared in it.").format(
        item=item, share=percent(nearest.measure)
    )


def _angle(degrees: float) -> str:
    return decimals(f"{abs(degrees):.0f}°")
