"""The runs of a person: where they are, all of them, or one by its name."""

from __future__ import annotations

import os
from pathlib import Path

from artia_lab.errors import NotFound
from artia_lab.home import home
from artia_lab.i18n import _
from artia_lab.runs.folder import RUN_ID, RunFolder


def runs_folder() -> Path:
    """Name the folder of the person's runs.

    Returns
    -------
    Path
        ``ARTIA_RUNS`` when it is set, else ``runs`` under `artia_lab.home.home`.
    """
    return Path(os.environ.get("ARTIA_RUNS") or home() / "runs").absolute()


def every_run(parent: Path | None = None) -> list[RunFolder]:
    """List the runs of a folder, the newest first.

    Parameters
    ----------
    parent : Path, optional
        The folder; by default the person's runs.

    Returns
    -------
    list of RunFolder
        Whatever their state.
    """
    parent = runs_folder() if parent is None else parent
    if not parent.is_dir():
        return []
    found = [
        each for each in parent.iterdir() if RUN_ID.fullmatch(each.name) and (each / "request.json").is_file()
    ]
    return [RunFolder(each) for each in sorted(found, key=lambda each: each.name, reverse=True)]


def find_run(name: str) -> RunFolder:
    """Find a run by its id, the beginning or end of its id, ``last``, or its folder.

    Parameters
    ----------
    name : str
        What the person typed.

    Returns
    -------
    RunFolder
        The only one it can be.

    Raises
    ------
    NotFound
        If there is none, or several.
    """
    if os.sep in name and (Path(name) / "request.json").is_file():
        return RunFolder(Path(name))
    runs = every_run()
    if name == "last" and runs:
        return runs[0]
    found = [each for each in runs if name and (each.id.startswith(name) or each.id.endswith(name))]
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFound(
            _("“{name}” could be several runs: {list}. Write more of the id.").format(
                name=name, list=", ".join(each.id for each in found[:5])
            )
        )
    raise NotFound(
        _("There is no run “{name}” in “{folder}”. “artia runs list” shows those there are.").format(
            name=name, folder=runs_folder()
        )
    )
