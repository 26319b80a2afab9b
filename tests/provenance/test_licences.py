"""Which licence lets a work made from it be published under which other."""

from __future__ import annotations

import pytest

from artia_lab.provenance.licences import keeps_noncommercial, obstacle, proposals

ALLOWED = [
    ("CC0-1.0", "CC-BY-4.0"),
    ("CC0-1.0", "CC0-1.0"),
    ("CC-BY-4.0", "CC-BY-4.0"),
    ("CC-BY-4.0", "CC-BY-SA-4.0"),
    ("CC-BY-4.0", "CC-BY-NC-ND-4.0"),
    ("CC-BY-NC-4.0", "CC-BY-NC-SA-4.0"),
    ("CC-BY-SA-3.0", "CC-BY-SA-4.0"),
    ("CC-BY-SA-3.0-DE", "CC-BY-SA-4.0"),
    ("CC-BY-SA-4.0", "GPL-3.0-only"),
    ("CC-BY-SA-4.0", "LAL-1.3"),
    ("LAL-1.3", "CC-BY-SA-4.0"),
    ("GPL-2.0-or-later", "GPL-3.0-or-later"),
    ("MIT OR GPL-2.0-only", "CC-BY-4.0"),
    ("CC0-1.0", "CC0-1.0 OR CC-BY-4.0"),
    ("0BSD", "CC0-1.0"),
    ("etalab-2.0", "CC-BY-4.0"),
]
REFUSED = [
    ("CC-BY-4.0", "CC0-1.0", "attribution"),
    ("MIT", "CC0-1.0", "attribution"),
    ("CC-BY-4.0", "CC-BY-4.0 OR CC0-1.0", "attribution"),
    ("CC-BY-NC-4.0", "CC-BY-4.0", "NonCommercial"),
    ("CC-BY-NC-4.0", "CC-BY-SA-4.0", "NonCommercial"),
    ("CC-BY-NC-SA-4.0", "CC-BY-NC-4.0", "share alike"),
    ("CC-BY-SA-4.0", "CC-BY-4.0", "share alike"),
    ("CC-BY-SA-4.0", "CC-BY-SA-3.0", "share alike"),
    ("CC-BY-SA-1.0", "CC-BY-SA-4.0", "share alike"),
    ("GPL-3.0-only", "CC-BY-SA-4.0", "share alike"),
    ("GPL-2.0-only", "GPL-3.0-only", "share alike"),
    ("CC-BY-ND-4.0", "CC-BY-ND-4.0", "NoDerivatives"),
    ("CC-BY-NC-ND-4.0", "CC-BY-NC-ND-4.0", "NoDerivatives"),
    ("CC-BY-SA-4.0 AND CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "share alike"),
    ("PolyForm-Noncommercial-1.0.0", "CC-BY-NC-4.0", "not known"),
    ("LicenseRef-mine", "LicenseRef-mine", "no consent to publication"),
]


@pytest.mark.parametrize(("material", "chosen"), ALLOWED)
def test_allowed(material: str, chosen: str) -> None:
    assert obstacle(material, chosen, agreed=False) == ""


@pytest.mark.parametrize(("material", "chosen", "why"), REFUSED)
def test_refused(material: str, chosen: str, why: str) -> None:
    assert why in obstacle(material, chosen, agreed=False)


def test_terms_of_ones_own_are_passed_on_as_they_are_with_consent() -> None:
    assert obstacle("LicenseRef-mine", "LicenseRef-mine", agreed=True) == ""
    assert "same LicenseRef-mine" in obstacle("LicenseRef-mine", "CC-BY-4.0", agreed=True)


def test_what_would_suit_is_proposed() -> None:
    assert proposals({"CC0-1.0"}, agreed=False)[0] == "CC0-1.0"
    assert proposals({"CC-BY-SA-4.0", "CC-BY-4.0"}, agreed=False) == ["CC-BY-SA-4.0"]
    assert proposals({"CC-BY-SA-4.0", "CC-BY-NC-4.0"}, agreed=False) == []


@pytest.mark.parametrize(
    ("licence", "kept"), [("CC-BY-NC-4.0", True), ("CC-BY-4.0", False), ("CC-BY-NC-4.0 OR CC-BY-4.0", False)]
)
def test_what_keeps_commerce_away(licence: str, kept: bool) -> None:
    assert keeps_noncommercial(licence) is kept
