"""What runs in the sandbox: ``python -m artia_lab.review.inside NOTEBOOK VALUES OUT``.

It reruns the notebook, then sends the executed notebook and its runs as one zip on its output, which is the only
way out. Whoever receives it believes nothing of it: the notebook may have taken this process over.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

# Names in the archive; `artia_lab.review.rerun` has them too, and does not import what runs in the sandbox.
OUTCOME, EXECUTED = "outcome.json", "executed.ipynb"


def main(notebook: str, values: str, out: str) -> None:
    """Rerun a notebook, and send what came of it.

    Parameters
    ----------
    notebook : str
        The notebook.
    values : str
        Parameters that change, as JSON.
    out : str
        A folder to work in; made.
    """
    # What is printed by anything else must not be taken for the archive.
    sending = os.dup(1)
    os.dup2(2, 1)
    from artia_lab import warm
    from artia_lab.errors import ArtiaError
    from artia_lab.rerun import prepare, rerun

    folder = Path(out)
    said: dict[str, object]
    try:
        # One process imports what the kernel, the rerun and the run need; they are forked from it.
        warm.prepare(wait=True)
        job = prepare(Path(notebook), {})
        job.values.update(json.loads(values))
        [outcome] = rerun([job], folder)
        said = outcome.to_json()
    except ArtiaError as error:
        said = {"status": "failed", "sentence": str(error), "seconds": 0.0, "output": "", "runs": []}
    said["disk_full"] = _full(folder)
    with open(sending, "wb") as stream, zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(OUTCOME, json.dumps(said))
        for name, path in _files(folder, said):
            _send(archive, name, path)


def _files(folder: Path, said: dict[str, object]) -> Iterator[tuple[str, Path]]:
    if said["output"]:
        yield EXECUTED, Path(str(said["output"]))
    for parent, _folders, names in os.walk(folder / "runs"):
        for name in sorted(names):
            path = Path(parent, name)
            # runs/<notebook>/<id>/…
            inside = path.relative_to(folder / "runs").parts[1:]
            if len(inside) > 1 and not any(each.startswith(".") for each in inside):
                yield "/".join(("runs", *inside)), path


def _send(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return
    with open(descriptor, "rb") as source:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            with archive.open(zipfile.ZipInfo(name), "w") as target:
                shutil.copyfileobj(source, target, 1 << 20)


def _full(folder: Path) -> bool:
    """Tell whether a file system is full, which the notebook's own words may not say."""
    for place in (folder, Path("/tmp")):
        while not place.exists():
            place = place.parent
        free = os.statvfs(place)
        if free.f_blocks and free.f_bavail * 200 < free.f_blocks:
            return True
    return False


if __name__ == "__main__":
    main(*sys.argv[1:])
