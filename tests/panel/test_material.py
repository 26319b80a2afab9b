from pathlib import Path

import pytest

from artia_lab import corpora, experiments
from artia_lab.errors import CorpusError
from artia_lab.panel import material


def test_only_corpora_of_the_medium_are_offered() -> None:
    offered = [each["id"] for each in material.offered(["text"])]
    assert "starter/texts-fr" in offered
    assert "starter/sounds" not in offered


def test_a_corpus_without_the_medium_is_refused_in_a_sentence(pictures: str) -> None:
    with pytest.raises(CorpusError, match="“Two skies” holds no sound"):
        material.usable(pictures, ["audio"])


def test_an_experiment_of_any_medium_is_offered_them_all(pictures: str) -> None:
    anything = experiments.load("critical.copy-check").media
    offered = {each["id"] for each in material.offered(anything)}
    assert {"starter/drawings", "starter/sounds", "starter/texts-fr"} <= offered
    assert material.usable(pictures, anything).title == "Two skies"


def test_a_corpus_without_anything_is_refused_in_a_sentence(pictures: str) -> None:
    sheet = Path(pictures) / "corpus.toml"
    sheet.write_text(sheet.read_text(encoding="utf-8").partition("[[")[0], encoding="utf-8")
    with pytest.raises(CorpusError, match="“Two skies” holds no picture, sound or text"):
        material.usable(pictures, experiments.MEDIA)


def test_terms_say_whose_it_is_and_what_may_be_done(pictures: str) -> None:
    assert material.terms(corpora.find(pictures)) == {
        "sentence": "“Two skies”, by Ada. Licence: CC-BY-4.0.",
        "consent": "Given by Ada herself.",
        "warning": "",
    }


def test_a_private_corpus_says_that_nothing_of_it_can_be_published(tmp_path: Path) -> None:
    (tmp_path / "poem.txt").write_text("words")
    corpus = corpora.describe(tmp_path, title="Mine", private=True)
    said = material.terms(corpus)
    assert said["sentence"] == "“Mine”, by nobody named. No licence."
    assert said["warning"] == "Private corpus: nothing made from it can be published."


def test_many_authors_are_counted() -> None:
    assert (
        material.credit("Sea", ["A", "B", "C", "D", "E"], "MIT") == "“Sea”, by A, B, C and 2 others. Licence: MIT."
    )


def test_files_are_listed_only_for_the_controls_that_need_them(pictures: str) -> None:
    corpus = corpora.find(pictures)
    assert material.files(corpus, {"image"}) == {"image": ["dawn.png", "dusk.png"]}
    assert material.files(corpus, set()) == {}
