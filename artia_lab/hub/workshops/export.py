"""Every participant's files as one archive each, complete and checked before anything is removed."""

from __future__ import annotations

import json
import os
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artia_lab.errors import Failure
from artia_lab.hub.state import private_folder
from artia_lab.hub.workshops.children import run_as
from artia_lab.hub.workshops.records import Participant
from artia_lab.i18n import _, visible
from artia_lab.runs.digests import file_digest

MODULE = "artia_lab.hub.workshops.pack"
SECONDS = 6 * 3600.0


@dataclass(frozen=True, kw_only=True)
class Export:
    """One participant's files, packed.

    Attributes
    ----------
    user, shown_name : str
        Whose they are.
    file : str
        Name of the archive in the folder of exports.
    bytes : int
        Its size.
    sha256 : str
        Its digest.
    files : int
        How many files it holds.
    links : int
        How many links and other things that are no files were left out.
    """

    user: str
    shown_name: str
    file: str
    bytes: int
    sha256: str
    files: int
    links: int

    def whole(self, folder: Path) -> bool:
        """Tell whether the archive still stands as it was checked.

        Parameters
        ----------
        folder : Path
            The folder of exports.

        Returns
        -------
        bool
            Whether it does.
        """
        path = folder / self.file
        try:
            return path.stat().st_size == self.bytes and file_digest(path) == self.sha256
        except OSError:
            return False


def exports_folder(state: Path, workshop: str) -> Path:
    """Name the folder of a workshop's exports.

    Parameters
    ----------
    state : Path
        The hub's state folder.
    workshop : str
        The workshop's name.

    Returns
    -------
    Path
        Not created.
    """
    return state / "exports" / workshop


def export(participant: Participant, home: Path, folder: Path, account: str | None) -> Export:
    """Pack the files of a participant whose processes have ended.

    Parameters
    ----------
    participant : Participant
        Who.
    home : Path
        Where their files are.
    folder : Path
        Where the archive goes.
    account : str or None
        Their Unix account, in which the files are read; None where everybody shares one.

    Returns
    -------
    Export
        What was packed, then compared with the files.

    Raises
    ------
    Failure
        If it is not complete; nothing is left of it then.
    """
    private_folder(folder)
    aside = folder / f".{secrets.token_hex(4)}.zip"
    descriptor = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        if home.is_dir():
            words = [str(home), str(descriptor)]
            child = run_as(account, MODULE, words, seconds=SECONDS, descriptors=[descriptor])
            said = _said(child.stdout)
            if child.returncode:
                raise _incomplete(participant, said, child.stderr)
        else:
            # Somebody who joined and never opened their seat has no files.
            os.write(descriptor, b"PK\5\6" + bytes(18))
            said = {"files": 0, "links": 0}
        os.fsync(descriptor)
        file = f"{_slug(participant.shown_name)}-{participant.user}.zip"
        sha256, size = file_digest(aside), aside.stat().st_size
        os.replace(aside, folder / file)
        _flush(folder)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    return Export(
        user=participant.user,
        shown_name=participant.shown_name,
        file=file,
        bytes=size,
        sha256=sha256,
        files=int(said["files"]),
        links=int(said["links"]),
    )


def _incomplete(participant: Participant, said: dict[str, Any], complaint: bytes) -> Failure:
    if "changed" in said:
        sentence = _(
            "The files of {name} are not removed: “{file}” cannot be read, or changes while it is packed. "
            "Close the workshop again."
        )
        return Failure(sentence.format(name=participant.shown_name, file=visible(str(said["changed"]))))
    lines = complaint.decode("utf-8", "replace").strip().splitlines()
    sentence = _(
        "The files of {name} are not removed: they could not be packed ({reason}). Close the workshop again."
    )
    return Failure(sentence.format(name=participant.shown_name, reason=visible(lines[-1]) if lines else "?"))


def _said(out: bytes) -> dict[str, Any]:
    try:
        said = json.loads(out)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFC", name)
    return "".join(c if c.isalnum() else "-" for c in plain).strip("-")[:40] or "x"


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
