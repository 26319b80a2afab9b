"""The one join, the same over every executor, on real material."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from artia_lab import corpora, execute
from artia_lab.errors import Mistake, NotFound, ParameterError
from artia_lab.execute import EXECUTORS, run, start
from artia_lab.runs import every_run

# Settings that take a second or two, on the lab's own starters.
QUICK = {
    "text.corpus-keyboard": ("starter/texts-en", {"length": 200}),
    "audio.sound-mosaic": ("starter/sounds", {"length": 2}),
    "image.self-mosaic": ("starter/drawings", {"width": 64}),
    "image.small-model": ("starter/drawings", {"steps": 8, "samples": 2}),
    "critical.copy-check": ("starter/texts-en", {"most": 1}),
}
WORKS = {
    "text.corpus-keyboard": "text",
    "audio.sound-mosaic": "audio",
    "image.self-mosaic": "image",
    "image.small-model": "image",
    "critical.copy-check": "text",
}
# Their works show the corpus for good: nothing would be learnt from how near they are to it.
REPORTS = {"critical.copy-check"}


@pytest.fixture(params=EXECUTORS)
def executor(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Describe a folder of one text, as an artist would."""
    folder = tmp_path / "texts"
    folder.mkdir()
    source = corpora.find("starter/texts-en")
    shutil.copy(source.folder / source.items[0].file, folder / "words.txt")
    corpora.describe(folder, title="Words", authors=["A. N. Author"], licence="CC-BY-4.0", consent="Mine.")
    return folder


@pytest.mark.parametrize("name", QUICK)
def test_a_run_is_accounted_for_in_full(executor: str, name: str) -> None:
    corpus, parameters = QUICK[name]
    folder = run(name, corpus, parameters, executor=executor)
    record = folder.record()
    assert record is not None
    assert (record["status"], record["error"]) == ("finished", None)
    works = [entry for entry in record["outputs"] if entry["kind"] == "work"]
    assert {entry["medium"] for entry in works} == {WORKS[name]}
    assert all((folder.path / entry["path"]).stat().st_size == entry["bytes"] for entry in record["outputs"])
    if name in REPORTS:
        assert record["likeness"] is None
    else:
        assert 0 <= record["likeness"]["nearness"] <= 1 and record["likeness"]["sentence"]
    assert record["seed"] == 0
    assert record["energy"]["method"] in ("measured", "estimated") and record["energy"]["region"] == "CAN/quebec"
    assert record["items"] and all(item["author"] and item["licence"] for item in record["items"])
    assert record["environment"]["packages"]["versions"]["torch"].startswith("2.13.")
    assert folder.progress()["steps"] > 0


@pytest.mark.parametrize("name", QUICK)
def test_the_same_seed_gives_the_same_bytes_and_another_does_not(name: str) -> None:
    corpus, parameters = QUICK[name]

    def works(seed: int) -> list[str]:
        record = run(name, corpus, parameters | {"seed": seed}).record()
        assert record is not None
        return [entry["digest"] for entry in record["outputs"] if entry["kind"] == "work"]

    first = works(0)
    assert works(0) == first
    assert works(1) != first


def test_a_worker_that_is_quicker_than_its_starter_is_running_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    launch = execute.warm.launch

    def slowly(*args: Any, **options: Any) -> Any:
        worker = launch(*args, **options)
        folder = every_run()[0]
        while folder.status() == "queued":
            time.sleep(0.01)
        return worker

    monkeypatch.setattr(execute.warm, "launch", slowly)
    corpus, parameters = "starter/texts-en", {"length": 200}
    folder = start("text.corpus-keyboard", corpus, parameters)
    states = [each["state"] for each in folder.events()[0] if each["event"] == "state"]
    assert states[:2] == ["queued", "running"] and folder.progress()["pid"]
    folder.wait()
    assert folder.status() == "finished"


@pytest.mark.parametrize("wrong", [{"seed": "0"}, {"sede": 1}, {"length": 10**9}])
def test_a_wrong_parameter_is_refused_before_anything_starts(executor: str, wrong: dict[str, object]) -> None:
    with pytest.raises(ParameterError):
        start("text.corpus-keyboard", "starter/texts-en", wrong, executor=executor)
    assert every_run() == []


def test_an_unknown_experiment_or_corpus_is_not_found(executor: str) -> None:
    with pytest.raises(NotFound, match=r"text\.corpus-keyboard"):
        start("text.nothing", "starter/texts-en", executor=executor)
    with pytest.raises(NotFound):
        start("text.corpus-keyboard", "starter/nothing", executor=executor)


def test_an_unknown_executor_is_refused() -> None:
    with pytest.raises(ParameterError, match="inline, local"):
        start("text.corpus-keyboard", "starter/texts-en", executor="cloud")


def test_a_mistake_in_the_material_is_a_sentence_in_the_record(executor: str, texts: Path) -> None:
    (texts / "words.txt").unlink()
    record = run("text.corpus-keyboard", texts, executor=executor).record()
    assert record is not None and record["status"] == "failed"
    assert record["error"]["kind"] == "mistake" and "words.txt" in record["error"]["sentence"]


def test_a_failed_run_speaks_the_language_it_was_asked_in(texts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (texts / "words.txt").unlink()
    monkeypatch.setenv("ARTIA_LANG", "fr")
    record = run("text.corpus-keyboard", texts).record()
    assert record is not None and "fichier" in record["error"]["sentence"]


def test_stop_takes_less_than_a_second_and_a_half_and_says_so() -> None:
    folder = start("image.self-mosaic", "starter/drawings", {"width": 512})
    while folder.progress()["step"] < 1:
        time.sleep(0.05)
    began = time.monotonic()
    assert folder.stop() == "cancelled"
    assert time.monotonic() - began < 1.5
    record = folder.record()
    assert record is not None and record["status"] == "cancelled"


def test_stop_also_stops_a_run_that_is_still_starting() -> None:
    folder = start("image.self-mosaic", "starter/drawings", {"width": 512})
    assert folder.stop() == "cancelled"


def test_a_run_outlives_whoever_started_it() -> None:
    code = (
        "import os; from artia_lab.execute import start;"
        "print(start('text.corpus-keyboard', 'starter/texts-en', {'length': 200}).path, flush=True); os._exit(0)"
    )
    started = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    [folder] = every_run()
    assert str(folder.path) == started.stdout.strip()
    assert folder.wait(60) == "finished"


def test_a_killed_worker_leaves_an_interrupted_run() -> None:
    folder = start("image.self-mosaic", "starter/drawings", {"width": 512})
    while folder.progress()["step"] < 1:
        time.sleep(0.05)
    os.kill(folder.progress()["pid"], signal.SIGKILL)
    assert folder.wait(10) == "interrupted"


LARGE = {
    "text": 'out.text("x" * 1_000_000, "large")',
    "image": 'out.image(numpy.random.default_rng(0).random((500, 500, 3)), "large")',
    "audio": 'out.audio(numpy.zeros(100_000), 44100, "large")',
    "model": 'out.model({"w": numpy.zeros(100_000)}, "large")',
    "table": 'out.table([{"a": 10**9}] * 10_000, "large")',
    "preview": "report.preview(numpy.zeros(100_000), sr=44100)",
}


@pytest.mark.parametrize("medium", LARGE)
def test_what_was_made_before_the_disk_was_full_is_kept(medium: str) -> None:
    """A limit on the size of files stands for a disk that is full: writes fail in the same place."""
    code = f"""
import json, numpy, resource, signal
from artia_lab import corpora, experiments
from artia_lab.execute import run
corpora.find("starter/texts-en").digest
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

def work(parameters, corpus, out, report):
    out.text("small", "kept")
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
    {LARGE[medium]}

loaded = experiments.load("text.corpus-keyboard")
object.__setattr__(loaded, "run", work)
folder = run("text.corpus-keyboard", "starter/texts-en", executor="inline")
print(json.dumps(folder.record()))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    record = json.loads(done.stdout)
    assert record["status"] == "failed"
    assert record["error"]["sentence"].startswith("The disk is full.")
    assert [entry["path"] for entry in record["outputs"]] == ["outputs/kept.txt"]


def test_a_run_can_be_kept_elsewhere(tmp_path: Path) -> None:
    folder = run("text.corpus-keyboard", "starter/texts-en", {"length": 100}, out=tmp_path / "here")
    assert folder.path.parent == tmp_path / "here"
    assert every_run() == []


def test_a_place_that_cannot_be_written_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Mistake, match="choose another folder"):
        start("text.corpus-keyboard", "starter/texts-en", out=tmp_path / "file")
