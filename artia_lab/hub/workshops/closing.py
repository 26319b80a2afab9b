"""Closing a workshop: seats are stopped, files are packed, works are shown, and only then anything is removed.

What was done is written down as it is done, so that a closing that was interrupted goes on where it was.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from artia_lab.errors import Failure, Mistake
from artia_lab.hub.disk import write_document
from artia_lab.hub.settings import UNIX_ACCOUNTS, Settings
from artia_lab.hub.workshops import accounts, changes, leftovers, store
from artia_lab.hub.workshops.connection import Hub
from artia_lab.hub.workshops.exhibition import PAGE, Refused, exhibitions_folder, make_exhibition
from artia_lab.hub.workshops.export import Export, export, exports_folder
from artia_lab.hub.workshops.records import Participant, Workshop, now
from artia_lab.i18n import Text, _

JOURNAL = "closing.json"


@dataclass(frozen=True, kw_only=True)
class Closed:
    """What is left of a workshop.

    Attributes
    ----------
    name : str
        The workshop's name.
    exhibition : Path
        The page of its exhibition.
    works : tuple of dict
        ``title``, ``shown_name`` and ``file`` of what it shows.
    refused : tuple of Refused
        What it does not show, although its author chose to.
    exports_folder : Path
        Where the files of participants are.
    exports : tuple of Export
        One for each.
    """

    name: str
    exhibition: Path
    works: tuple[dict[str, str], ...]
    refused: tuple[Refused, ...]
    exports_folder: Path
    exports: tuple[Export, ...]

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON types.

        Returns
        -------
        dict
            Every attribute by name.
        """
        return {
            "name": self.name,
            "exhibition": str(self.exhibition),
            "works": list(self.works),
            "refused": [
                {"user": each.user, "file": each.file, "reason": str(each.reason)} for each in self.refused
            ],
            "exports": [asdict(each) | {"file": str(self.exports_folder / each.file)} for each in self.exports],
        }


def close_workshop(
    settings: Settings, name: str, tell: Callable[[str], object] = lambda _sentence: None
) -> Closed:
    """Close a workshop, from its beginning or from where an earlier closing was interrupted.

    Parameters
    ----------
    settings : Settings
        How the hub is set up.
    name : str
        The workshop's name.
    tell : callable
        Given a sentence when something that takes time begins.

    Returns
    -------
    Closed
        What is left of it.

    Raises
    ------
    Mistake
        If there is no such workshop, or it is closed or being closed.
    Failure
        If something cannot be stopped, packed or removed; nothing that is not packed was removed then.
    """
    state = settings.state
    with _alone(state, name):
        with store.locked(state, name):
            workshop = store.find(state, name)
            if workshop.closed:
                page = exhibitions_folder(state, name) / PAGE
                raise Mistake(
                    _("The workshop “{name}” is closed. Its exhibition: {page}").format(name=name, page=page)
                )
            workshop = replace(workshop, closing=True)
            store.save(state, workshop)
        closing = _Closing(settings, workshop, tell)
        closing.stop()
        closing.pack()
        closing.exhibit()
        closing.remove()
        with store.locked(state, name):
            store.save(state, workshop.end(now()))
            closing.forget()
    folder = exports_folder(state, name)
    return Closed(
        name=name,
        exhibition=exhibitions_folder(state, name) / PAGE,
        works=tuple(closing.works),
        refused=tuple(closing.refused),
        exports_folder=folder,
        exports=tuple(closing.exports.values()),
    )


class _Closing:
    """One closing, and its journal."""

    def __init__(self, settings: Settings, workshop: Workshop, tell: Callable[[str], object]) -> None:
        self._settings, self._workshop, self._tell = settings, workshop, tell
        self._state, self._hub = settings.state, Hub(settings)
        self._accounts = settings.account_mode == UNIX_ACCOUNTS
        self._folder = exports_folder(self._state, workshop.name)
        self._journal = store.workshops_folder(self._state) / workshop.name / JOURNAL
        self._there = store.participants(self._state, workshop.name)
        self.exports: dict[str, Export] = {}
        self.works: list[dict[str, str]] = []
        self.refused: list[Refused] = []
        self._shown = False
        self._read()

    def stop(self) -> None:
        """Stop seats, kernels and runs of everybody who is still there."""
        for each in self._there:
            self._tell(_("Closing the seat of {name}").format(name=each.shown_name))
            self._hub.stop_seat(each.user)
            self._end(each)

    def pack(self) -> None:
        """Pack the files of everybody who is still there."""
        for left in self._folder.glob(".*"):
            left.unlink()
        for each in self._there:
            before = self.exports.get(each.user)
            if before and before.whole(self._folder):
                continue
            self._tell(_("Packing the files of {name}").format(name=each.shown_name))
            account = each.user if self._has_account(each) else None
            made = export(each, self._home(each), self._folder, account)
            self.exports[each.user], self._shown = made, False
            self._write()

    def exhibit(self) -> None:
        """Make the exhibition, from the archives alone, while there are accounts to open them in."""
        if self._shown:
            return
        self._tell(_("Hanging the exhibition"))
        archives = {user: (made, self._folder / made.file) for user, made in self.exports.items()}
        works, self.refused = make_exhibition(self._state, self._workshop, archives, self._accounts)
        self.works = [{"title": each.title, "shown_name": each.shown_name, "file": each.file} for each in works]
        self._shown = True
        self._write()

    def remove(self) -> None:
        """Remove accounts and data of those whose files are packed."""
        for each in self._there:
            made = self.exports.get(each.user)
            # Looked at once more: what is removed next exists nowhere else.
            if made is None or not made.whole(self._folder):
                sentence = _("The files of {name} are not packed, and are not removed. Close the workshop again.")
                raise Failure(sentence.format(name=each.shown_name))
            self._tell(_("Removing the seat of {name}").format(name=each.shown_name))
            self._hub.forget(each.user)
            if self._accounts:
                accounts.remove_account(each.user)
            elif self._home(each).exists():
                shutil.rmtree(self._home(each))
            changes.leave(self._state, self._workshop.name, each.user)

    def forget(self) -> None:
        """Remove what tells of participants and of the code."""
        folder = self._journal.parent
        for each in (self._journal, folder / "join.svg", folder / "join.png"):
            each.unlink(missing_ok=True)

    def _end(self, participant: Participant) -> None:
        if self._has_account(participant):
            accounts.end_processes(participant.user)
        elif not self._accounts:
            leftovers.end_in(self._home(participant))

    def _has_account(self, participant: Participant) -> bool:
        return self._accounts and accounts.exists(participant.user)

    def _home(self, participant: Participant) -> Path:
        if not self._accounts:
            return self._state / "people" / participant.user
        return accounts.home_of(participant.user) if accounts.exists(participant.user) else Path("/nonexistent")

    def _read(self) -> None:
        try:
            written = json.loads(self._journal.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        self.exports = {each["user"]: Export(**each) for each in written["exports"]}
        self.works, self._shown = written["works"], written["shown"]
        self.refused = [
            Refused(each["user"], each["file"], Text(fr=each["fr"], en=each["en"])) for each in written["refused"]
        ]

    def _write(self) -> None:
        content = {
            "format": 1,
            "exports": [asdict(each) for each in self.exports.values()],
            "works": self.works,
            "refused": [each.to_json() for each in self.refused],
            "shown": self._shown,
        }
        write_document(self._journal, content)


@contextmanager
def _alone(state: Path, name: str) -> Iterator[None]:
    """Keep a second command from closing the same workshop."""
    store.find(state, name)
    place = store.workshops_folder(state) / name / "closing.lock"
    descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise Mistake(_("Another command is closing the workshop “{name}”.").format(name=name)) from None
    try:
        yield
    finally:
        os.close(descriptor)
