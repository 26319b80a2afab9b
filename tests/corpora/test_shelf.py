from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from artia_lab.corpora import Corpus, describe, every, find, starter
from artia_lab.errors import CorpusError, NotFound
from artia_lab.i18n import use_language


def test_a_corpus_of_the_persons_is_found_by_the_name_of_its_folder(corpus: Corpus, artia_home: Path) -> None:
    shutil.copytree(corpus.folder, artia_home / "corpora" / "rivage")
    found = find("rivage")
    assert (found.id, found.digest) == ("rivage", corpus.digest)
    assert "rivage" in [each.id for each in every()]


def test_a_corpus_anywhere_is_found_by_its_folder_and_by_its_id(corpus: Corpus) -> None:
    assert find(corpus.folder) == find(str(corpus.folder)) == find(corpus.id) == corpus


def test_a_folder_of_ones_own_has_an_id_that_does_not_name_the_person(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(folder.parent))
    corpus = describe(folder, title="Rivage", private=True)
    assert corpus.id == "~/rivage"
    assert find("~/rivage") == corpus


def test_a_folder_next_to_the_person_is_found_by_its_name(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(corpus.folder.parent)
    assert find("rivage") == find("./rivage") == corpus


@pytest.mark.parametrize(
    "name", ["rivagee", "", "system/nothing", "starter/nothing", "/nowhere", "a\nb", "x" * 5000]
)
def test_a_corpus_that_is_nowhere_is_said_with_those_there_are(name: str) -> None:
    with pytest.raises(NotFound, match="starter/drawings"):
        find(name)


def test_a_folder_that_is_not_described_says_how_to(folder: Path) -> None:
    with pytest.raises(CorpusError, match="artia corpus new FOLDER --title"):
        find(folder)


def test_a_list_makes_and_decodes_nothing(artia_home: Path) -> None:
    starters = [corpus for corpus in every() if corpus.id.startswith("starter/")]
    assert [(corpus.id, corpus.media) for corpus in starters] == [
        ("starter/drawings", ("image",)),
        ("starter/sounds", ("audio",)),
        ("starter/texts-fr", ("text",)),
        ("starter/texts-en", ("text",)),
    ]
    assert not artia_home.exists()


def test_a_corpus_whose_datasheet_cannot_be_read_is_listed_with_the_reason(artia_home: Path) -> None:
    broken = artia_home / "corpora" / "casse"
    broken.mkdir(parents=True)
    (broken / "corpus.toml").write_text("title = ")
    (listed,) = [corpus for corpus in every() if corpus.id == "casse"]
    assert (listed.count, listed.items) == (0, ())
    assert "not a readable TOML file" in listed.left_out[0].reason


def test_what_is_not_a_corpus_in_the_persons_folder_is_passed_over(artia_home: Path) -> None:
    (artia_home / "corpora" / "pas un corpus").mkdir(parents=True)
    (artia_home / "corpora" / "note.txt").touch()
    assert all(corpus.id.startswith(("starter/", "system/")) for corpus in every())


def test_a_folder_that_may_not_be_read_is_said(corpus: Corpus) -> None:
    if os.geteuid() == 0:  # root may read anything: make the datasheet a folder instead
        (corpus.folder / "corpus.toml").unlink()
        (corpus.folder / "corpus.toml").mkdir()
    else:
        (corpus.folder / "corpus.toml").chmod(0)
    with pytest.raises(CorpusError):
        find(corpus.folder)


@pytest.mark.parametrize(("code", "lent"), [("fr", "starter/texts-fr"), ("en", "starter/texts-en")])
def test_the_lab_lends_a_text_in_the_persons_language(code: str, lent: str) -> None:
    with use_language(code):
        assert starter("text") == lent


@pytest.mark.parametrize(("medium", "lent"), [("image", "starter/drawings"), ("audio", "starter/sounds")])
def test_the_lab_lends_a_corpus_of_each_medium(medium: str, lent: str) -> None:
    assert starter(medium) == lent
