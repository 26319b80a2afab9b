"""Runs over HTTP: list them, follow one, stop one. None of it waits for a kernel."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from artia_lab.runs import RunFolder, every_run
from artia_lab.web.api import Api, located

LIST_LIMIT = 500
EVENTS_LIMIT = 1000
MAX_BYTES = 2**62


def summary(run: RunFolder) -> dict[str, Any]:
    """Say what a list shows of a run.

    Parameters
    ----------
    run : RunFolder
        The run.

    Returns
    -------
    dict
        ``id``, ``experiment`` and ``status``.
    """
    return {"id": run.id, "experiment": run.request().experiment, "status": run.status()}


def summaries(limit: int) -> list[dict[str, Any]]:
    """Sum up the newest runs.

    Parameters
    ----------
    limit : int
        How many at most.

    Returns
    -------
    list of dict
        As `summary` gives them; a folder that vanished or was damaged by other hands is left out.
    """
    found: list[dict[str, Any]] = []
    for run in every_run():
        if len(found) == limit:
            break
        try:
            found.append(summary(run))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def details(name: str, offset: int, limit: int) -> dict[str, Any]:
    """Say all there is to say of a run.

    Parameters
    ----------
    name : str
        Its id.
    offset : int
        Where the caller's last reading of the events ended, in bytes.
    limit : int
        How many events at most: the last ones.

    Returns
    -------
    dict
        ``id``, ``experiment``, ``parameters``, ``status``, ``progress``, ``events`` since `offset`, the ``offset``
        to ask for next, and ``record`` (None before the end).
    """
    run = located(name)
    asked = run.request()
    # The events first: whatever is added meanwhile is then in the next reading, and the state is never older.
    events, offset = run.events(offset)
    progress = run.progress()
    return {
        "id": run.id,
        "experiment": asked.experiment,
        "parameters": asked.parameters,
        "status": progress["state"],
        "progress": progress,
        "events": events[len(events) - min(limit, len(events)) :],
        "offset": offset,
        "record": run.record(),
    }


class Runs(Api):
    """``GET artia/api/runs?limit=50``: the newest runs first."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """List runs."""
        limit = self.whole("limit", 50, 0, LIST_LIMIT)
        self.answer({"runs": await self.work(summaries, limit)})


class Run(Api):
    """``GET artia/api/runs/ID?offset=0&events=50``: one run, and what happened since the last time."""

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Follow a run.

        Parameters
        ----------
        name : str
            The run's id.
        """
        offset = self.whole("offset", 0, 0, MAX_BYTES)
        limit = self.whole("events", 50, 0, EVENTS_LIMIT)
        self.answer(await self.work(details, name, offset, limit))


class Stop(Api):
    """``POST artia/api/runs/ID/stop``: stops a run within a second or so, whatever the kernels are doing."""

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Stop a run.

        Parameters
        ----------
        name : str
            The run's id.
        """
        run = await self.work(located, name)
        self.answer({"id": run.id, "status": await self.work(run.stop)})
