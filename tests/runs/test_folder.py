"""A run is a folder, and the folder is the truth about it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from artia_lab.errors import Mistake
from artia_lab.runs import Request, RunFolder, runs_folder

ASKED = Request(
    experiment="text.sample",
    parameters={"seed": 0, "prompt": "", "mirrored": False},
    corpus_id="somewhere",
    corpus_digest="0" * 64,
)


def closed(folder: RunFolder, status: str) -> RunFolder:
    folder.finish(folder.closing_record(status))
    return folder


@pytest.fixture
def queued(artia_home: Path):
    folder, claim = RunFolder.create(ASKED, runs_folder())
    yield folder
    os.close(claim)


def test_a_new_run_is_queued_and_says_what_was_asked(queued: RunFolder) -> None:
    assert queued.status() == "queued"
    assert queued.request() == ASKED
    assert queued.record() is None


def test_ids_sort_by_time_and_name_the_experiment(queued: RunFolder) -> None:
    assert queued.id[8] == "-" and "-text.sample-" in queued.id


def test_a_run_nobody_works_on_is_interrupted(artia_home: Path) -> None:
    folder, claim = RunFolder.create(ASKED, runs_folder())
    os.close(claim)
    assert folder.status() == "interrupted"


def test_a_worker_killed_with_nine_leaves_an_interrupted_run_and_its_outputs(artia_home: Path) -> None:
    folder, claim = RunFolder.create(ASKED, runs_folder())
    code = f"""
import time
from pathlib import Path
from artia_lab.runs import RunFolder
from artia_lab.runs.outputs import Outputs
folder = RunFolder(Path({str(folder.path)!r}))
folder.say("state", state="running")
Outputs(folder).text("kept", "first")
print("ready", flush=True)
time.sleep(60)
"""
    worker = subprocess.Popen([sys.executable, "-c", code], pass_fds=(claim,), stdout=subprocess.PIPE)
    os.close(claim)
    assert worker.stdout is not None and worker.stdout.readline() == b"ready\n"
    assert folder.status() == "running"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert folder.status() == "interrupted"
    assert [each["path"] for each in folder.progress()["outputs"]] == ["outputs/first.txt"]


def test_the_record_ends_the_run_and_frees_the_reserve(queued: RunFolder) -> None:
    closed(queued, "finished")
    assert queued.status() == "finished"
    assert queued.closing_record("x")["parameters"] == {"seed": 0, "prompt": "", "mirrored": False}
    assert sorted(each.name for each in queued.path.iterdir()) == [
        "events.jsonl",
        "outputs",
        "record.json",
        "request.json",
    ]


def test_stopping_a_run_that_has_ended_changes_nothing(queued: RunFolder) -> None:
    closed(queued, "finished")
    before = queued.diary.read_bytes()
    assert queued.stop() == "finished"
    assert queued.diary.read_bytes() == before


def test_a_worker_deaf_to_signals_is_ended_within_two_seconds(artia_home: Path) -> None:
    folder, claim = RunFolder.create(ASKED, runs_folder())
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    worker = subprocess.Popen(
        [sys.executable, "-c", code], pass_fds=(claim,), stdout=subprocess.PIPE, start_new_session=True
    )
    os.close(claim)
    assert worker.stdout is not None and worker.stdout.readline()
    folder.say("state", state="running", pid=worker.pid)
    assert folder.stop() == "cancelled"
    record = folder.record()
    assert record is not None and record["status"] == "cancelled"
    assert worker.wait(5) == -signal.SIGKILL


def test_a_line_cut_short_by_a_full_disk_is_left_out(queued: RunFolder) -> None:
    queued.say("step", step=1, steps=2, metrics={})
    with queued.diary.open("ab") as stream:
        stream.write(b'{"event": "step", "st')
    assert queued.progress()["step"] == 1


def test_events_of_several_writers_never_mix(queued: RunFolder) -> None:
    def write() -> None:
        for number in range(200):
            queued.say("warning", message="é" * number)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    assert len(queued.progress()["warnings"]) == 800


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Mistake, match="Make room there, or choose another folder"):
        RunFolder.create(ASKED, tmp_path / "file")


def test_the_request_is_json_that_anybody_can_read(queued: RunFolder) -> None:
    document = json.loads((queued.path / "request.json").read_text())
    assert document["format"] == 1
    assert document["parameters"] == {"seed": 0, "prompt": "", "mirrored": False}


def test_several_viewers_never_take_each_other_for_a_worker(artia_home: Path) -> None:
    folder, claim = RunFolder.create(ASKED, runs_folder())
    folder.say("state", state="running", pid=1)
    os.close(claim)
    seen: set[str] = set()

    def look() -> None:
        seen.update(folder.status() for _ in range(1500))

    viewers = [threading.Thread(target=look) for _ in range(4)]
    for each in viewers:
        each.start()
    for each in viewers:
        each.join()
    assert seen == {"interrupted"}


def test_whoever_waits_looks_often_at_first_and_seldom_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, claim = RunFolder.create(ASKED, tmp_path)
    clock, pauses = [1000.0], []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        clock[0] += seconds
        if clock[0] > 1005:
            os.close(claim)

    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    monkeypatch.setattr("time.sleep", sleep)
    assert folder.wait() == "interrupted"
    assert pauses == sorted(pauses) and (pauses[0], pauses[-1]) == (0.005, 0.05)
    assert len(pauses) < 250
