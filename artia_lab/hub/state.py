"""The hub's state folder: a place that only its account can enter, and the secrets in it."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from artia_lab.errors import Mistake
from artia_lab.i18n import _

# Letters and digits that nobody takes for one another when they are read aloud: five bits each.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def private_folder(folder: Path) -> Path:
    """Make a folder that only its owner can enter, or make sure that it is one.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    Path
        The same folder.

    Raises
    ------
    Mistake
        If it cannot be made, or belongs to somebody else.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        seen = os.lstat(folder)
        if stat.S_ISLNK(seen.st_mode) or seen.st_uid != os.geteuid():
            sentence = _(
                "The folder “{folder}” is not yours, and the hub would keep its secrets there. Choose another."
            )
            raise Mistake(sentence.format(folder=folder))
        folder.chmod(0o700)
    except OSError as error:
        sentence = _("The hub cannot keep its state in “{folder}”: {reason}. Set “state_folder” to another place.")
        raise Mistake(sentence.format(folder=folder, reason=error.strerror)) from error
    return folder


def secret(file: Path, groups: int) -> str:
    """Read a secret, made up the first time.

    Parameters
    ----------
    file : Path
        Where it is kept, readable by its owner alone.
    groups : int
        How many groups of four letters it has, at 20 bits each.

    Returns
    -------
    str
        The secret, easy to read aloud.
    """
    made = "-".join("".join(secrets.choice(LETTERS) for _letter in range(4)) for _group in range(groups))
    aside = file.with_name(f".{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "w", encoding="ascii") as stream:
            stream.write(made + "\n")
        # A link, unlike a rename, keeps the secret that is already there.
        os.link(aside, file)
    except FileExistsError:
        file.chmod(0o600)
    finally:
        aside.unlink()
    return file.read_text(encoding="ascii").strip()
