"""Where each span comes from."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from artia_lab.experiments.text.citations import cite
from artia_lab.experiments.text.ngrams import sort_ngrams

letters = st.text("ab \n🎈", min_size=1, max_size=40)


@given(st.lists(letters, min_size=1, max_size=3), st.text("ab🎈z", max_size=40), st.integers(2, 6))
def test_spans_are_exactly_in_the_corpus_and_as_long_as_can_be(
    texts: list[str], written: str, length: int
) -> None:
    citations = cite(sort_ngrams(texts, length), written)
    assert "".join(each.span for each in citations) == written
    for each in citations:
        longer = written[each.start : each.start + len(each.span) + 1]
        assert len(longer) == len(each.span) or not any(longer in text for text in texts)
        if each.text is None or each.offset is None:
            assert not any(each.span in text for text in texts)
        else:
            assert texts[each.text].startswith(each.span, each.offset)
            first = next(index for index, text in enumerate(texts) if each.span in text)
            assert (each.text, each.offset) == (first, texts[first].index(each.span))


def test_places_are_all_counted_even_where_they_overlap() -> None:
    assert [(each.span, each.places) for each in cite(sort_ngrams(["aaaa", "aab"], 2), "aa")] == [("aa", 4)]


def test_a_long_quotation_is_one_span() -> None:
    text = "Il était une fois un roi qui vivait seul au bord de la mer."
    assert [each.span for each in cite(sort_ngrams(["Avant.", text], 3), text)] == [text]


def test_an_empty_text_has_no_source() -> None:
    assert cite(sort_ngrams(["abc"], 3), "") == []
