"""Whether a work made from material under one licence may be published under another.

What comes out of an experiment is taken for an adaptation of every item it used. The rules are those of Creative
Commons' chart for adapters (https://creativecommons.org/faq/, “If I derive or adapt material offered under a
Creative Commons license, which CC license(s) can I use?”), read strictly: what it advises against is refused.
Compatible licences are those of https://creativecommons.org/compatiblelicenses: BY-SA 4.0 with the Free Art
License 1.3, and one way with the GPL 3.0. Of other licences, `license_expression` knows the family.

Nothing here is legal advice; whoever holds the rights may always grant more, by another licence in the datasheet.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from artia_lab.i18n import _

# The licences that are proposed when the chosen one does not suit, the freest first.
PROPOSED = ("CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0")

# To where material under a licence that asks for the same one may also go.
ALSO = {
    "CC-BY-SA-4.0": {"LAL-1.3", "GPL-3.0-only", "GPL-3.0-or-later"},
    "LAL-1.3": {"CC-BY-SA-4.0"},
    "LAL-1.2": {"LAL-1.3", "CC-BY-SA-4.0"},
    "GPL-2.0-or-later": {"GPL-3.0-only", "GPL-3.0-or-later", "AGPL-3.0-only", "AGPL-3.0-or-later"},
    "GPL-3.0-only": {"AGPL-3.0-only"},
    "GPL-3.0-or-later": {"GPL-3.0-only", "AGPL-3.0-only", "AGPL-3.0-or-later"},
}
# Permissive, and without even a name to keep.
NO_ATTRIBUTION = {"0BSD", "MIT-0"}

_CREATIVE_COMMONS = re.compile(r"CC-(?P<elements>BY(?:-NC)?(?:-ND|-SA)?)-(?P<version>\d\.\d)(?:-[A-Z]+)?")
_OWN_TERMS = re.compile(r"LicenseRef-", re.IGNORECASE)


def obstacle(material: str, chosen: str, *, agreed: bool) -> str:
    """Say what in the licence of some material forbids to publish what was made from it under a chosen licence.

    Parameters
    ----------
    material : str
        SPDX expression of the material's licence; of ``A OR B`` one must suit, of ``A AND B`` both.
    chosen : str
        SPDX expression of the publication; every licence in it must suit, since others may choose any.
    agreed : bool
        Whether the datasheet names publication among the uses that were consented to: terms of one's own, which
        nobody here can read, are then passed on as they are.

    Returns
    -------
    str
        The reason, as the end of a sentence; ``""`` when nothing does.
    """
    from artia_lab.corpora.known_licences import LICENSING as licensing

    targets = [_plain(each) for each in licensing.license_symbols(chosen, unique=True, decompose=False)]
    return _walk(licensing.parse(material), targets, agreed)


def proposals(materials: set[str], *, agreed: bool) -> list[str]:
    """List licences that would suit.

    Parameters
    ----------
    materials : set of str
        The licences of all the material.
    agreed : bool
        As for `obstacle`.

    Returns
    -------
    list of str
        Of the usual ones, and of those of the material, the ones that nothing forbids; the freest first.
    """
    return [
        each
        for each in dict.fromkeys([*PROPOSED, *sorted(materials)])
        if not any(obstacle(material, each, agreed=agreed) for material in materials)
    ]


def keeps_noncommercial(chosen: str) -> bool:
    """Say whether every licence of a publication keeps others from commerce.

    Parameters
    ----------
    chosen : str
        SPDX expression.

    Returns
    -------
    bool
        True for the NonCommercial licences of Creative Commons alone.
    """
    from artia_lab.corpora.known_licences import LICENSING as licensing

    names = [_plain(each) for each in licensing.license_symbols(chosen, decompose=False)]
    return all((match := _CREATIVE_COMMONS.fullmatch(name)) and "NC" in match["elements"] for name in names)


def _walk(expression: Any, targets: list[str], agreed: bool) -> str:
    from license_expression import LicenseSymbol, LicenseWithExceptionSymbol

    if isinstance(expression, LicenseSymbol | LicenseWithExceptionSymbol):
        return next((why for each in targets if (why := _one(_plain(expression), each, agreed))), "")
    reasons = [_walk(each, targets, agreed) for each in expression.args]
    if expression.operator.strip() == "OR":
        return "" if "" in reasons else reasons[0]
    return next((why for why in reasons if why), "")


def _plain(symbol: Any) -> str:
    """Give the licence of a symbol; an exception only allows more."""
    return str(getattr(symbol, "license_symbol", symbol).key)


def _one(material: str, chosen: str, agreed: bool) -> str:
    if _OWN_TERMS.match(material):
        if not agreed:
            return _("its own terms, which cannot be read here, and its datasheet names no consent to publication")
        if material != chosen:
            return _("its own terms, which only a publication under the same {licence} can pass on").format(
                licence=material
            )
        return ""
    if match := _CREATIVE_COMMONS.fullmatch(material):
        return _from_creative_commons(material, match["elements"], match["version"], chosen)
    family = _families().get(material, "")
    if family == "Public Domain" or material in NO_ATTRIBUTION:
        return ""
    if family == "Permissive":
        return _keeps_names(chosen)
    if family.startswith("Copyleft"):
        return _same(material, chosen)
    return _("terms that restrict what may be done with it, and that are not known well enough here")


def _from_creative_commons(material: str, elements: str, version: str, chosen: str) -> str:
    if "ND" in elements:
        return _("NoDerivatives: nothing made from it may be shared")
    match = _CREATIVE_COMMONS.fullmatch(chosen)
    if "SA" in elements:
        later = match and match["elements"] == elements and (version == "1.0" or match["version"] >= version)
        later = later and (version != "1.0" or match["version"] == "1.0")  # type: ignore[index]
        return "" if later else _same(material, chosen)
    if "NC" in elements and not (match and "NC" in match["elements"]):
        return _("NonCommercial, which {chosen} does not keep").format(chosen=chosen)
    return _keeps_names(chosen)


def _same(material: str, chosen: str) -> str:
    if chosen == material or chosen in ALSO.get(material, ()):
        return ""
    return _(
        "share alike: what is made from it must bear the same licence, and {chosen} is not compatible"
    ).format(chosen=chosen)


def _keeps_names(chosen: str) -> str:
    if _families().get(chosen) == "Public Domain" or chosen in NO_ATTRIBUTION:
        return _("attribution, which {chosen} would give up").format(chosen=chosen)
    return ""


@cache
def _families() -> dict[str, str]:
    """Give the family of each licence that SPDX knows, such as ``"Permissive"`` or ``"Copyleft Limited"``."""
    from license_expression import get_license_index

    return {
        name: each["category"]
        for each in get_license_index()
        for name in (each.get("spdx_license_key"), *each.get("other_spdx_license_keys", ()))
        if name
    }
