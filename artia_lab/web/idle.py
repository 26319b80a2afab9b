"""A run under way counts as use: neither the seat that started it nor its kernels are closed meanwhile."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_server._tz import utcnow
from tornado.ioloop import PeriodicCallback

from artia_lab.runs import RunFolder, shelf

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

LOOK_S = 20.0

# The server takes the latest of all its settings that end so.
SETTING = "artia_runs_last_activity"

# Runs sort by time. One that was begun before so many others, and is not among them, is not under way.
LATEST = 50


class Runs:
    """Knows whether a run is under way, without reading again what is known to have ended.

    Parameters
    ----------
    folder : Path
        Where runs are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ended: set[str] = set()

    def under_way(self) -> bool:
        """Tell whether a run is waiting for its place, or works.

        Returns
        -------
        bool
            Whether one is.
        """
        try:
            names = sorted(each.name for each in self._folder.iterdir() if each.name[0] != ".")
        except OSError:
            return False
        found = False
        for name in names[-LATEST:]:
            if name not in self._ended:
                # A folder that is no run has nothing to look at.
                with suppress(OSError):
                    if RunFolder(self._folder / name).status() in ("queued", "running"):
                        found = True
                    else:
                        self._ended.add(name)
        return found


def count_runs(server: ServerApp) -> None:
    """Make runs count as use, for as long as a server lives.

    Parameters
    ----------
    server : jupyter_server.serverapp.ServerApp
        The server.
    """
    PeriodicCallback(partial(_look, server, Runs(shelf.runs_folder())), LOOK_S * 1000).start()


def _look(server: ServerApp, runs: Runs) -> None:
    if runs.under_way():
        now = server.web_app.settings[SETTING] = utcnow()
        for kernel_id in server.kernel_manager.list_kernel_ids():
            # What the server itself sets, and looks at before it closes a kernel.
            vars(server.kernel_manager.get_kernel(kernel_id))["last_activity"] = now
