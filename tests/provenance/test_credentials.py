"""Content credentials in pictures and sounds: trusted when intact, refused after one changed bit, and small."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image

from artia_lab.provenance import Identity, Terms, credentials
from artia_lab.runs.digests import content_digest

TERMS = Terms(title="Essai d’été", authors=("Anne Tremblay", "Bo"), licence="CC-BY-4.0")
MEDIA = {".png": "image", ".gif": "image", ".wav": "audio"}
ITEM = {"file": "aurore.png", "medium": "image", "sha256": "0" * 64, "author": "ArtIA Lab", "licence": "CC0-1.0"}


def record(kind: str = "work", **more: Any) -> dict[str, Any]:
    corpus = {"id": "c", "title": "Dessins", "authors": ["ArtIA Lab"], "licence": "CC0-1.0", "digest": "1" * 64}
    outputs = [{"kind": kind, "medium": "image"}]
    return {"experiment": "image.self-mosaic", "corpus": corpus, "items": [ITEM], "outputs": outputs} | more


@pytest.fixture(params=sorted(MEDIA))
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"work{request.param}"
    chance = np.random.default_rng(0)
    if request.param == ".wav":
        soundfile.write(path, chance.normal(0, 0.1, 22_050), 22_050, subtype="PCM_24")
    else:
        frames = [Image.fromarray(chance.integers(0, 255, (64, 64, 3), dtype=np.uint8)) for _ in range(3)]
        more = {"save_all": True, "append_images": frames[1:]} if request.param == ".gif" else {}
        frames[0].save(path, **more)
    return path


def sign(path: Path, terms: Terms = TERMS) -> None:
    said = record()
    credentials.sign(path, said["outputs"][0], said, terms, Identity.of_this_lab())


def test_a_signed_file_is_trusted_and_says_whose_it_is(file: Path) -> None:
    sign(file)
    found = credentials.read(file)
    assert (found.state, found.title, found.authors) == ("trusted", TERMS.title, TERMS.authors)
    assert found.training_mining == "notAllowed" and found.signer.startswith("ArtIA Lab")


def test_what_is_seen_and_heard_does_not_change_and_little_is_added(file: Path) -> None:
    before, size = content_digest(file, MEDIA[file.suffix]), file.stat().st_size
    began = time.monotonic()
    sign(file)
    assert content_digest(file, MEDIA[file.suffix]) == before
    assert file.stat().st_size - size < 6_000
    assert time.monotonic() - began < 5
    assert [each.name for each in file.parent.iterdir() if each.is_file()] == [file.name]


def test_one_changed_bit_is_seen(file: Path) -> None:
    sign(file)
    content = bytearray(file.read_bytes())
    # Credentials stand before the pixels of a picture, and after the samples of a sound.
    content[len(content) // 4 if file.suffix == ".wav" else -40] ^= 1
    file.write_bytes(content)
    found = credentials.read(file)
    assert found.state == "invalid" and "changed" in found.reason


def test_another_lab_is_valid_but_not_trusted(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sign(file)
    monkeypatch.setenv("ARTIA_HOME", str(tmp_path / "elsewhere"))
    assert credentials.read(file).state == "valid"


def test_an_unsigned_file_bears_none(file: Path) -> None:
    assert credentials.read(file).state == "none"


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WAVE", b"junk" * 100])
def test_no_content_makes_reading_fail(tmp_path: Path, content: bytes) -> None:
    for suffix in (*MEDIA, ".txt"):
        path = tmp_path / f"x{suffix}"
        path.write_bytes(content)
        assert credentials.read(path).state in ("none", "invalid")
    assert credentials.read(tmp_path / "missing.png").state == "invalid"


def test_training_is_allowed_only_when_the_authors_say_so(file: Path) -> None:
    sign(file, Terms(title="x", authors=("y",), licence="CC0-1.0", allow_training=True))
    assert credentials.read(file).training_mining == "allowed"


def test_a_thousand_items_are_counted_rather_than_listed(file: Path) -> None:
    said = record(items=[ITEM] * 1000)
    size = file.stat().st_size
    credentials.sign(file, said["outputs"][0], said, TERMS, Identity.of_this_lab())
    assert credentials.read(file).state == "trusted" and file.stat().st_size - size < 16_000


def test_where_a_work_came_from_is_a_term_of_the_iptc() -> None:
    said = record()
    work, trace = {"kind": "work", "medium": "image"}, {"kind": "trace", "medium": "image"}
    assert credentials.source_type(said, work) == "composite"
    assert credentials.source_type(said, trace) == "dataDrivenMedia"
    assert credentials.source_type(said | {"model": {"id": "m"}}, work) == "trainedAlgorithmicMedia"
    trained = record(outputs=[work, {"kind": "trace", "medium": "model"}])
    assert credentials.source_type(trained, work) == "trainedAlgorithmicMedia"


def test_nothing_is_asked_of_anybody(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import json

    import c2pa

    sign(file)
    with file.open("rb") as stream, c2pa.Reader(credentials.TYPES[file.suffix], stream) as reader:
        [manifest] = json.loads(reader.json())["manifests"].values()
    assert "thumbnail" not in manifest and "time" not in manifest["signature_info"]
