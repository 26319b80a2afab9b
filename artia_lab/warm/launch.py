"""Starting a process: warm where it can be, cold where not."""

from __future__ import annotations

import contextlib
import os
import resource
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from artia_lab.errors import Mistake
from artia_lab.i18n import _
from artia_lab.warm import wire
from artia_lab.warm.address import LIMITS, connect
from artia_lab.warm.process import Cold, Forked, Process
from artia_lab.warm.reasons import Log, Reasons, log
from artia_lab.warm.starting import DEFAULTS, PATIENCE_S, Site, find, may_start, start


def launch(
    module: str,
    args: Sequence[str] = (),
    *,
    env: Mapping[str, str] | None = None,
    cwd: str | Path | None = None,
    stdin: int | None = None,
    stdout: int | None = None,
    stderr: int | None = None,
    pass_fds: Sequence[int] = (),
) -> Process:
    """Start ``python -m module args`` in a session of its own; it outlives whoever started it.

    Parameters
    ----------
    module : str
        Name of the module to run as ``__main__``.
    args : sequence of str
        Its arguments.
    env : mapping of str to str, optional
        Its environment; by default that of this process.
    cwd : str or Path, optional
        Its working folder; by default that of this process.
    stdin, stdout, stderr : int, optional
        File descriptors; by default ``/dev/null``.
    pass_fds : sequence of int
        Other descriptors to keep open, under the same numbers.

    Returns
    -------
    Process
        The process; when it is cold, it says why.

    Raises
    ------
    OSError
        If it cannot be started at all.
    """
    env = DEFAULTS | dict(os.environ if env is None else env)
    nothing = os.open(os.devnull, os.O_RDWR)
    try:
        streams = [nothing if each is None else each for each in (stdin, stdout, stderr)]
        reasons = Reasons()
        forked = fork(module, args, env=env, cwd=cwd, streams=streams, pass_fds=pass_fds, log=reasons)
        return forked or Cold(
            reasons.first,
            [sys.executable, "-m", module, *args],
            stdin=streams[0],
            stdout=streams[1],
            stderr=streams[2],
            start_new_session=True,
            pass_fds=tuple(pass_fds),
            env=env,
            cwd=cwd,
        )
    finally:
        os.close(nothing)


def fork(
    module: str,
    args: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: str | Path | None,
    streams: Sequence[int],
    pass_fds: Sequence[int] = (),
    dies_with_us: bool = False,
    log: Log = log,
    site: Site | None = None,
    account: int | None = None,
    limits: Mapping[int, tuple[int, int]] | None = None,
) -> Forked | None:
    """Ask the fork server for a process; when there is none, start it for the next time.

    Parameters
    ----------
    module : str
        Name of the module to run as ``__main__``.
    args : sequence of str
        Its arguments.
    env : mapping of str to str
        Its whole environment.
    cwd : str or Path, optional
        Its working folder; by default that of this process.
    streams : sequence of int
        Its standard input, output and error.
    pass_fds : sequence of int
        Other descriptors to keep open, under the same numbers.
    dies_with_us : bool
        Whether it ends when this process does.
    log : logging.Logger or logging.LoggerAdapter
        Where the reason of a cold start is told, in one line.
    site : Site, optional
        Which server; by default the one that this process's environment speaks of.
    account : int, optional
        Whose process it shall be, of a server that works for every account; root alone may say so.
    limits : mapping of int to (int, int), optional
        What it is allowed, by ``resource.RLIMIT_…``, where that is not what this process is.

    Returns
    -------
    Forked or None
        The process, or None when it must be started cold; the log says why.
    """
    address = find(env, log, site)
    if address is None:
        return None
    request: dict[str, Any] = {
        "module": module,
        "args": [str(each) for each in args],
        "env": dict(env),
        "cwd": os.path.abspath(cwd or os.getcwd()),
        "umask": _umask(),
        "nice": os.getpriority(os.PRIO_PROCESS, 0),
        "limits": [[number, (limits or {}).get(number, resource.getrlimit(number))] for number in LIMITS],
        "pass_fds": list(pass_fds),
        "dies_with_us": dies_with_us,
    }
    if account is not None:
        request["account"] = account
    try:
        line = connect(address, PATIENCE_S)
    except (FileNotFoundError, ConnectionRefusedError) as error:
        try:
            # The socket of one that was killed stays behind, and so tells that it had come to serve.
            if may_start(address, had_served=isinstance(error, ConnectionRefusedError)):
                start(address, env, site)
            log.info("cold start of %s: %s", module, _("there is no fork server yet"))
        except (OSError, Mistake) as failure:
            log.warning("cold start of %s: the fork server cannot be started: %s", module, failure)
        return None
    except OSError as error:
        log.warning("cold start of %s: %s", module, error)
        return None
    try:
        wire.send(line, {"start": request}, [*streams, *pass_fds])
        answer, descriptors = wire.receive(line)
        if "pid" in answer and descriptors:
            line.sendall(b"1")
            return Forked(answer["pid"], descriptors[0], line)
    except (OSError, EOFError) as error:
        answer, descriptors = {"refused": str(error) or "the fork server ended"}, []
    line.close()
    for each in descriptors:
        os.close(each)
    # When it failed (a folder is missing, a limit cannot be raised) a cold start says so better, or manages.
    log.warning("cold start of %s: %s", module, answer.get("failed") or answer.get("refused"))
    if "failed" not in answer and may_start(address, had_served=True):
        with contextlib.suppress(OSError, Mistake):
            start(address, env, site)
    return None


def _umask() -> int:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1], 8) for line in status if line.startswith("Umask:"))
