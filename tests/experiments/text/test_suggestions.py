"""What the keyboard suggests, and from where."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artia_lab.experiments.text.suggestions import Keyboard, plain

TEXTS = ["Le chat dort. Le chat rêve. Le chien dort aussi.\n\nLe chat part.", "Un chat-huant passe. L’âne rit."]


@pytest.fixture(scope="module")
def keyboard() -> Keyboard:
    return Keyboard.of(TEXTS, 6)


def test_the_likeliest_word_comes_first(keyboard: Keyboard) -> None:
    assert keyboard.suggest("Voici: Le ", 3)[0].continuation == "chat"


def test_a_word_begun_is_ended(keyboard: Keyboard) -> None:
    assert keyboard.suggest("Le ch", 2)[0].continuation == "at"


def test_phrases_have_as_many_words_as_asked(keyboard: Keyboard) -> None:
    assert "at dort. Le" in [each.continuation for each in keyboard.suggest("Le ch", 6, words=3)]


@settings(deadline=None)
@given(typed=st.text("Le chat🎈\n\r’é", max_size=20), count=st.integers(1, 12), words=st.integers(1, 6))
def test_places_hold_exactly_what_is_suggested(keyboard: Keyboard, typed: str, count: int, words: int) -> None:
    offered = keyboard.suggest(typed, count, words)
    assert 0 < len(offered) <= count
    assert len({plain(each.continuation) for each in offered}) == len(offered)
    for each in offered:
        assert 0 <= each.probability <= 1 and each.places
        for text, offset in each.places:
            assert TEXTS[text].startswith(each.continuation, offset)


def test_nothing_typed_offers_beginnings(keyboard: Keyboard) -> None:
    assert {"Le", "Un"} <= {each.continuation for each in keyboard.suggest("", 2)}


def test_likeliest_first(keyboard: Keyboard) -> None:
    scores = [each.probability for each in keyboard.suggest("Le ", 8)]
    assert scores == sorted(scores, reverse=True)


def test_unspaced_writing_is_suggested_a_few_characters_at_a_time() -> None:
    keyboard = Keyboard.of(["吾輩は猫である名前はまだ無いどこで生れたかとんと見当がつかぬ" * 3], 4)
    assert keyboard.suggest("吾輩は", 1)[0].continuation == "猫である"


def test_a_text_without_words_offers_nothing() -> None:
    assert Keyboard.of(["...!!!"], 3).suggest("..", 5) == []


def test_paragraphs_begin_after_blank_lines(keyboard: Keyboard) -> None:
    begun = [keyboard.ngrams.locate(int(place)) for place in keyboard.beginnings]
    assert begun == [(0, 0), (1, 0)]


def test_a_corpus_of_paragraphs_begins_at_each(nursery: str) -> None:
    keyboard = Keyboard.of([nursery], 6)
    offsets = [keyboard.ngrams.locate(int(place))[1] for place in keyboard.beginnings]
    assert [nursery[at - 2 : at] for at in offsets[1:]] == ["\n\n"] * 5
