"""The two notebooks of a publication: as it was executed, and as it was before, with the same parameters."""

from __future__ import annotations

from copy import deepcopy
from typing import Any


def published(executed: dict[str, Any]) -> dict[str, Any]:
    """Take from an executed notebook what says where it was executed.

    Parameters
    ----------
    executed : dict
        As papermill leaves it.

    Returns
    -------
    dict
        The same, but for the paths that papermill notes.
    """
    notebook = deepcopy(executed)
    for name in ("input_path", "output_path"):
        notebook["metadata"].get("papermill", {}).pop(name, None)
    return notebook


def source(executed: dict[str, Any]) -> dict[str, Any]:
    """Give the notebook that was executed, with the parameters that it was given.

    Parameters
    ----------
    executed : dict
        The executed notebook.

    Returns
    -------
    dict
        Without outputs, and without any trace of the execution; the cell of injected parameters stays.
    """
    notebook = deepcopy(executed)
    for name in ("papermill", "widgets"):
        notebook["metadata"].pop(name, None)
    for cell in notebook["cells"]:
        for name in ("papermill", "execution", "scrolled", "collapsed"):
            cell["metadata"].pop(name, None)
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return notebook
