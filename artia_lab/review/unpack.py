"""Unpacking what a stranger made: names are checked before anything is written, bytes counted as they come."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import Path

from artia_lab.i18n import _, visible
from artia_lab.review.limits import GB, MB
from artia_lab.review.zips import Entry, Refused, content, entries

LONGEST_NAME_BYTES = 200
DEEPEST = 12


@dataclass(frozen=True, kw_only=True)
class Room:
    """What an archive may become.

    Attributes
    ----------
    entries : int
        How many files and folders.
    total_bytes : int
        How large all files together.
    ratio : int
        How many times larger than the archive, from `ratio_from_bytes` on.
    ratio_from_bytes : int
        Silence and blank pages compress well, and a small archive of them is no bomb.
    """

    entries: int = 10_000
    total_bytes: int = 2 * GB
    ratio: int = 200
    ratio_from_bytes: int = 256 * MB


def unpack(archive: Path, folder: Path, room: Room | None = None) -> list[str]:
    """Unpack a zip into a new folder that only its owner may enter.

    Parameters
    ----------
    archive : Path
        The zip; it is only read.
    folder : Path
        Where to; must not exist.
    room : Room, optional
        What it may become.

    Returns
    -------
    list of str
        Names of the files, sorted.

    Raises
    ------
    Refused
        If a name leads elsewhere, stands twice or is no file's; if it is encrypted, damaged, or grows too large.
    """
    room = room or Room()
    with archive.open("rb") as stream:
        found = entries(archive, stream)
        if len(found) > room.entries:
            raise Refused(
                _("“{file}” holds {n} files, more than the {limit} of the largest publication.").format(
                    file=archive.name, n=len(found), limit=room.entries
                )
            )
        _check_names(found)
        for each in found:
            _check_kind(each)
        limit = min(room.total_bytes, max(room.ratio_from_bytes, room.ratio * archive.stat().st_size))
        if sum(each.size for each in found) > limit:
            raise _too_large(archive, limit)
        folder.mkdir(mode=0o700)
        left = limit
        for each in found:
            place = folder / each.name
            if each.name.endswith("/"):
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
                continue
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with open(descriptor, "wb") as target:
                try:
                    for piece in content(stream, each):
                        left -= len(piece)
                        if left < 0:
                            raise _too_large(archive, limit)
                        target.write(piece)
                except ValueError:
                    raise Refused(
                        _("“{file}” is damaged inside the archive, or is not what the archive states.").format(
                            file=visible(each.name)
                        )
                    ) from None
    return sorted(each.name for each in found if not each.name.endswith("/"))


def _check_names(found: list[Entry]) -> None:
    seen: dict[str, str] = {}
    folders: set[str] = set()
    for each in found:
        _check_name(each.name)
        key = _key(each.name.rstrip("/"))
        if key in seen:
            raise Refused(
                _("“{file}” stands twice in the archive, or once under a name that some systems cannot tell apart "
                  "(“{other}”).").format(file=visible(each.name), other=visible(seen[key]))
            )  # fmt: skip
        seen[key] = each.name
        parts = key.split("/")
        folders |= {"/".join(parts[:n]) for n in range(1, len(parts))}
    for each in found:
        if not each.name.endswith("/") and _key(each.name) in folders:
            raise Refused(
                _("“{file}” is both a file and a folder in the archive.").format(file=visible(each.name))
            )


def _check_name(name: str) -> None:
    bare = name[:-1] if name.endswith("/") else name
    parts = bare.split("/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or any(each in ("", ".", "..") for each in parts):
        raise Refused(
            _("“{file}” would be written outside the folder of the publication.").format(file=visible(name))
        )
    if "\\" in name or any(unicodedata.category(each) in ("Cc", "Cf", "Cs", "Co", "Cn") for each in name):
        raise Refused(
            _("“{file}” has a character in its name that no file of a publication has.").format(file=visible(name))
        )
    if len(parts) > DEEPEST or any(len(each.encode()) > LONGEST_NAME_BYTES for each in parts):
        raise Refused(
            _("“{file}” has a longer name than any file of a publication.").format(file=f"{visible(name)[:80]}…")
        )


def _check_kind(entry: Entry) -> None:
    kind = stat.S_IFMT(entry.mode)
    if kind == stat.S_IFLNK:
        raise Refused(
            _("“{file}” is a symbolic link, which could lead anywhere.").format(file=visible(entry.name))
        )
    if kind not in (0, stat.S_IFDIR if entry.name.endswith("/") else stat.S_IFREG):
        raise Refused(_("“{file}” is not a plain file.").format(file=visible(entry.name)))
    if entry.encrypted:
        raise Refused(_("“{file}” is encrypted, and a review reads everything.").format(file=visible(entry.name)))
    if entry.method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(
            _("“{file}” is compressed in a way that publications do not use.").format(file=visible(entry.name))
        )


def _key(name: str) -> str:
    """Write a name as the systems do that tell the fewest names apart."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFC", name).casefold()).casefold()


def _too_large(archive: Path, limit: int) -> Refused:
    return Refused(
        _("“{file}” would fill more than {size} MB once unpacked, far more than it states or than a publication "
          "needs.").format(file=archive.name, size=limit // MB)
    )  # fmt: skip
