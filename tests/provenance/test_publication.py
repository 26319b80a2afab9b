"""What a publication says of itself, read back with suspicion."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from artia_lab.errors import Mistake
from artia_lab.provenance import Publication, PublishedCorpus, read_publication

DIGEST = "0" * 64
SAID = Publication(
    title="Essai",
    authors=("Anne",),
    licence="CC-BY-4.0",
    created="2026-11-26T11:50:04+00:00",
    language="fr",
    experiment="image.self-mosaic",
    parameters={"width": 64, "mirrored": False, "picture": "", "liberty": 0.0},
    seed=0,
    notebook="notebook/n.ipynb",
    executed="notebook/executed.ipynb",
    runs=("runs/r",),
    corpus=PublishedCorpus(
        id="starter/drawings", title="Dessins", digest=DIGEST, authors=("Lab",), licence="CC0-1.0"
    ),
    environment={},
    training_mining="notAllowed",
    files=dict.fromkeys(
        ("notebook/n.ipynb", "notebook/executed.ipynb", "runs/r/record.json", "runs/r/request.json"), DIGEST
    ),
)


def write(folder: Path, **changed: Any) -> Path:
    (folder / "publication.json").write_text(json.dumps(SAID.to_json() | changed), encoding="utf-8")
    return folder


def test_it_reads_back_as_it_was_with_its_falsy_values(tmp_path: Path) -> None:
    assert read_publication(write(tmp_path)) == SAID


@pytest.mark.parametrize(
    "path",
    ["../x", "/etc/passwd", "a/../../x", "./x", "", ".", "a//b", "a\\..\\x", "a\0b"],
)
def test_no_path_leads_out_of_it(tmp_path: Path, path: str) -> None:
    with pytest.raises(Mistake):
        read_publication(write(tmp_path, files=SAID.files | {path: DIGEST}))
    with pytest.raises(Mistake):
        read_publication(write(tmp_path, notebook=path))
    with pytest.raises(Mistake):
        read_publication(write(tmp_path, runs=[path]))


@pytest.mark.parametrize(
    "changed",
    [
        {"format": 2},
        {"title": ""},
        {"title": 7},
        {"authors": []},
        {"authors": "Anne"},
        {"licence": " "},
        {"created": "yesterday"},
        {"created": "2026-11-26T11:50:04"},
        {"language": "de"},
        {"experiment": None},
        {"parameters": []},
        {"seed": True},
        {"seed": "0"},
        {"notebook": "notebook/other.ipynb"},
        {"executed": "runs/r/record.json"},
        {"runs": []},
        {"runs": ["runs/other"]},
        {"corpus": None},
        {"corpus": {"included": True}},
        {"environment": "none"},
        {"training_mining": "maybe"},
        {"files": {"a": "short"}},
        {"files": {"a": None}},
    ],
    ids=str,
)
def test_what_is_not_as_it_should_be_is_refused(tmp_path: Path, changed: dict[str, Any]) -> None:
    with pytest.raises(Mistake, match="cannot be read as a publication"):
        read_publication(write(tmp_path, **changed))


@pytest.mark.parametrize("content", ["", "[]", "null", "{", "[" * 100_000, '{"seed": NaN}', "\ufeff{}"])
def test_what_is_no_document_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "publication.json").write_text(content, encoding="utf-8")
    with pytest.raises(Mistake, match="cannot be read as a publication"):
        read_publication(tmp_path)


def test_a_huge_document_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "publication.json").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(Mistake, match="16 MB"):
        read_publication(tmp_path)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path).joinpath("publication.json").rename(tmp_path / "elsewhere.json")
    (tmp_path / "publication.json").symlink_to("elsewhere.json")
    with pytest.raises(Mistake, match="link"):
        read_publication(tmp_path)


def test_a_folder_without_one_is_no_publication(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"no publication\.json"):
        read_publication(tmp_path)
