"""The work of a sweep: what is not done yet, in a folder that remembers."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from artia_lab.errors import Mistake
from artia_lab.home import home
from artia_lab.i18n import _, visible
from artia_lab.rerun import Progress, rerun
from artia_lab.runs.files import write_atomically, write_json
from artia_lab.sweep.attempts import Attempt
from artia_lab.sweep.cells import Cell, Standing, standing
from artia_lab.sweep.facts import Facts
from artia_lab.sweep.grid import Grid
from artia_lab.sweep.views import Views


@dataclass(frozen=True)
class Result:
    """How a sweep ended.

    Attributes
    ----------
    folder, page : Path
        Its folder, and its contact sheet.
    cells : list of (Cell, Facts)
        Every cell and what is known of it.
    reused : int
        How many cells were done before.
    """

    folder: Path
    page: Path
    cells: list[tuple[Cell, Facts]]
    reused: int

    def count(self, status: str) -> int:
        """Count the cells that stand so.

        Parameters
        ----------
        status : str
            One of `artia_lab.sweep.cells.STATES`.

        Returns
        -------
        int
            How many.
        """
        return sum(cell.status == status for cell, _facts in self.cells)


def folder_for(notebook: Path, grid: Grid) -> Path:
    """Name the folder of a sweep for which none was named.

    Parameters
    ----------
    notebook : Path
        The notebook.
    grid : Grid
        What is asked.

    Returns
    -------
    Path
        The same for the same notebook and values, whatever was changed in the notebook since.
    """
    asked = json.dumps([str(notebook.absolute()), [[a.name, a.values] for a in grid.axes]])
    digest = hashlib.sha256(asked.encode()).hexdigest()[:8]
    return home() / "notebooks" / "sweeps" / f"{notebook.stem}-{digest}"


def sweep(
    grid: Grid,
    folder: Path,
    *,
    at_once: int = 1,
    begin: Callable[[Standing], object] = lambda _standing: None,
    tell: Callable[[Cell, Progress], object] = lambda _cell, _progress: None,
) -> Result:
    """Make every run of a grid that is not made yet, then the contact sheet and the table.

    Parameters
    ----------
    grid : Grid
        What is asked.
    folder : Path
        Where it stands, or goes on.
    at_once : int > 0
        How many notebooks are executed at the same time.
    begin : callable
        Given what is done already, before anything starts.
    tell : callable
        Given a cell and its progress as it goes, from several threads.

    Returns
    -------
    Result
        After a Ctrl-C too.

    Raises
    ------
    Mistake
        If the folder holds something else, cannot be written to, or another sweep works in it.
    """
    folder = folder.absolute()
    try:
        with _alone(folder, grid):
            found = standing(folder, grid)
            begin(found)
            views = Views(folder, grid, found.cells)
            waiting = [each for each in found.cells if each.status != "finished"]
            if waiting:
                _Pass(folder, grid, waiting, views, tell).make(at_once)
            views.write()
    except OSError as error:
        raise Mistake(
            _(
                "The sweep cannot be kept in “{folder}”: {reason}. Make room there, or choose another folder."
            ).format(folder=folder, reason=os.strerror(error.errno or 0))
        ) from error
    return Result(folder, views.page, views.cells(), len(found.cells) - len(waiting))


@contextlib.contextmanager
def _alone(folder: Path, grid: Grid) -> Iterator[None]:
    """Claim the folder for this process and this notebook."""
    memory = folder / "sweep.json"
    name = grid.job.notebook.name
    folder.mkdir(parents=True, exist_ok=True)
    if not memory.is_file() and any(each.name != ".lock" for each in folder.iterdir()):
        raise Mistake(
            _("“{folder}” holds other things than a sweep. Choose another folder, or a new one.").format(
                folder=folder
            )
        )
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Mistake(
                _("A sweep is at work in “{folder}”. Wait until it has ended, or choose another folder.").format(
                    folder=folder
                )
            ) from error
        if not memory.is_file():
            write_json(memory, {"format": 1, "notebook": name})
        if (held := _notebook_of(memory)) != name:
            raise Mistake(
                _("“{folder}” holds the sweep of another notebook, “{notebook}”. Choose another folder.").format(
                    folder=folder, notebook=visible(held)
                )
            )
        yield


def _notebook_of(memory: Path) -> str:
    try:
        return str(json.loads(memory.read_text(encoding="utf-8"))["notebook"])
    except (ValueError, KeyError, TypeError):
        return "?"


class _Pass:
    """The cells that one command makes."""

    def __init__(
        self, folder: Path, grid: Grid, cells: list[Cell], views: Views, tell: Callable[[Cell, Progress], object]
    ) -> None:
        self._grid, self._cells, self._views, self._tell = grid, cells, views, tell
        self._trouble: OSError | None = None
        made = [int(each.name) for each in folder.glob("reruns/*") if each.name.isdecimal()]
        self._out = folder / "reruns" / str(max(made, default=0) + 1)

    def make(self, at_once: int) -> None:
        source = self._out / "source" / self._grid.job.notebook.name
        source.parent.mkdir(parents=True)
        # Cells that start late must execute what the first ones did, even if the person edits their notebook.
        write_atomically(source, lambda aside: aside.write_bytes(self._grid.content))
        jobs = [replace(self._grid.job, notebook=source, values=cell.values) for cell in self._cells]
        rerun(jobs, self._out, at_once=at_once, tell=self._hear)
        if self._trouble is not None:
            raise self._trouble

    def _hear(self, progress: Progress) -> None:
        cell = self._cells[progress.number]
        if progress.cell == 0 or progress.outcome is not None:
            try:
                cell = self._note(cell, progress)
            except OSError as error:
                # The others may still be executed; the sweep says at its end that it could not be kept.
                self._trouble = self._trouble or error
        self._tell(cell, progress)

    def _note(self, cell: Cell, progress: Progress) -> Cell:
        attempt = Attempt(
            place=self._out / f"{progress.name}.json",
            digest=self._grid.digest,
            language=self._grid.job.language,
            values=cell.values,
        )
        if progress.outcome is None:
            attempt.write()
            return cell
        if not (attempt.place.exists() or progress.outcome.seconds):
            return cell
        attempt = attempt.ended(progress.outcome)
        attempt.write()
        ended = replace(cell, attempt=attempt)
        self._views.show(ended)
        return ended
