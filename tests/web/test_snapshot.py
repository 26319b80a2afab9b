"""What a seat finds out about itself for the board."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from artia_lab.runs import Request, RunFolder
from artia_lab.web.snapshot import Runs, memory_mb

HELD_MB = 120
# It holds memory as the grandchild of a process that has ended: nobody's child, as what a fork server started.
ELSEWHERE = f"""
import os, time
if os.fork() == 0:
    os.setsid()
    held = b"x" * {HELD_MB << 20}
    print(os.getpid(), flush=True)
    time.sleep(60)
"""


def test_memory_counts_the_kernels_and_runs_that_a_fork_server_started() -> None:
    program = subprocess.Popen([sys.executable, "-c", ELSEWHERE], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    other = int(program.stdout.readline())
    program.wait()
    try:
        alone, with_it = memory_mb(), memory_mb([other])
        assert alone > 0
        assert with_it - alone >= HELD_MB - 10
    finally:
        os.kill(other, signal.SIGKILL)
    program.stdout.close()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{other}/stat").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert memory_mb([other]) - alone < HELD_MB - 10


def test_the_processes_of_runs_are_known_while_they_work(artia_home: Path) -> None:
    request = Request(experiment="image.self-mosaic", parameters={}, corpus_id="starter", corpus_digest="0" * 64)
    run, claim = RunFolder.create(request, artia_home / "runs")
    run.say("worker", pid=4321, warm=True)
    runs = Runs()
    runs.look()
    assert runs.workers() == [4321]
    run.finish(run.closing_record("finished"))
    os.close(claim)
    works, counts = runs.look()
    assert (runs.workers(), counts) == ([], {"finished": 1})
    assert [each["run"] for each in works] == [run.id]
