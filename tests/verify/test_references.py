"""References: found, kept whole or not at all, small, and with nothing private in them."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artia_lab.errors import Mistake
from artia_lab.runs import RunFolder
from artia_lab.runs.digests import file_digest
from artia_lab.verify import compare_notebooks, references
from artia_lab.verify.references import finding, keeping, pieces
from artia_lab.verify.references.privacy import Private

CODE = 'print("hello")'
Write = Callable[..., Path]


@pytest.fixture
def notebook() -> Write:
    """Write a notebook of one cell: ``notebook(place, outputs=(), code=CODE, **metadata)``."""

    def _write(place: Path, outputs: tuple[Any, ...] = (), code: str = CODE, **metadata: Any) -> Path:
        cell = {"cell_type": "code", "id": "a", "source": [code], "metadata": {}, "execution_count": None}
        document = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": [cell]}
        cell["outputs"] = list(outputs)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(document), encoding="utf-8")
        return place

    return _write


@pytest.fixture
def rerun(tmp_path: Path, notebook: Write, text_run: RunFolder) -> tuple[Path, Path, RunFolder]:
    """A notebook, its executed copy elsewhere, and a run of it."""
    place = notebook(tmp_path / "notebooks" / "T.ipynb")
    account = {
        "input_path": str(place),
        "output_path": str(tmp_path / "out" / "T.ipynb"),
        "parameters": {"seed": 0},
    }
    said = {"output_type": "stream", "name": "stdout", "text": [f"made in {tmp_path / 'out'}/runs"]}
    executed = notebook(tmp_path / "out" / "T.ipynb", (said,), papermill=account)
    run = tmp_path / "out" / "runs" / "T" / text_run.id
    shutil.copytree(text_run.path, run)
    return place, executed, RunFolder(run)


def test_what_is_kept_is_found_and_is_the_same(rerun: tuple[Path, Path, RunFolder]) -> None:
    place, executed, run = rerun
    assert references.find(place) is None
    references.keep(place, executed, [run])
    found = references.find(place)
    assert found is not None and found.folder == place.parent / "references" / "T"
    with found.opened() as opened:
        assert compare_notebooks(
            opened.notebook, executed, list(zip(opened.runs, [run], strict=True))
        ).verdict == ("identical")
        assert opened.parameters() == {"seed": 0}
        assert all(
            file_digest(opened.runs[0].path / each["path"]) == each["sha256"]
            for each in opened.runs[0].record()["outputs"]
        )


def test_it_holds_what_is_compared_and_nothing_else(rerun: tuple[Path, Path, RunFolder]) -> None:
    place, executed, run = rerun
    folder = references.keep(place, executed, [run]).folder
    kept = {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}
    outputs = {f"runs/T/{run.id}/{each['path']}" for each in run.record()["outputs"]}
    assert kept == outputs | {"T.ipynb", f"runs/T/{run.id}/record.json", f"runs/T/{run.id}/request.json"}
    assert os.listdir(folder.parent) == ["T"]


def test_nothing_of_the_machine_is_in_it(
    rerun: tuple[Path, Path, RunFolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, executed, run = rerun
    monkeypatch.setattr("socket.gethostname", lambda: "studio-of-ada.example")
    folder = references.keep(place, executed, [run]).folder
    text = "".join(
        each.read_text(encoding="utf-8", errors="replace") for each in folder.rglob("*.*") if each.is_file()
    )
    for private in (str(tmp_path), str(Path.home()), "studio-of-ada", "input_path", "output_path"):
        assert private not in text


def test_folders_and_the_machine_are_named_by_words_that_are_the_same_everywhere(tmp_path: Path) -> None:
    private = Private(((f"{tmp_path}/out", "."), (str(tmp_path), "~")), "studio-of-ada")
    said = f"{tmp_path}/out/a.png, “{tmp_path}”, {tmp_path}-2, on studio-of-ada."
    assert private.cleaned([{"text": said}]) == [{"text": f"./a.png, “~”, {tmp_path}-2, on host."}]


def test_what_only_looks_like_a_folder_in_a_picture_stays(tmp_path: Path) -> None:
    content = f"AAAA/root/AA{base64.b64encode(os.urandom(90)).decode()}"
    private = Private((("/root", "~"),))
    for document in (
        {"image/png": content},
        {"text/html": f'<img src="data:image/png;base64,{content}">'},
        {"buffers": [{"data": content, "encoding": "base64", "path": ["value"]}]},
    ):
        assert private.cleaned(document) == document
    assert private.cleaned({"text/html": "<p>/root/a</p>"}) == {"text/html": "<p>~/a</p>"}


def test_a_text_that_names_a_folder_is_refused(rerun: tuple[Path, Path, RunFolder], tmp_path: Path) -> None:
    place, executed, run = rerun
    (run.outputs_folder / "text.txt").write_text(f"I live in {tmp_path}/out.", encoding="utf-8")
    with pytest.raises(Mistake, match=r"text\.txt"):
        references.keep(place, executed, [run])
    assert references.find(place) is None


def test_the_older_one_stands_until_the_new_one_is_whole(
    rerun: tuple[Path, Path, RunFolder], monkeypatch: pytest.MonkeyPatch, notebook: Write
) -> None:
    place, executed, run = rerun
    kept = references.keep(place, executed, [run])
    before = (kept.folder / "T.ipynb").read_bytes()

    def _full(*_asked: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "_flush", _full)
        with pytest.raises(Mistake, match="No space left"):
            references.keep(place, executed, [run])
    assert (kept.folder / "T.ipynb").read_bytes() == before
    assert os.listdir(kept.folder.parent) == ["T"]
    references.keep(place, notebook(executed, code="print('bye')"), [])
    assert b"bye" in (kept.folder / "T.ipynb").read_bytes()
    assert sorted(os.listdir(kept.folder)) == ["T.ipynb"]


def test_without_an_exchange_of_names_it_is_replaced_all_the_same(
    rerun: tuple[Path, Path, RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    place, executed, run = rerun
    monkeypatch.setattr(keeping.ctypes, "CDLL", lambda _name: object())
    for _time in range(2):
        kept = references.keep(place, executed, [run])
    assert references.find(place) == kept and os.listdir(kept.folder.parent) == ["T"]


def test_what_is_too_large_is_kept_in_pieces_and_comes_back_byte_for_byte(tmp_path: Path) -> None:
    folder, whole = tmp_path / "reference", tmp_path / "whole"
    (folder / "outputs").mkdir(parents=True)
    content = os.urandom(2_500_000)
    (folder / "outputs" / "model.safetensors").write_bytes(content)
    (folder / "small.txt").write_text("small", encoding="utf-8")
    pieces.split(folder)
    assert all(each.stat().st_size <= 1_000_000 for each in folder.rglob("*") if each.is_file())
    assert len(list((folder / "outputs").iterdir())) == 3
    pieces.join(folder, whole)
    assert (whole / "outputs" / "model.safetensors").read_bytes() == content
    assert {each.name for each in whole.rglob("*") if each.is_file()} == {"model.safetensors", "small.txt"}


@pytest.mark.parametrize("harm", ["cut", "missing", "other"])
def test_a_damaged_piece_is_said(tmp_path: Path, harm: str) -> None:
    folder = tmp_path / "reference"
    folder.mkdir()
    (folder / "a.wav").write_bytes(os.urandom(1_500_000))
    pieces.split(folder)
    last = folder / "a.wav.xz-2"
    match harm:
        case "cut":
            last.write_bytes(last.read_bytes()[:-1000])
        case "missing":
            last.unlink()
        case _:
            last.write_bytes(os.urandom(1000))
    with pytest.raises(Mistake, match=r"“a\.wav”"):
        pieces.join(folder, tmp_path / "whole")


def test_pieces_that_would_fill_the_disk_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "reference"
    folder.mkdir()
    (folder / "a.wav").write_bytes(bytes(20_000_000))
    pieces.split(folder)
    monkeypatch.setattr(pieces, "WHOLE_LIMIT_BYTES", 10_000_000)
    with pytest.raises(Mistake):
        pieces.join(folder, tmp_path / "whole")
    assert (tmp_path / "whole" / "a.wav").stat().st_size < 12_000_000


def test_a_copy_of_the_librarys_notebook_has_the_librarys_reference(
    tmp_path: Path, notebook: Write, artia_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "library"
    monkeypatch.setattr(finding, "data_folder", lambda _name: library)
    kept = references.keep(notebook(library / "fr" / "T.ipynb"), notebook(tmp_path / "out" / "T.ipynb"), [])
    copy = notebook(artia_home / "notebooks" / "fr" / "T.ipynb")
    assert references.find(copy) == kept
    assert references.find(notebook(artia_home / "notebooks" / "en" / "T.ipynb")) is None
    assert references.find(notebook(tmp_path / "elsewhere" / "T.ipynb")) is None
    notebook(copy, code="print('mine')")
    assert references.find(copy) is None


def test_runs_are_paired_by_what_was_asked_of_them(tmp_path: Path, text_run: RunFolder) -> None:
    def made(side: str, number: int, **changed: object) -> RunFolder:
        folder = tmp_path / side / f"20260101-00000{number}-text.corpus-keyboard-aaaaaa"
        folder.mkdir(parents=True)
        asked = text_run.request().to_json()
        asked["parameters"] |= changed
        (folder / "request.json").write_text(json.dumps(asked), encoding="utf-8")
        return RunFolder(folder)

    reference = [made("a", 1, seed=0), made("a", 2, seed=1), made("a", 3, seed=2)]
    new = [made("b", 4, seed=2), made("b", 5, seed=0)]
    pairs, missing, added = references.pair_runs(reference, new)
    assert pairs == [(reference[0], new[1]), (reference[2], new[0])]
    assert (missing, added) == ([reference[1]], [])
    other = made("b", 6, seed=9)
    assert references.pair_runs(reference[:1], [other]) == ([(reference[0], other)], [], [])
    assert references.pair_runs([], []) == ([], [], [])


def test_a_run_whose_request_is_damaged_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "20260101-000001-text.corpus-keyboard-aaaaaa"
    folder.mkdir()
    (folder / "request.json").write_text("[", encoding="utf-8")
    with pytest.raises(Mistake, match="damaged"):
        references.pair_runs([RunFolder(folder)], [RunFolder(folder)])


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"cells": 1, "metadata": {}}', "[" * 100_000])
def test_what_is_no_notebook_is_said(tmp_path: Path, content: str) -> None:
    place = tmp_path / "T.ipynb"
    place.write_text(content, encoding="utf-8")
    with pytest.raises(Mistake, match=r"T\.ipynb"):
        references.read_notebook(place)
