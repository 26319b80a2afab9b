"""Programs of ours that touch what a participant made, in the participant's own account."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PACKAGE_PARENT = Path(__file__).parents[3]
START = (
    "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); "
    "runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
)
SURROUNDINGS = {
    "LC_ALL": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
}


def run_as(
    user: str | None,
    module: str,
    words: Sequence[str],
    *,
    seconds: float,
    descriptors: Sequence[int] = (),
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a module of ours in somebody's account, with nothing of this process but what is given.

    Parameters
    ----------
    user : str or None
        Whose account; None for that of this process.
    module : str
        Its name.
    words : sequence of str
        What follows on its command line.
    seconds : float
        How long it may take, in s.
    descriptors : sequence of int
        Open files that it gets.
    environment : mapping, optional
        Variables besides the usual ones.

    Returns
    -------
    subprocess.CompletedProcess
        With what it wrote; a process that takes too long is killed, with all that it started.
    """
    drop: dict[str, Any] = {}
    if user is not None:
        account = pwd.getpwnam(user)
        drop = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    # Nothing in a person's home says what Python loads: -I leaves it out.
    command = [sys.executable, "-I", "-c", START, str(PACKAGE_PARENT), module, *words]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd="/",
        env={**SURROUNDINGS, **(environment or {})},
        pass_fds=descriptors,
        start_new_session=True,
        umask=0o077,
        **drop,
    ) as child:
        try:
            out, err = child.communicate(timeout=seconds)
        except BaseException as error:
            os.killpg(child.pid, signal.SIGKILL)
            out, err = child.communicate()
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
    return subprocess.CompletedProcess(command, child.returncode, out, err)
