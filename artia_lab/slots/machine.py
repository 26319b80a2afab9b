"""What a broker finds on its machine: cores and GPUs to share, its lock, and its socket."""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path

from artia_lab.errors import Failure
from artia_lab.i18n import _
from artia_lab.slots.settings import UNIX, Settings, gpu_memory
from artia_lab.slots.state import Rules


def rules_of(settings: Settings) -> Rules:
    """Find out what there is to share.

    Parameters
    ----------
    settings : Settings
        What was set.

    Returns
    -------
    Rules
        With the cores and the GPUs of this machine.

    Raises
    ------
    Mistake
        If the memory of a GPU is unknown.
    """
    cores = sorted(os.sched_getaffinity(0))
    return Rules(
        cores=tuple(cores[: settings.cores] if settings.cores else cores),
        gpus=tuple(gpu_memory(each) for each in settings.gpus),
        gpu_weight=settings.gpu_weight,
        half_life_s=settings.half_life_s,
        minimum_run_s=settings.minimum_run_s,
        places_each=settings.places_each,
        quotas={name: (quota.places, quota.slot_seconds) for name, quota in settings.workshops.items()},
    )


def locked(file: Path) -> int:
    """Make sure that no other broker is at work in a folder.

    Parameters
    ----------
    file : Path
        A file in it.

    Returns
    -------
    int
        A descriptor, which holds the lock for as long as it is open.

    Raises
    ------
    Failure
        If there is one.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise Failure(
            _("Another broker shares the places of “{folder}” already. Stop it first.").format(folder=file.parent)
        ) from None
    return descriptor


def listen(settings: Settings) -> socket.socket:
    """Open the socket, to every account of the machine where people have one, else to ours only.

    Parameters
    ----------
    settings : Settings
        Where.

    Returns
    -------
    socket.socket
        Bound; nobody listens yet.
    """
    place = Path(settings.socket)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # Whoever held the lock before us is gone; its socket is worth nothing.
    place.unlink(missing_ok=True)
    mask = os.umask(0o177 if settings.accounts != UNIX else 0o111)
    try:
        listener.bind(str(place))
    finally:
        os.umask(mask)
    return listener
