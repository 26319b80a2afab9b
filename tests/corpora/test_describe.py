from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from artia_lab.corpora import Corpus, add, describe, find
from artia_lab.errors import CorpusError, MaterialError

TERMS = {"title": "Rivage", "authors": ["Ada"], "licence": "cc-by-4.0", "consent": "The author agreed in writing."}


def test_a_folder_is_described_in_place(folder: Path) -> None:
    corpus = describe(folder, **TERMS, uses=["exposition"], language="fr")
    assert [(item.file, item.medium) for item in corpus.items] == [
        ("greve.png", "image"),
        ("marée.txt", "text"),
        ("vague.wav", "audio"),
    ]
    assert (corpus.licence, corpus.uses, corpus.publishable) == ("CC-BY-4.0", ("exposition",), True)
    assert find(folder) == corpus


def test_what_is_in_subfolders_is_described_and_what_is_hidden_is_passed_over(folder: Path) -> None:
    (folder / "nuit" / ".cache").mkdir(parents=True)
    Image.new("L", (4, 4)).save(folder / "nuit" / "lune.gif")
    Image.new("L", (4, 4)).save(folder / "nuit" / ".cache" / "lune.png")
    (folder / ".DS_Store").write_bytes(bytes(20))
    corpus = describe(folder, **TERMS)
    assert [item.file for item in corpus.items] == ["greve.png", "marée.txt", "nuit/lune.gif", "vague.wav"]
    assert corpus.left_out == ()


def test_files_that_cannot_be_used_are_left_out_with_the_reason(folder: Path) -> None:
    (folder / "plan.png").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    (folder / "jeu.jpg").write_bytes(b"\x7fELF" + bytes(60))
    (folder / "vide.txt").touch()
    (folder / "ailleurs.txt").symlink_to("/etc/hostname")
    (folder / "dehors").symlink_to("/etc")
    os.mkfifo(folder / "tuyau")
    corpus = describe(folder, **TERMS)
    reasons = {out.file: out.reason for out in corpus.left_out}
    assert corpus.count == 3
    assert sorted(reasons) == ["ailleurs.txt", "dehors", "jeu.jpg", "plan.png", "tuyau", "vide.txt"]
    assert "SVG" in reasons["plan.png"]
    assert "program" in reasons["jeu.jpg"]
    assert "outside its corpus" in reasons["ailleurs.txt"]
    assert all(f"“{name}”" in reason for name, reason in reasons.items())


def test_names_with_a_newline_and_an_emoji_are_kept(folder: Path) -> None:
    for name in ("deux\nlignes.png", "🐚.png"):
        Image.new("RGB", (3, 3)).save(folder / name)
    describe(folder, **TERMS)
    assert {"deux\nlignes.png", "🐚.png"} <= {item.file for item in find(folder).items}


def test_a_name_that_is_not_text_is_left_out(folder: Path) -> None:
    (folder / os.fsdecode(b"caf\xe9.txt")).write_text("noir")
    (out,) = describe(folder, **TERMS).left_out
    assert out.reason == r"“caf\udce9.txt” has a name that is not readable text. Rename it."


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("title", "has no title"),
        ("authors", "names no author"),
        ("licence", "has no licence"),
        ("consent", "does not say how consent was obtained"),
    ],
)
def test_what_is_missing_is_refused_before_anything_is_written(folder: Path, missing: str, said: str) -> None:
    with pytest.raises(CorpusError, match=said):
        describe(folder, **{key: value for key, value in TERMS.items() if key != missing})
    assert not (folder / "corpus.toml").exists()


def test_a_private_corpus_needs_no_licence_and_cannot_be_published(folder: Path) -> None:
    corpus = describe(folder, title="À moi", private=True)
    assert not corpus.publishable
    assert find(folder).private


def test_a_licence_that_is_not_spdx_is_refused(folder: Path) -> None:
    with pytest.raises(CorpusError, match="is not an SPDX licence"):
        describe(folder, **{**TERMS, "licence": "free for all"})


def test_a_language_that_is_none_is_refused(folder: Path) -> None:
    with pytest.raises(CorpusError, match="is not a language code"):
        describe(folder, **TERMS, language="français")


def test_a_folder_is_described_once(folder: Path) -> None:
    describe(folder, **TERMS)
    with pytest.raises(CorpusError, match="is described already"):
        describe(folder, **TERMS)


def test_a_missing_folder_and_an_empty_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="There is no folder"):
        describe(tmp_path / "rien", **TERMS)
    (tmp_path / "vide").mkdir()
    with pytest.raises(CorpusError, match="holds no picture, sound or text"):
        describe(tmp_path / "vide", **TERMS)


def test_a_file_from_elsewhere_is_copied_in(corpus: Corpus, tmp_path: Path) -> None:
    Image.new("RGB", (5, 5), "red").save(tmp_path / "rouge.png")
    changed = add(corpus, [tmp_path / "rouge.png"], author="Bo", licence="mit")
    assert (corpus.folder / "rouge.png").read_bytes() == (tmp_path / "rouge.png").read_bytes()
    (new,) = [item for item in changed.items if item.file == "rouge.png"]
    assert (new.author, new.licence, changed.count) == ("Bo", "MIT", 4)
    assert find(corpus.folder) == changed
    assert changed.digest != corpus.digest


def test_a_file_that_was_changed_on_purpose_is_said_again(corpus: Corpus) -> None:
    (corpus.folder / "marée.txt").write_text("La mer s’en va.", "utf-8")
    changed = add(corpus.folder, [corpus.folder / "marée.txt"])
    assert changed.count == 3
    assert changed.digest != corpus.digest


def test_nothing_is_added_unless_all_can_be(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "bon.txt").write_text("bon")
    (tmp_path / "mauvais.png").write_bytes(b"MZ" + bytes(50))
    with pytest.raises(MaterialError, match=r"“mauvais\.png” is a program"):
        add(corpus, [tmp_path / "bon.txt", tmp_path / "mauvais.png"])
    assert not (corpus.folder / "bon.txt").exists()
    assert find(corpus.folder) == corpus


def test_a_disk_that_fills_up_leaves_the_corpus_as_it_was(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bon.txt").write_text("bon")

    def full(_source: object, target: Path) -> None:
        Path(target).write_text("b")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(CorpusError, match="cannot be copied into the corpus: No space left on device"):
        add(corpus, [tmp_path / "bon.txt"])
    assert not (corpus.folder / "bon.txt").exists()
    assert find(corpus.folder) == corpus


def test_a_file_of_the_same_name_is_not_overwritten(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "marée.txt").write_text("autre")
    with pytest.raises(CorpusError, match=r"already has a file named “marée\.txt”"):
        add(corpus, [tmp_path / "marée.txt"])


def test_two_files_of_one_name_are_not_added_together(corpus: Corpus, tmp_path: Path) -> None:
    for where in ("a", "b"):
        (tmp_path / where).mkdir()
        (tmp_path / where / "x.txt").write_text(where)
    with pytest.raises(CorpusError, match=r"already has a file named “x\.txt”"):
        add(corpus, [tmp_path / "a" / "x.txt", tmp_path / "b" / "x.txt"])
    assert not (corpus.folder / "x.txt").exists()


@pytest.mark.parametrize("name", ["absent.png", "dossier"])
def test_a_missing_file_and_a_folder_cannot_be_added(corpus: Corpus, tmp_path: Path, name: str) -> None:
    (tmp_path / "dossier").mkdir()
    with pytest.raises(MaterialError, match=name):
        add(corpus, [tmp_path / name])


def test_what_came_with_the_lab_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "bon.txt").write_text("bon")
    with pytest.raises(CorpusError, match="came with the lab"):
        add("starter/texts-fr", [tmp_path / "bon.txt"])
