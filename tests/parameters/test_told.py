"""What a reader is told of parameters."""

from dataclasses import dataclass

from artia_lab.i18n import Text, use_language
from artia_lab.parameters import Parameters, choice, item, line, real, switch, told, told_in_both, whole

NOTHING = Text(fr="", en="")


@dataclass(frozen=True, kw_only=True)
class Film(Parameters):
    width: int = whole(8, 1, 64, unit="px", label=Text(fr="Largeur", en="Width"), help=NOTHING)
    light: float = real(0.5, 0, 1, 0.1, label=Text(fr="Lumière", en="Light"), help=NOTHING)
    source: str = item("image", label=Text(fr="Image", en="Picture"), help=NOTHING)
    ending: str = choice(
        "sad", {"sad": Text(fr="triste", en="sad")}, label=Text(fr="Fin", en="Ending"), help=NOTHING
    )
    sound: bool = switch(True, label=Text(fr="Son", en="Sound"), help=NOTHING)
    words: str = line("", 80, label=Text(fr="Mots", en="Words"), help=NOTHING)


def test_values_are_told_in_words() -> None:
    assert told(Film, {"width": 4, "source": "", "sound": False, "words": "", "seed": 0}) == [
        ("Width", "4\N{NO-BREAK SPACE}px"),
        ("Picture", "chosen by the experiment"),
        ("Sound", "no"),
        ("Words", "—"),
        ("Seed", "0"),
    ]


def test_french_writes_its_numbers_its_own_way() -> None:
    with use_language("fr"):
        assert told(Film, {"light": 0.25, "ending": "sad"}) == [("Lumière", "0,25"), ("Fin", "triste")]


def test_both_languages_are_told_at_once_and_a_choice_that_is_no_more_keeps_its_name() -> None:
    (label, ending), (_sound, yes) = told_in_both(Film, {"ending": "open", "sound": True})
    assert (label.fr, label.en, ending.fr, ending.en) == ("Fin", "Ending", "open", "open")
    assert (yes.fr, yes.en) == ("oui", "yes")
    assert told_in_both(Film, {}) == ()
