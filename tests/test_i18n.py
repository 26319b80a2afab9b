"""French and English are equals: a language in force, and nothing missing in either."""

from __future__ import annotations

import pytest

from artia_lab.i18n import Text, _, decimals, language, ngettext, use_language, visible


@pytest.mark.parametrize(
    ("variables", "spoken"),
    [
        ({"LANG": "fr_CA.UTF-8"}, "fr"),
        ({"LANG": "en_CA.UTF-8"}, "en"),
        ({"LANG": "fr_CA.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_CA.UTF-8", "ARTIA_LANG": "fr"}, "fr"),
        ({"LANG": "iu_CA.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "fr_CA.UTF-8", "LC_ALL": "C"}, "fr"),
        ({"ARTIA_LANG": ""}, "en"),
        ({}, "en"),
    ],
)
def test_the_environment_says_the_language(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], spoken: str
) -> None:
    for name in ("ARTIA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language() == spoken


def test_a_language_is_put_in_force_for_a_while() -> None:
    with use_language("fr"):
        assert (language(), str(Text(fr="essai", en="run")), _("Stop")) == ("fr", "essai", "Arrêter")
    assert (language(), str(Text(fr="essai", en="run")), _("Stop")) == ("en", "run", "Stop")


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="fr, en"), use_language("de"):
        pass


@pytest.mark.parametrize(("n", "french"), [(0, "0 élément"), (1, "1 élément"), (2, "2 éléments")])
def test_french_counts_zero_as_one(n: int, french: str) -> None:
    with use_language("fr"):
        assert ngettext("{count} item", "{count} items", n).format(count=n) == french


@pytest.mark.parametrize(
    ("n", "english", "french"),
    [(1.0, "semitone", "demi-ton"), (1.4, "semitones", "demi-ton"), (2.0, "semitones", "demi-tons"),
     (2.5, "semitones", "demi-tons"), (0.3, "semitones", "demi-ton")],
)  # fmt: skip
def test_what_is_less_than_two_is_one_in_french_and_many_in_english(n: float, english: str, french: str) -> None:
    said = {}
    for spoken in ("en", "fr"):
        with use_language(spoken):
            said[spoken] = ngettext("{figures} semitone", "{figures} semitones", n).split()[-1]
    assert (said["en"], said["fr"]) == (english, french)


def test_a_number_has_the_decimal_mark_of_its_language() -> None:
    assert decimals("0.5") == "0.5"
    with use_language("fr"):
        assert decimals("0.5") == "0,5"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("deux\nlignes", "deux\\nlignes"),
        ("à\u00a010\u202fh", "à\u00a010\u202fh"),
        ("🙂", "🙂"),
        ("", ""),
        ("\x1b[2J", "\\x1b[2J"),
    ],
)
def test_what_cannot_be_seen_is_written_as_escapes(text: str, seen: str) -> None:
    assert visible(text) == seen
