"""Opening what is compared: plain files, reached through no link, since either side may be hostile."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from artia_lab.errors import MaterialError
from artia_lab.i18n import _, visible


class Unreadable(MaterialError):
    """A file that cannot be opened as what it is said to be."""


def open_file(path: Path) -> int:
    """Open a plain file, never following a link.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    int
        A descriptor, for the caller to close.

    Raises
    ------
    Unreadable
        If it is missing, a link, or no plain file.
    """
    return open_inside(path.parent, path.name)


def open_inside(folder: Path, name: str) -> int:
    """Open a plain file in a folder, following no link on the way.

    Parameters
    ----------
    folder : Path
        The folder, which is trusted to be the right one.
    name : str
        Path of the file in it, with ``/``.

    Returns
    -------
    int
        A descriptor, for the caller to close.

    Raises
    ------
    Unreadable
        If it is missing, reached through a link, outside, or no plain file.
    """
    parts = name.split("/")
    if not all(part and part not in (".", "..") and "\0" not in part for part in parts):
        raise Unreadable(_("“{file}” is not the name of a file inside its folder.").format(file=visible(name)))
    above = -1
    try:
        above = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for part in parts[:-1]:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=above)
            os.close(above)
            above = below
        # A named pipe would make a plain open wait for ever.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(parts[-1], flags, dir_fd=above)
    except FileNotFoundError:
        raise Unreadable(_("“{file}” is missing.").format(file=visible(name))) from None
    except OSError as error:
        if folder.joinpath(name).is_symlink() or folder.joinpath(*parts[:-1]).is_symlink():
            raise Unreadable(
                _("“{file}” is a link to another place, which is never followed.").format(file=visible(name))
            ) from None
        raise Unreadable(
            _("“{file}” cannot be opened: {reason}.").format(file=visible(name), reason=error.strerror)
        ) from None
    finally:
        if above >= 0:
            os.close(above)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Unreadable(_("“{file}” is not a plain file.").format(file=visible(name)))
    return descriptor


def open_bytes(content: bytes) -> int:
    """Put bytes in a file that only lives in memory.

    Parameters
    ----------
    content : bytes
        What it shall hold.

    Returns
    -------
    int
        A descriptor, for the caller to close.
    """
    descriptor = os.memfd_create("artia", os.MFD_CLOEXEC)
    with open(descriptor, "wb", closefd=False) as stream:
        stream.write(content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
