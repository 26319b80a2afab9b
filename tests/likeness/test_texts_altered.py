"""Passages of real texts that were altered: found, cited and told; and texts that quote nothing."""

import random
import re

import pytest

from artia_lab.corpora import CorpusReader, find
from artia_lab.i18n import use_language
from artia_lab.likeness import text

TEXTS = ("starter/texts-en", "starter/texts-fr")


@pytest.fixture(scope="module")
def corpus():
    read = {}
    for name in TEXTS:
        with CorpusReader(find(name)) as reader:
            read |= {item.file: reader.text(item) for item in reader.items("text")}
    return read


def words_from(source, start, count):
    return source.split()[start : start + count]


def each_replaced(words, every):
    others = ("granit", "winter", "seven", "lanterne", "somewhere", "azur")
    return [others[k % len(others)] if k % every == every - 1 else word for k, word in enumerate(words)]


def one_gone_and_one_more(words):
    return [*words[:14], *words[15:29], "unexpectedly", *words[29:]]


AROUND = "What I wrote myself this morning owes nothing to anyone, and it goes on for a while in its own way. "


@pytest.mark.parametrize("item", ["back-tuesday.txt", "la-colonne-des-remarques.txt"])
@pytest.mark.parametrize("start", [100, 1500])
@pytest.mark.parametrize(
    ("kind", "altered"),
    [
        pytest.param("verbatim", lambda words: words, id="word for word"),
        pytest.param("verbatim", lambda words: words[:20], id="twenty words"),
        pytest.param(
            "verbatim", lambda words: re.sub(r"[^\w\s]+", " ", " ".join(words).upper()).split(), id="in capitals"
        ),
        pytest.param("near-verbatim", lambda words: each_replaced(words, 10), id="each tenth word replaced"),
        pytest.param("near-verbatim", lambda words: each_replaced(words, 8), id="each eighth word replaced"),
        pytest.param("near-verbatim", one_gone_and_one_more, id="a word gone and one more"),
    ],
)
def test_an_altered_passage_is_a_copy_and_is_cited(corpus, item, start, kind, altered):
    passage = altered(words_from(corpus[item], start, 48))

    found = text(AROUND + " ".join(passage) + " " + AROUND, corpus)

    first = found.nearest[0]
    assert found.verdict == "copy"
    assert (first.item, first.kind) == (item, kind)
    place = corpus[item].index(" ".join(words_from(corpus[item], start, 6)))
    assert first.at["start"] == pytest.approx(place, abs=80)
    assert first.at["of_start"] == pytest.approx(len(AROUND), abs=80)


def test_the_rest_of_a_story_is_no_copy_of_its_beginning(corpus):
    for item, story in corpus.items():
        half = story.index(" ", len(story) // 2)
        for start in range(half, len(story) - 1500, 1500):
            found = text(story[start : start + 1500], corpus | {item: story[:half]})
            assert found.verdict != "copy", found.nearest


def test_the_same_words_in_another_order_are_no_copy(corpus):
    words = corpus["back-tuesday.txt"].split()
    random.Random(0).shuffle(words)

    assert text(" ".join(words), corpus).verdict == "distinct"


def test_a_quotation_in_a_long_text_is_a_copy_and_its_sentence_says_so(corpus):
    chance = random.Random(1)
    letters = ["".join(chance.choices("aeioulmnprst", k=6)) for _word in range(20_000)]
    letters[9_000:9_000] = words_from(corpus["back-tuesday.txt"], 600, 40)

    found = text(" ".join(letters), corpus)

    assert found.verdict == "copy"
    with use_language("en"):
        assert found.sentence().startswith("This text quotes “back-tuesday.txt”")


def test_changed_words_are_counted_in_the_sentence(corpus):
    words = words_from(corpus["back-tuesday.txt"], 300, 40)

    with use_language("en"):
        said = text(" ".join(each_replaced(words, 8)), corpus).sentence()

    assert said.startswith("A passage of “back-tuesday.txt” is in this text, nearly word for word")


def test_a_short_line_is_too_short_to_tell(corpus):
    found = text("And then it rained.", corpus)

    assert found.verdict != "copy"
    assert found.measures["plain"] == 1


def test_a_longest_passage_names_the_item_it_comes_from(corpus):
    short = " ".join(words_from(corpus["back-tuesday.txt"], 900, 25))
    long = " ".join(words_from(corpus["la-colonne-des-remarques.txt"], 900, 60))

    found = text(f"{short} {AROUND} {long}", corpus)

    assert {cited.item for cited in found.nearest} == set(corpus)
    assert found.nearest[0].item == "la-colonne-des-remarques.txt"
