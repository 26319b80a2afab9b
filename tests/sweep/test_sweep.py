"""A sweep remembers: what is done is not done again, whatever stopped it."""

from __future__ import annotations

import contextlib
import csv
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from artia_lab import corpora
from artia_lab.errors import Mistake
from artia_lab.home import data_folder
from artia_lab.sweep import Result, Standing, read_grid, sweep

Write = Callable[..., Path]
Executed = Callable[[], list[str]]
# The second cell of the grid waits; where it executes is told in a file.
WAITS = """import os, time
if seed == 2:
    open({place!r}, "w").write(str(os.getpid()))
    while not os.path.exists({go!r}): time.sleep(0.05)
"""


def _sweep(notebook: Path, out: Path, *pairs: str, **options: Any) -> Result:
    return sweep(read_grid(notebook, pairs), out, **options)


def _statuses(result: Result) -> list[str]:
    return [cell.status for cell, _facts in result.cells]


def _until(look: Callable[[], Any]) -> Any:
    end = time.monotonic() + 60
    while not (found := look()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return found


@contextlib.contextmanager
def _command(*words: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", "artia_lab.cli", "sweep", *map(str, words)])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_falsy_values_are_values(tmp_path: Path, notebook: Write) -> None:
    place = notebook(
        "assert (seed, noise, name) == (0, 0.0, '')",
        parameters="seed: int = 7\nnoise: float = 1.0\nname: str = 'x'",
    )
    assert _statuses(_sweep(place, tmp_path / "out", "seed=0", "noise=0.0", "name=")) == ["finished"]


def test_what_is_done_is_not_done_again(tmp_path: Path, notebook: Write, executed: Executed) -> None:
    place = notebook()
    assert _sweep(place, tmp_path / "out", "seed=1..3", at_once=2).reused == 0
    again = _sweep(place, tmp_path / "out", "seed=1..4", at_once=2)
    assert again.reused == 3 and executed() == ["1", "2", "3", "4"]


def test_the_same_command_has_nothing_to_do(tmp_path: Path, notebook: Write) -> None:
    place = notebook()
    _sweep(place, tmp_path / "out", "seed=1,2")
    before = sorted((tmp_path / "out" / "reruns").rglob("*"))
    assert _sweep(place, tmp_path / "out", "seed=1,2").reused == 2
    assert sorted((tmp_path / "out" / "reruns").rglob("*")) == before


def test_one_that_failed_is_tried_again(tmp_path: Path, notebook: Write, executed: Executed) -> None:
    mended = tmp_path / "mended"
    place = notebook(f"import os\nassert seed != 2 or os.path.exists({str(mended)!r}), 'not yet'")
    first = _sweep(place, tmp_path / "out", "seed=1..3", at_once=2)
    assert _statuses(first) == ["finished", "failed", "finished"]
    assert "not yet" in (tmp_path / "out" / "index.html").read_text()
    mended.touch()
    assert _statuses(_sweep(place, tmp_path / "out", "seed=1..3")) == ["finished"] * 3
    assert executed() == ["1", "2", "2", "3"]


def test_a_changed_notebook_is_noticed(tmp_path: Path, notebook: Write, executed: Executed) -> None:
    _sweep(notebook(), tmp_path / "out", "seed=1,2")
    told: list[Standing] = []
    result = _sweep(notebook("print(seed)"), tmp_path / "out", "seed=1,2", begin=told.append)
    assert told[0].other_notebook == 2 and result.reused == 0
    assert executed() == ["1", "1", "2", "2"]


def test_outputs_that_were_deleted_are_made_again(tmp_path: Path, notebook: Write, executed: Executed) -> None:
    place = notebook()
    result = _sweep(place, tmp_path / "out", "seed=1,2")
    Path(result.cells[1][0].attempt.notebook).unlink()
    assert _sweep(place, tmp_path / "out", "seed=1,2").reused == 1
    assert executed() == ["1", "2", "2"]


def test_a_notebook_edited_meanwhile_does_not_mix_with_itself(tmp_path: Path, notebook: Write) -> None:
    place = notebook()
    grid = read_grid(place, ["seed=1,2"])
    notebook("raise SystemError('edited')")
    assert _statuses(sweep(grid, tmp_path / "out")) == ["finished", "finished"]


def test_a_changed_corpus_is_noticed(tmp_path: Path) -> None:
    source = corpora.find("starter/texts-en")
    mine = tmp_path / "mine"
    mine.mkdir()
    shutil.copy(source.folder / source.items[0].file, mine / "a.txt")
    corpora.describe(mine, title="Mine", authors=["Ada"], licence="CC0-1.0", consent="Given.")
    place = data_folder("notebooks") / "en" / "T1-corpus-keyboard.ipynb"
    pairs = (f"corpus={mine}", "length=50", "seed=1")
    _sweep(place, tmp_path / "out", *pairs)
    assert _sweep(place, tmp_path / "out", *pairs).reused == 1
    (tmp_path / "b.txt").write_text("It snowed on the river all day. " * 20)
    corpora.add(mine, [tmp_path / "b.txt"])
    told: list[Standing] = []
    result = _sweep(place, tmp_path / "out", *pairs, begin=told.append)
    assert told[0].other_corpus == 1 and result.reused == 0
    assert _statuses(result) == ["finished"]


@pytest.mark.parametrize("orphan", ["goes on to its end", "is killed too"])
def test_after_a_sigkill_only_what_is_missing_is_made(
    tmp_path: Path, notebook: Write, executed: Executed, orphan: str
) -> None:
    where, go, out = tmp_path / "where", tmp_path / "go", tmp_path / "out"
    place = notebook(WAITS.format(place=str(where), go=str(go)))
    with _command(place, "-p", "seed=1..3", "--out", out) as process:
        kernel = int(_until(lambda: where.exists() and where.read_text()))
        _until(lambda: json.loads((out / "reruns" / "1" / "n.json").read_text())["status"] == "finished")
        process.send_signal(signal.SIGKILL)
        process.wait()
    if orphan == "is killed too":
        os.kill(kernel, signal.SIGKILL)
    go.touch()
    abandoned = out / "reruns" / "1" / "n-2.ipynb"
    _until(lambda: json.loads(abandoned.read_text())["metadata"]["papermill"]["end_time"])
    result = _sweep(place, out, "seed=1..3")
    assert _statuses(result) == ["finished"] * 3
    assert result.reused == (2 if orphan == "goes on to its end" else 1)
    assert executed() == (["1", "2", "3"] if orphan == "goes on to its end" else ["1", "2", "2", "3"])


def test_ctrl_c_leaves_a_sheet_and_the_rest_for_later(tmp_path: Path, notebook: Write, executed: Executed) -> None:
    where, go, out = tmp_path / "where", tmp_path / "go", tmp_path / "out"
    place = notebook(WAITS.format(place=str(where), go=str(go)))
    with _command(place, "-p", "seed=1..3", "--out", out) as process:
        _until(lambda: where.exists() and where.read_text())
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    with (out / "sweep.csv").open(encoding="utf-8") as table:
        assert [row["status"] for row in csv.DictReader(table)] == ["finished", "interrupted", "waiting"]
    assert "2 runs are missing." in (out / "index.html").read_text()
    go.touch()
    assert _sweep(place, out, "seed=1..3").reused == 1
    assert executed() == ["1", "2", "2", "3"]


def test_two_sweeps_never_share_a_folder(tmp_path: Path, notebook: Write) -> None:
    place = notebook()
    _sweep(place, tmp_path / "out", "seed=1")
    with (tmp_path / "out" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Mistake, match="A sweep is at work"):
            _sweep(place, tmp_path / "out", "seed=2")


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path, notebook: Write) -> None:
    out = tmp_path / "site"
    out.mkdir()
    (out / "index.html").write_text("mine")
    with pytest.raises(Mistake, match="other things than a sweep"):
        _sweep(notebook(), out, "seed=1")
    assert [each.name for each in out.iterdir()] == ["index.html"] and (out / "index.html").read_text() == "mine"


def test_a_folder_of_another_notebook_is_left_alone(tmp_path: Path, notebook: Write) -> None:
    place = notebook()
    _sweep(place, tmp_path / "out", "seed=1")
    other = place.rename(tmp_path / "other.ipynb")
    with pytest.raises(Mistake, match=r"another notebook, “n\.ipynb”"):
        _sweep(other, tmp_path / "out", "seed=1")


def test_a_place_that_cannot_be_written_is_a_mistake(tmp_path: Path, notebook: Write) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Mistake, match="cannot be kept"):
        _sweep(notebook(), tmp_path / "file" / "out", "seed=1")
