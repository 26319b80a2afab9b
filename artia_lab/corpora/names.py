"""Names of files: which ones a datasheet may hold, and how they are shown."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

from artia_lab.errors import CorpusError, MaterialError
from artia_lab.i18n import _, visible


def shown(name: str | Path) -> str:
    """Write a file name so that it stays on one line.

    Parameters
    ----------
    name : str or Path
        Any name, with newlines or bytes that are not text in it.

    Returns
    -------
    str
        The name, with what cannot be printed written as escapes.
    """
    return visible(str(name))


def checked_name(name: str) -> str:
    """Refuse a name that does not stay inside its folder.

    Parameters
    ----------
    name : str
        A file name relative to a corpus folder.

    Returns
    -------
    str
        The same name.

    Raises
    ------
    CorpusError
        If it is empty, absolute, climbs with ``..``, or is not written plainly.
    """
    plain = bool(name) and "\0" not in name and str(PurePosixPath(name)) == name
    if not plain or name == "." or PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise CorpusError(
            _(
                "“{file}” cannot be the name of an item: give the file's name inside the corpus folder, "
                "with no “..” and no “/” at its start."
            ).format(file=shown(name))
        )
    return name


def inside(folder: Path, name: str) -> Path:
    """Find an item's file, refusing a link that leaves its folder.

    Parameters
    ----------
    folder : Path
        The corpus folder.
    name : str
        The item's name in it.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    MaterialError
        If the file is a link to something outside `folder`.
    """
    path = folder / checked_name(name)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise MaterialError(
            _("“{file}” is a link to a file outside its corpus. Copy the file itself into the folder.").format(
                file=shown(name)
            )
        )
    return path


def open_item(folder: Path, name: str) -> int:
    """Open an item's file for reading.

    Parameters
    ----------
    folder : Path
        The corpus folder.
    name : str
        The item's name in it.

    Returns
    -------
    int
        A file descriptor, for the caller to close.

    Raises
    ------
    MaterialError
        If there is no such file, if it cannot be opened, or if it is not a plain file inside the folder.
    """
    path = inside(folder, name)
    try:
        # A named pipe would make a plain open wait for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        if not folder.is_dir():
            raise MaterialError(
                _(
                    "“{file}” cannot be read: the folder {folder} is no longer there. Put it back (or connect its "
                    "disk), then try again."
                ).format(file=shown(name), folder=shown(folder))
            ) from None
        raise MaterialError(
            _("“{file}” is no longer in {folder}. Put it back, or describe the corpus again without it.").format(
                file=shown(name), folder=shown(folder)
            )
        ) from None
    except OSError as error:
        raise MaterialError(
            _("“{file}” cannot be opened: {reason}. Check its permissions and its disk.").format(
                file=shown(name), reason=error.strerror
            )
        ) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise MaterialError(
            _("“{file}” is not a plain file. Put a picture, a sound or a text in its place.").format(
                file=shown(name)
            )
        )
    return descriptor
