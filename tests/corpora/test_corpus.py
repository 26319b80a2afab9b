from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from artia_lab.corpora import Corpus, Item

ONE = Item(file="a.png", medium="image", sha256="0" * 64, author="Ada", licence="CC0-1.0")
TWO = Item(file="b.png", medium="image", sha256="1" * 64, author="Ada", licence="CC0-1.0")


def corpus(*items: Item, **facts: object) -> Corpus:
    known: dict = {"id": "x", "folder": Path("/x"), "title": "X", "licence": "CC0-1.0", "consent": "given"}
    return Corpus(**{**known, **facts}, count=len(items), media=("image",), load=lambda: items)


def test_items_come_in_the_order_of_their_names() -> None:
    assert corpus(TWO, ONE).items == (ONE, TWO)


def test_the_digest_does_not_depend_on_where_the_folder_stands_nor_on_the_words_around_it() -> None:
    assert corpus(ONE, TWO).digest == corpus(TWO, ONE, folder=Path("/y"), title="Y", consent="donné").digest


@pytest.mark.parametrize(
    "other",
    [
        corpus(ONE),
        corpus(),
        corpus(ONE, replace(TWO, sha256="2" * 64)),
        corpus(ONE, replace(TWO, file="c.png")),
        corpus(ONE, replace(TWO, licence="MIT")),
        corpus(ONE, replace(TWO, author="")),
        corpus(ONE, TWO, licence="MIT"),
        corpus(ONE, TWO, private=True),
    ],
)
def test_the_digest_changes_with_the_files_and_the_facts_of_their_licences(other: Corpus) -> None:
    assert other.digest != corpus(ONE, TWO).digest


@pytest.mark.parametrize(
    ("facts", "may"),
    [({}, True), ({"private": True}, False), ({"licence": ""}, False), ({"consent": ""}, False)],
)
def test_only_what_has_a_licence_and_consent_and_is_not_private_may_be_published(facts: dict, may: bool) -> None:
    assert corpus(ONE, **facts).publishable is may


def test_items_are_loaded_once_and_late() -> None:
    calls = []
    late = replace(corpus(ONE), load=lambda: calls.append(1) or (ONE,))
    assert (late.count, calls) == (1, [])
    assert late.items == late.items == (ONE,)
    assert calls == [1]
