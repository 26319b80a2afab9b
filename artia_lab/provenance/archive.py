"""Writing one archive, whole or not at all, whose bytes depend on its files alone."""

from __future__ import annotations

import os
import secrets
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from artia_lab.errors import Mistake
from artia_lab.i18n import _

# The oldest that the format knows: when it was made is said inside, and signed.
TIMESTAMP = (1980, 1, 1, 0, 0, 0)
PLAIN_FILE = 0o100644 << 16
PACKED_ALREADY = (".png", ".gif", ".wav", ".flac", ".mp3", ".jpg", ".jpeg", ".safetensors")
BLOCK_BYTES = 1 << 20


def write(place: Path, folder: Path, names: Sequence[str]) -> None:
    """Write an archive of some files of a folder; another file of that name is never replaced.

    Parameters
    ----------
    place : Path
        Where it shall stand; its folder is made when missing.
    folder : Path
        Where the files are.
    names : sequence of str
        Their paths in the folder and in the archive, in its order.

    Raises
    ------
    Mistake
        If there is a file of that name, or it cannot be written; nothing is left then.
    """
    aside = place.with_name(f".{secrets.token_hex(4)}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with open(aside, "xb") as file:
            with zipfile.ZipFile(file, "w", strict_timestamps=True) as archive:
                for name in names:
                    _add(archive, folder / name, name)
            file.flush()
            os.fsync(file.fileno())
        _put(aside, place)
        descriptor = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if isinstance(error, FileExistsError) and place.exists():
            raise there_already(place) from None
        raise Mistake(
            _("“{path}” cannot be written: {reason}. Make room there, or choose another folder.").format(
                path=place, reason=error.strerror or error
            )
        ) from error
    finally:
        with suppress(OSError):
            aside.unlink()


def there_already(place: Path) -> Mistake:
    """Say that a name is taken.

    Parameters
    ----------
    place : Path
        The file that is there.

    Returns
    -------
    Mistake
        To be raised.
    """
    return Mistake(
        _("There is already a file “{path}”. Move it away, or publish under another title or to another folder.")
        .format(path=place)
    )  # fmt: skip


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    entry = zipfile.ZipInfo(name, TIMESTAMP)
    entry.external_attr, entry.create_system = PLAIN_FILE, 3
    packed = path.suffix.lower() in PACKED_ALREADY
    entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    entry.file_size = path.stat().st_size
    with path.open("rb") as source, archive.open(entry, "w") as target:
        while block := source.read(BLOCK_BYTES):
            target.write(block)


def _put(aside: Path, place: Path) -> None:
    """Give it its name, unless somebody took it in the meantime."""
    try:
        os.link(aside, place)
    except FileExistsError:
        raise
    except OSError:
        # Some file systems have no links.
        if place.exists():
            raise FileExistsError(place) from None
        os.rename(aside, place)
