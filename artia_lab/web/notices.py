"""What the hub has to tell a seat's person: that something of theirs was stopped, and why."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tornado.ioloop import PeriodicCallback

from artia_lab.i18n import _, language

if TYPE_CHECKING:
    from artia_lab.web.orders import Inbox

LOOK_S = 2.0


class Notices:
    """The sentences that the hub leaves for this seat (`artia_lab.hub.seats.watch.tell`).

    Parameters
    ----------
    folder : Path
        Where the hub's fork servers listen.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / f"notice-{os.getpid()}.json"
        self._told = ""

    def news(self) -> str:
        """Read what is new.

        Returns
        -------
        str
            A sentence in the person's language, or ``""``.
        """
        try:
            with open(os.open(self._file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), encoding="utf-8") as stream:
                said = json.load(stream)
            number, sentence = str(said["id"]), str(said["sentences"][language()])
        except (OSError, ValueError, KeyError, TypeError):
            return ""
        if number == self._told:
            return ""
        self._told = number
        return sentence


def pass_on(inbox: Inbox) -> None:
    """Show the person what the hub says, for as long as the seat lives.

    Parameters
    ----------
    inbox : Inbox
        What the person's page fetches.
    """
    folder = os.environ.get("ARTIA_WARM_SERVER")
    if not folder:
        return
    notices = Notices(Path(folder))
    # What was left for a seat that had this number before is not for us.
    notices.news()
    PeriodicCallback(partial(_look, inbox, notices), LOOK_S * 1000).start()


async def _look(inbox: Inbox, notices: Notices) -> None:
    sentence = notices.news()
    if sentence:
        await inbox.obey({"do": "message", "by": _("This server"), "text": sentence})
