import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artia_lab.likeness import text, text_tokens
from artia_lab.likeness.hashing import fold

WORDS = [
    first + last for first in ("bra", "clo", "mi", "su", "ven", "ta") for last in ("ne", "dri", "lo", "que", "s")
]


def prose(seed, words=3000):
    return " ".join(random.Random(seed).choices(WORDS, k=words))


def longest_common(a, b):
    """The plain quadratic method, to check against."""
    best, row = 0, [0] * (len(b) + 1)
    for x in a:
        row = [0] + [row[k] + 1 if x == y else 0 for k, y in enumerate(b)]
        best = max(best, *row)
    return best


def test_a_copy_is_a_copy():
    found = text(prose(1), {"one.txt": prose(1), "two.txt": prose(2)})

    assert found.nearness == 1
    assert found.measures["longest_characters"] == len(prose(1))
    assert found.nearest[0].item == "one.txt"
    assert "100" in found.sentence()


def test_half_a_copy_counts_for_half_and_is_cited():
    reference = prose(3)
    passage = reference[5_000:8_000]

    found = text(prose(4)[:3_000] + passage, {"own.txt": prose(5), "three.txt": reference})

    assert found.nearness == pytest.approx(0.5, abs=0.02)
    cited = found.nearest[0]
    assert cited.item == "three.txt"
    assert reference[cited.at["start"] :][: cited.at["length"]] in prose(4)[:3_000] + passage
    assert cited.at["start"] == pytest.approx(5_000, abs=20)


def test_other_line_breaks_and_capitals_are_no_disguise():
    reference = prose(6)

    assert text(reference.replace(" ", "\n").title(), {"six.txt": reference}).nearness == 1


def test_another_text_is_not_a_copy():
    found = text(
        "Rien de tout cela ne vient d'ailleurs, et personne ne l'avait encore dit ainsi.", {"p": prose(7)}
    )

    assert found.nearness < 0.2
    assert found.measures["copied_share"] == 0


def test_a_cut_up_names_each_of_its_sources():
    sources = {f"{k}.txt": prose(k) for k in range(3)}

    found = text(" ".join(sources[f"{k}.txt"][900:1200] for k in range(3)), sources)

    assert {cited.item for cited in found.nearest} == {"0.txt", "1.txt", "2.txt"}


@pytest.mark.parametrize(
    "output, references",
    [("", {"a": "text"}), ("text", {}), ("", {}), ("text", {"a": ""}), ("\n", {"a": "b"}), ("…", {"a": "b"})],
)
def test_nothing_to_compare_is_no_likeness(output, references):
    found = text(output, references)

    assert found.nearness == 0
    assert found.sentence()


def test_a_passage_is_found_across_the_pieces_a_long_text_is_read_in():
    passage = "the one sentence that stands across the edge of a piece and nowhere else at all"
    cut = text_tokens.PIECE_CHARACTERS
    for before in (cut - 40, cut - 2, cut + 80):
        reference = "x y " * (before // 4) + passage + " z w" * 2_000
        found = text(passage, {"long.txt": reference})
        assert found.nearness == 1
        assert reference[found.nearest[0].at["start"] :].startswith(passage)


@pytest.mark.parametrize("unit", ["a", "a ", "ab ab ", "…"])
def test_a_text_that_repeats_itself_takes_no_longer(unit):
    assert text(unit * 2_000, {"much.txt": unit * 100_000}).nearness == 1


def test_every_script_can_be_compared():
    for passage in (
        "春はあけぼの。やうやう白くなりゆく山ぎは",
        "İstanbul’un ÇİÇEKLERİ ẞ",
        "🙂🙃 👩‍🚀",
        "\ud800 lone",
    ):
        assert text(passage, {"a.txt": f"before {passage} after"}).nearness == 1


@settings(max_examples=150, deadline=None)
@given(st.text("ab c.", max_size=40), st.text("ab c.", max_size=60))
def test_the_longest_passage_is_the_longest(output, reference):
    found = text(output, {"r.txt": reference})

    expected = longest_common(fold(output).tolist(), fold(reference).tolist()) if output else 0
    assert found.measures["longest_characters"] == expected
    if expected:
        at = found.nearest[0].at
        there = fold(reference[at["start"] : at["start"] + at["length"]])
        here = fold(output[at["of_start"] : at["of_start"] + at["length"]])
        assert there.tolist() == here.tolist()
        assert len(here) == expected


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=50), st.text(max_size=50))
def test_whatever_stands_whole_in_the_corpus_is_a_copy(output, before, after):
    found = text(output, {"r.txt": before + output + after})

    assert found.nearness == (1 if output else 0)
