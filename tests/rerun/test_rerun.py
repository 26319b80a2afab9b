"""Headless reruns: checked first, several at once, and truthful about how each ended."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import pytest

from artia_lab.rerun import Progress, prepare, process, rerun

Write = Callable[..., Path]
Read = Callable[[str | Path], str]
Until = Callable[[Callable[[], Any]], Any]


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The processes that execute notebooks, as they start."""
    start, started = process._start, []

    def _start(*asked: Any, **streams: int) -> Any:
        started.append(start(*asked, **streams))
        return started[-1]

    monkeypatch.setattr(process, "_start", _start)
    return started


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Limit the size of the files of those processes: it stands for a disk that is full."""

    def _limit(size: int) -> None:
        start = process._start

        def _start(*asked: Any, **streams: int) -> Any:
            started = start(*asked, **streams)
            resource.prlimit(started.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
            return started

        monkeypatch.setattr(process, "_start", _start)

    return _limit


def test_falsy_values_arrive(tmp_path: Path, notebook: Write, texts: Read) -> None:
    place = notebook(tmp_path / "n.ipynb", "print([seed, name])", parameters="seed: int = 7\nname: str = 'x'")
    [outcome] = rerun([prepare(place, {"seed": "0", "name": ""})], tmp_path / "out")
    assert outcome.status == "finished"
    assert "[0, '']" in texts(outcome.output)


def test_one_that_fails_does_not_stop_the_others(tmp_path: Path, notebook: Write, texts: Read) -> None:
    places = [
        notebook(tmp_path / "raises.ipynb", "print('before')", "1 / 0", "print('after')"),
        notebook(tmp_path / "killed.ipynb", "print('before')", "import os; os.kill(os.getpid(), 9)"),
        notebook(tmp_path / "exits.ipynb", "import os; os._exit(0)"),
        notebook(tmp_path / "well.ipynb", "print('well')"),
    ]
    raises, killed, exits, well = rerun([prepare(each, {}) for each in places], tmp_path / "out", at_once=2)
    assert (raises.status, killed.status, exits.status, well.status) == ("failed", "failed", "failed", "finished")
    assert "ZeroDivisionError" in raises.sentence
    assert "kernel was ended" in killed.sentence and "kernel was ended" in exits.sentence
    assert texts(raises.output).startswith("before") and "well" in texts(well.output)


def test_notebooks_of_the_same_name_do_not_overwrite_each_other(
    tmp_path: Path, notebook: Write, texts: Read
) -> None:
    places = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        places.append(notebook(tmp_path / folder / "n.ipynb", f"print('{folder}')"))
    first, second = rerun([prepare(each, {}) for each in places], tmp_path / "out", at_once=2)
    assert first.output != second.output
    assert texts(second.output) == "b\n"


def test_the_source_is_never_overwritten(tmp_path: Path, notebook: Write) -> None:
    place = notebook(tmp_path / "n.ipynb", "print('x')")
    before = place.read_bytes()
    [outcome] = rerun([prepare(place, {})], tmp_path)
    assert place.read_bytes() == before and outcome.output != str(place)


@pytest.mark.parametrize("out", ["b", "link"])
def test_no_source_is_overwritten_by_what_another_becomes(tmp_path: Path, notebook: Write, out: str) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        notebook(tmp_path / folder / "n.ipynb", f"print('{folder}')")
    (tmp_path / "link").symlink_to(tmp_path / "b")
    sources = [tmp_path / folder / "n.ipynb" for folder in ("a", "b")]
    before = [each.read_bytes() for each in sources]
    outcomes = rerun([prepare(each, {}) for each in sources], tmp_path / out)
    assert [each.read_bytes() for each in sources] == before
    assert len({os.path.realpath(path) for path in [*sources, *(each.output for each in outcomes)]}) == 4


def test_two_at_once_keep_both_cores_busy(tmp_path: Path, notebook: Write) -> None:
    """Each waits for the other in its middle: one after the other, neither would end."""
    meets = (
        "import pathlib, time\npathlib.Path('{mine}').touch()\nuntil = time.monotonic() + 60\n"
        "while not pathlib.Path('{other}').exists():\n    assert time.monotonic() < until\n    time.sleep(0.02)"
    )
    places = [
        notebook(tmp_path / f"{mine}.ipynb", meets.format(mine=mine, other=other))
        for mine, other in (("left", "right"), ("right", "left"))
    ]
    outcomes = rerun([prepare(each, {}) for each in places], tmp_path / "out", at_once=2)
    assert [each.status for each in outcomes] == ["finished"] * 2


def test_why_notebooks_start_cold_is_said_once(
    tmp_path: Path, notebook: Write, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "warm.toml").write_text("imports = 3\n")
    monkeypatch.setenv("ARTIA_WARM", str(tmp_path / "warm.toml"))
    places = [notebook(tmp_path / f"{name}.ipynb", "1") for name in ("first", "second", "third")]
    outcomes = rerun([prepare(each, {}) for each in places], tmp_path / "out", at_once=2)
    assert [each.status for each in outcomes] == ["finished"] * 3
    [line] = capfd.readouterr().err.splitlines()
    assert line.startswith("Notebooks start cold") and "warm.toml" in line
    monkeypatch.setenv("ARTIA_WARM", "off")
    rerun([prepare(places[0], {})], tmp_path / "again")
    assert capfd.readouterr().err == ""


def test_each_step_is_told_in_order(tmp_path: Path, notebook: Write) -> None:
    places = [notebook(tmp_path / "well.ipynb", "1", "2"), notebook(tmp_path / "fails.ipynb", "1 / 0", "2")]
    told: dict[str, list[Progress]] = {"well": [], "fails": []}
    rerun(
        [prepare(each, {}) for each in places],
        tmp_path / "out",
        at_once=2,
        tell=lambda each: told[each.name].append(each),
    )
    assert [(each.cell, each.cells) for each in told["well"]] == [(0, 0), (1, 3), (2, 3), (3, 3), (3, 3)]
    assert [(each.cell, each.cells) for each in told["fails"]] == [(0, 0), (1, 3), (2, 3), (2, 3)]
    for steps in told.values():
        assert [each.outcome is not None for each in steps] == [False] * (len(steps) - 1) + [True]
        assert {each.runs for each in steps} == {tmp_path / "out" / "runs" / steps[0].name}


def test_what_a_long_cell_has_said_is_saved_before_it_ends(
    tmp_path: Path, notebook: Write, texts: Read, until: Until
) -> None:
    wait = (
        "import time, pathlib\nprint('said', flush=True)\nwhile not pathlib.Path('go').exists(): time.sleep(0.05)"
    )
    slider = "import ipywidgets; ipywidgets.IntSlider(3)"
    place, saved = notebook(tmp_path / "n.ipynb", slider, wait), tmp_path / "out" / "n.ipynb"
    with ThreadPoolExecutor() as aside:
        made = aside.submit(rerun, [prepare(place, {})], tmp_path / "out")
        until(lambda: saved.exists() and "said" in texts(saved))
        document = nbformat.read(saved, as_version=4)
        assert document.cells[2].metadata.papermill.status == "running"
        assert "IntSliderModel" in str(document.metadata.widgets)
        (tmp_path / "out" / "go").touch()
    assert made.result()[0].status == "finished"


def test_a_worker_that_was_killed_leaves_what_was_done(
    tmp_path: Path, notebook: Write, texts: Read, until: Until, workers: list[Any]
) -> None:
    kernel = "import os, pathlib; pathlib.Path('kernel').write_text(str(os.getpid())); print('early')"
    place = notebook(tmp_path / "n.ipynb", kernel, "import time; print('late', flush=True); time.sleep(600)")
    saved = tmp_path / "out" / "n.ipynb"
    with ThreadPoolExecutor() as aside:
        made = aside.submit(rerun, [prepare(place, {})], tmp_path / "out")
        until(lambda: saved.exists() and "late" in texts(saved))
        os.kill(workers[0].pid, signal.SIGKILL)
    [outcome] = made.result()
    assert outcome.status == "failed" and "ended with code -9" in outcome.sentence
    assert texts(outcome.output) == "early\nlate\n"
    statuses = [cell.metadata.papermill.status for cell in nbformat.read(saved, as_version=4).cells]
    assert statuses == ["completed", "completed", "running"]
    number = (tmp_path / "out" / "kernel").read_text()
    until(lambda: not Path("/proc", number).exists())


def test_a_worker_that_was_killed_while_it_saved_leaves_nothing_beside(
    tmp_path: Path, notebook: Write, until: Until, workers: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.token_hex", lambda _size: "half")
    place, out = notebook(tmp_path / "n.ipynb", "import time; time.sleep(600)"), tmp_path / "out"
    with ThreadPoolExecutor() as aside:
        told: list[Progress] = []
        made = aside.submit(rerun, [prepare(place, {})], out, tell=told.append)
        until(lambda: told and told[-1].cell == 2)
        (out / ".half.ipynb").write_text('{"cells": [')
        os.kill(workers[0].pid, signal.SIGKILL)
    made.result()
    assert [each.name for each in out.iterdir() if each.is_file()] == ["n.ipynb"]


def test_a_disk_that_fills_up_is_said_and_keeps_what_was_saved(
    tmp_path: Path, notebook: Write, texts: Read, limited: Callable[[int], None]
) -> None:
    limited(20_000)
    place = notebook(tmp_path / "n.ipynb", "print('x' * 100_000)")
    [outcome] = rerun([prepare(place, {})], tmp_path / "out")
    assert outcome.status == "failed" and "n.ipynb” cannot be saved: File too large." in outcome.sentence
    assert texts(outcome.output) == ""
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == ["n.ipynb", "runs"]


def test_a_disk_without_any_room_is_said_before_any_work(
    tmp_path: Path, notebook: Write, limited: Callable[[int], None]
) -> None:
    (tmp_path / "out").mkdir()
    older = tmp_path / "out" / "n.ipynb"
    older.write_text("an older one")
    limited(100)
    place = notebook(tmp_path / "n.ipynb", "import pathlib; pathlib.Path('worked').touch()")
    [outcome] = rerun([prepare(place, {})], tmp_path / "out")
    assert outcome.status == "failed" and "cannot be saved" in outcome.sentence and outcome.output == ""
    assert older.read_text() == "an older one" and not (tmp_path / "out" / "worked").exists()


def test_a_process_that_cannot_be_started_does_not_stop_the_others(
    tmp_path: Path, notebook: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, asked = process._start, []

    def _start(environment: Any, **streams: int) -> Any:
        asked.append(environment["ARTIA_NOTEBOOK"])
        if len(asked) == 1:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return start(environment, **streams)

    monkeypatch.setattr(process, "_start", _start)
    places = [notebook(tmp_path / f"{name}.ipynb") for name in ("first", "second")]
    first, second = rerun([prepare(each, {}) for each in places], tmp_path / "out")
    assert first.status == "failed" and "could not be started" in first.sentence and first.output == ""
    assert second.status == "finished"


def test_what_a_notebook_leaves_running_does_not_hold_it(tmp_path: Path, notebook: Write, texts: Read) -> None:
    code = "import subprocess; print(subprocess.Popen(['sleep', '600'], start_new_session=True).pid)"
    [outcome] = rerun([prepare(notebook(tmp_path / "n.ipynb", code), {})], tmp_path / "out")
    assert outcome.status == "finished"
    os.kill(int(texts(outcome.output)), signal.SIGKILL)


def test_what_a_notebook_prints_is_not_taken_for_progress(tmp_path: Path, notebook: Write) -> None:
    said = json.dumps({"status": "finished", "sentence": "I said it"}) + "\n"
    place = notebook(
        tmp_path / "n.ipynb", f"import os; os.system({f'echo {said!r}'!r}); os.write(1, {said!r}.encode())"
    )
    [outcome] = rerun([prepare(place, {})], tmp_path / "out")
    assert (outcome.status, outcome.sentence) == ("finished", "")


def test_what_prints_without_end_is_stopped(tmp_path: Path, notebook: Write) -> None:
    place = notebook(tmp_path / "n.ipynb", "while True: print('x' * 2**20)", "print('after')")
    [outcome] = rerun([prepare(place, {})], tmp_path / "out")
    assert outcome.status == "failed" and Path(outcome.output).stat().st_size < 80 * 2**20
    assert "more than the 64 MB" in outcome.sentence


def test_what_is_cleared_does_not_count(tmp_path: Path, notebook: Write, texts: Read) -> None:
    code = (
        "from IPython.display import clear_output\n"
        "for _ in range(3):\n    clear_output()\n    print('x' * 30 * 2**20)\n"
        "clear_output()\nprint('end')"
    )
    [outcome] = rerun([prepare(notebook(tmp_path / "n.ipynb", code), {})], tmp_path / "out")
    assert outcome.status == "finished", outcome.sentence
    assert texts(outcome.output).strip() == "end"


def test_a_rerun_is_no_part_of_what_a_person_has_typed(
    tmp_path: Path, notebook: Write, texts: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    said = "print(get_ipython().history_manager.hist_file, get_ipython().history_manager.input_hist_raw[-1])"
    for state in ("warm", "off"):
        if state == "off":
            monkeypatch.setenv("ARTIA_WARM", "off")
        [outcome] = rerun([prepare(notebook(tmp_path / "n.ipynb", said), {})], tmp_path / state)
        assert texts(outcome.output).startswith(":memory: print("), outcome
    assert (tmp_path / "ipython").is_dir() and not [*tmp_path.rglob("history.sqlite*")]
