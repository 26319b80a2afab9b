"""What may be published, and what is said when it may not: which item, why, and what to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from artia_lab.corpora import Corpus, Item
from artia_lab.errors import CorpusError
from artia_lab.i18n import use_language
from artia_lab.provenance import rules


def corpus(**said: Any) -> Corpus:
    plain = Corpus(
        id="mine",
        folder=Path("/nowhere"),
        title="Carnets d’Anne",
        authors=("Anne",),
        licence="CC-BY-4.0",
        consent="Asked her.",
        count=1,
        media=("image",),
        load=lambda: (),
    )
    return replace(plain, **said)


def record(*items: tuple[str, str], **said: Any) -> dict[str, Any]:
    listed = [{"file": file, "licence": licence, "author": "Anne"} for file, licence in items]
    return {
        "corpus": {"id": "mine", "title": "Carnets", "licence": "CC-BY-4.0", "publishable": True},
        "items": listed,
    } | said


def test_a_described_corpus_may_be_published_from() -> None:
    rules.refuse(corpus(), record(("a.png", "CC-BY-4.0"), ("b.png", "CC0-1.0")), "CC-BY-4.0")


def test_the_item_that_forbids_it_is_named_with_what_to_do() -> None:
    made = record(("a.png", "CC-BY-4.0"), ("vue.png", "CC-BY-NC-4.0"))
    with pytest.raises(CorpusError) as refused:
        rules.refuse(corpus(), made, "CC-BY-4.0")
    said = str(refused.value)
    assert "“vue.png” (CC-BY-NC-4.0): NonCommercial" in said and "a.png" not in said
    assert "CC-BY-NC-4.0, CC-BY-NC-SA-4.0" in said


def test_when_no_licence_suits_it_says_so() -> None:
    made = record(("a.png", "CC-BY-SA-4.0"), *((f"{n}.png", "CC-BY-ND-4.0") for n in range(9)))
    with pytest.raises(CorpusError, match=r"“0\.png”, “1\.png”, “2\.png” and 6 others .*No licence suits all"):
        rules.refuse(corpus(), made, "CC-BY-SA-4.0")


def test_an_item_without_a_licence_is_refused() -> None:
    with pytest.raises(CorpusError, match=r"“a.png”: no licence at all"):
        rules.refuse(corpus(), record(("a.png", "")), "CC-BY-4.0")


def test_a_run_that_named_no_item_is_held_to_the_corpus() -> None:
    made = record(corpus={"id": "mine", "title": "Carnets", "licence": "CC-BY-SA-4.0", "publishable": True})
    with pytest.raises(CorpusError, match="Carnets"):
        rules.refuse(corpus(), made, "CC-BY-4.0")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"private": True}, "private corpus"),
        ({"licence": " "}, "no licence"),
        ({"consent": ""}, "how consent was obtained"),
        ({"uses": ("recherche",)}, r"other uses \(recherche\)"),
        ({"uses": ("tout sauf la publication",)}, "other uses"),
        ({"uses": ("me demander avant de publier",)}, "other uses"),
        ({"uses": ("publication", "no publication online")}, "other uses"),
    ],
)
def test_a_corpus_that_is_kept_back_is_refused(said: dict[str, Any], why: str) -> None:
    with pytest.raises(CorpusError, match=why):
        rules.refuse(corpus(**said), record(("a.png", "CC0-1.0")), "CC-BY-4.0")


@pytest.mark.parametrize("uses", [(), ("",), ("publication",), ("Publier en ligne",), ("research", "publishing")])
def test_uses_that_name_publication_or_nothing_allow_it(uses: tuple[str, ...]) -> None:
    rules.refuse(corpus(uses=uses), record(("a.png", "CC0-1.0")), "CC-BY-4.0")


def test_a_consent_to_what_is_not_commercial_asks_for_a_licence_that_keeps_it() -> None:
    shy = corpus(uses=("publication non commerciale",))
    rules.refuse(shy, record(("a.png", "CC0-1.0")), "CC-BY-NC-4.0")
    with pytest.raises(CorpusError, match="not commercial"):
        rules.refuse(shy, record(("a.png", "CC0-1.0")), "CC-BY-4.0")


def test_a_run_made_while_the_corpus_was_private_stays_private() -> None:
    made = record(corpus={"id": "mine", "title": "Carnets", "licence": "CC0-1.0", "publishable": False})
    with pytest.raises(CorpusError, match="When this run was made"):
        rules.refuse(corpus(), made, "CC-BY-4.0")


def test_a_model_passes_on_what_it_learnt_from() -> None:
    learnt = {"id": "m", "corpus": {"title": "Journal intime", "publishable": False}}
    with pytest.raises(CorpusError, match="Journal intime"):
        rules.refuse(corpus(), record(("a.png", "CC0-1.0"), model=learnt), "CC-BY-4.0")


def test_terms_of_ones_own_need_a_consent_that_names_publication() -> None:
    made = record(("a.png", "LicenseRef-tous-droits"))
    with pytest.raises(CorpusError, match="LicenseRef-tous-droits"):
        rules.refuse(corpus(), made, "LicenseRef-tous-droits")
    rules.refuse(corpus(uses=("publication",)), made, "LicenseRef-tous-droits")


def test_the_corpuss_own_licence_is_suggested_when_it_suits() -> None:
    assert rules.suggestion(corpus(), record(("a.png", "CC0-1.0"))) == "CC-BY-4.0"
    assert rules.suggestion(corpus(), record(("a.png", "CC-BY-SA-4.0"))) == "CC-BY-SA-4.0"
    assert rules.suggestion(corpus(), record(("a.png", "CC-BY-ND-4.0"))) == ""


def test_items_are_put_in_only_when_they_may_be_passed_on() -> None:
    item = Item(file="a.png", medium="image", sha256="0" * 64, licence="LicenseRef-mine")
    with pytest.raises(CorpusError, match="corpus-digest-only"):
        rules.refuse_sharing(corpus(load=lambda: (item,)))
    rules.refuse_sharing(corpus(load=lambda: (item,), uses=("publication",)))


def test_it_is_said_in_french_too() -> None:
    with use_language("fr"), pytest.raises(CorpusError, match=r"CC-BY-ND-4\.0"):
        rules.refuse(corpus(), record(("a.png", "CC-BY-ND-4.0")), "CC-BY-4.0")
