"""Whatever stands in an artist's folder, a run ends with a clear sentence or with a work, and nothing dies."""

from __future__ import annotations

import shutil
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from artia_lab import corpora
from artia_lab.errors import CorpusError
from artia_lab.execute import run, start

EMOJI, NEWLINE = "sourire 🙂.png", "deux\nlignes.png"


def chunk(kind: bytes, data: bytes) -> bytes:
    """Write one chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_that_says(width: int, height: int) -> bytes:
    """Write a PNG whose header announces a size, with next to nothing in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def wav_that_says(seconds: int) -> bytes:
    """Write a 1 kB WAV whose header announces a duration."""
    size = seconds * 44100 * 2
    head = b"RIFF" + struct.pack("<I", min(size + 36, 2**32 - 1)) + b"WAVEfmt "
    head += struct.pack("<IHHIIHH", 16, 1, 1, 44100, 88200, 2, 16)
    return head + b"data" + struct.pack("<I", min(size, 2**32 - 1)) + bytes(1000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "matériel"
    place.mkdir()
    return place


def described(folder: Path) -> corpora.Corpus:
    return corpora.describe(folder, title="T", authors=["A"], licence="CC0-1.0", consent="Mine.")


def made(experiment: str, folder: Path, **parameters: object) -> dict[str, Any]:
    record = run(experiment, folder, parameters).record()
    assert record is not None
    return record


def test_pictures_nobody_can_use_are_named_and_the_others_serve(folder: Path) -> None:
    good = corpora.find("system/scikit-image")
    shutil.copy(good.folder / "coffee.png", folder / EMOJI)
    shutil.copy(good.folder / "coffee.png", folder / NEWLINE)
    (folder / "cut.png").write_bytes((good.folder / "coffee.png").read_bytes()[:20_000])
    (folder / "huge.png").write_bytes(png_that_says(40_000, 40_000))
    (folder / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "program.png").write_bytes(Path("/bin/true").read_bytes())
    corpus = described(folder)
    assert {each.file for each in corpus.left_out} == {"drawing.svg", "program.png"}
    record = made("image.self-mosaic", folder, sources="all", width=64)
    assert record["status"] == "finished"
    said = " ".join(record["warnings"])
    assert "cut.png" in said and "huge.png" in said
    assert {item["file"] for item in record["items"]} == {EMOJI, NEWLINE}


def test_a_single_cut_picture_is_a_sentence_with_its_remedy(folder: Path) -> None:
    good = corpora.find("system/scikit-image")
    (folder / "cut.png").write_bytes((good.folder / "coffee.png").read_bytes()[:20_000])
    described(folder)
    record = made("image.self-mosaic", folder)
    assert record["status"] == "failed"
    assert record["error"]["sentence"].startswith("“cut.png” is cut short. Export it again")


def test_sounds_nobody_can_use_are_named_and_the_others_serve(folder: Path) -> None:
    sounds = corpora.find("starter/sounds")
    assert sounds.items
    for name in ("fredon.wav", "cloche.wav", "harpe.wav"):
        shutil.copy(sounds.folder / name, folder)
    soundfile.write(folder / "click.wav", np.ones(int(0.005 * 44100)) * 0.5, 44100)
    soundfile.write(folder / "silence.wav", np.zeros(44100), 44100)
    (folder / "ten hours.wav").write_bytes(wav_that_says(36_000))
    described(folder)
    record = made("audio.sound-mosaic", folder, length=2)
    assert record["status"] == "finished"
    said = " ".join(record["warnings"])
    assert "silence.wav" in said and "ten hours.wav" in said


@pytest.mark.parametrize("samples", [np.zeros(44100), np.ones(int(0.005 * 44100)) * 0.5])
def test_a_lone_sound_that_cannot_serve_is_a_sentence(folder: Path, samples: np.ndarray) -> None:
    soundfile.write(folder / "lone.wav", samples, 44100)
    described(folder)
    record = made("audio.sound-mosaic", folder)
    assert record["status"] == "failed" and record["error"]["kind"] == "mistake"


def test_texts_nobody_can_use_are_named_and_the_others_serve(folder: Path) -> None:
    words = "L’été, la rivière gèle à l’envers ; on y patine en dormant. " * 200
    (folder / "latin.txt").write_bytes(words.replace("’", "'").encode("latin-1"))
    (folder / "empty.txt").write_bytes(b"")
    (folder / "long.txt").write_bytes(b"too long a text for one file\n" * 1_100_000)
    described(folder)
    record = made("text.corpus-keyboard", folder, length=100)
    assert record["status"] == "finished"
    assert "long.txt" in " ".join(record["warnings"])
    work = next(entry for entry in record["outputs"] if entry["kind"] == "work")
    assert work["bytes"] > 0


def test_a_folder_of_empty_texts_cannot_be_described(folder: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")
    with pytest.raises(CorpusError, match=r"empty\.txt"):
        described(folder)


def test_a_corpus_that_vanishes_during_a_run_is_a_sentence(folder: Path) -> None:
    sounds = corpora.find("starter/sounds")
    assert sounds.items
    for copy in range(30):
        shutil.copy(sounds.folder / "neige.wav", folder / f"{copy:02}.wav")
    described(folder)
    started = start("audio.sound-mosaic", folder, {"length": 2})
    while started.progress()["step"] < 1 and started.status() in ("queued", "running"):
        pass
    shutil.rmtree(folder)
    assert started.wait(60) in ("finished", "failed")
    record = started.record()
    assert record is not None
    assert "no longer" in " ".join([*record["warnings"], (record["error"] or {}).get("sentence", "")])
