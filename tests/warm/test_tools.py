"""papermill, nbclient and nbval notice how a warm kernel ends, as they do with ipykernel."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from artia_lab.warm import prepare

# The kernel says first whether it is warm, in a file: an output could be lost with the kernel.
FIRST = (
    "import os, pathlib, sys\n"
    "pathlib.Path({mark!r}).write_text(f\"{{'colorsys' in sys.modules}} {{os.getpid()}}\")"
)
ENDS = {"exit": "os._exit(3)", "killed": "os.kill(os.getpid(), 9)"}
KERNELS = {"artia": "True", "python3": "False"}
SLEEPS = "import time\ntry:\n    time.sleep(600)\nexcept KeyboardInterrupt:\n    print('interrupted')"

Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def ready(place: Any) -> None:
    """Have a server that knows what kernels need, and one module that no kernel imports by itself."""
    place.configure(["ipykernel.ipkernel", "ipykernel.kernelapp", "ipykernel.debugger", "colorsys"])
    assert prepare(wait=True)


@pytest.fixture
def notebook(tmp_path: Path) -> Write:
    """Write a notebook whose kernel first says whether it is warm."""

    def write(kernel: str, *code: str) -> Path:
        cells = [nbformat.v4.new_code_cell(each) for each in (FIRST.format(mark=str(tmp_path / "mark")), *code)]
        known = {"name": kernel, "display_name": kernel, "language": "python"}
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": known}), tmp_path / "n.ipynb")
        return tmp_path / "n.ipynb"

    return write


def ended(tmp_path: Path, kernel: str, until: Any) -> None:
    """Assert that the kernel was what it should be, and that nothing is left of it."""
    warm, pid = (tmp_path / "mark").read_text().split()
    assert warm == KERNELS[kernel]
    until(lambda: not Path("/proc", pid).exists())


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
@pytest.mark.parametrize("kernel", KERNELS)
def test_papermill(kernel: str, end: str, notebook: Write, tmp_path: Path, until: Any) -> None:
    import papermill

    with pytest.raises(DeadKernelError):
        papermill.execute_notebook(notebook(kernel, end), tmp_path / "out.ipynb", progress_bar=False)
    ended(tmp_path, kernel, until)


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
@pytest.mark.parametrize("kernel", KERNELS)
def test_nbclient(kernel: str, end: str, notebook: Write, tmp_path: Path, until: Any) -> None:
    document = nbformat.read(notebook(kernel, end), as_version=4)
    with pytest.raises(DeadKernelError):
        NotebookClient(document).execute()
    ended(tmp_path, kernel, until)


@pytest.mark.parametrize("kernel", KERNELS)
def test_nbclient_interrupts_what_takes_too_long(kernel: str, notebook: Write, tmp_path: Path, until: Any) -> None:
    document = nbformat.read(notebook(kernel, SLEEPS, "print('goes on')"), as_version=4)
    NotebookClient(document, timeout=3, interrupt_on_timeout=True).execute()
    said = ["".join(each.get("text", "") for each in cell.outputs) for cell in document.cells]
    assert said[1:] == ["interrupted\n", "goes on\n"]
    ended(tmp_path, kernel, until)


@pytest.mark.parametrize("kernel", KERNELS)
def test_papermill_gives_up_on_what_takes_too_long(
    kernel: str, notebook: Write, tmp_path: Path, until: Any
) -> None:
    import papermill

    with pytest.raises(CellTimeoutError):
        papermill.execute_notebook(
            notebook(kernel, SLEEPS), tmp_path / "out.ipynb", progress_bar=False, execution_timeout=3
        )
    ended(tmp_path, kernel, until)


# nbval waits for the answer of a dead kernel until the time of a cell is over.
@pytest.mark.parametrize("code", [ENDS["killed"], "import time; time.sleep(600)"], ids=["killed", "interrupt"])
@pytest.mark.parametrize("kernel", KERNELS)
def test_nbval(kernel: str, code: str, notebook: Write, tmp_path: Path, until: Any) -> None:
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider"]
    command += ["--nbval-cell-timeout=4", str(notebook(kernel, code))]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    # One cell passes, which says that it is warm; the other is given up.
    assert "1 failed, 1 passed" in answer.stdout and "imeout" in answer.stdout
    ended(tmp_path, kernel, until)


@pytest.mark.parametrize("kernel", KERNELS)
def test_killed_from_outside(kernel: str, notebook: Write, tmp_path: Path, until: Any) -> None:
    document = nbformat.read(notebook(kernel, "import time; time.sleep(600)"), as_version=4)
    with ThreadPoolExecutor(1) as aside:
        made = aside.submit(lambda: NotebookClient(document).execute())
        until(lambda: (tmp_path / "mark").exists() and (tmp_path / "mark").read_text().count(" "), 60)
        os.kill(int((tmp_path / "mark").read_text().split()[1]), signal.SIGKILL)
        with pytest.raises(DeadKernelError):
            made.result()
    ended(tmp_path, kernel, until)
