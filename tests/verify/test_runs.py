"""Two runs: the same thing asked, every output, and a sentence whatever is in the folder."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artia_lab.runs import RunFolder
from artia_lab.verify import compare_runs

Two = tuple[RunFolder, RunFolder]


def _change(run: RunFolder, file: str, change: Callable[[dict[str, Any]], object]) -> None:
    path = run.path / file
    document = json.loads(path.read_text("utf-8"))
    change(document)
    path.write_text(json.dumps(document), "utf-8")


def test_a_run_passes_against_itself(two_runs: Two) -> None:
    verdict = compare_runs(*two_runs)
    assert (verdict.status, verdict.verdict, verdict.exit_code) == ("passed", "identical", 0)
    assert [each.name for each in verdict.comparisons][:2] == ["outputs/text.txt", "outputs/suggestions.csv"]
    assert verdict.sentence() == "Passed: identical, where at worst “identical” was to be expected."


def test_a_changed_text_fails_and_says_where(two_runs: Two) -> None:
    text = two_runs[1].outputs_folder / "text.txt"
    text.write_text(text.read_text("utf-8").replace("glace", "neige", 1), "utf-8")
    verdict = compare_runs(*two_runs)
    assert (verdict.status, verdict.exit_code) == ("failed", 1)
    assert [each.name for each in verdict.failing] == ["outputs/text.txt"]
    assert verdict.reason.startswith("outputs/text.txt: ")


def test_a_missing_and_an_added_output_fail(two_runs: Two) -> None:
    _change(two_runs[1], "record.json", lambda record: record["outputs"].pop(0))
    verdict = compare_runs(*two_runs)
    assert verdict.status == "failed"
    assert verdict.failing[0].reason == "It was not made again."
    back = compare_runs(*reversed(two_runs))
    assert back.failing[-1].reason == "The reference has no such output."


def test_an_output_that_is_no_longer_there_fails(two_runs: Two) -> None:
    (two_runs[1].outputs_folder / "text.txt").unlink()
    assert compare_runs(*two_runs).failing[0].reason == "“outputs/text.txt” is missing."


@pytest.mark.parametrize("change", [{"seed": 1}, {"temperature": 0.9}])
def test_another_request_fails_and_is_said(two_runs: Two, change: dict[str, Any]) -> None:
    for file in ("request.json", "record.json"):
        _change(two_runs[1], file, lambda document: document["parameters"].update(change))
    verdict = compare_runs(*two_runs)
    name, value = next(iter(change.items()))
    assert verdict.status == "failed"
    assert verdict.reason.startswith(f"Not the same thing was asked: {name} is {value}, not ")


def test_another_corpus_fails(two_runs: Two) -> None:
    _change(two_runs[1], "request.json", lambda request: request.update(corpus_digest="0" * 64))
    assert "the corpus is “0000" in compare_runs(*two_runs).reason


def test_a_parameter_that_names_another_run_of_the_same_experiment_is_the_same(two_runs: Two) -> None:
    for run, name in zip(two_runs, ("20261101-120000-image.small-model-aaaaaa",) * 2, strict=True):
        other = name.replace("1101", "1102") if run is two_runs[1] else name
        for file in ("request.json", "record.json"):
            _change(run, file, lambda document, value=other: document["parameters"].update(model=value))
    assert compare_runs(*two_runs).status == "passed"


def test_other_items_and_another_likeness_fail(two_runs: Two) -> None:
    def change(record: dict[str, Any]) -> None:
        record["items"][0]["sha256"] = "0" * 64
        work = next(each for each in record["outputs"] if each.get("likeness"))
        work["likeness"]["nearness"] += 0.2

    _change(two_runs[1], "record.json", change)
    verdict = compare_runs(*two_runs)
    assert [each.name for each in verdict.failing] == ["items of the corpus", "likeness of outputs/text.txt"]
    assert [each.verdict for each in verdict.failing] == ["different", "statistically alike"]


def test_a_likeness_said_in_another_language_is_the_same(two_runs: Two) -> None:
    def change(record: dict[str, Any]) -> None:
        for each in record["outputs"]:
            if each.get("likeness"):
                each["likeness"]["sentence"] = "Said otherwise."

    _change(two_runs[1], "record.json", change)
    assert compare_runs(*two_runs).status == "passed"


def test_an_excused_environment_lets_numbers_round(two_runs: Two) -> None:
    def elsewhere(record: dict[str, Any]) -> None:
        record["environment"]["cpu"]["model"] = "Another processor"

    table = two_runs[1].outputs_folder / "suggestions.csv"
    table.write_text(table.read_text("utf-8").replace("0.0164642", "0.0164643"), "utf-8")
    assert compare_runs(*two_runs).status == "failed"
    _change(two_runs[1], "record.json", elsewhere)
    verdict = compare_runs(*two_runs)
    assert (verdict.status, verdict.verdict) == ("passed", "numerically equal")
    assert [each.name for each in verdict.differences] == ["cpu.model"]


@pytest.mark.parametrize("status", ["failed", "cancelled", "interrupted", 3])
def test_a_run_that_did_not_finish_is_impossible(two_runs: Two, status: object) -> None:
    _change(two_runs[1], "record.json", lambda record: record.update(status=status))
    verdict = compare_runs(*two_runs)
    assert (verdict.status, verdict.verdict, verdict.exit_code) == ("impossible", "different", 2)
    assert f"did not finish: it is “{status}”" in verdict.sentence()


@pytest.mark.parametrize("file", ["record.json", "request.json"])
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"a": NaN}', b"\xff\xfe", b"[" * 100_000, b'{"a":' * 90 + b"1" + b"}" * 90,
     b'{"a": ' + b"9" * 9000 + b"}", b"{}"],
)  # fmt: skip
def test_a_damaged_file_is_impossible(two_runs: Two, file: str, content: bytes) -> None:
    (two_runs[1].path / file).write_bytes(content)
    verdict = compare_runs(*two_runs)
    assert verdict.status == "impossible"
    assert verdict.reason.endswith(".")
    assert compare_runs(*reversed(two_runs)).reason.startswith("The reference cannot be read.")


def test_an_enormous_record_is_not_read(two_runs: Two) -> None:
    os.truncate(two_runs[1].path / "record.json", 40 << 20)
    assert compare_runs(*two_runs).reason == "“record.json” is larger than 32 MB, which no file of its kind is."


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "outputs/../record.json",
        "outputs/a.svg",
        "outputs/A b.png",
        "events.jsonl",
        "outputs/\x00.png",
        "outputs/" + "a" * 300 + ".png",
        7,
        None,
    ],
)
def test_an_output_outside_its_folder_is_impossible(two_runs: Two, path: object) -> None:
    _change(two_runs[1], "record.json", lambda record: record["outputs"][0].update(path=path))
    verdict = compare_runs(*two_runs)
    assert verdict.status == "impossible"
    assert "names an output that no run can have" in verdict.reason


def test_outputs_of_a_false_kind_or_named_twice_are_impossible(two_runs: Two) -> None:
    _change(two_runs[0], "record.json", lambda record: record["outputs"].append(record["outputs"][0]))
    _change(two_runs[1], "record.json", lambda record: record["outputs"][0].update(medium="model"))
    assert compare_runs(two_runs[1], two_runs[1]).status == "impossible"
    assert compare_runs(two_runs[0], two_runs[0]).status == "impossible"


def test_links_are_never_followed(two_runs: Two, tmp_path: Path) -> None:
    reference, new = two_runs
    text = new.outputs_folder / "text.txt"
    text.unlink()
    text.symlink_to(reference.outputs_folder / "text.txt")
    assert (
        compare_runs(*two_runs).failing[0].reason.endswith("is a link to another place, which is never followed.")
    )
    shutil.rmtree(new.outputs_folder)
    new.outputs_folder.symlink_to(reference.outputs_folder)
    assert {each.name for each in compare_runs(*two_runs).failing} >= {"outputs/text.txt", "outputs/sources.csv"}
    (new.path / "record.json").unlink()
    (new.path / "record.json").symlink_to(reference.path / "record.json")
    assert compare_runs(*two_runs).status == "impossible"


def test_a_named_pipe_does_not_hold_anything_up(two_runs: Two) -> None:
    text = two_runs[1].outputs_folder / "text.txt"
    text.unlink()
    os.mkfifo(text)
    assert compare_runs(*two_runs).failing[0].reason == "“outputs/text.txt” is not a plain file."


def test_a_folder_that_is_not_there_is_impossible(two_runs: Two, tmp_path: Path) -> None:
    assert compare_runs(two_runs[0], RunFolder(tmp_path / "nowhere")).status == "impossible"


def test_a_verdict_is_plain_json(two_runs: Two) -> None:
    verdict = compare_runs(*two_runs)
    document = json.loads(json.dumps(verdict.to_json()))
    assert document["status"] == "passed"
    assert document["expected"]["tier"] == "identical"
    assert document["comparisons"][0]["verdict"] == "identical"
