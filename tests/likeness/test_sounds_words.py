"""What is said of sounds."""

import pytest

from artia_lab.i18n import use_language
from artia_lab.likeness import Likeness, Neighbour
from artia_lab.likeness.sound_words import interval

MEASURES = {
    "longest_run_s": 1.5,
    "items_copied": 1,
    "evidence": 9.0,
    "plain": 0.0,
    "sounding_s": 3.0,
    "references": 9,
}


def of_sound(verdict, kind="", measure=0.98, nearness=0.98, at=None, **measures):
    nearest = Neighbour("mer.wav", at or {"of_length_s": 1.5}, measure, kind)
    return Likeness("audio", "same-recordings-1", nearness, MEASURES | measures, (nearest,), verdict)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("exact", "This sound is “mer.wav”, as it is."),
        ("gain", "This sound is “mer.wav”, at another level."),
        ("shifted", "This sound is “mer.wav”, begun at another moment."),
        ("trimmed", "This sound is cut out of “mer.wav”."),
        ("re-encoded", "This sound is “mer.wav”, altered as little as saving it in another format would."),
        ("mixed", "“mer.wav” is heard in this sound, under or among other sounds."),
    ],
)
def test_a_copy_is_said_with_what_was_done(kind, said):
    with use_language("en"):
        assert of_sound("copy", kind).sentence() == said


@pytest.mark.parametrize(
    ("semitones", "said"),
    [
        (-2.0, "lower, by 2 semitones"), (7.04, "higher, by 7 semitones"), (1.0, "higher, by 1 semitone"),
        (-1.4, "lower, by 1.4 semitones"), (0.3, "higher, by 0.3 semitones"),
    ],
)  # fmt: skip
def test_a_transposed_copy_is_said_higher_or_lower(semitones, said):
    with use_language("en"):
        found = of_sound("copy", "transposed", at={"of_length_s": 1.5, "semitones": semitones})
        assert found.sentence() == f"This sound is “mer.wav” played {said}."


@pytest.mark.parametrize(
    ("semitones", "said"),
    [(1.0, "1\u00a0demi-ton"), (-1.4, "1,4\u00a0demi-ton"), (0.3, "0,3\u00a0demi-ton"), (2.0, "2\u00a0demi-tons")],
)
def test_in_french_less_than_two_is_singular(semitones, said):
    with use_language("fr"):
        assert interval(semitones) == said


def test_a_part_that_is_copied_is_said_by_its_share():
    with use_language("en"):
        assert of_sound("copy", "trimmed", measure=0.4, nearness=0.4).sentence() == (
            "40% of this sound is nearly identical to sounds of your corpus; "
            "the longest stretch lasts 1.5 s, from “mer.wav”."
        )


def test_what_is_near_is_not_called_a_copy():
    with use_language("en"):
        assert "more than by chance" in of_sound("near").sentence()
        assert of_sound("distinct").sentence().startswith("Hardly any stretch")


def test_nothing_is_said_of_what_is_plain_or_silent():
    with use_language("en"):
        assert "too plain" in of_sound("distinct", plain=1.0).sentence()
        assert "silent" in of_sound("distinct", sounding_s=0.0).sentence()
