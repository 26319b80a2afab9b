"""Who asks: by the account of the process, which the kernel tells, or by the token that a seat was given."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pwd
import secrets
import socket
import stat
import struct
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from artia_lab.errors import Failure
from artia_lab.i18n import _


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who may ask for a place.

    Attributes
    ----------
    user : str
        What they are called here.
    workshop : str
        The workshop they are in, or ``""``.
    facilitator : bool
        Whether they may put others first, pause the queue, and free places.
    uid : int
        The only account that this may be; -1 for whichever has the token.
    """

    user: str
    workshop: str = ""
    facilitator: bool = False
    uid: int = -1


Check = Callable[[str], "Person | Awaitable[Person | None] | None"]
"""Tells whose a token is, or None for nobody's; it may be a coroutine function, such as one that asks a hub."""


def peer(connection: socket.socket) -> tuple[int, int]:
    """Ask the kernel who is at the other end.

    Parameters
    ----------
    connection : socket.socket
        A connected Unix socket.

    Returns
    -------
    tuple of int
        Its process, as it was when it connected, and its account.
    """
    size = struct.calcsize("3i")
    pid, uid, _gid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return pid, uid


def account(uid: int) -> Person:
    """Name the person whose Unix account it is.

    Parameters
    ----------
    uid : int
        The account, as the kernel tells it.

    Returns
    -------
    Person
        In no workshop; a facilitator for root and for the account of this very process.
    """
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = f"uid-{uid}"
    return Person(user=name, facilitator=uid in (0, os.geteuid()), uid=uid)


class Tokens:
    """Tokens kept as files in a folder that only its owner may enter, each named by the digest of the token.

    Parameters
    ----------
    folder : Path
        The folder; made when it is not there.

    Raises
    ------
    Failure
        If it is open to others.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = private(folder)

    def __call__(self, token: str) -> Person | None:
        """Tell whose a token is.

        Parameters
        ----------
        token : str
            What was given in a request.

        Returns
        -------
        Person or None
            None for nobody's.
        """
        try:
            known = json.loads(self._file(token).read_text(encoding="utf-8"))
            return Person(**known)
        except (OSError, ValueError, TypeError):
            return None

    def admit(self, person: Person, token: str = "") -> str:
        """Let somebody in.

        Parameters
        ----------
        person : Person
            Who it is.
        token : str
            Their token; by default one is made up.

        Returns
        -------
        str
            The token, for ``ARTIA_SLOTS_TOKEN`` in their seat.
        """
        token = token or secrets.token_urlsafe(32)
        file = self._file(token)
        aside = file.with_name(f".{secrets.token_hex(8)}")
        aside.write_text(json.dumps(asdict(person)), encoding="utf-8")
        os.replace(aside, file)
        return token

    def dismiss(self, token: str) -> None:
        """Make a token worth nothing; who computes already goes on to the end.

        Parameters
        ----------
        token : str
            The token.
        """
        self._file(token).unlink(missing_ok=True)

    def _file(self, token: str) -> Path:
        # Only digests are kept, so that whoever reads the folder has no token; and any token makes a good name.
        return self._folder / hashlib.sha256(token.encode(errors="replace")).hexdigest()


def checked(person: Person | None, uid: int) -> Person | None:
    """Refuse a person whose token was taken elsewhere.

    Parameters
    ----------
    person : Person or None
        What a check said.
    uid : int
        The account of the process that gave the token.

    Returns
    -------
    Person or None
        The person, or None.
    """
    if person is None or person.uid not in (-1, uid):
        return None
    return replace(person, uid=uid)


def private(folder: Path) -> Path:
    """Make a folder that only its owner may enter, or make sure that it is one.

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
    Failure
        If it is open to others, or cannot be made.
    """
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        found = folder.lstat()
        mine = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
        closed = not stat.S_IMODE(found.st_mode) & 0o077
    except OSError:
        mine = closed = False
    if not mine or not closed:
        raise Failure(
            _(
                "“{folder}” must be a folder that only the account of the shared places may enter (mode 0700). "
                "Choose another, or close it to others."
            ).format(folder=folder)
        )
    return folder
