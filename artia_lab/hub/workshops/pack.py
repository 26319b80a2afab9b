"""Packing a participant's files: ``python -m artia_lab.hub.workshops.pack HOME DESCRIPTOR``, in their own account.

It reads what they made with their own rights and no more, follows no link, and ends well only once every file of
the archive was compared with the one it comes from.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import time
import zipfile
from collections.abc import Iterator
from typing import IO

CHUNK_BYTES = 1 << 20
# What programs keep for themselves, at the top of a home.
CACHES = frozenset({".cache", ".ipython", ".npm", ".nv"})
READ_FILE, READ_FOLDER = 0o400, 0o500


class Changed(Exception):
    """A file that cannot be read, or that changes while it is packed; its text is the name."""


def main(home: str, descriptor: str) -> None:
    """Pack a home, check the archive, and say on standard output what is in it.

    Parameters
    ----------
    home : str
        The folder.
    descriptor : str
        Number of the open file that becomes the archive.
    """
    try:
        with open(int(descriptor), "w+b") as stream:
            digests = pack(home, stream)
            stream.flush()
            os.fsync(stream.fileno())
            links = check(home, stream, digests)
    except Changed as error:
        print(json.dumps({"changed": str(error)}))
        sys.exit(1)
    print(json.dumps({"files": len(digests), "links": links}))


def pack(home: str, stream: IO[bytes]) -> dict[bytes, tuple[str, str]]:
    """Write the archive.

    Parameters
    ----------
    home : str
        The folder.
    stream : binary file
        Where to.

    Returns
    -------
    dict of bytes to tuple
        For each file of the folder, its name in the archive, and the sha256 of what was read.

    Raises
    ------
    Changed
        If a file cannot be read.
    """
    written: dict[bytes, tuple[str, str]] = {}
    names: set[str] = set()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, source in _files(home):
            name = _name(path, names)
            names.add(name)
            entry = zipfile.ZipInfo(name, _moment(os.fstat(source.fileno()).st_mtime))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, (stat.S_IFREG | 0o600) << 16
            digest = hashlib.sha256()
            with archive.open(entry, "w", force_zip64=True) as target:
                while piece := source.read(CHUNK_BYTES):
                    digest.update(piece)
                    target.write(piece)
            written[path] = (name, digest.hexdigest())
    return written


def check(home: str, stream: IO[bytes], written: dict[bytes, tuple[str, str]]) -> int:
    """Compare the archive, as it is on the disk, with the folder, as it is now.

    Parameters
    ----------
    home : str
        The folder.
    stream : binary file
        The archive.
    written : dict of bytes to tuple
        As `pack` gives it.

    Returns
    -------
    int
        How many links and other things that are no files were left out.

    Raises
    ------
    Changed
        If they differ.
    """
    left = dict(written)
    with zipfile.ZipFile(stream) as archive:
        if sorted(archive.namelist()) != sorted(name for name, _digest in written.values()):
            raise Changed(home)
        for path, source in _files(home):
            if path not in left:
                raise Changed(os.fsdecode(path))
            name, digest = left.pop(path)
            with archive.open(name) as packed:
                if not _digest_of(source) == _digest_of(packed) == digest:
                    raise Changed(os.fsdecode(path))
    if left:
        raise Changed(os.fsdecode(next(iter(left))))
    return _others(home)


def _files(home: str) -> Iterator[tuple[bytes, IO[bytes]]]:
    """Open every file under a folder, by its name relative to it; nothing is ever followed out of it."""
    top = os.fsencode(home)

    def refuse(error: OSError) -> None:
        raise Changed(os.fsdecode(error.filename or home)) from error

    for folder, folders, files, descriptor in os.fwalk(top, onerror=refuse, follow_symlinks=False):
        if folder == top:
            folders[:] = [each for each in folders if os.fsdecode(each) not in CACHES]
        folders.sort()
        for each in folders:
            _let_read(each, READ_FOLDER, descriptor)
        for each in sorted(files):
            path = os.path.relpath(os.path.join(folder, each), top)
            if not stat.S_ISREG(os.stat(each, dir_fd=descriptor, follow_symlinks=False).st_mode):
                continue
            _let_read(each, READ_FILE, descriptor)
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            try:
                number = os.open(each, flags, dir_fd=descriptor)
            except OSError as error:
                raise Changed(os.fsdecode(path)) from error
            with open(number, "rb") as source:
                yield path, source


def _let_read(name: bytes, wanted: int, descriptor: int) -> None:
    """Give their owner back the right to read what they closed to themselves."""
    seen = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
    if stat.S_ISLNK(seen.st_mode) or seen.st_uid != os.geteuid() or seen.st_mode & wanted == wanted:
        return
    os.chmod(name, stat.S_IMODE(seen.st_mode) | wanted, dir_fd=descriptor)


def _others(home: str) -> int:
    count = 0
    for folder, folders, files, descriptor in os.fwalk(os.fsencode(home), follow_symlinks=False):
        if folder == os.fsencode(home):
            folders[:] = [each for each in folders if os.fsdecode(each) not in CACHES]
        for each in folders + files:
            mode = os.stat(each, dir_fd=descriptor, follow_symlinks=False).st_mode
            count += not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
    return count


def _name(path: bytes, taken: set[str]) -> str:
    """Name a file in the archive; a name that is no UTF-8 is written with what can be read of it."""
    name = plain = path.decode("utf-8", "replace").replace("\\", "_")
    number = 1
    while name in taken:
        number += 1
        name = f"{plain} ({number})"
    return name


def _moment(seconds: float) -> tuple[int, int, int, int, int, int]:
    moment = time.localtime(max(seconds, 0))
    # A zip knows the years from 1980 to 2107.
    if not 1980 <= moment.tm_year <= 2107:
        return (1980, 1, 1, 0, 0, 0)
    return moment[:6]


def _digest_of(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := stream.read(CHUNK_BYTES):
        digest.update(piece)
    return digest.hexdigest()


if __name__ == "__main__":
    main(*sys.argv[1:])
