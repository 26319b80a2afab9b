from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artia_lab.corpora import Corpus, Item, datasheet
from artia_lab.errors import CorpusError

SUM = "ab" * 32
# Anything a file may be called: newlines and emoji are, surrogates and NUL are not.
words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
names = words.filter(lambda name: name not in ("", ".", "..")).map(lambda name: name.replace("/", "∕"))
items = st.builds(
    Item,
    file=names,
    medium=st.just(""),
    sha256=st.binary(min_size=32, max_size=32).map(bytes.hex),
    author=words,
    licence=words,
)


@given(
    facts=st.fixed_dictionaries(
        {
            "title": words,
            "authors": st.lists(words, max_size=3).map(tuple),
            "licence": words,
            "consent": words,
            "uses": st.lists(words, max_size=3).map(tuple),
            "contact": words,
            "language": words,
            "description": words,
            "private": st.booleans(),
        }
    ),
    listed=st.lists(items, max_size=4, unique_by=lambda item: item.file),
)
def test_a_datasheet_comes_back_as_it_was_written(facts: dict, listed: list[Item]) -> None:
    with tempfile.TemporaryDirectory() as name:
        written = Corpus(
            id="x", folder=Path(name), count=len(listed), media=(), load=lambda: tuple(listed), **facts
        )
        datasheet.write(written)
        back = datasheet.read(Path(name), "x")
    assert back == replace(written, media=back.media)
    assert [replace(item, medium="") for item in back.items] == list(written.items)
    assert back.digest == written.digest


def test_what_a_person_wrote_above_the_items_is_kept(corpus: Corpus) -> None:
    path = corpus.folder / "corpus.toml"
    path.write_text("# Ne pas montrer avant mars.\n" + path.read_text("utf-8"), "utf-8")
    datasheet.write(corpus)
    datasheet.write(corpus)
    page = path.read_text("utf-8")
    assert page.startswith("# Ne pas montrer avant mars.\n")
    assert page.count("[[items]]") == 3
    assert datasheet.read(corpus.folder, corpus.id) == corpus


def test_an_item_takes_the_author_and_licence_of_its_corpus_unless_it_has_its_own(tmp_path: Path) -> None:
    (tmp_path / "corpus.toml").write_text(
        f'authors = ["Ada", "Bo"]\nlicence = "MIT"\n[[items]]\nfile = "a"\nsha256 = "{SUM}"\n'
        f'[[items]]\nfile = "b"\nsha256 = "{SUM}"\nauthor = ""\nlicence = ""\n'
    )
    a, b = datasheet.read(tmp_path, "x").items
    assert (a.author, a.licence) == ("Ada, Bo", "MIT")
    assert (b.author, b.licence) == ("", "")


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ('titel = "x"', "“titel” is not one of its keys; they are: title, authors, licence"),
        ("title = 3", "“title” must be words between quotation marks"),
        ('authors = "Ada"', "“authors” must be a list of words"),
        ("authors = [1]", "“authors” must be a list of words"),
        ('private = "no"', "“private” must be true or false"),
        ("private = 0", "“private” must be true or false"),
        ("items = 3", "“items” must be a list of tables"),
        ("items = [3]", "“items” must be a list of tables"),
        ("[[items]]", "an item has no “file”"),
        ('[[items]]\nfile = "a"', "the “sha256” of “a” must be 64 hexadecimal digits"),
        ('[[items]]\nfile = "a"\nsha256 = "beef"', "the “sha256” of “a” must be 64 hexadecimal digits"),
        (f'[[items]]\nfile = "../a"\nsha256 = "{SUM}"', "“../a” cannot be the name of an item"),
        (f'[[items]]\nfile = "/a"\nsha256 = "{SUM}"', "“/a” cannot be the name of an item"),
        (f'[[items]]\nfile = "a"\nsha256 = "{SUM}"\nsize = 3', "“size” is not one of its keys"),
        (f'[[items]]\nfile = "a"\nsha256 = "{SUM}"\n' * 2, "“a” is listed twice"),
        ("title = ", "is not a readable TOML file"),
    ],
)
def test_what_a_datasheet_may_not_say_is_refused_with_what_is_allowed(
    tmp_path: Path, page: str, said: str
) -> None:
    (tmp_path / "corpus.toml").write_text(page)
    with pytest.raises(CorpusError) as refused:
        datasheet.read(tmp_path, "x")
    assert said in str(refused.value)


def test_a_datasheet_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "corpus.toml").write_bytes('title = "été"'.encode("latin-1"))
    with pytest.raises(CorpusError, match="not a readable TOML file"):
        datasheet.read(tmp_path, "x")


def test_a_full_disk_leaves_the_datasheet_as_it_was(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (corpus.folder / "corpus.toml").read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CorpusError, match="cannot be written: No space left on device"):
        datasheet.write(replace(corpus, title="Autre"))
    assert (corpus.folder / "corpus.toml").read_bytes() == before
    assert not list(corpus.folder.glob(".*"))
