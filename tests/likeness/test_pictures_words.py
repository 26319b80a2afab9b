"""What is said of pictures, and of what the check cannot see."""

import pytest

from artia_lab.i18n import use_language
from artia_lab.likeness import Likeness, Neighbour, blind_spots

MEASURES = {
    "whole": 0.1,
    "agreeing_share": 0.4,
    "copied_share": 0.0,
    "l2_ratio": 1.5,
    "plain": 0.0,
    "references": 9,
}


def of_picture(verdict, kind="", measure=0.4, at=None, **measures):
    nearest = Neighbour("mer.png", at or {}, measure, kind)
    return Likeness("image", "copy-check-1", 0.4, MEASURES | measures, (nearest,), verdict)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("exact", "This picture is “mer.png”, pixel for pixel."),
        ("re-encoded", "This picture is “mer.png”, saved again or resized."),
        ("recoloured", "This picture is “mer.png” in other colours."),
        ("mirrored", "This picture is “mer.png” seen in a mirror."),
        ("rotated", "This picture is “mer.png”, turned by 7°."),
        ("cropped", "This picture is cut out of “mer.png”."),
        ("patch", "A piece of “mer.png” is in this picture: 40% of what can be compared in it."),
    ],
)
def test_a_copy_is_said_with_what_was_done(kind, said):
    with use_language("en"):
        assert of_picture("copy", kind, at={"turned_deg": -7.2}).sentence() == said


def test_a_mosaic_is_said_by_its_share():
    with use_language("en"):
        assert of_picture("copy", "patch", copied_share=0.62).sentence() == (
            "62% of this picture stands nearly as it is in your corpus, most of it in “mer.png”."
        )


def test_what_is_near_is_not_called_a_copy():
    with use_language("en"):
        assert of_picture("near").sentence() == (
            "This picture resembles “mer.png”, without any piece of it standing there as it is."
        )
        assert "the nearest item is “mer.png”" in of_picture("distinct").sentence()


@pytest.mark.parametrize("medium", ["image", "audio", "text"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_medium_has_its_blind_spots(medium, language):
    with use_language(language):
        assert blind_spots(medium).endswith(".")
    with pytest.raises(KeyError):
        blind_spots("smell")
