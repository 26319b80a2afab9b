"""Opening a workshop: what a facilitator asks for, checked before anybody relies on it."""

from __future__ import annotations

from artia_lab.errors import Mistake, NotFound
from artia_lab.home import data_folder
from artia_lab.hub.settings import Settings
from artia_lab.hub.workshops import changes
from artia_lab.hub.workshops.records import Workshop, check_name, check_notebook, now
from artia_lab.i18n import _


def open_workshop(
    settings: Settings,
    *,
    name: str,
    title: str = "",
    seats: int,
    hours: float,
    language: str,
    notebook: str = "",
    facilitators: tuple[str, ...] = (),
) -> Workshop:
    """Open a workshop on the hub of this machine, whether it runs or not.

    Parameters
    ----------
    settings : Settings
        How the hub is set up.
    name, title : str
        What it is called, in commands and for people; the title is the name by default.
    seats : int
        How many may join.
    hours : float
        How long its code lets people in.
    language : {"fr", "en"}
        Language of its seats.
    notebook : str
        The notebook it opens on: its name, or the beginning of it; ``""`` for none.
    facilitators : tuple of str
        Who facilitates it; all of the hub's facilitators when empty.

    Returns
    -------
    Workshop
        With its code.

    Raises
    ------
    Mistake
        If something cannot be; the sentence says what can.
    """
    check_name(name)
    strangers = [each for each in facilitators if each not in settings.facilitators]
    if strangers:
        sentence = _("“{person}” is not among the “facilitators” of the settings; these are: {list}.")
        raise Mistake(sentence.format(person=strangers[0], list=", ".join(settings.facilitators) or "∅"))
    wanted = Workshop(
        name=name,
        title=title or name,
        seats=seats,
        opens=now(),
        expires=now(),
        language=language,
        notebook=find_notebook(notebook, language),
        facilitators=facilitators or settings.facilitators,
    )
    return changes.open_workshop(settings.state, wanted, hours)


def find_notebook(written: str, language: str) -> str:
    """Find a notebook of the library.

    Parameters
    ----------
    written : str
        Its name, or the beginning of it, such as ``"I1"``; ``""`` for none.
    language : {"fr", "en"}
        Language of the notebook.

    Returns
    -------
    str
        Its whole name.

    Raises
    ------
    Mistake
        If there is none, or there are several.
    """
    if not written:
        return ""
    folder = data_folder("notebooks") / language
    names = sorted(each.name for each in folder.glob("*.ipynb"))
    found = [each for each in names if each == written] or [
        each for each in names if each.lower().startswith(written.lower())
    ]
    if len(found) != 1:
        sentence = _("“{name}” names no single notebook of the library; it has: {list}.")
        raise NotFound(sentence.format(name=written, list=", ".join(names)))
    check_notebook(found[0])
    return found[0]
