"""The folders in which kernels listen, one for each kernel, where only their owner may enter."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import time
from pathlib import Path

from artia_lab.warm.address import own_folder

# A kernel that was just asked for does not listen yet; after this, in s, it does.
YOUNG_S = 60.0


def make(kernel_id: str) -> Path:
    """Make the folder of a kernel, or make it again, and remove what dead ones left.

    Parameters
    ----------
    kernel_id : str
        Its id; eight of its 32 hexadecimal digits are used, as the name of a Unix socket must be short.

    Returns
    -------
    Path
        The folder; it bears the number of this process, which removes it.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    place = own_folder()
    with contextlib.suppress(OSError):
        sweep(place)
    folder = place / f"kernel-{kernel_id[:8]}-{os.getpid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def sweep(place: Path) -> None:
    """Remove the folders of kernels whose starter was killed before it could.

    Parameters
    ----------
    place : Path
        Where the folders are.

    Raises
    ------
    OSError
        If they cannot be listed.
    """
    for folder in place.glob("kernel-*-*"):
        starter = folder.name.rpartition("-")[2]
        with contextlib.suppress(OSError):
            young = time.time() - folder.stat().st_mtime < YOUNG_S
            # A kernel may have been told to outlive its starter, which may also be in a container of its own.
            if not young and not os.path.exists(f"/proc/{starter}") and not any(map(_answers, folder.iterdir())):
                shutil.rmtree(folder)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(1.0)
        try:
            line.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except OSError:
            pass
    return True
