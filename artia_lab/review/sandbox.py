"""The sandbox: bubblewrap with no network, no host folder to write to, and no more to read than the rerun needs.

bubblewrap separates; `artia_lab.review.watch` limits, as bubblewrap does not.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import TemporaryFile

from artia_lab.errors import Mistake
from artia_lab.home import data_folder
from artia_lab.i18n import _
from artia_lab.review import seccomp
from artia_lab.review.limits import MB, Limits
from artia_lab.review.processes import grouped, refused_beyond
from artia_lab.runs.environment import THREAD_VARIABLES

HOME = Path("/home/artia")
RUNTIME = Path("/run/artia")
INPUT = Path("/input")

# What decides the last bits of a result: the reviewer's own, else a comparison would be of something else.
SHARED_VARIABLES = (*THREAD_VARIABLES, "ATEN_CPU_CAPABILITY", "NPY_DISABLE_CPU_FEATURES", "OPENBLAS_CORETYPE")

# Of /etc, what the loader of libraries and the drawing of letters need.
ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime")
# The machine's own files in /proc can be written to by the root that owns them, even one stripped of every right:
# all are read-only but these, which are each process's own; and some tell what is not a rerun's to know.
PROC_OWN = ("mounts", "net", "self", "thread-self")
PROC_EMPTY = ("kallsyms", "kcore", "key-users", "keys", "kmsg", "latency_stats", "sched_debug", "slabinfo",
              "timer_list", "vmallocinfo")  # fmt: skip
FILES = {
    "/etc/passwd": f"artia:x:65534:65534::{HOME}:/usr/sbin/nologin\n",
    "/etc/group": "artia:x:65534:\n",
    "/etc/hosts": "127.0.0.1 localhost artia\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """What one sandbox shows and allows.

    Attributes
    ----------
    limits : Limits
        What may be used.
    shown : mapping of str to Path
        Files and folders to show read-only, by where they appear.
    written : mapping of str to str
        Contents of further files, by where they appear.
    variables : mapping of str to str
        Environment variables besides the usual ones.
    """

    limits: Limits
    shown: Mapping[str, Path] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    @contextlib.contextmanager
    def command(self, inside: Sequence[str]) -> Iterator[tuple[list[str], list[int]]]:
        """Write the command that executes another inside.

        Parameters
        ----------
        inside : sequence of str
            Command and arguments, as they are inside.

        Yields
        ------
        tuple of list
            The command, and the descriptors it must be handed over; they are closed afterwards.
        """
        with contextlib.ExitStack() as stack:

            def _file(content: bytes) -> int:
                file = stack.enter_context(TemporaryFile())
                file.write(content)
                file.seek(0)
                return file.fileno()

            files = [(place, _file(content.encode())) for place, content in (FILES | dict(self.written)).items()]
            filtered = _file(seccomp.program())
            words = [*_separate(filtered), *self._places(files), *self._environment()]
            told = _file(b"\0".join(os.fsencode(each) for each in words) + b"\0")
            # What is told by a file does not stand in a command line, which the first process inside would show.
            command = [bubblewrap(), "--args", str(told), "--", *_limit(self.limits), *inside]
            counted = stack.enter_context(grouped(refused_beyond(self.limits.processes)))
            yield [*counted, *command], [told, filtered, *(number for _place, number in files)]

    def _places(self, files: list[tuple[str, int]]) -> Iterator[str]:
        for place in readable():
            yield from ("--symlink", os.readlink(place), place) if os.path.islink(place) else _show(place, place)
        yield from ("--proc", "/proc", "--dev", "/dev")
        for name in sorted(os.listdir("/proc")):
            if not name.isdigit() and name not in PROC_OWN:
                yield from _show("/dev/null" if name in PROC_EMPTY else f"/proc/{name}", f"/proc/{name}")
        yield from ("--size", str(64 * MB), "--perms", "1777", "--tmpfs", "/dev/shm", "--remount-ro", "/dev")
        half = str(max(MB, self.limits.disk_bytes // 2))
        for place, size, mode in (
            ("/tmp", half, "1777"),
            (str(HOME), half, "0700"),
            (str(RUNTIME), str(8 * MB), "0700"),
        ):
            yield from ("--size", size, "--perms", mode, "--tmpfs", place)
        for inside, outside in self.shown.items():
            yield from _show(str(outside), inside)
        for place, number in files:
            yield from ("--perms", "0444", "--ro-bind-data", str(number), place)
        yield from ("--remount-ro", "/", "--chdir", str(HOME))

    def _environment(self) -> Iterator[str]:
        for name, value in (environment() | dict(self.variables)).items():
            yield from ("--setenv", name, value)


def environment() -> dict[str, str]:
    """Write the environment of a rerun: nothing in it is a person's.

    Returns
    -------
    dict of str to str
        Variables.
    """
    return {
        "ARTIA_HOME": str(HOME / "artia"),
        "HOME": str(HOME),
        "LANG": "C.UTF-8",
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": "/tmp",
        "TZ": "UTC",
        "XDG_RUNTIME_DIR": str(RUNTIME),
    } | {name: os.environ[name] for name in SHARED_VARIABLES if name in os.environ}


def bubblewrap() -> str:
    """Find bubblewrap.

    Returns
    -------
    str
        Its path.

    Raises
    ------
    Mistake
        If it is not installed, or cannot be held to a filter on this machine.
    """
    found = shutil.which("bwrap")
    if found is None:
        raise Mistake(
            _(
                "A review executes what somebody else wrote, and only does so in a sandbox: bubblewrap is not "
                "installed. Install it (apt install bubblewrap); or, for a publication whose authors you would "
                "let use this computer, add --unsafe-no-sandbox."
            )
        )
    if not seccomp.supported():
        raise Mistake(
            _(
                "The sandbox is made for processors of the kinds x86_64 and aarch64, and this one is {machine}. "
                "Review on another machine; or, for a publication whose authors you would let use this computer, "
                "add --unsafe-no-sandbox."
            ).format(machine=os.uname().machine)
        )
    return found


def readable() -> list[str]:
    """List what of this machine a rerun may read: the system's programs, Python, its packages and ours.

    Returns
    -------
    list of str
        Absolute paths; links among them stand for themselves.
    """
    system = [place for place in ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64") if os.path.lexists(place)]
    system += [f"/etc/{name}" for name in ETC if os.path.exists(f"/etc/{name}")]
    package = Path(__file__).parent.parent
    ours = [package, data_folder("kernels"), data_folder("notebooks"), package.parent / "pyproject.toml"]
    wanted = [Path(sys.prefix), Path(sys.base_prefix), Path(os.path.realpath(sys.executable)).parent.parent, *ours]
    wanted += _offering_experiments()
    for place in dict.fromkeys(map(str, wanted)):
        if os.path.exists(place) and place != "/" and not any(_within(place, other) for other in system):
            system.append(place)
    return system


def _offering_experiments() -> list[Path]:
    """Find the packages of others that offer experiments, which may stand anywhere."""
    found = []
    for name in {
        entry.value.partition(":")[0].partition(".")[0] for entry in entry_points(group="artia_lab.experiments")
    }:
        package = importlib.util.find_spec(name)
        if package is not None and package.submodule_search_locations:
            found += [Path(each) for each in package.submodule_search_locations]
    return found


def _within(place: str, other: str) -> bool:
    return place == other or place.startswith(f"{other}/")


def _show(outside: str, inside: str) -> tuple[str, str, str]:
    return "--ro-bind", outside, inside


def _separate(filtered: int) -> list[str]:
    return [
        *("--unshare-user", "--unshare-all", "--disable-userns", "--die-with-parent", "--new-session"),
        *("--cap-drop", "ALL", "--clearenv", "--uid", "65534", "--gid", "65534", "--hostname", "artia"),
        *("--seccomp", str(filtered)),
    ]


def _limit(limits: Limits) -> list[str]:
    """Write the command that lowers what the kernel itself limits; inside, where no other process counts."""
    cpu = int(limits.seconds * (os.cpu_count() or 1)) + 1
    return [
        "/usr/bin/prlimit",
        *(f"--cpu={cpu}", f"--as={limits.address_bytes}", f"--nproc={refused_beyond(limits.processes)}"),
        *(f"--fsize={limits.disk_bytes}", f"--nofile={limits.open_files}"),
        *("--memlock=0", "--msgqueue=0", "--core=0"),
    ]
