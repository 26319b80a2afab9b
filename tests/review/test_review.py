"""Reviews of publications: one as it should be, and all that may be wrong with others."""

from __future__ import annotations

import hashlib
import json
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artia_lab.cli.entry import main
from artia_lab.errors import Mistake, NotFound
from artia_lab.provenance import read_publication
from artia_lab.review import rerun as rerun_module
from artia_lab.review import sandbox
from artia_lab.review.check import licence
from artia_lab.review.examine import reviewed
from artia_lab.review.limits import GB, MB, Limits
from artia_lab.review.report import write
from artia_lab.review.result import Review
from artia_lab.review.unpack import unpack
from artia_lab.runs.digests import file_digest

Spoil = Callable[..., Path]


def review(bundle: Path, limits: Limits | None = None) -> Review:
    before = file_digest(bundle)
    with reviewed(bundle, limits=limits) as found:
        write(found, bundle.parent / "report")
    assert file_digest(bundle) == before
    assert (bundle.parent / "report" / "index.html").stat().st_size > 5000
    return found


def why(found: Review) -> str:
    return " ".join(each.en for each in found.reasons)


def refused(bundle: Path, *words: str) -> None:
    found = review(bundle)
    assert (found.status, found.exit_code, found.rerun) == ("refused", 2, None), found
    for each in words:
        assert each in why(found), why(found)


def text_of(folder: Path, document: dict[str, Any]) -> Path:
    return folder / document["runs"][0] / "outputs" / "text.txt"


def test_a_publication_holds(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "token-of-the-hub")
    folder, before = tmp_path / "report", file_digest(published)
    code = main(["review", str(published), "--report", str(folder), "--json"])
    said = json.loads(capsys.readouterr().out)
    assert (code, said["status"]) == (0, "passed"), said["reasons"]
    assert said["verdict"]["en"]["status"] == "passed"
    assert file_digest(published) == before == said["bundle"]["sha256"]
    assert {"identical"} == {each["verdict"] for each in said["verdict"]["fr"]["comparisons"]}
    states = {each["name"]: each["state"] for each in said["checks"]}
    assert states.pop("signature") == "care" and set(states.values()) == {"good"}
    assert said["rerun"]["sandboxed"] and said["rerun"]["reason"] is None
    # The signature verifies without us, and what was signed names the page.
    words = [
        "openssl",
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-in",
        "report.p7s",
        "-content",
        "report.json",
    ]
    verify = [*words, "-CAfile", "root.pem", "-out", "/dev/null"]
    assert subprocess.run(verify, cwd=folder, capture_output=True).returncode == 0
    assert said["page"]["sha256"] == hashlib.sha256((folder / "index.html").read_bytes()).hexdigest()
    page = (folder / "index.html").read_text()
    assert page.index("Yes: executed again here") < page.index("What was checked")
    assert "token-of-the-hub" not in page and "<script" not in page
    content = (folder / "report.json").read_bytes()
    (folder / "report.json").write_bytes(content.replace(b"passed", b"failed", 1))
    assert subprocess.run(verify, cwd=folder, capture_output=True).returncode != 0


def test_another_result_fails(spoilt: Spoil, tmp_path: Path) -> None:
    def _change(folder: Path, document: dict[str, Any]) -> None:
        place = text_of(folder, document)
        content = place.read_bytes() + b"It was not written by this notebook.\n"
        place.write_bytes(content)
        record = place.parent.parent / "record.json"
        said = json.loads(record.read_text())
        [entry] = [each for each in said["outputs"] if each["path"] == "outputs/text.txt"]
        entry |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        entry["digest"] = hashlib.sha256(b"text" + content).hexdigest()
        record.write_text(json.dumps(said))

    found = review(spoilt(_change))
    assert (found.status, found.exit_code) == ("failed", 1), why(found)
    assert found.verdicts["en"].status == "failed" and found.verdicts["en"].verdict != "identical"
    page = (tmp_path / "report" / "index.html").read_text()
    assert "does not give the same work" in page and "<del>" in page


def test_a_notebook_that_never_ends(executing: Callable[[str], Path]) -> None:
    found = review(executing("while True: pass"), Limits(seconds=9))
    assert found.status == "failed" and "had not ended after 0.15 minutes" in why(found)


def test_a_notebook_that_writes_five_gigabytes(executing: Callable[[str], Path]) -> None:
    bundle = executing("with open('/tmp/big', 'wb') as f:\n    for _ in range(5 * 1024): f.write(bytes(2**20))")
    found = review(bundle, Limits(disk_bytes=64 * MB))
    assert found.status == "failed" and "filled the 64 MB of disk" in why(found), why(found)


def test_a_notebook_that_prints_a_gigabyte(executing: Callable[[str], Path]) -> None:
    found = review(executing("for _ in range(1024): print('x' * 2**20)"), Limits(memory_bytes=2 * GB))
    assert found.status == "failed", why(found)
    # The notebook is ended for its words, or for the memory that they take, whichever is noticed first.
    assert "more than the 64 MB" in why(found) or "of memory" in why(found)


def test_a_missing_file(spoilt: Spoil) -> None:
    refused(spoilt(lambda folder, said: text_of(folder, said).unlink(), sign=False), "text.txt” is missing")


def test_an_altered_file(spoilt: Spoil) -> None:
    refused(
        spoilt(lambda folder, said: text_of(folder, said).write_text("x"), sign=False), "text.txt” was altered"
    )


def test_an_unlisted_file(spoilt: Spoil) -> None:
    refused(
        spoilt(lambda folder, _said: (folder / "{more}.txt").write_text("x"), sign=False),
        "{more}.txt” is not listed",
    )


def test_what_was_signed_was_changed(spoilt: Spoil) -> None:
    def _change(folder: Path, document: dict[str, Any]) -> None:
        (folder / "publication.json").write_text(json.dumps(document | {"title": "Another"}))

    refused(spoilt(_change, sign=False), "What was signed is not what stands here")


def test_a_missing_signature(spoilt: Spoil) -> None:
    refused(spoilt(lambda folder, _said: (folder / "publication.p7s").unlink(), sign=False), "nobody signed this")


@pytest.mark.parametrize(
    "content", [b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00N.", b"PK\3\4archive/data.pkl", b"no"]
)
def test_a_pickle_in_place_of_safetensors(spoilt: Spoil, content: bytes) -> None:
    def _change(folder: Path, document: dict[str, Any]) -> None:
        [model] = folder.rglob("*.safetensors")
        model.write_bytes(content)

    refused(spoilt(_change), "model.safetensors” is a pickle, or another file than the safetensors")


def test_a_pickle_under_its_own_name(spoilt: Spoil) -> None:
    refused(spoilt(lambda folder, _said: (folder / "weights.pt").write_bytes(b"x")), "weights.pt” is a pickle")


def test_an_unknown_experiment(spoilt: Spoil) -> None:
    def _change(folder: Path, document: dict[str, Any]) -> None:
        document["experiment"] = "image.unheard-of"
        for name in ("request", "record"):
            place = folder / document["runs"][0] / f"{name}.json"
            place.write_text(json.dumps(json.loads(place.read_text()) | {"experiment": "image.unheard-of"}))

    found = review(spoilt(_change))
    assert (found.status, found.exit_code) == ("impossible", 2)
    assert "There is no experiment “image.unheard-of” here" in why(found)


def test_a_corpus_that_is_not_here(spoilt: Spoil) -> None:
    def _change(folder: Path, document: dict[str, Any]) -> None:
        for each in sorted((folder / "corpus").rglob("*"), reverse=True):
            each.rmdir() if each.is_dir() else each.unlink()
        document["corpus"] |= {"included": False, "folder": "", "id": "mine", "digest": "0" * 64}
        place = folder / document["runs"][0] / "record.json"
        record = json.loads(place.read_text())
        record["corpus"]["digest"] = "0" * 64
        place.write_text(json.dumps(record))

    found = review(spoilt(_change))
    assert (found.status, found.exit_code) == ("impossible", 2)
    assert "is needed for the rerun" in why(found) and "0" * 64 in why(found)
    # All that can be said without it is said.
    assert {"files", "signature", "notebooks", "records", "licence"} <= {each.name for each in found.checks}


def test_a_corpus_that_is_another(spoilt: Spoil) -> None:
    def _change(folder: Path, _said: dict[str, Any]) -> None:
        [item, *_others] = (folder / "corpus").rglob("*.txt")
        item.write_text("Other words.")

    refused(spoilt(_change), "its digest is another")


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", "{" * 10_000, '{"cells": 3, "nbformat": 4, "nbformat_minor": 5}']
)
def test_a_notebook_that_is_none(spoilt: Spoil, content: str) -> None:
    refused(
        spoilt(lambda folder, said: (folder / said["notebook"]).write_text(content)),
        "cannot be read as a notebook",
    )


@pytest.mark.parametrize(
    "change",
    [
        {
            "outputs": [
                {"path": "../../etc/passwd", "medium": "text", "kind": "work", "sha256": "0", "digest": "0"}
            ]
        },
        {"outputs": [{"path": "outputs/a.pkl", "medium": "model", "kind": "work", "sha256": "0", "digest": "0"}]},
        {"outputs": None},
        {"items": [3]},
        {"status": "perfect"},
        {"corpus": {"digest": "0" * 64}},
        {"parameters": {"seed": 1, "other": 2}},
    ],
)
def test_a_record_that_is_none(spoilt: Spoil, change: dict[str, Any]) -> None:
    def _change(folder: Path, document: dict[str, Any]) -> None:
        place = folder / document["runs"][0] / "record.json"
        place.write_text(json.dumps(json.loads(place.read_text()) | change))

    refused(spoilt(_change), "is not one that the lab writes")


def test_a_licence_that_the_material_forbids(spoilt: Spoil, tmp_path: Path) -> None:
    def _change(folder: Path, document: dict[str, Any]) -> None:
        place = folder / document["runs"][0] / "record.json"
        record = json.loads(place.read_text())
        for each in record["items"]:
            each["licence"] = "CC-BY-ND-4.0"
        place.write_text(json.dumps(record))

    folder = tmp_path / "unpacked"
    unpack(spoilt(_change), folder)
    found = licence(folder, read_publication(folder))
    assert found.state == "wrong" and "some of its material is under CC-BY-ND-4.0" in found.sentence.en


@pytest.mark.parametrize(
    "entry, word",
    [("../../escaped", "outside the folder"), ("publication.json", "stands twice"), ("A\\b", "character")],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_archive_made_to_do_harm(published: Path, tmp_path: Path, entry: str, word: str) -> None:
    bundle = tmp_path / "harm.zip"
    bundle.write_bytes(published.read_bytes())
    with zipfile.ZipFile(bundle, "a") as archive:
        archive.writestr(entry, "x")
    refused(bundle, word)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\5\6" + bytes(18)])
def test_what_is_no_publication(tmp_path: Path, content: bytes) -> None:
    bundle = tmp_path / "a.zip"
    bundle.write_bytes(content)
    refused(bundle)


def test_no_file_at_all(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no publication"), reviewed(tmp_path / "nothing.zip"):
        pass
    with pytest.raises(NotFound, match="There is no publication"), reviewed(tmp_path):
        pass


def test_without_bubblewrap_nothing_is_executed(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox.shutil, "which", lambda _name: None)
    with pytest.raises(Mistake, match="apt install bubblewrap") as caught, reviewed(published):
        pass
    assert "--unsafe-no-sandbox" in str(caught.value)


def test_without_a_sandbox_when_told_so(published: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sandbox.shutil, "which", lambda _name: None)
    with reviewed(published, sandboxed=False) as found:
        write(found, tmp_path / "report")
    assert found.status == "passed", why(found)
    assert "without a sandbox" in (tmp_path / "report" / "index.html").read_text()


def test_a_report_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.zip").write_bytes(b"no")
    (tmp_path / "report").write_text("a file")
    assert main(["review", str(tmp_path / "a.zip"), "--report", str(tmp_path / "report")]) == 2
    assert "Choose another folder with --report" in capsys.readouterr().err


def test_the_kernel_imports_once_what_all_need() -> None:
    written = rerun_module._imports()
    assert "papermill" in written and "torch" not in written and "librosa" not in written
