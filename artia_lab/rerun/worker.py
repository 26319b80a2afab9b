"""One rerun in a process of its own: ``python -m artia_lab.rerun.worker``, a job as JSON on its input.

Its last line of output is the outcome as JSON. Papermill writes the notebook as it goes, so what was executed is
kept whatever happens to the kernel or to this process.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from artia_lab.i18n import _

KERNEL = "artia"


def perform(job: dict[str, Any]) -> dict[str, str]:
    """Rerun one notebook.

    Parameters
    ----------
    job : dict
        ``notebook``, ``output``, ``values`` and ``cwd``.

    Returns
    -------
    dict
        ``status`` and ``sentence``.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    try:
        papermill.execute_notebook(
            job["notebook"],
            job["output"],
            parameters=job["values"],
            kernel_name=KERNEL,
            cwd=job["cwd"],
            progress_bar=False,
            log_output=False,
        )
    except papermill.PapermillExecutionError as error:
        sentence = _("Cell {number} raised {kind}: {detail}").format(
            number=error.cell_index, kind=error.ename, detail=error.evalue
        )
        return {"status": "failed", "sentence": sentence}
    except (DeadKernelError, CellTimeoutError):
        number = mark_last_cell_failed(Path(job["output"]))
        sentence = _(
            "The kernel was ended while it executed cell {number}; the machine may have lacked memory. "
            "Ask for something smaller, or rerun fewer notebooks at once."
        ).format(number=number)
        return {"status": "failed", "sentence": sentence}
    return {"status": "finished", "sentence": ""}


def mark_last_cell_failed(output: Path) -> int:
    """Say in a saved notebook that the cell which ran last did not complete.

    Papermill leaves that cell "completed" when its kernel was killed.

    Parameters
    ----------
    output : Path
        The notebook that papermill saved.

    Returns
    -------
    int
        The cell's index, from 0.
    """
    import nbformat

    document = nbformat.read(output, as_version=4)
    begun = [
        (cell.metadata.get("papermill", {}).get("start_time") or "", number)
        for number, cell in enumerate(document.cells)
    ]
    number = max(begun)[1]
    cell = document.cells[number]
    cell.metadata["papermill"] |= {"status": "failed", "exception": True}
    document.metadata["papermill"] |= {"exception": True}
    said = _("The kernel was ended while it executed this cell.")
    cell.outputs.append(nbformat.v4.new_output("error", ename="DeadKernelError", evalue=said, traceback=[said]))
    nbformat.write(document, output)
    return number


if __name__ == "__main__":
    print(json.dumps(perform(json.load(sys.stdin))))
