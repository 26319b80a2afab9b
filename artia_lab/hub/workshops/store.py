"""Workshops and participants on disk, where the hub and the commands both find them.

::

    <state>/workshops/<name>/workshop.json
                            /participants/<user>.json

Every change holds the workshop's lock, so that nobody joins one that is closing, nor takes a seat twice.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from artia_lab.errors import NotFound
from artia_lab.hub.disk import write_document
from artia_lab.hub.workshops import codes
from artia_lab.hub.workshops.names import PARTICIPANT
from artia_lab.hub.workshops.records import Participant, Workshop, check_name
from artia_lab.i18n import _

DOCUMENT, PEOPLE = "workshop.json", "participants"


def workshops_folder(state: Path) -> Path:
    """Name the folder of the workshops.

    Parameters
    ----------
    state : Path
        The hub's state folder.

    Returns
    -------
    Path
        Not created.
    """
    return state / "workshops"


def every(state: Path) -> list[Workshop]:
    """List the workshops.

    Parameters
    ----------
    state : Path
        The hub's state folder.

    Returns
    -------
    list of Workshop
        Closed ones too; the newest first.
    """
    found = []
    for document in workshops_folder(state).glob(f"[a-z0-9]*/{DOCUMENT}"):
        try:
            found.append(Workshop.from_json(json.loads(document.read_text(encoding="utf-8"))))
        except FileNotFoundError:
            continue
    return sorted(found, key=lambda each: (each.opens, each.name), reverse=True)


def find(state: Path, name: str) -> Workshop:
    """Find a workshop.

    Parameters
    ----------
    state : Path
        The hub's state folder.
    name : str
        Its name.

    Returns
    -------
    Workshop
        The workshop.

    Raises
    ------
    NotFound
        If there is none of that name.
    """
    check_name(name)
    try:
        document = json.loads((workshops_folder(state) / name / DOCUMENT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        sentence = _("There is no workshop “{name}” in “{folder}”. “artia workshop list” shows those there are.")
        raise NotFound(sentence.format(name=name, folder=workshops_folder(state))) from None
    return Workshop.from_json(document)


def participants(state: Path, name: str) -> list[Participant]:
    """List who joined a workshop.

    Parameters
    ----------
    state : Path
        The hub's state folder.
    name : str
        The workshop's name.

    Returns
    -------
    list of Participant
        In the order in which they came; those of a closed workshop are forgotten.
    """
    found = [_participant(each) for each in (workshops_folder(state) / name / PEOPLE).glob("*.json")]
    return sorted((each for each in found if each), key=lambda each: (each.joined, each.user))


def of(state: Path, user: str) -> Participant | None:
    """Find the participant that a user of the hub is.

    Parameters
    ----------
    state : Path
        The hub's state folder.
    user : str
        Their name for the system.

    Returns
    -------
    Participant or None
        None for whoever is in no workshop.
    """
    if not PARTICIPANT.fullmatch(user):
        return None
    for file in workshops_folder(state).glob(f"[a-z0-9]*/{PEOPLE}/{user}.json"):
        return _participant(file)
    return None


def by_code(state: Path, code: str) -> Workshop | None:
    """Find the workshop that a code opens, in a time that does not depend on the code.

    Parameters
    ----------
    state : Path
        The hub's state folder.
    code : str
        As `codes.read_code` gives it.

    Returns
    -------
    Workshop or None
        It may have expired, or be full.
    """
    found = None
    for each in every(state):
        if hmac.compare_digest(each.code.encode(), code.encode()) and each.code:
            found = each
    return found


def by_secret(state: Path, written: str) -> Participant | None:
    """Find the participant whom a secret brings back, in a time that does not depend on the secret.

    Parameters
    ----------
    state : Path
        The hub's state folder.
    written : str
        The secret, as somebody typed it.

    Returns
    -------
    Participant or None
        None for nobody's, and for one whose workshop is closing.
    """
    digest, found = codes.secret_digest(written), None
    for workshop in every(state):
        for each in participants(state, workshop.name):
            if hmac.compare_digest(each.secret, digest) and not workshop.closing:
                found = each
    return found


def save(state: Path, workshop: Workshop) -> None:
    """Write down what a workshop is now; the caller holds its lock.

    Parameters
    ----------
    state : Path
        The hub's state folder.
    workshop : Workshop
        The workshop.
    """
    write_document(workshops_folder(state) / workshop.name / DOCUMENT, workshop.to_json())


@contextmanager
def locked(state: Path, name: str) -> Iterator[None]:
    """Keep others from changing a workshop for a moment.

    Parameters
    ----------
    state : Path
        The hub's state folder.
    name : str
        The workshop's name.

    Raises
    ------
    NotFound
        If there is none of that name.
    """
    find(state, name)
    descriptor = os.open(
        workshops_folder(state) / name / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
    )
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def file_of(state: Path, name: str, user: str) -> Path:
    """Name the file of a participant.

    Parameters
    ----------
    state : Path
        The hub's state folder.
    name : str
        The workshop's name.
    user : str
        Their name for the system.

    Returns
    -------
    Path
        Whether it is there or not.
    """
    return workshops_folder(state) / name / PEOPLE / f"{user}.json"


def _participant(file: Path) -> Participant | None:
    try:
        return Participant.from_json(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        # They were forgotten meanwhile.
        return None
