"""What changes a workshop: opening it, joining it, getting another secret, leaving it."""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from artia_lab.errors import Mistake, NotFound
from artia_lab.hub.disk import write_document
from artia_lab.hub.state import LETTERS, private_folder
from artia_lab.hub.workshops import codes
from artia_lab.hub.workshops.names import PREFIX, clean_name, unlike
from artia_lab.hub.workshops.records import MOST_HOURS, Participant, Workshop, now
from artia_lab.hub.workshops.store import (
    DOCUMENT,
    PEOPLE,
    file_of,
    find,
    locked,
    of,
    participants,
    workshops_folder,
)
from artia_lab.i18n import _


def open_workshop(state: Path, workshop: Workshop, hours: float) -> Workshop:
    """Open a workshop, with a code of its own.

    Parameters
    ----------
    state : Path
        The hub's state folder.
    workshop : Workshop
        What it shall be; its code and its dates are made here.
    hours : float
        How long its code lets people in.

    Returns
    -------
    Workshop
        As it is now.

    Raises
    ------
    Mistake
        If there is one of that name, or the hours are none.
    """
    if not 0 < hours <= MOST_HOURS:
        sentence = _("A workshop is open for more than 0 and at most {most} hours, not {n}.")
        raise Mistake(sentence.format(most=MOST_HOURS, n=f"{hours:g}"))
    began = now()
    made = replace(workshop, opens=began, expires=began + timedelta(hours=hours), code=codes.make_code())
    private_folder(state)
    folder = private_folder(workshops_folder(state))
    # It appears whole: a hub that reads meanwhile sees it or does not.
    aside = private_folder(folder / f".{secrets.token_hex(4)}")
    private_folder(aside / PEOPLE)
    write_document(aside / DOCUMENT, made.to_json())
    try:
        os.rename(aside, folder / workshop.name)
    except OSError:
        shutil.rmtree(aside)
        sentence = _("There is already a workshop “{name}”. Choose another name, for example “{other}”.")
        raise Mistake(sentence.format(name=workshop.name, other=_another_name(folder, workshop.name))) from None
    return made


def join(state: Path, name: str, shown_name: str, user: str) -> tuple[Participant, str]:
    """Add a participant.

    Parameters
    ----------
    state : Path
        The hub's state folder.
    name : str
        The workshop's name.
    shown_name : str
        The name they want to be shown.
    user : str
        Their name for the system, as `new_user` makes it.

    Returns
    -------
    participant : Participant
        Who they are now; when somebody has that name already, a number follows it.
    secret : str
        What brings them back in; only its digest is kept.

    Raises
    ------
    Mistake
        If the workshop no longer lets people in, is full, or the name cannot be shown.
    """
    wanted = clean_name(shown_name)
    with locked(state, name):
        workshop = find(state, name)
        if not workshop.accepts(now()):
            raise Mistake(_("This workshop no longer lets people in. Ask whoever facilitates it for a new code."))
        there = participants(state, name)
        if len(there) >= workshop.seats:
            raise Mistake(_("Every seat of this workshop is taken. Ask whoever facilitates it to open another."))
        secret = codes.make_secret()
        shown = unlike(wanted, {each.shown_name for each in there})
        made = Participant(
            user=user, shown_name=shown, workshop=name, joined=now(), secret=codes.secret_digest(secret)
        )
        write_document(file_of(state, name, user), made.to_json())
    return made, secret


def readmit(state: Path, name: str, user: str) -> tuple[Participant, str]:
    """Give a participant another secret, in place of one they lost.

    Parameters
    ----------
    state : Path
        The hub's state folder.
    name : str
        The workshop's name.
    user : str
        Their name for the system, or the name that is shown.

    Returns
    -------
    participant : Participant
        Who they are.
    secret : str
        What brings them back in from now on.

    Raises
    ------
    NotFound
        If there is no such participant.
    """
    with locked(state, name):
        found = [each for each in participants(state, name) if user in (each.user, each.shown_name)]
        if not found:
            sentence = _(
                "There is no participant “{user}” in the workshop “{name}”; “artia workshop show” lists them."
            )
            raise NotFound(sentence.format(user=user, name=name))
        secret = codes.make_secret()
        made = replace(found[0], secret=codes.secret_digest(secret))
        write_document(file_of(state, name, made.user), made.to_json())
    return made, secret


def leave(state: Path, name: str, user: str) -> None:
    """Forget a participant.

    Parameters
    ----------
    state : Path
        The hub's state folder.
    name : str
        The workshop's name.
    user : str
        Their name for the system.
    """
    with locked(state, name):
        file_of(state, name, user).unlink(missing_ok=True)


def new_user(state: Path) -> str:
    """Make up a name for the system that no participant has.

    Parameters
    ----------
    state : Path
        The hub's state folder.

    Returns
    -------
    str
        A name that tells nothing of the person, and suits a Unix account.
    """
    while True:
        user = PREFIX + "".join(secrets.choice(LETTERS) for _letter in range(6))
        if of(state, user) is None:
            return user


def _another_name(folder: Path, name: str) -> str:
    number = 2
    while (folder / f"{name[:27]}-{number}").exists():
        number += 1
    return f"{name[:27]}-{number}"
