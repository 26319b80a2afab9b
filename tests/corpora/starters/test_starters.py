from __future__ import annotations

import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from artia_lab.corpora import CorpusReader, check, every, find
from artia_lab.errors import CorpusError
from artia_lab.i18n import use_language


@pytest.mark.parametrize("name", ["texts-fr", "texts-en"])
def test_a_text_of_at_least_thirty_kilobytes_comes_with_the_lab(name: str) -> None:
    corpus = find(f"starter/{name}")
    (item,) = corpus.items
    assert (item.licence, item.author, corpus.language) == ("CC0-1.0", "ArtIA Lab", name[-2:])
    with CorpusReader(corpus) as reader:
        assert len(reader.text(item).encode("utf-8")) >= 30_000


@pytest.mark.parametrize("name", ["drawings", "sounds"])
def test_what_is_generated_is_in_order(name: str, artia_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module(f"artia_lab.corpora.starters.{name}")
    files = list(module.FILES)
    assert 12 <= len(files) <= 20
    monkeypatch.setattr(
        module, "FILES", {file: module.FILES[file] for file in files[:2]} if name == "drawings" else files[:2]
    )
    report = check(f"starter/{name}")
    assert report.findings == ()
    assert report.corpus.count == len(report.corpus.items) == 2
    assert report.corpus.publishable
    assert [path.name for path in (artia_home / "corpora").iterdir()] == [f"starter-{name}"]


def test_it_can_be_found_by_its_folder_too(artia_home: Path) -> None:
    by_id = find("starter/texts-fr")
    by_folder = find(artia_home / "corpora" / "starter-texts-fr")
    assert (by_folder.id, by_folder.digest) == (by_id.id, by_id.digest)


def test_its_datasheet_says_in_both_languages_what_it_is(artia_home: Path) -> None:
    find("starter/texts-fr")
    page = (artia_home / "corpora" / "starter-texts-fr" / "corpus.toml").read_text("utf-8")
    assert "récit écrit pour ArtIA Lab" in page and "a story written in French for ArtIA Lab" in page
    assert "domaine public" in page and "public domain" in page


def test_it_is_shown_in_the_language_in_force() -> None:
    with use_language("fr"):
        assert "Dessins de départ" in [corpus.title for corpus in every()]
    with use_language("en"):
        assert "Starter drawings" in [corpus.title for corpus in every()]


def test_thrown_away_it_comes_back_the_same(artia_home: Path) -> None:
    before = find("starter/texts-en").digest
    shutil.rmtree(artia_home / "corpora")
    assert find("starter/texts-en").digest == before


def test_two_processes_may_make_it_at_once(artia_home: Path) -> None:
    code = "from artia_lab.corpora import find; print(find('starter/texts-fr').digest)"
    both = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _twice in range(2)
    ]
    said = {process.communicate()[0] for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert said == {find("starter/texts-fr").digest + "\n"}
    assert [path.name for path in (artia_home / "corpora").iterdir()] == ["starter-texts-fr"]


def test_a_maker_that_loses_the_race_takes_what_the_other_made(
    monkeypatch: pytest.MonkeyPatch, artia_home: Path
) -> None:
    from artia_lab.corpora.starters import texts_fr

    slow = texts_fr.write

    def overtaken(folder: Path) -> None:
        monkeypatch.setattr(texts_fr, "write", slow)
        find("starter/texts-fr")
        slow(folder)

    monkeypatch.setattr(texts_fr, "write", overtaken)
    assert find("starter/texts-fr").count == 1
    assert [path.name for path in (artia_home / "corpora").iterdir()] == ["starter-texts-fr"]


def test_a_disk_without_room_costs_a_sentence_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, artia_home: Path
) -> None:
    def full(_source: object, _target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(CorpusError, match="cannot be made: No space left on device"):
        find("starter/texts-fr")
    assert list((artia_home / "corpora").iterdir()) == []
