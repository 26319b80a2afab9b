"""What still works in a person's folder, where everybody shares one account."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from artia_lab.errors import Failure
from artia_lab.i18n import _
from artia_lab.runs import every_run

if TYPE_CHECKING:
    import psutil

SECONDS_TO_END = 15.0


def end_in(home: Path) -> None:
    """End the runs and the programs that work in a person's folder.

    Parameters
    ----------
    home : Path
        The folder.

    Raises
    ------
    Failure
        If some do not end.
    """
    for run in every_run(home / "artia" / "runs"):
        run.stop()
    deadline = time.monotonic() + SECONDS_TO_END
    asked: set[int] = set()
    while found := list(_working_in(home)):
        if time.monotonic() > deadline:
            sentence = _("Programs still work in “{folder}”. Close the workshop again once they have ended.")
            raise Failure(sentence.format(folder=home))
        for each in found:
            # First the chance to end well, then none.
            if each.pid in asked:
                each.kill()
            else:
                asked.add(each.pid)
                each.terminate()
        time.sleep(0.5)


def _working_in(home: Path) -> Iterator[psutil.Process]:
    import psutil

    for each in psutil.process_iter(["cwd", "status"]):
        where, alive = each.info["cwd"], each.info["status"] != psutil.STATUS_ZOMBIE
        if where and alive and each.pid != os.getpid() and Path(where).is_relative_to(home.resolve()):
            yield each
