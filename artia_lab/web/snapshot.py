"""What a seat has to say of itself to the board: where its person is, what they compute, what it uses."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from artia_lab.runs import ACTIVE, RunFolder, events, every_run
from artia_lab.web import where

# So many runs are told one by one.
MOST = 10


class Positions:
    """Where cells stand in the notebooks that are open."""

    def __init__(self) -> None:
        self._read: dict[Path, tuple[int, list[str]]] = {}
        self._seen: dict[str, tuple[int, int]] = {}
        self._at: dict[str, float] = {}

    def seen(self, notebook: str, cell: int, cells: int) -> None:
        """Take note of what the person's page says.

        Parameters
        ----------
        notebook : str
            Its path, as the server calls it.
        cell, cells : int
            The code cell that they are in, from 1, and how many there are.
        """
        self._seen[notebook], self._at[notebook] = (cell, cells), time.time()

    def looked_at(self, notebook: str) -> float:
        """Say when the person's page was last in a notebook.

        Parameters
        ----------
        notebook : str
            Its path.

        Returns
        -------
        float
            In seconds since 1970; 0 for never.
        """
        return self._at.get(notebook, 0.0)

    def of(self, root: Path, notebook: str, cell: str) -> tuple[int, int]:
        """Find a code cell.

        Parameters
        ----------
        root : Path
            The server's folder.
        notebook : str
            The notebook, in it.
        cell : str
            The cell's id.

        Returns
        -------
        cell, cells : int
            The code cell, from 1, and how many there are; 0 for what is not known.
        """
        if notebook in self._seen:
            return self._seen[notebook]
        ids = self._ids(root / notebook)
        return (ids.index(cell) + 1 if cell in ids else 0), len(ids)

    def _ids(self, file: Path) -> list[str]:
        try:
            changed = file.stat().st_mtime_ns
            if self._read.get(file, (None,))[0] != changed:
                cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
                ids = [str(each.get("id", "")) for each in cells if each["cell_type"] == "code"]
                self._read[file] = (changed, ids)
            return self._read[file][1]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return []


class Runs:
    """The runs of a seat, each read once it has ended, and only what is new of it before."""

    def __init__(self) -> None:
        self._ended: dict[str, dict[str, Any]] = {}
        self._offsets: dict[str, int] = {}
        self._known: dict[str, dict[str, Any]] = {}
        self._workers: dict[str, int] = {}

    def workers(self) -> list[int]:
        """List the processes of the runs that were at work when they were last looked at.

        Returns
        -------
        list of int
            Their numbers.
        """
        return list(self._workers.values())

    def look(self) -> tuple[list[dict[str, Any]], dict[str, int]]:
        """Look at them.

        Returns
        -------
        works : list of dict
            Those that wait or compute, then the one that ended last; as the board takes them.
        counts : dict of str to int
            How many there are, by state.
        """
        active: list[dict[str, Any]] = []
        last: dict[str, Any] | None = None
        counts: dict[str, int] = {}
        for run in every_run():
            try:
                work = self._ended.get(run.id) or self._look_at(run)
            except (OSError, ValueError, KeyError, TypeError):
                # Thrown away, or damaged by other hands.
                continue
            counts[work["state"]] = counts.get(work["state"], 0) + 1
            if work["state"] in ACTIVE:
                active.append(work)
            elif last is None or work["since"] > last["since"]:
                last = work
        return active[:MOST] + ([last] if last else []), counts

    def _look_at(self, run: RunFolder) -> dict[str, Any]:
        work = self._known.setdefault(
            run.id,
            {
                "run": run.id,
                "experiment": run.request().experiment,
                "state": "queued",
                "step": 0,
                "steps": 0,
                "since": run.path.stat().st_ctime,
                "error": "",
            },
        )
        # The lock before the record: a run that ends between the two looks has its record by then.
        works = events.worked_on(run.diary)
        record = run.record()
        found, self._offsets[run.id] = run.events(self._offsets.get(run.id, 0))
        for each in found:
            if each["event"] == "step":
                work |= {"step": each["step"], "steps": each["steps"]}
            elif each["event"] == "worker":
                self._workers[run.id] = int(each["pid"])
            elif each["event"] == "state":
                work |= {"state": each["state"], "since": _seconds(each["time"])}
        if record is not None or not works:
            error = (record or {}).get("error")
            work = work | {
                "state": record["status"] if record is not None else "interrupted",
                "since": run.diary.stat().st_mtime,
                "error": error.get("message", "") if isinstance(error, dict) else str(error or ""),
            }
            self._ended[run.id] = work
            self._known.pop(run.id, None)
            self._workers.pop(run.id, None)
            self._offsets.pop(run.id, None)
        return dict(work)


def place(
    sessions: list[dict[str, Any]], files: dict[str, str], root: Path, positions: Positions
) -> dict[str, Any] | None:
    """Say where the person is: in the notebook that was used last.

    Parameters
    ----------
    sessions : list of dict
        As the server lists them.
    files : dict of str to str
        By kernel, its connection file.
    root : Path
        The server's folder.
    positions : Positions
        Where cells stand.

    Returns
    -------
    dict or None
        As the board takes it; None when no notebook is open.
    """
    found = []
    for each in sessions:
        kernel = each.get("kernel") or {}
        if each.get("type") != "notebook" or not kernel.get("id"):
            continue
        said = where.read(files[kernel["id"]]) if kernel["id"] in files else {}
        cell, cells = positions.of(root, each["path"], said.get("cell", ""))
        state = said.get("state", "idle")
        # A kernel that was restarted while a cell ran says nothing of its end.
        if state == "running" and kernel.get("execution_state") == "idle":
            state = "done"
        found.append(
            {
                "notebook": each["path"],
                "cell": cell,
                "cells": cells,
                "kernel": kernel.get("execution_state", "unknown"),
                "state": state,
                "since": said.get("since") or _seconds(kernel.get("last_activity", "")),
                "failures": said.get("failures", 0),
                "error": said.get("error", ""),
            }
        )
    return max(found, key=lambda each: max(each["since"], positions.looked_at(each["notebook"])), default=None)


def memory_mb(others: Iterable[int] = ()) -> float:
    """Measure what this seat uses: its server and all that it started, each page counted once.

    Parameters
    ----------
    others : iterable of int
        Numbers of the processes that were started for it by a fork server: its kernels, and its runs at work.

    Returns
    -------
    float
        Proportional set size, in MB.
    """
    found: set[int] = set()
    for root in {os.getpid(), *others}:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(root)
            found |= {process.pid, *(each.pid for each in process.children(recursive=True))}
    total = 0
    for pid in found:
        with contextlib.suppress(OSError, ValueError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    # To ten MB: less than that is noise, and not worth a report.
    return float(round(total / 1024, -1))


def _seconds(moment: Any) -> float:
    if isinstance(moment, datetime):
        return moment.timestamp()
    try:
        return datetime.fromisoformat(str(moment)).timestamp()
    except ValueError:
        return 0.0


def root_of(server: Any) -> Path:
    """Name the folder that a server shows.

    Parameters
    ----------
    server : jupyter_server.serverapp.ServerApp
        The server.

    Returns
    -------
    Path
        Absolute.
    """
    return Path(os.path.realpath(server.root_dir))
