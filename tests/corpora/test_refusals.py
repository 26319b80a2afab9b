from __future__ import annotations

from artia_lab.corpora.refusals import refusal


def test_a_refusal_names_the_file_on_one_line() -> None:
    assert refusal("cut", "a\n🐚.png") == (
        r"“a\n🐚.png” is cut short. Export it again from its program, then try once more."
    )


def test_a_refusal_quotes_its_numbers() -> None:
    said = refusal("pixels", "a.png", {"width": 40000, "height": 40000, "limit": 134})
    assert "40000 × 40000 pixels, more than the 134 million" in said


def test_what_a_child_that_was_taken_over_says_is_not_repeated() -> None:
    assert "rm" not in refusal("rm -rf", "a.png", {"width": "rm -rf"})
    assert refusal("pixels", "a.png", {}) == refusal("damaged", "a.png")
    assert refusal("pixels", "{width}", {"width": 1, "height": 1, "limit": 1}).startswith("“{width}” is 1 × 1")
