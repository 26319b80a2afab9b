"""What a forked child does to become what a fresh ``python -m module`` would be."""

from __future__ import annotations

import contextlib
import fcntl
import gc
import locale
import os
import resource
import runpy
import select
import signal
import socket
import sys
import threading
import time
import types
from dataclasses import dataclass, field
from typing import Any, NoReturn

from artia_lab.warm import accounts, homes, wire
from artia_lab.warm.address import peer

# How long to wait for the word to go, in s; past it, whoever asked has given up.
PATIENCE_S = 10.0


class CurrentStream:
    """Stand in for a standard stream while modules are imported.

    A library that keeps ``sys.stderr`` when it is imported would, in a child, write to the server's; this one
    always leads to the stream in force.

    Parameters
    ----------
    name : {"stdout", "stderr"}
        Which one.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        current = getattr(sys, self._name)
        return getattr(getattr(sys, f"__{self._name}__") if current is self else current, attribute)


@dataclass
class Child:
    """A process between its fork and its work.

    Attributes
    ----------
    line : socket.socket
        Whoever asked for it.
    request : dict
        ``module``, ``args``, ``env``, ``cwd``, ``umask``, ``nice``, ``limits``, ``pass_fds``.
    descriptors : list of int
        Standard input, output and error, then those to keep under the numbers in ``pass_fds``.
    guardian : int or None
        A descriptor that becomes readable when the process with which this one ends has ended.
    visitor : Visitor or None
        Whoever asked, where the server works for every account; the request is not read yet.
    """

    line: socket.socket
    request: dict[str, Any] = field(default_factory=dict)
    descriptors: list[int] = field(default_factory=list)
    guardian: int | None = None
    visitor: accounts.Visitor | None = None

    def run(self) -> NoReturn:
        """Become a fresh process, and run its module to the end."""
        try:
            if self.visitor is not None:
                self._hear(self.visitor)
            elif "account" in self.request:
                # Root asks, and root alone, as no one else can open the socket.
                accounts.become(self.request["account"])
            self._become()
            wire.send(self.line, {"pid": os.getpid()}, [os.pidfd_open(os.getpid())])
            # Whoever has stopped waiting has started another in our stead.
            wanted = self.line.recv(1)
        except (OSError, ValueError, KeyError) as error:
            with contextlib.suppress(OSError):
                wire.send(self.line, {"failed": str(error)})
            wanted = b""
        if not wanted:
            os._exit(1)
        self.line.close()
        os._exit(_main(self.request["module"], self.request["args"]))

    def _hear(self, visitor: accounts.Visitor) -> None:
        """Become the visitor's process, and only then read what they ask."""
        _keep_only(self.line.fileno())
        self.line.settimeout(PATIENCE_S)
        visitor.let_in(self.line)
        said, self.descriptors = wire.receive(self.line)
        if "start" not in said:
            wire.send(self.line, {"pid": os.getppid()})
            os._exit(0)
        self.request = said["start"]
        if self.request["dies_with_us"]:
            self.guardian = os.pidfd_open(peer(self.line)[0])

    def _become(self) -> None:
        request = self.request
        os.setsid()
        _reset_signals()
        self._place_descriptors()
        os.umask(request["umask"])
        if os.getpriority(os.PRIO_PROCESS, 0) != request["nice"]:
            os.setpriority(os.PRIO_PROCESS, 0, request["nice"])
        for number, pair in request["limits"]:
            if resource.getrlimit(number) != tuple(pair):
                resource.setrlimit(number, tuple(pair))
        os.chdir(request["cwd"])
        before = os.environ.get("HOME", "")
        os.environ.clear()
        os.environ.update(request["env"])
        time.tzset()
        with contextlib.suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, "")
        _reset_streams()
        homes.move_in(before)
        _reset_libraries()
        # What `ps` and `top` show.
        with contextlib.suppress(OSError), open("/proc/self/comm", "w") as name:
            name.write(request["module"].rpartition(".")[2])
        gc.enable()
        if self.guardian is not None:
            threading.Thread(target=_end_with, args=(self.guardian,), name="guardian", daemon=True).start()

    def _place_descriptors(self) -> None:
        """Keep the descriptors handed over, under the numbers asked for, and close all others."""
        asked = [0, 1, 2, *self.request["pass_fds"]]
        if len(asked) != len(self.descriptors):
            raise OSError("a file descriptor was lost on the way")
        above = max(asked) + 1
        aside = [fcntl.fcntl(each, fcntl.F_DUPFD, above) for each in self.descriptors]
        line = fcntl.fcntl(self.line.fileno(), fcntl.F_DUPFD_CLOEXEC, above)
        self.line.close()
        guardian = None
        if self.guardian is not None:
            guardian = fcntl.fcntl(self.guardian, fcntl.F_DUPFD_CLOEXEC, above)
        for number, kept in zip(asked, aside, strict=True):
            os.dup2(kept, number, inheritable=True)
        keep = {*asked, line} | ({guardian} if guardian is not None else set())
        for each in [int(name) for name in os.listdir("/proc/self/fd")]:
            if each not in keep:
                with contextlib.suppress(OSError):
                    os.close(each)
        self.line, self.guardian = socket.socket(fileno=line), guardian
        self.line.settimeout(PATIENCE_S)


def _keep_only(line: int) -> None:
    """Close whatever is the server's, its log too."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for each in (0, 1, 2):
        os.dup2(nothing, each)
    for each in [int(name) for name in os.listdir("/proc/self/fd")]:
        if each > 2 and each != line:
            with contextlib.suppress(OSError):
                os.close(each)


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
    # As Python does when it starts.
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def _reset_streams() -> None:
    streams = {
        "stdin": os.fdopen(0, encoding="utf-8", closefd=False),
        "stdout": os.fdopen(1, "w", encoding="utf-8", buffering=1 if os.isatty(1) else -1, closefd=False),
        "stderr": os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False),
    }
    for name, stream in streams.items():
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _reset_libraries() -> None:
    """Undo what is alike in every child of one process, and should not be, or was fixed too early."""
    sys.modules["__main__"] = types.ModuleType("__main__")
    if not sys.flags.safe_path:
        sys.path.insert(0, os.getcwd())
    loaded = sys.modules
    # Python reseeds its own generator after a fork.
    if "numpy.random" in loaded:
        loaded["numpy.random"].seed()
    if "torch" in loaded:
        # The generators of devices are made, and seeded, when a device is first used.
        loaded["torch"].default_generator.seed()
    if "multiprocessing.process" in loaded:
        loaded["multiprocessing.process"].current_process().authkey = os.urandom(32)
    if "matplotlib" in loaded:
        matplotlib: Any = loaded["matplotlib"]
        # A person's own settings may stand in the folder where they work.
        if os.path.exists("matplotlibrc"):
            matplotlib.rc_file(matplotlib.matplotlib_fname())
        if os.environ.get("MPLBACKEND"):
            matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]


def _end_with(guardian: int) -> None:
    """End this process when another one has ended, as ipykernel does when its parent has."""
    watch = select.poll()
    watch.register(guardian, select.POLLIN)
    watch.poll()
    os.killpg(0, signal.SIGTERM)
    time.sleep(5)
    os._exit(1)


def _main(module: str, args: list[str]) -> int:
    """Run a module as ``python -m`` does, and give the exit code."""
    sys.argv = [module, *args]
    code = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as leaving:
        code = _exit_code(leaving)
    except KeyboardInterrupt:
        sys.excepthook(*sys.exc_info())
        code = -signal.SIGINT
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    # What the interpreter does at its end, but for taking apart a heap that the system takes back at once.
    with contextlib.suppress(BaseException):
        threading._shutdown()  # type: ignore[attr-defined]
    with contextlib.suppress(BaseException):
        import atexit

        atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BaseException):
            stream.flush()
    if code == -signal.SIGINT:
        # Python, too, ends by the signal itself, so that whoever waits can tell.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    return code


def _exit_code(leaving: SystemExit) -> int:
    if leaving.code is None:
        return 0
    if isinstance(leaving.code, int):
        return leaving.code & 0xFF
    print(leaving.code, file=sys.stderr)
    return 1
