"""The language a browser is answered in."""

from __future__ import annotations

import pytest

from artia_lab.pages import SERVED_FILES, language_for


@pytest.mark.parametrize(
    ("chosen", "accepted", "otherwise", "answer"),
    [
        ("en", "fr-CA", "fr", "en"),
        (None, "fr-CA,fr;q=0.9,en;q=0.8", "en", "fr"),
        (None, "de, en-GB;q=0.7, fr;q=0.6", "fr", "en"),
        (None, "fr;q=0, de", "en", "en"),
        (None, "en;q=0.5, FR", "en", "fr"),
        (None, "", "fr", "fr"),
        (None, None, "fr", "fr"),
        ("", "*", "fr", "fr"),
        ("de", "en", "fr", "en"),
        ("<script>", ";;q=,fr;q=x,\x00", "en", "en"),
        (None, "fr;q=1," * 10_000, "en", "fr"),
    ],
)
def test_the_choice_goes_first_then_the_browser_then_the_server(
    chosen: str | None, accepted: str | None, otherwise: str, answer: str
) -> None:
    assert language_for(chosen, accepted, otherwise) == answer


def test_the_look_loads_nothing_from_anywhere() -> None:
    style = (SERVED_FILES / "site.css").read_text(encoding="utf-8")
    assert "url(" not in style and "@import" not in style
