"""An audit: what it looks at, what it says, and what it says when it cannot look."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image

from artia_lab import corpora, execute
from artia_lab.corpora import Corpus
from artia_lab.experiments.critical.copy_check_listening import BETWEEN_S
from artia_lab.experiments.critical.copy_check_subject import find_subject
from artia_lab.i18n import use_language
from artia_lab.runs import RunFolder

Audit = Callable[..., RunFolder]
Read = Callable[[RunFolder], str]


def rows(run: RunFolder, table: str = "findings") -> list[dict[str, str]]:
    with (run.path / "outputs" / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def figures(run: RunFolder, output: str, neighbour: str = "") -> dict[str, str]:
    told = rows(run, "details")
    return {row["name"]: row["value"] for row in told if (row["output"], row["neighbour"]) == (output, neighbour)}


def sentence(run: RunFolder) -> str:
    record: Any = run.record()
    assert record["status"] == "failed", record
    assert record["error"]["kind"] == "mistake"
    return str(record["error"]["sentence"])


def test_without_a_run_it_plants_a_copy_says_so_and_finds_it(audit: Audit, report: Read, drawings: Corpus) -> None:
    run = audit(drawings.folder, seed=5)

    found = {row["output"]: row for row in rows(run)}
    text = report(run)
    assert found["planted.png"]["verdict"] == "copy"
    assert found["original.png"]["verdict"] == "distinct"
    assert f"planted here on purpose, from “{found['planted.png']['neighbour']}”" in text
    assert "This is a demonstration" in text
    assert figures(run, "planted.png", found["planted.png"]["neighbour"])["mirrored"] == "1"


def test_the_same_seed_makes_the_same_report(audit: Audit, drawings: Corpus) -> None:
    digests = []
    for _time in range(2):
        record: Any = audit(drawings.folder, seed=0).record()
        digests.append([(each["path"], each["digest"]) for each in record["outputs"]])
    assert digests[0] == digests[1]


def test_the_report_is_the_work_and_its_own_likeness_is_not_measured(audit: Audit, drawings: Corpus) -> None:
    record: Any = audit(drawings.folder).record()

    works = [each["path"] for each in record["outputs"] if each["kind"] == "work"]
    assert works == ["outputs/nearest-1.png", "outputs/nearest-2.png", "outputs/report.txt"]
    assert record["likeness"] is None
    assert not any("likeness" in each for each in record["outputs"])


def test_the_newest_run_made_from_the_corpus_is_looked_at(audit: Audit, report: Read, drawings: Corpus) -> None:
    execute.run("image.self-mosaic", drawings.folder, {"width": 64}, executor="inline")
    mosaic = execute.run("image.self-mosaic", drawings.folder, {"width": 72}, executor="inline")

    run = audit(drawings.folder)

    assert f"Looked at: the run {mosaic.id}" in report(run)
    assert {row["output"] for row in rows(run)} == {"mosaic.png"}
    for subject in ("", "last", mosaic.id, str(mosaic.path), f" {mosaic.id[-6:]}\n"):
        found = find_subject(subject, drawings, 8)
        assert found is not None and found.folder == mosaic.outputs_folder


def test_a_folder_is_looked_at_and_what_cannot_be_is_reported(
    audit: Audit, report: Read, drawings: Corpus, drawing: Callable[[int], np.ndarray], tmp_path: Path
) -> None:
    folder = tmp_path / "été"
    folder.mkdir()
    Image.fromarray(drawing(2)[20:140, 10:150]).save(folder / "à peine coupé.png")
    Image.fromarray(drawing(77)).save(folder / "b.png")
    Image.fromarray(np.full((90, 90, 3), 200, np.uint8)).save(folder / "c-plain.png")
    whole = (folder / "b.png").read_bytes()
    (folder / "d-cut.png").write_bytes(whole[: len(whole) // 2])
    (folder / "e.txt").write_text("Words, and no picture.", encoding="utf-8")
    (folder / "f.pdf").write_bytes(b"%PDF-1.7")
    (folder / "g-outside.png").symlink_to(drawings.folder / "discs-0.png")

    run = audit(drawings.folder, subject=str(folder))

    found = {row["output"]: row["verdict"] for row in rows(run)}
    assert found == {"à peine coupé.png": "copy", "b.png": "distinct", "c-plain.png": "unknown"}
    text = report(run)
    assert "Yes: 1 work out of 3 holds a copy." in text
    for said in ("“d-cut.png” is cut short", "“e.txt” is a text", "“f.pdf” is a PDF", "“g-outside.png” is a link"):
        assert said in text
    record: Any = run.record()
    assert any("d-cut.png" in warning for warning in record["warnings"])


def test_no_more_than_asked_are_looked_at(
    audit: Audit, report: Read, drawings: Corpus, drawing: Callable[[int], np.ndarray], tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for seed in range(50, 54):
        Image.fromarray(drawing(seed)).save(folder / f"{seed}.png")

    run = audit(drawings.folder, subject=str(folder), most=1)

    assert [row["output"] for row in rows(run)] == ["50.png"]
    assert "3 more files were not looked at: 1 at most were asked for." in report(run)


def test_a_person_sets_the_threshold_and_the_calibration_is_still_said(
    audit: Audit, report: Read, drawings: Corpus, drawing: Callable[[int], np.ndarray], tmp_path: Path
) -> None:
    collage = drawing(90)
    collage[:80] = drawing(1)[40:120]
    Image.fromarray(collage).save(tmp_path / "collage.png")

    run = audit(drawings.folder, subject=str(tmp_path / "collage.png"), threshold=1.0)

    assert figures(run, "collage.png")["calibrated_verdict"] == "copy"
    assert rows(run)[0]["verdict"] == "near"
    assert "stays under your threshold of 1.00. The calibration says: Copy." in report(run)
    assert "You set the threshold at 1.00" in report(run)


def test_plain_pictures_alone_make_a_report_that_says_nothing_can_be_said(
    audit: Audit, report: Read, drawings: Corpus, tmp_path: Path
) -> None:
    Image.new("L", (64, 64), 0).save(tmp_path / "black.png")

    assert "Nothing can be said" in report(audit(drawings.folder, subject=str(tmp_path / "black.png")))


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("no-such-run", "“no-such-run” is neither a run nor a file"),
        ("/no/such/file.png", "is neither a run nor a file"),
        ("x" * 4000, "is neither a run nor a file"),
        ("last", "There is no finished run"),
        ("empty", "There is nothing to look at in “empty”. Name a run, a file or a folder"),
        ("words.txt", "“words.txt” is a text, and the corpus “Discs” holds none"),
        ("broken.png", "“broken.png” is cut short"),
    ],
)
def test_what_cannot_be_looked_at_is_said(
    audit: Audit, drawings: Corpus, artia_home: Path, subject: str, said: str
) -> None:
    (artia_home / "empty").mkdir(parents=True)
    (artia_home / "words.txt").write_text("Words.", encoding="utf-8")
    picture = (drawings.folder / "discs-0.png").read_bytes()
    (artia_home / "broken.png").write_bytes(picture[: len(picture) // 2])

    assert said in sentence(audit(drawings.folder, subject=subject))


def test_an_item_itself_is_called_so_and_what_resembles_nothing_has_no_neighbour(
    audit: Audit, report: Read, drawings: Corpus, drawing: Callable[[int], np.ndarray], tmp_path: Path
) -> None:
    folder = tmp_path / "two"
    folder.mkdir()
    Image.fromarray(drawing(3)).save(folder / "a.png")
    (folder / "b.png").write_bytes(_noise())

    said = report(audit(drawings.folder, subject=str(folder)))

    assert "A. “discs-3.png”: as it is.\n" in said
    distinct = said.partition("\n2. b.png — ● Distinct\n")[2].partition("\n\n\n")[0]
    assert "beyond what chance would give" in distinct and "A. " not in distinct


def _noise() -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (120, 120, 3), dtype=np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def test_a_text_too_short_to_tell_has_no_verdict(audit: Audit, report: Read, tmp_path: Path) -> None:
    (tmp_path / "short.txt").write_text("Nine o’clock.", encoding="utf-8")

    run = audit("starter/texts-en", subject=str(tmp_path / "short.txt"))

    assert rows(run)[0]["verdict"] == "unknown"
    assert "Nothing can be said of it." in report(run)


def test_a_corpus_of_several_media_is_looked_at_in_each(
    audit: Audit, drawing: Callable[[int], np.ndarray], tmp_path: Path
) -> None:
    folder = tmp_path / "both"
    folder.mkdir()
    Image.fromarray(drawing(0)).save(folder / "discs.png")
    text = corpora.find("starter/texts-en")
    shutil.copy(text.folder / text.items[0].file, folder / "story.txt")
    mixed = corpora.describe(folder, title="Both", authors=["A. N. Artist"], licence="CC0-1.0", consent="Mine.")

    found = {row["output"]: row["verdict"] for row in rows(audit(mixed.folder))}

    assert (found["planted.png"], found["planted.txt"]) == ("copy", "copy")
    assert (found["original.png"], found["original.txt"]) == ("distinct", "distinct")


def test_a_corpus_with_an_unreadable_item_goes_without_it(audit: Audit, drawings: Corpus) -> None:
    (drawings.folder / "discs-3.png").write_bytes(b"\x89PNG\r\n\x1a\n")

    run = audit(drawings.folder)

    record: Any = run.record()
    assert record["status"] == "finished"
    assert any("discs-3.png" in warning for warning in record["warnings"])
    assert rows(run)[0]["verdict"] == "copy"


def test_a_corpus_of_one_colour_has_nothing_to_plant(audit: Audit, tmp_path: Path) -> None:
    folder = tmp_path / "grey"
    folder.mkdir()
    Image.new("RGB", (100, 100), "grey").save(folder / "grey.png")
    corpora.describe(folder, title="Grey", authors=["A. N. Artist"], licence="CC0-1.0", consent="Mine.")

    assert "is too plain, silent or short to plant a copy of it" in sentence(audit(folder))


def test_a_passage_in_a_text_is_cited_with_its_place(audit: Audit, report: Read, tmp_path: Path) -> None:
    corpus = corpora.find("starter/texts-en")
    line = (corpus.folder / corpus.items[0].file).read_text(encoding="utf-8").splitlines()
    long = next(number for number, words in enumerate(line) if number > 20 and len(words) > 150)
    quote = line[long][:140]
    (tmp_path / "mine.txt").write_text(f"Something I wrote myself. {quote}", encoding="utf-8")

    run = audit("starter/texts-en", subject=str(tmp_path / "mine.txt"))

    assert rows(run)[0]["verdict"] == "copy"
    first = next(place for place, character in enumerate(quote) if character.isalnum())
    assert f"> {quote[first:100]}" in report(run)
    assert f"line {long + 1}, character " in report(run)
    assert "word for word" in report(run)


def test_a_trimmed_sound_is_found_and_its_seconds_are_told(audit: Audit, report: Read, tmp_path: Path) -> None:
    folder = tmp_path / "sounds"
    folder.mkdir()
    draw = np.random.default_rng(0)
    for name in ("a", "b"):
        noise = draw.normal(0, 0.1, 44_100 * 2) * np.abs(np.sin(np.linspace(0, 30, 44_100 * 2)))
        soundfile.write(folder / f"{name}.wav", noise, 44_100)
    corpora.describe(folder, title="Noises", authors=["A. N. Artist"], licence="CC0-1.0", consent="Mine.")
    noise, _sr = soundfile.read(folder / "b.wav")
    soundfile.write(tmp_path / "piece.wav", noise[22_050:66_150], 44_100)

    run = audit(folder, subject=str(tmp_path / "piece.wav"))

    assert rows(run)[0]["neighbour"] == "b.wav"
    assert "from 0.00 s to 1.00 s in the work, and from 0.50 s to 1.50 s in the item" in report(run)
    with Image.open(run.path / "outputs" / "nearest-1.png") as picture:
        assert picture.width == 1200
    heard, sr = soundfile.read(run.path / "outputs" / "listen-1.wav")
    assert len(heard) / sr == pytest.approx(1.0 + BETWEEN_S + 1.0, abs=0.05)
    assert "“listen-1.wav” lets you hear them" in report(run)


def test_a_report_in_french_is_in_french(audit: Audit, report: Read, drawings: Corpus) -> None:
    with use_language("fr"):
        run = audit(drawings.folder)

    assert run.status() == "finished"
    assert report(run).startswith("Est-ce une copie\N{NO-BREAK SPACE}?")


def test_declaring_it_imports_nothing_heavy() -> None:
    code = (
        "import sys, artia_lab.experiments.critical.copy_check; "
        "print([name for name in ('numpy', 'PIL', 'matplotlib', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def with_likeness(run: RunFolder, output: str, **said: object) -> None:
    """Make a run say of one of its works what a measure of its own would have found."""
    record: Any = json.loads((run.path / "record.json").read_text())
    for entry in record["outputs"]:
        if entry["path"] == f"outputs/{output}":
            entry["likeness"] |= said
    (run.path / "record.json").write_text(json.dumps(record))


@pytest.fixture
def mosaic(drawings: Corpus) -> RunFolder:
    return execute.run("image.self-mosaic", drawings.folder, {"width": 64}, executor="inline")


def test_an_audit_says_what_the_run_says(audit: Audit, drawings: Corpus, mosaic: RunFolder) -> None:
    record: Any = mosaic.record()
    row = rows(audit(drawings.folder))[0]
    assert row["verdict"] == record["likeness"]["verdict"]
    assert float(row["nearness"]) == pytest.approx(record["likeness"]["nearness"], abs=0.002)


def test_an_audit_never_takes_back_what_a_run_has_found(
    audit: Audit, report: Read, drawings: Corpus, mosaic: RunFolder
) -> None:
    nearest = [{"item": "discs-2.png", "at": {}, "measure": 0.9, "kind": ""}]
    with_likeness(mosaic, "mosaic.png", verdict="copy", nearness=1.0, method="nearest-training-1", nearest=nearest)

    run = audit(drawings.folder)

    assert [(row["verdict"], row["neighbour"]) for row in rows(run)] == [("copy", "discs-2.png")]
    assert figures(run, "mosaic.png")["method"] == "nearest-training-1"
    assert "Two measures were made" in report(run)


def test_what_a_run_found_does_not_hold_for_a_work_that_was_changed_since(
    audit: Audit, drawings: Corpus, mosaic: RunFolder, drawing: Callable[[int], np.ndarray]
) -> None:
    with_likeness(mosaic, "mosaic.png", verdict="copy", nearness=1.0)
    Image.fromarray(drawing(98)).save(mosaic.path / "outputs" / "mosaic.png")
    assert rows(audit(drawings.folder))[0]["verdict"] == "distinct"


@pytest.mark.parametrize("said", [{"verdict": "maybe"}, {"nearness": None}, {"nearest": 3}, {"more": 1}])
def test_a_record_that_says_something_else_is_not_heeded(
    audit: Audit, drawings: Corpus, mosaic: RunFolder, said: dict[str, object]
) -> None:
    record: Any = mosaic.record()
    before = record["likeness"]["verdict"]
    with_likeness(mosaic, "mosaic.png", **said)
    assert rows(audit(drawings.folder))[0]["verdict"] == before
