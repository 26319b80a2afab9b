"""What ``artia rerun`` shows: one line per notebook, and one document for programs; and how it is stopped."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from artia_lab.cli import main

Write = Callable[..., Path]
Read = Callable[[str | Path], str]
Until = Callable[[Callable[[], Any]], Any]

WAIT = "import time, pathlib\nwhile not pathlib.Path('go').exists(): time.sleep(0.05)"
COMMAND = [sys.executable, "-m", "artia_lab.cli", "rerun"]


def test_a_log_has_one_line_per_notebook(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], notebook: Write
) -> None:
    code = "raise ValueError('two\\nlines')"
    places = [notebook(tmp_path / "été [red].ipynb", "print(1)"), notebook(tmp_path / "fails.ipynb", code)]
    out = tmp_path / "out"
    assert main(["rerun", *map(str, places), "-p", "seed=0", "--jobs", "2", "--out", str(out)]) == 1
    said = capsys.readouterr()
    well, fails = sorted(said.err.splitlines(), reverse=True, key=lambda line: line[2:])
    assert re.fullmatch(r"✓ été \[red\]: finished \(\d+\.\d s\)", well)
    assert re.fullmatch(r"✗ fails: failed \(\d+\.\d s\) Cell 3 raised ValueError: two\\nlines", fails)
    assert said.out == f"1 of 2 notebooks finished; they stand in “{out}”.\n"


def test_for_a_program_there_is_one_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], notebook: Write
) -> None:
    place = notebook(tmp_path / "well.ipynb")
    assert main(["rerun", str(place), "--out", str(tmp_path / "out"), "--json"]) == 0
    said = capsys.readouterr()
    [listed] = json.loads(said.out)["notebooks"]
    assert (listed["status"], listed["output"]) == ("finished", str(tmp_path / "out" / "well.ipynb"))
    assert said.err.startswith("✓ well")


def test_a_terminal_shows_where_each_notebook_is(
    tmp_path: Path, notebook: Write, artia_home: Path, until: Until
) -> None:
    import pty

    run = "import artia_lab; artia_lab.run('text.corpus-keyboard', 'starter/texts-en', {'length': 100}).status()"
    place, out = notebook(tmp_path / "[bold]slow.ipynb", WAIT, run), tmp_path / "out"
    controller, terminal = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100", "LINES": "24"}
    asked = subprocess.Popen(
        [*COMMAND, str(place), "--out", str(out), "--json"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=terminal, env=environment,
    )  # fmt: skip
    os.close(terminal)
    shown = b""

    def _shown() -> bool:
        nonlocal shown
        shown += os.read(controller, 65536)
        return b"cell 2 of 3" in shown

    until(_shown)
    (out / "go").touch()
    try:
        while chunk := os.read(controller, 65536):
            shown += chunk
    except OSError:
        # How Linux says that the other end of a terminal was closed.
        os.close(controller)
    printed = asked.communicate(timeout=60)[0]
    assert json.loads(printed)["notebooks"][0]["status"] == "finished"
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert "[bold]slow" in plain and "0:0" in plain
    assert plain.count("✓ [bold]slow: finished") == 1 and plain.count("✓") == 1


def test_the_step_of_a_run_at_work_is_shown(tmp_path: Path) -> None:
    from artia_lab.cli.rerun import _Working
    from artia_lab.rerun import Progress
    from artia_lab.runs import Request, RunFolder

    asked = Request(
        experiment="text.corpus-keyboard",
        parameters={},
        corpus_id="c",
        corpus_digest="d",
        notebook="",
        language="en",
    )
    older, _claim = RunFolder.create(asked, tmp_path)
    older.say("step", step=7, steps=9, metrics={})
    line = _Working(Progress(number=0, name="n", runs=tmp_path, cell=2, cells=4))
    assert line.where() == (1, 4, "cell 2 of 4")
    run, _claim = RunFolder.create(asked, tmp_path)
    assert line.where() == (1, 4, "cell 2 of 4")
    run.say("step", step=3, steps=8, metrics={})
    assert line.where() == (3, 8, "step 3 of 8")
    run.finish(run.closing_record("finished"))
    assert line.where() == (1, 4, "cell 2 of 4")


def rerun_with(grace_s: float, *words: str | Path, stand_in: str = "") -> subprocess.Popen[str]:
    """Start the command where Ctrl-C reaches it alone."""
    code = f"import sys; from artia_lab.rerun import jobs, process; jobs.GRACE_S = {grace_s}\n{stand_in}\n"
    code += "from artia_lab.cli import main; sys.exit(main(['rerun', *sys.argv[1:], '--json']))"
    return subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_ctrl_c_saves_what_was_done_and_leaves_nothing_running(
    tmp_path: Path, notebook: Write, texts: Read, until: Until
) -> None:
    begin = "import os, pathlib; print('early'); pathlib.Path('kernel').write_text(str(os.getpid()))"
    slow = notebook(tmp_path / "slow.ipynb", begin, "import time; print('late', flush=True); time.sleep(600)", "1")
    never, out = notebook(tmp_path / "never.ipynb"), tmp_path / "out"
    saved = out / "slow.ipynb"
    asked = rerun_with(600, slow, never, "--out", out)
    until(lambda: saved.exists() and "late" in texts(saved))
    asked.send_signal(signal.SIGINT)
    printed, lines = asked.communicate(timeout=60)
    assert asked.returncode == 130
    first, second = json.loads(printed)["notebooks"]
    assert (first["status"], second["status"]) == ("interrupted", "interrupted")
    assert re.fullmatch(r"✗ slow: .* The rerun was stopped\.\n✗ never: .* This notebook was not begun\.\n", lines)
    assert texts(first["output"]) == "early\nlate\n" and second["output"] == ""
    cells = nbformat.read(saved, as_version=4).cells
    assert [cell.metadata.papermill.status for cell in cells] == ["completed", "completed", "failed", "pending"]
    assert cells[2].outputs[-1].ename == "KeyboardInterrupt"
    kernel = (out / "kernel").read_text()
    until(lambda: not Path("/proc", kernel).exists())


@pytest.mark.parametrize(("grace_s", "presses"), [(0.1, 1), (600, 2)])
def test_a_process_that_does_not_heed_ctrl_c_is_ended(
    tmp_path: Path, notebook: Write, until: Until, grace_s: float, presses: int
) -> None:
    deaf = f"trap '' INT; touch {tmp_path}/deaf; sleep 600"
    stand_in = (
        "import subprocess; process._start = lambda _environment, **streams: "
        f"subprocess.Popen(['sh', '-c', {deaf!r}], start_new_session=True, **streams)"
    )
    place, out = notebook(tmp_path / "n.ipynb"), tmp_path / "out"
    asked = rerun_with(grace_s, place, "--out", out, stand_in=stand_in)
    until((tmp_path / "deaf").exists)
    for _press in range(presses):
        asked.send_signal(signal.SIGINT)
        time.sleep(0.5)
    printed, lines = asked.communicate(timeout=60)
    assert asked.returncode == 130 and lines.endswith("The rerun was stopped.\n")
    assert json.loads(printed)["notebooks"][0]["status"] == "interrupted"


def test_a_notebook_goes_on_when_nobody_listens_any_more(
    tmp_path: Path, notebook: Write, texts: Read, until: Until
) -> None:
    wait = WAIT.replace("\n", "\npathlib.Path('here').touch()\n")
    place, out = notebook(tmp_path / "n.ipynb", wait, "print('done')"), tmp_path / "out"
    asked = subprocess.Popen([*COMMAND, str(place), "--out", str(out)], stderr=subprocess.PIPE)
    until((out / "here").exists)
    asked.kill()
    asked.communicate()
    (out / "go").touch()
    until(lambda: texts(out / "n.ipynb") == "done\n")
    until(lambda: nbformat.read(out / "n.ipynb", as_version=4).metadata.papermill.duration)


def processes_of(word: str) -> list[int]:
    """Find the processes whose environment holds a word."""
    found = []
    for each in psutil.process_iter(["environ"]):
        if any(word in value for value in (each.info["environ"] or {}).values()):
            found.append(each.pid)
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_one_that_was_only_made_ready_never_begins_and_leaves_nothing(
    number: signal.Signals, tmp_path: Path, notebook: Write, until: Until
) -> None:
    slow, out = notebook(tmp_path / "slow.ipynb", WAIT.replace("'go'", "'never'")), tmp_path / "out"
    next_one = notebook(tmp_path / "next.ipynb", "import pathlib; pathlib.Path('next').touch()")
    asked = subprocess.Popen(
        [*COMMAND, str(slow), str(next_one), "--out", str(out)],
        stderr=subprocess.PIPE,
        # A fork shows the environment of what it was forked from, not its own.
        env=os.environ | {"ARTIA_WARM": "off"},
    )
    # A process and a kernel for each.
    until(lambda: len(processes_of(f"{out}/runs/next")) >= 2)
    asked.send_signal(number)
    asked.communicate()
    until(lambda: not processes_of(f"{out}/runs/next"))
    assert not (out / "next").exists() and not (out / "next.ipynb").exists()
    for each in processes_of(f"{out}/runs/slow"):
        os.kill(each, signal.SIGKILL)
