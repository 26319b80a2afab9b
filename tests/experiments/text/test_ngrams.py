"""Sorting, counting and finding every n-gram."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artia_lab.errors import Cancelled
from artia_lab.experiments.text.ngrams import alphabet_of, encode, normalise, sort_ngrams

some_texts = st.lists(st.text("ab\n é🎈", min_size=1, max_size=30), min_size=1, max_size=4)


def test_normalise_gives_one_writing_of_each_character() -> None:
    assert normalise("\ufeffcafe\u0301\r\nnoir\rfin\n") == "café\nnoir\nfin\n"


def test_encode_tells_unknown_characters_apart() -> None:
    assert encode("ab🎈z", "ab🎈").tolist() == [1, 2, 3, 4]


def test_encode_an_empty_text_or_with_an_empty_alphabet() -> None:
    assert encode("", "ab").tolist() == []
    assert encode("ab", "").tolist() == [1, 1]


def test_codes_hold_large_alphabets() -> None:
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 700)))
    assert encode(text, alphabet_of([text])).tolist() == list(range(1, 701))


@given(some_texts, st.integers(2, 6))
def test_every_ngram_is_found_where_it_stands_and_nowhere_else(texts: list[str], length: int) -> None:
    ngrams = sort_ngrams(texts, length)
    for part in {
        text[i : i + n] for text in texts for n in range(1, length + 1) for i in range(len(text) - n + 1)
    }:
        low, high, matched = ngrams.find(encode(part, ngrams.alphabet).tolist())
        found = {ngrams.locate(int(place)) for place in ngrams.positions[low:high]}
        true = {
            (index, at) for index, text in enumerate(texts) for at in range(len(text)) if text.startswith(part, at)
        }
        assert (matched, found) == (len(part), true)


@given(some_texts, st.integers(2, 6))
def test_distinct_counts_add_up_and_no_ngram_joins_two_texts(texts: list[str], length: int) -> None:
    ngrams = sort_ngrams(texts, length)
    rows, counts = ngrams.distinct()
    whole = [tuple(row) for row in rows.tolist() if row[-1]]
    padded = [[0] * (length - 1) + encode(text, ngrams.alphabet).tolist() for text in texts]
    expected = {tuple(codes[i : i + length]) for codes in padded for i in range(len(codes) - length + 1)}
    assert set(whole) == expected and len(whole) == len(expected)
    assert int(counts[rows[:, -1] > 0].sum()) == sum(map(len, texts))
    assert rows.tolist() == sorted(rows.tolist())


def test_find_says_how_much_of_the_beginning_occurs() -> None:
    ngrams = sort_ngrams(["abcab"], 4)
    low, high, matched = ngrams.find(encode("abz", ngrams.alphabet).tolist())
    assert (matched, sorted(ngrams.positions[low:high] - 3)) == (2, [0, 3])


def test_sorting_can_be_stopped() -> None:
    def stop(done: float) -> None:
        raise Cancelled("The run was stopped.")

    with pytest.raises(Cancelled):
        sort_ngrams(["abc"], 3, stop)
