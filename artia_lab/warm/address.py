"""Where the fork server of an environment is, and whether it may be trusted."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import socket
import stat
import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from artia_lab.warm.fixed import control_groups, read_at_import, read_at_import_in_any_home
from artia_lab.warm.settings import Settings

# Raised when what passes over the socket changes.
PROTOCOL = 3

# Names the folder of a fork server that serves many people, such as a hub's.
SHARED = "ARTIA_WARM_SERVER"

# The name of a Unix socket has room for 107 bytes, and a kernel's sockets stand two folders deeper.
LONGEST_FOLDER = 40


LIMITS = sorted({getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")})


# The groups that this process is in.
GROUPS = Path("/proc/self/cgroup")


class Untrusted(OSError):
    """What stands where the server should be is not ours alone."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """The places of one fork server.

    Attributes
    ----------
    folder : Path
        A folder that only its owner may enter.
    key : str
        What tells this environment from others.
    for_all : bool
        Whether it serves every account of the machine.
    """

    folder: Path
    key: str
    for_all: bool = False

    @property
    def socket(self) -> Path:
        """Where it listens.

        Returns
        -------
        Path
            A Unix socket.
        """
        return self.folder / f"warm-{self.key}.sock"

    @property
    def door(self) -> Path:
        """Where it listens to every account, if it does.

        Returns
        -------
        Path
            A Unix socket.
        """
        return self.folder / f"door-{self.key}.sock"

    @property
    def lock(self) -> Path:
        """Held, as by flock, by the server from its start to its end.

        Returns
        -------
        Path
            A file.
        """
        return self.folder / f"warm-{self.key}.lock"

    @property
    def log(self) -> Path:
        """What it has to say.

        Returns
        -------
        Path
            A text file, begun anew at each start.
        """
        return self.folder / f"warm-{self.key}.log"

    @property
    def home(self) -> Path:
        """The home of the server itself, where it serves many people and must read the settings of none.

        Returns
        -------
        Path
            A folder.
        """
        return self.folder / "home"

    def owner(self) -> int:
        """Tell whose the server is.

        Returns
        -------
        int
            An account.

        Raises
        ------
        OSError
            If its folder is not there.
        """
        return self.folder.lstat().st_uid


def address_of(settings: Settings, environment: Mapping[str, str], shared: str = "") -> Address:
    """Find the place of the server whose children may have this environment.

    Parameters
    ----------
    settings : Settings
        What the server imports.
    environment : mapping of str to str
        The variables that a child shall have.
    shared : str
        The folder of a server that serves many people, whatever their homes; by default there is none, and the
        person has their own.

    Returns
    -------
    Address
        Its place; the folder exists, and is ours alone or, when shared, its owner's alone to write to.

    Raises
    ------
    Untrusted
        If the folder belongs to someone else or is open to others.
    OSError
        If it cannot be made.
    """
    told: list[object] = [
        PROTOCOL,
        *(os.path.realpath(sys.executable), sys.prefix, sys.version, str(Path(__file__).parent.parent)),
        settings.imports,
    ]
    if shared:
        # Its children become what each person is allowed, and are counted with the hub.
        told.append(sorted(read_at_import_in_any_home(environment).items()))
    else:
        told += [
            sorted(os.sched_getaffinity(0)),
            # A child may lower what it is allowed, and not raise it.
            [resource.getrlimit(number)[1] for number in LIMITS],
            control_groups(GROUPS),
            sorted(read_at_import(environment).items()),
        ]
    key = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
    if not shared:
        return Address(folder=own_folder(), key=key)
    folder = shared_folder(Path(shared))
    return Address(folder=folder, key=key, for_all=folder.lstat().st_uid == 0)


def shared_folder(folder: Path) -> Path:
    """Make sure that a folder is such that only its owner, who is root or ourselves, puts sockets there.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    Path
        The same.

    Raises
    ------
    Untrusted
        If others can write to it, or it is somebody else's.
    OSError
        If it is not there.
    """
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (0, os.getuid()) or found.st_mode & 0o022:
        raise Untrusted(f"{folder} is not a folder that only root, or you, may write to")
    return folder


def own_folder() -> Path:
    """Make the folder for sockets: in the session's runtime folder, else under the temporary one.

    Returns
    -------
    Path
        A folder that only its owner may enter, short enough for the name of a Unix socket.

    Raises
    ------
    Untrusted
        If it belongs to someone else or is open to others.
    OSError
        If it cannot be made.
    """
    session = os.environ.get("XDG_RUNTIME_DIR", "")
    if session and len(session) <= LONGEST_FOLDER and os.path.isdir(session):
        folder = Path(session) / "artia"
    else:
        folder = Path(f"/tmp/artia-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise Untrusted(f"{folder} is not a folder that only you may enter")
    return folder


def connect(address: Address, timeout: float) -> socket.socket:
    """Reach the server, provided that it is ours, or root's for all.

    Parameters
    ----------
    address : Address
        Where it should be.
    timeout : float > 0
        How long to wait for each answer, in s.

    Returns
    -------
    socket.socket
        A connection.

    Raises
    ------
    Untrusted
        If what is there belongs to someone else.
    OSError
        If nothing answers; `FileNotFoundError` or `ConnectionRefusedError` when there is no server.
    """
    owner = os.getuid() if not address.for_all else 0
    place = address.socket if owner == os.getuid() else address.door
    found = place.lstat()
    if found.st_uid != owner or not stat.S_ISSOCK(found.st_mode):
        raise Untrusted(f"{place} is not a socket of yours")
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.settimeout(timeout)
        line.connect(str(place))
        if peer(line)[1] != owner:
            raise Untrusted(f"{place} is answered by another user")
    except BaseException:
        line.close()
        raise
    return line


def peer(line: socket.socket) -> tuple[int, int]:
    """Ask the kernel who is at the other end.

    Parameters
    ----------
    line : socket.socket
        A connected Unix socket.

    Returns
    -------
    tuple of int
        Its process and its user.
    """
    pid, uid, _gid = struct.unpack(
        "3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    )
    return pid, uid
