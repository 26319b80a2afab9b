"""One rerun in a process of its own: ``python -m artia_lab.rerun.worker``, a job as a line of JSON on its input.

It makes a kernel ready, and begins when a second line comes; without one it ends, and nothing was done. It says
on its output, as one JSON object a line, each cell that begins, then the outcome. The notebook is saved as it is
executed, so what was done is kept whatever happens to the kernel or to this process.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from artia_lab.errors import Mistake
from artia_lab.i18n import _

KERNEL = "artia"


def perform(
    job: dict[str, Any],
    say: Callable[[dict[str, Any]], object],
    wait: Callable[[], object] = lambda: None,
) -> dict[str, str]:
    """Rerun one notebook.

    Parameters
    ----------
    job : dict
        ``notebook``, ``output``, ``aside``, ``values`` and ``cwd``.
    say : callable
        Given ``{"cell": i, "of": n}`` before the i-th cell of n, from 1.
    wait : callable
        Called once when the kernel is ready, before anything is executed or saved.

    Returns
    -------
    dict
        ``status`` and ``sentence``.
    """
    from artia_lab.rerun.saving import Saver

    saver = Saver(Path(job["output"]), Path(job["aside"]))
    answer = {"status": "failed", "sentence": ""}
    try:
        try:
            answer = _execute(job, saver, say, wait)
        finally:
            saver.now()
    except Mistake as error:
        return {"status": "failed", "sentence": f"{answer['sentence']} {error}".strip()}
    return answer


def _execute(
    job: dict[str, Any], saver: Any, say: Callable[[dict[str, Any]], object], wait: Callable[[], object]
) -> dict[str, str]:
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    from artia_lab.rerun import engine

    begun = 0

    def _tell(cell: int, of: int) -> None:
        nonlocal begun
        begun = cell
        say({"cell": cell, "of": of})

    try:
        papermill.execute_notebook(
            # Papermill fills braces in; a file may be called so.
            job["notebook"].replace("{", "{{").replace("}", "}}"),
            # The saver writes it.
            None,
            parameters=job["values"],
            engine_name=engine.NAME,
            kernel_name=KERNEL,
            cwd=job["cwd"],
            progress_bar=False,
            saver=saver,
            tell=_tell,
            wait=wait,
        )
    except papermill.PapermillExecutionError as error:
        sentence = _("Cell {number} raised {kind}: {detail}").format(
            number=error.cell_index + 1, kind=error.ename, detail=error.evalue
        )
        return {"status": "failed", "sentence": sentence}
    except engine.SaidTooMuch:
        sentence = _(
            "Cell {number} printed or showed more than the 64 MB that a notebook can hold, and was stopped. Let "
            "it say less, then rerun it."
        ).format(number=begun)
        return {"status": "failed", "sentence": sentence}
    except (DeadKernelError, CellTimeoutError):
        sentence = _(
            "The kernel was ended while it executed cell {number}; the machine may have lacked memory. "
            "Ask for something smaller, or rerun fewer notebooks at once."
        ).format(number=begun)
        return {"status": "failed", "sentence": sentence}
    except KeyboardInterrupt:
        return {"status": "interrupted", "sentence": _("The rerun was stopped.")}
    return {"status": "finished", "sentence": ""}


def _main() -> None:
    # What a kernel or a library prints must not be taken for what we say.
    heard = os.dup(1)
    os.dup2(2, 1)
    signal.signal(signal.SIGTERM, signal.default_int_handler)

    def _say(message: dict[str, Any]) -> None:
        # Whoever asked may be gone; the notebook goes on.
        with contextlib.suppress(BrokenPipeError), open(heard, "wb", closefd=False) as stream:
            stream.write(json.dumps(message).encode() + b"\n")

    with open(0, "rb", closefd=False) as asked:
        job = json.loads(asked.readline())

        def _wait() -> None:
            if not asked.readline():
                # Whoever asked has gone, or thought better of it.
                raise KeyboardInterrupt

        _say(perform(job, _say, _wait))


if __name__ == "__main__":
    _main()
