from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from artia_lab.corpora import Corpus, check, find
from artia_lab.errors import CorpusError


def test_a_corpus_in_order_has_nothing_to_put_right(corpus: Corpus) -> None:
    report = check(corpus.folder)
    assert report.ok
    assert report.corpus == corpus


def test_missing_changed_damaged_and_unknown_files_are_found(corpus: Corpus) -> None:
    whole = (corpus.folder / "greve.png").read_bytes()
    (corpus.folder / "vague.wav").unlink()
    (corpus.folder / "marée.txt").write_text("autre chose")
    (corpus.folder / "greve.png").write_bytes(whole[: len(whole) // 2])
    _list_again(corpus.folder, "greve.png")
    Image.new("L", (3, 3)).save(corpus.folder / "neuf.png")
    (corpus.folder / "plan.svg").write_text("<svg/>")
    said = {finding.file: finding.sentence for finding in check(corpus.folder).findings}
    assert "is no longer in" in said["vague.wav"]
    assert "has changed since the corpus was described" in said["marée.txt"]
    assert "is cut short" in said["greve.png"]
    assert "is not in the datasheet" in said["neuf.png"]
    assert "SVG" in said["plan.svg"]
    assert len(said) == 5


def _list_again(folder: Path, name: str) -> None:
    from artia_lab.corpora import add

    add(folder, [folder / name])


def test_missing_terms_are_found_all_at_once(corpus: Corpus) -> None:
    path = corpus.folder / "corpus.toml"
    page = path.read_text("utf-8").replace('licence = "CC-BY-4.0"', 'licence = ""')
    path.write_text(page.replace("The author agreed in writing.", ""), "utf-8")
    sentences = [finding.sentence for finding in check(corpus.folder).findings]
    assert ["has no licence" in sentences[0], "consent" in sentences[1], len(sentences)] == [True, True, 2]
    with pytest.raises(CorpusError, match="has no licence"):
        find(corpus.folder)


def test_a_licence_that_is_not_spdx_is_found(corpus: Corpus) -> None:
    path = corpus.folder / "corpus.toml"
    path.write_text(path.read_text("utf-8").replace("CC-BY-4.0", "CC BY"), "utf-8")
    (finding,) = check(corpus.folder).findings
    assert "“CC BY” is not an SPDX licence" in finding.sentence
