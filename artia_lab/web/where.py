"""What a kernel tells of the person's progress: the cell that runs, or ran last, and whether it failed.

An IPython extension, loaded into ArtIA kernels. Where a hub has a board it keeps one small file beside the
kernel's connection file, which the person's own server reads; elsewhere it does nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from typing import Any

LONGEST_ERROR = 200


def file_of(connection_file: str | os.PathLike[str]) -> Path:
    """Name the file in which a kernel says where the person is.

    Parameters
    ----------
    connection_file : path
        The kernel's connection file.

    Returns
    -------
    Path
        A file beside it.
    """
    file = Path(connection_file)
    return file.with_name(f"artia-where-{file.stem}.json")


def read(connection_file: str | os.PathLike[str]) -> dict[str, Any]:
    """Read what a kernel says.

    Parameters
    ----------
    connection_file : path
        The kernel's connection file.

    Returns
    -------
    dict
        ``cell`` (its id), ``state`` (``"running"``, ``"done"`` or ``"failed"``), ``since``, ``failures`` in a row
        and ``error``; empty when it has said nothing.
    """
    try:
        found = json.loads(file_of(connection_file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


class Teller:
    """Writes down what happens to each cell.

    Parameters
    ----------
    file : Path
        Where.
    """

    def __init__(self, file: Path) -> None:
        self._file, self._cell, self._failures = file, "", 0

    def begins(self, info: Any) -> None:
        """Say that a cell begins.

        Parameters
        ----------
        info : IPython.core.interactiveshell.ExecutionInfo
            The cell.
        """
        if info.silent:
            return
        self._cell = info.cell_id or ""
        self._write("running", "")

    def ended(self, result: Any) -> None:
        """Say how a cell ended.

        Parameters
        ----------
        result : IPython.core.interactiveshell.ExecutionResult
            What came of it.
        """
        if result.info is None or result.info.silent:
            return
        error = result.error_before_exec or result.error_in_exec
        # Whoever stops a cell by themselves needs nobody.
        if error is None or isinstance(error, KeyboardInterrupt):
            self._failures = 0
            self._write("done", "")
            return
        self._failures += 1
        self._write("failed", _in_a_line(error))

    def _write(self, state: str, error: str) -> None:
        said: dict[str, Any] = {"cell": self._cell, "state": state, "since": time.time()}
        said |= {"failures": self._failures, "error": error}
        aside = self._file.with_name(f".{self._file.name}")
        # A full disk must not keep a cell from running.
        with contextlib.suppress(OSError):
            aside.write_text(json.dumps(said), encoding="utf-8")
            os.replace(aside, self._file)


def load_ipython_extension(shell: Any) -> None:
    """Begin to tell, where there is a board.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        The kernel's shell.
    """
    if not os.environ.get("ARTIA_BOARD"):
        return
    from ipykernel.connect import get_connection_file

    try:
        teller = Teller(file_of(get_connection_file()))
    except RuntimeError:
        # No kernel: IPython in a terminal.
        return
    shell.events.register("pre_run_cell", teller.begins)
    shell.events.register("post_run_cell", teller.ended)


def _in_a_line(error: BaseException) -> str:
    try:
        said = str(error).strip().partition("\n")[0]
    except Exception:
        said = ""
    name = type(error).__name__
    return f"{name}: {said}"[:LONGEST_ERROR] if said else name
