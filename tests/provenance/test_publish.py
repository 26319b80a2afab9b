"""A publication made of a real run: whole, signed, and without a trace of whose machine it was made on."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from artia_lab import corpora
from artia_lab.corpora import datasheet
from artia_lab.errors import CorpusError, Mistake
from artia_lab.provenance import (
    Identity,
    Terms,
    credentials,
    place_of,
    publish,
    read_publication,
    verify_signature,
)
from artia_lab.provenance.publish import installed
from artia_lab.runs import RunFolder
from artia_lab.runs.digests import content_digest, file_digest

from .conftest import TERMS, Made


def test_every_file_is_named_with_its_digest(made: Made) -> None:
    said = read_publication(made.folder)
    found = {each.relative_to(made.folder).as_posix() for each in made.folder.rglob("*") if each.is_file()}
    assert found == said.files.keys() | {"publication.json", "publication.p7s"}
    assert all(file_digest(made.folder / name) == digest for name, digest in said.files.items())


def test_it_says_what_it_is(made: Made) -> None:
    said = read_publication(made.folder)
    assert (said.title, said.authors, said.licence) == (TERMS.title, TERMS.authors, TERMS.licence)
    assert (said.experiment, said.seed, said.language) == ("image.self-mosaic", 0, "fr")
    assert said.parameters == made.run.request().parameters and said.parameters["mirrored"] is False
    assert said.training_mining == "notAllowed"
    assert said.runs == (f"runs/{made.run.id}",) and said.corpus.digest == made.run.request().corpus_digest
    assert said.environment["packages"]["sha256"] == hashlib.sha256(installed()[:-1].encode()).hexdigest()


@pytest.mark.usefixtures("at_home")
def test_it_is_signed(made: Made) -> None:
    content = (made.folder / "publication.json").read_bytes()
    signature = (made.folder / "publication.p7s").read_bytes()
    assert verify_signature(content, signature).trusted
    assert not verify_signature(content.replace(b"Bo", b"Al"), signature).valid


def test_openssl_accepts_it(made: Made) -> None:
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "publication.p7s", "-content",
               "publication.json", "-CAfile", "root.pem", "-out", "/dev/null"]  # fmt: skip
    assert subprocess.run(command, cwd=made.folder, capture_output=True).returncode == 0


@pytest.mark.usefixtures("at_home")
def test_its_works_bear_credentials_and_are_still_the_works(made: Made) -> None:
    run = RunFolder(made.folder / "runs" / made.run.id)
    record = run.record() or {}
    pictures = [each for each in record["outputs"] if each["medium"] == "image"]
    assert len(pictures) == 2
    for entry in pictures:
        path = run.path / entry["path"]
        assert credentials.read(path).state == "trusted" and credentials.read(path).title == TERMS.title
        assert content_digest(path, "image") == entry["digest"] and file_digest(path) != entry["sha256"]
        assert path.stat().st_size - entry["bytes"] < 6_000


def test_no_key_and_no_folder_of_the_person_is_in_it(made: Made) -> None:
    files = list((made.home / "identity" / "own").glob("*.key"))
    assert len(files) == 2
    secrets = [each for file in files for each in written(file)] + [b"PRIVATE KEY"]
    folders = [str(made.home), str(Path.home()), str(made.material.executed.parent)]
    with zipfile.ZipFile(made.archive) as packed:
        assert len(packed.namelist()) > 20
        for name in packed.namelist():
            content = packed.read(name)
            assert not any(each in content for each in secrets), name
            assert not [each for each in folders if each.encode() in content], name


def written(key: Path) -> list[bytes]:
    """Give the ways in which a key's secret number may stand in a file: its public part is in each signature."""
    loaded = load_pem_private_key(key.read_bytes(), None)
    assert isinstance(loaded, EllipticCurvePrivateKey)
    secret = loaded.private_numbers().private_value.to_bytes(32, "big")
    # In base64 it depends on how many bytes stand before; the letters that they share are left out.
    coded = [base64.b64encode(bytes(before) + secret)[4 * (before > 0) : -4] for before in range(3)]
    return [secret, secret.hex().encode(), *coded]


def test_its_archive_holds_plain_files_of_no_date(made: Made) -> None:
    with zipfile.ZipFile(made.archive) as packed:
        entries = packed.infolist()
    names = [each.filename for each in entries]
    assert names[:2] == ["publication.json", "publication.p7s"] and names[2:] == sorted(names[2:])
    assert {each.date_time for each in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {each.external_attr >> 16 for each in entries} == {0o100644}


def test_its_corpus_is_the_same_elsewhere(made: Made) -> None:
    found = datasheet.read(made.folder / "corpus", "reviewed")
    assert found.digest == read_publication(made.folder).corpus.digest
    assert found.consent and corpora.find(made.folder / "corpus").count == 14


def test_its_notebook_is_ready_to_be_executed_with_the_same_parameters(made: Made) -> None:
    said = read_publication(made.folder)
    source = json.loads((made.folder / said.notebook).read_text())
    assert [each["metadata"].get("tags") for each in source["cells"]].count(["injected-parameters"]) == 1
    assert all(each.get("outputs", []) == [] for each in source["cells"]) and "papermill" not in source["metadata"]
    executed = json.loads((made.folder / said.executed).read_text())
    assert executed["cells"][3]["outputs"][0]["text"] == ["0 . ~\n"] or "0 . ~" in str(executed["cells"][3])


@pytest.mark.usefixtures("at_home")
def test_nothing_replaces_a_file_that_is_there(made: Made, tmp_path: Path) -> None:
    place = place_of(tmp_path, TERMS.title)
    place.write_text("mine")
    with pytest.raises(Mistake, match="already a file"):
        publish(made.material, TERMS, tmp_path)
    assert place.read_text() == "mine" and [each.name for each in tmp_path.glob("*.zip")] == [place.name]


@pytest.mark.usefixtures("at_home")
@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"authors": ()}, "author"),
        ({"authors": ("",)}, "author"),
        ({"licence": ""}, "licence"),
        ({"licence": "CC-BY"}, "SPDX"),
    ],
)
def test_a_missing_term_is_asked_for(made: Made, tmp_path: Path, changed: dict[str, object], why: str) -> None:
    with pytest.raises(Mistake, match=why):
        publish(made.material, replace(TERMS, **changed), tmp_path)
    assert not list(tmp_path.glob("*.zip"))


@pytest.mark.usefixtures("at_home")
def test_a_private_corpus_is_never_published(made: Made, tmp_path: Path) -> None:
    [(id, corpus)] = made.material.corpora.items()
    kept = replace(made.material, corpora={id: replace(corpus, private=True)})
    with pytest.raises(CorpusError, match="private"):
        publish(kept, TERMS, tmp_path)
    assert not list(tmp_path.glob("*.zip"))


@pytest.mark.usefixtures("at_home")
def test_the_digest_alone_is_in_it_when_the_author_says_so(made: Made, tmp_path: Path) -> None:
    archive = publish(made.material, replace(TERMS, title="0", allow_training=True), tmp_path / "new")
    assert archive == tmp_path / "new" / "0.zip"
    with zipfile.ZipFile(archive) as packed:
        said = json.loads(packed.read("publication.json"))
        assert not [name for name in packed.namelist() if name.startswith("corpus/")]
    assert said["corpus"]["included"] is False and said["corpus"]["folder"] == ""
    assert said["training_mining"] == "allowed"


@pytest.mark.usefixtures("at_home")
def test_an_item_that_changed_since_is_not_put_in(made: Made, tmp_path: Path) -> None:
    [(id, corpus)] = made.material.corpora.items()
    shutil.copytree(corpus.folder, tmp_path / "corpus")
    (tmp_path / "corpus" / "aurore.png").write_bytes(b"other")
    moved = replace(made.material, corpora={id: replace(corpus, folder=tmp_path / "corpus")})
    with pytest.raises(CorpusError, match=r"aurore\.png"):
        publish(moved, replace(TERMS, with_corpus=True), tmp_path / "out")
    assert not list((tmp_path / "out").glob("*"))


@pytest.mark.usefixtures("at_home")
def test_a_work_that_changed_since_is_not_published(made: Made, tmp_path: Path) -> None:
    shutil.copytree(made.run.path, tmp_path / made.run.id)
    (tmp_path / made.run.id / "outputs" / "sources.csv").write_text("other")
    run = RunFolder(tmp_path / made.run.id)
    with pytest.raises(Mistake, match=r"sources\.csv"):
        publish(replace(made.material, runs=(run,), main=run), TERMS, tmp_path / "out")
    assert not list((tmp_path / "out").glob("*"))


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    from artia_lab.provenance import archive

    (tmp_path / "a").write_text("a")
    with pytest.raises(Mistake, match="cannot be written"):
        archive.write(tmp_path / "a" / "b.zip", tmp_path, ["a"])


def test_killed_while_it_writes_it_leaves_nothing_of_the_final_name(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(1 << 32)
    out = tmp_path / "out"
    code = "import sys; from pathlib import Path; from artia_lab.provenance import archive; "
    code += "archive.write(Path(sys.argv[1]) / 'p.zip', Path(sys.argv[2]), ['large'])"
    process = subprocess.Popen([sys.executable, "-c", code, str(out), str(tmp_path)])
    end = time.monotonic() + 60
    while not (out.is_dir() and any(each.stat().st_size for each in out.iterdir())):
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (out / "p.zip").exists()


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Été, à l’aube !", "ete-a-l-aube.zip"),
        ("夜", "publication.zip"),
        ("../../etc", "etc.zip"),
        ("x" * 200, "x" * 60 + ".zip"),
    ],
)
def test_the_name_of_the_file_comes_from_the_title(tmp_path: Path, title: str, name: str) -> None:
    assert place_of(tmp_path, title) == tmp_path / name


def test_a_name_is_written_once_among_the_authors() -> None:
    assert Terms(title=" a  b ", authors=("Anne", " Anne ", ""), licence="cc-by-4.0").checked() == Terms(
        title="a b", authors=("Anne",), licence="CC-BY-4.0"
    )


@pytest.mark.usefixtures("at_home")
def test_the_page_says_who_signs(made: Made) -> None:
    assert Identity.of_this_lab().root_fingerprint in (made.folder / "index.html").read_text(encoding="utf-8")
