"""Keeping a rerun as the reference of its notebook."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from artia_lab.errors import Mistake
from artia_lab.i18n import _
from artia_lab.runs import RunFolder
from artia_lab.verify.references.finding import Reference, place_of, read_notebook
from artia_lab.verify.references.pieces import split
from artia_lab.verify.references.privacy import Private

# What Linux calls its exchange of two names, and the folder that relative paths start from.
RENAME_EXCHANGE, AT_FDCWD = 2, -100


def keep(notebook: Path, executed: Path, runs: Sequence[RunFolder]) -> Reference:
    """Keep a rerun as the reference of its notebook; an older one stands until the new one is whole.

    Parameters
    ----------
    notebook : Path
        The notebook.
    executed : Path
        The same, executed to its end.
    runs : sequence of RunFolder
        The runs that it made.

    Returns
    -------
    Reference
        What was kept.

    Raises
    ------
    Mistake
        If it cannot be written, or would tell something private.
    """
    folder = place_of(notebook)
    private = Private.of_this_machine(executed.absolute().parent, notebook.absolute().parent)
    try:
        folder.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".aside-", dir=folder.parent) as aside:
            made = Path(aside) / folder.name
            made.mkdir()
            _write_notebook(executed, made / f"{folder.name}.ipynb", private)
            for run in runs:
                _write_run(run, made / "runs" / folder.name / run.id, private)
            split(made)
            _flush(made)
            _put(made, folder)
    except OSError as error:
        raise Mistake(
            _(
                "The reference cannot be kept in “{folder}”: {reason}. What was kept before stands as it was. Make"
                " room there, or work on a copy of the notebook in a folder that you can write to."
            ).format(folder=folder, reason=error.strerror or error)
        ) from error
    return Reference(folder)


def _write_notebook(executed: Path, place: Path, private: Private) -> None:
    document = read_notebook(executed)
    account = document["metadata"].get("papermill", {})
    for name in ("input_path", "output_path", "environment_variables"):
        account.pop(name, None)
    _write(place, private.cleaned(document))


def _write_run(run: RunFolder, place: Path, private: Private) -> None:
    record = run.record()
    (place / "outputs").mkdir(parents=True)
    _write(place / "request.json", private.cleaned(run.request().to_json()))
    _write(place / "record.json", private.cleaned(record))
    for entry in (record or {}).get("outputs", []):
        source = run.path / entry["path"]
        if entry["medium"] in ("text", "table"):
            private.refuse(source)
        shutil.copyfile(source, place / entry["path"])


def _write(place: Path, document: Any) -> None:
    place.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _flush(folder: Path) -> None:
    for each in (folder, *folder.rglob("*")):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _put(made: Path, place: Path) -> None:
    """Put a folder in the place of another, in one step where the system can."""
    if not place.exists():
        os.rename(made, place)
        return
    exchange = getattr(ctypes.CDLL(None), "renameat2", None)
    if exchange and not exchange(AT_FDCWD, os.fsencode(made), AT_FDCWD, os.fsencode(place), RENAME_EXCHANGE):
        return
    aside = made.with_name(f"{made.name}.old")
    os.rename(place, aside)
    try:
        os.rename(made, place)
    except BaseException:
        os.rename(aside, place)
        raise
