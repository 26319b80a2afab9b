"""Putting an item together from the pieces it arrives in, so that it appears whole in its corpus or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from artia_lab.corpora.datasheet import DATASHEET
from artia_lab.corpora.names import shown
from artia_lab.corpora.recognise import recognise_file
from artia_lab.corpora.refusals import refusal
from artia_lab.corpora.shelf import folder_id, shelf
from artia_lab.errors import CorpusError, MaterialError, Mistake
from artia_lab.i18n import _, visible

ITEM_BYTES = 2 * 2**30
NAME_BYTES = 200
# An upload that nobody has gone on with for this long is forgotten.
FORGOTTEN_S = 24 * 3600
CORPUS_ID = re.compile(r"[\w][\w.-]{0,63}")


@dataclass(frozen=True)
class Received:
    """How far an upload is.

    Attributes
    ----------
    received, total : int
        Bytes here, and bytes in all.
    expected : bool
        Whether the piece that came was the one to come next; if not, nothing was written.
    """

    received: int
    total: int
    expected: bool = True

    @property
    def done(self) -> bool:
        """Whether the item is in its place.

        Returns
        -------
        bool
            True once the last byte is here.
        """
        return self.expected and self.received == self.total


def folder_of(corpus: str) -> Path:
    """Name the folder of one of the person's own corpora.

    Parameters
    ----------
    corpus : str
        The name of its folder among the person's corpora.

    Returns
    -------
    Path
        The folder, which may not exist yet.

    Raises
    ------
    CorpusError
        If this cannot be the name of a corpus, or is that of one that came with the lab.
    """
    if not CORPUS_ID.fullmatch(corpus):
        sentence = _("“{name}” cannot be the name of a corpus: use letters, digits, “-”, “_” and “.”, 64 at most.")
        raise CorpusError(sentence.format(name=shown(corpus)))
    folder = shelf() / corpus
    if folder_id(folder).startswith("starter/"):
        sentence = _("“{name}” came with the lab and stays as it is. Send your material to a corpus of your own.")
        raise CorpusError(sentence.format(name=corpus))
    return folder


def checked(name: str, total: int) -> str:
    """Refuse a name or a size that no item can have.

    Parameters
    ----------
    name : str
        The item's name.
    total : int
        Its size, in bytes.

    Returns
    -------
    str
        The name.

    Raises
    ------
    MaterialError
        With what to do about it.
    """
    plain = (
        visible(name) == name and "/" not in name and not name.startswith(".") and len(name.encode()) <= NAME_BYTES
    )
    if not plain or not name or name.casefold() == DATASHEET:
        sentence = _(
            "“{file}” cannot be the name of an item. Give the file a short name without “/”, then try again."
        )
        raise MaterialError(sentence.format(file=shown(name)))
    if total == 0:
        raise MaterialError(refusal("empty", name))
    if total > ITEM_BYTES:
        sentence = _(
            "“{file}” weighs more than {limit} GB, the most that is taken here. Cut it into shorter files."
        )
        raise MaterialError(sentence.format(file=shown(name), limit=ITEM_BYTES // 2**30))
    return name


def receive(folder: Path, name: str, offset: int, total: int, piece: bytes) -> Received:
    """Take one piece of an item; with the last one, the item appears whole in its folder.

    Parameters
    ----------
    folder : Path
        The corpus folder, made if need be.
    name : str
        The item's name.
    offset : int
        Where the piece belongs, in bytes; 0 begins again.
    total : int
        Size of the whole item, in bytes.
    piece : bytes
        The piece.

    Returns
    -------
    Received
        How far the upload is.

    Raises
    ------
    MaterialError
        If the item cannot be used, or another one has its name.
    Mistake
        If the disk refuses; what was received is kept.
    """
    checked(name, total)
    if offset + len(piece) > total:
        sentence = _("“{file}” is longer than it was said to be. Send it again from its beginning.")
        raise MaterialError(sentence.format(file=shown(name)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _forget_old(folder)
        aside = folder / f".upload-{hashlib.sha256(f'{total} {name}'.encode()).hexdigest()[:24]}"
        descriptor = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "r+b") as stream:
            if offset == 0:
                stream.truncate(0)
            here = stream.seek(0, os.SEEK_END)
            if here != offset:
                return Received(here, total, expected=False)
            stream.write(piece)
            stream.flush()
            if offset + len(piece) == total:
                os.fsync(stream.fileno())
        if offset + len(piece) == total:
            _put_in_place(aside, folder / name)
    except OSError as error:
        raise _disk(error, name) from error
    return Received(offset + len(piece), total)


def _put_in_place(aside: Path, place: Path) -> None:
    kind = recognise_file(aside)
    if not kind.medium:
        aside.unlink()
        raise MaterialError(refusal(kind.name, place.name))
    aside.chmod(0o644)
    try:
        # Unlike a rename, a link never replaces what somebody else put there meanwhile.
        os.link(aside, place)
    except FileExistsError:
        if not _same(aside, place):
            sentence = _("There is already another “{file}” in this corpus. Rename yours, then send it again.")
            raise MaterialError(sentence.format(file=shown(place.name))) from None
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP):
            raise
        # Memory cards and some shared folders have no links.
        aside.rename(place)
    finally:
        aside.unlink(missing_ok=True)


def _same(one: Path, other: Path) -> bool:
    if not other.is_file() or one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as first, other.open("rb") as second:
        return hashlib.file_digest(first, "sha256").digest() == hashlib.file_digest(second, "sha256").digest()


def _forget_old(folder: Path) -> None:
    for each in folder.glob(".upload-*"):
        if time.time() - each.stat().st_mtime > FORGOTTEN_S:
            each.unlink(missing_ok=True)


def _disk(error: OSError, name: str) -> Mistake:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return Mistake(_("The disk is full. Make room, then go on with “{file}”.").format(file=shown(name)))
    return Mistake(
        _("“{file}” could not be written: {reason}. Check the permissions of your corpora folder.").format(
            file=shown(name), reason=error.strerror
        )
    )
