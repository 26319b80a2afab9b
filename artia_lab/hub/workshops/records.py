"""What is known of a workshop and of a participant, and how it is written down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from artia_lab.errors import Mistake
from artia_lab.hub.settings import PERSON
from artia_lab.i18n import LANGUAGES, _

FORMAT = 1
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
LONGEST_TITLE = 120
MOST_SEATS = 1000
MOST_HOURS = 24 * 92


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """A workshop.

    Attributes
    ----------
    name : str
        What it is called in commands and folders: small letters, digits and hyphens.
    title : str
        What people read.
    seats : int
        How many may join.
    opens, expires : datetime
        From when and until when its code lets people in; with a time zone.
    language : {"fr", "en"}
        Language of its seats.
    notebook : str
        The notebook it opens on, relative to the library's folder of that language; ``""`` for the library itself.
    facilitators : tuple of str
        Who facilitates it, among the hub's facilitators.
    code : str
        What lets people in; ``""`` once it is closed.
    closing : bool
        Whether its closing has begun: nobody enters any more.
    closed : datetime or None
        When its closing ended.
    """

    name: str
    title: str
    seats: int
    opens: datetime
    expires: datetime
    language: str
    notebook: str = ""
    facilitators: tuple[str, ...] = ()
    code: str = ""
    closing: bool = False
    closed: datetime | None = None

    def __post_init__(self) -> None:
        check_name(self.name)
        if not self.title.strip() or len(self.title) > LONGEST_TITLE or not self.title.isprintable():
            raise Mistake(_("A workshop's title is one line of 1 to {n} characters.").format(n=LONGEST_TITLE))
        if not 1 <= self.seats <= MOST_SEATS:
            raise Mistake(
                _("A workshop has from 1 to {most} seats, not {n}.").format(most=MOST_SEATS, n=self.seats)
            )
        if self.language not in LANGUAGES:
            sentence = _("A workshop's language is one of {list}, not “{language}”.")
            raise Mistake(sentence.format(list=", ".join(LANGUAGES), language=self.language))
        check_notebook(self.notebook)

    def accepts(self, now: datetime) -> bool:
        """Tell whether its code lets people in.

        Parameters
        ----------
        now : datetime
            When.

        Returns
        -------
        bool
            Whether it has not expired, and its closing has not begun.
        """
        return not self.closing and bool(self.code) and now < self.expires

    def path(self) -> str:
        """Say where its seats open.

        Returns
        -------
        str
            Path under the address of a seat, such as ``"lab/tree/notebooks/fr/I1.ipynb"``.
        """
        from urllib.parse import quote

        return "lab/tree/" + quote(str(PurePosixPath("notebooks", self.language, self.notebook)))

    def to_json(self) -> dict[str, Any]:
        """Give the document that is written.

        Returns
        -------
        dict
            Plain JSON types.
        """
        return {
            "format": FORMAT,
            "name": self.name,
            "title": self.title,
            "seats": self.seats,
            "opens": self.opens.isoformat(),
            "expires": self.expires.isoformat(),
            "language": self.language,
            "notebook": self.notebook,
            "facilitators": list(self.facilitators),
            "code": self.code,
            "closing": self.closing,
            "closed": self.closed and self.closed.isoformat(),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Workshop:
        """Read the document.

        Parameters
        ----------
        document : mapping
            As `to_json` gives it.

        Returns
        -------
        Workshop
            The workshop.

        Raises
        ------
        ValueError, KeyError or TypeError
            If it is no such document.
        """
        known = dict(document)
        if known.pop("format") != FORMAT:
            raise ValueError(document["format"])
        known["opens"], known["expires"] = (datetime.fromisoformat(known[each]) for each in ("opens", "expires"))
        known["closed"] = datetime.fromisoformat(known["closed"]) if known["closed"] else None
        return cls(**known | {"facilitators": tuple(known["facilitators"])})

    def end(self, now: datetime) -> Workshop:
        """Say that its closing has ended.

        Parameters
        ----------
        now : datetime
            When.

        Returns
        -------
        Workshop
            What remains known of it.
        """
        return replace(self, closing=True, closed=now, code="")


@dataclass(frozen=True, kw_only=True)
class Participant:
    """Somebody who joined a workshop.

    Attributes
    ----------
    user : str
        Their name for the system.
    shown_name : str
        The name they gave, which others see.
    workshop : str
        Name of the workshop.
    joined : datetime
        When they joined.
    secret : str
        Digest of the secret that brings them back in.
    """

    user: str
    shown_name: str
    workshop: str
    joined: datetime
    secret: str

    def to_json(self) -> dict[str, Any]:
        """Give the document that is written.

        Returns
        -------
        dict
            Plain JSON types.
        """
        return {
            "format": FORMAT,
            "user": self.user,
            "shown_name": self.shown_name,
            "workshop": self.workshop,
            "joined": self.joined.isoformat(),
            "secret": self.secret,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Participant:
        """Read the document.

        Parameters
        ----------
        document : mapping
            As `to_json` gives it.

        Returns
        -------
        Participant
            The participant.

        Raises
        ------
        ValueError, KeyError or TypeError
            If it is no such document.
        """
        known = dict(document)
        if known.pop("format") != FORMAT or not PERSON.fullmatch(known["user"]):
            raise ValueError(document.get("user"))
        return cls(**known | {"joined": datetime.fromisoformat(known["joined"])})


def check_name(name: str) -> None:
    """Refuse a name that could not be that of a folder.

    Parameters
    ----------
    name : str
        Name of a workshop.

    Raises
    ------
    Mistake
        With how a name is written.
    """
    if not NAME.fullmatch(name):
        sentence = _("A workshop cannot be named “{name}”: at most 31 small letters (a to z), digits and hyphens.")
        raise Mistake(sentence.format(name=name))


def check_notebook(notebook: str) -> None:
    """Refuse a notebook's name that leads elsewhere than to the library.

    Parameters
    ----------
    notebook : str
        Path in the folder of one language; ``""`` for none.

    Raises
    ------
    Mistake
        With how it is written.
    """
    pure = PurePosixPath(notebook)
    plain = str(pure) == notebook and not pure.is_absolute() and ".." not in pure.parts
    if notebook and not (plain and pure.suffix == ".ipynb" and notebook.isprintable()):
        sentence = _("“{name}” is no notebook of the library; its name is such as “I1-mosaic.ipynb”.")
        raise Mistake(sentence.format(name=notebook))


def now() -> datetime:
    """Tell the time, to the second.

    Returns
    -------
    datetime
        In UTC.
    """
    return datetime.now(UTC).replace(microsecond=0)
