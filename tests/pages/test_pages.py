"""A page stands alone: both languages, its own names for what is shown, and nothing from anywhere else."""

from __future__ import annotations

import re

import pytest
from markupsafe import Markup

from artia_lab.i18n import Text, _, use_language
from artia_lab.pages import both, document, picture, player, said

TITLE = Text(fr="Planche d’essais", en="Sheet of runs")


def test_something_is_said_in_both_languages() -> None:
    assert said(lambda: _("The run was stopped.")) == (
        '<span lang="fr">L’essai a été arrêté.</span><span lang="en">The run was stopped.</span>'
    )


def test_what_a_person_wrote_is_never_taken_for_markup() -> None:
    hostile = "<script>alert(1)</script>"
    page = document(Text(fr=hostile, en=hostile), both(Text(fr=hostile, en=hostile), "p"))
    assert "<script" not in page


def test_markup_of_ours_stays_markup() -> None:
    assert said(lambda: Markup("<b>x</b>"), "p") == '<p lang="fr"><b>x</b></p><p lang="en"><b>x</b></p>'


@pytest.mark.parametrize("code", ["fr", "en"])
def test_a_page_opens_in_the_language_in_force(code: str) -> None:
    with use_language(code):
        page = document(TITLE, Markup())
    assert f'<html lang="{code}">' in page
    assert re.findall(r'id="(..)" checked', page) == [code]


def test_a_page_without_a_script_allows_none_and_fetches_nothing() -> None:
    page = document(TITLE, Markup("<p>x</p>"))
    policy = page.replace("&#39;", "'")
    assert "default-src 'none'" in policy and "script-src 'none'" in policy
    assert not re.search(r' (src|href)="(?!data:)', page)


def test_a_picture_and_a_sound_are_named_by_their_caption() -> None:
    caption = both(Text(fr="Une image", en="A picture"))
    for shown in (picture(b"png", "image/png", caption, "a"), player(b"wav", "audio/wav", caption, "a")):
        assert 'aria-labelledby="a"' in shown
        assert '<figcaption id="a"><span lang="fr">Une image</span>' in shown


@pytest.mark.parametrize("show", [picture, player])
def test_only_known_types_are_shown(show: object) -> None:
    with pytest.raises(ValueError, match="text/html"):
        show(b"", "text/html", Markup(), "a")  # type: ignore[operator]
