"""Publishing a run from a page: ``artia publish`` in a process of its own, one at a time, whose words are kept."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from typing import Any

from artia_lab.errors import Mistake
from artia_lab.i18n import _, language
from artia_lab.web import works

FIELD_LIMIT = 400
AUTHORS_LIMIT = 20


@dataclass(frozen=True)
class Terms:
    """What the person says of what they publish.

    Attributes
    ----------
    title, licence : str
        Its title, and its licence as SPDX writes it.
    authors : tuple of str
        Whose it is.
    exhibited : bool
        Whether it may be shown in the workshop's exhibition.
    shown_name : str
        Under which name; ``""`` for the one they joined with.
    """

    title: str
    authors: tuple[str, ...]
    licence: str
    exhibited: bool = False
    shown_name: str = ""

    @classmethod
    def of(cls, content: object) -> Terms:
        """Read what a page sent.

        Parameters
        ----------
        content : object
            A JSON document.

        Returns
        -------
        Terms
            The terms.

        Raises
        ------
        Mistake
            If something is missing or is not what it should be; the sentence says what to write.
        """
        said = content if isinstance(content, dict) else {}
        title, licence = _line(said, "title"), _line(said, "licence")
        authors = tuple(filter(None, (" ".join(each.split()) for each in _line(said, "authors").split(","))))
        if not title:
            raise Mistake(_("Give it a title."))
        if not authors or len(authors) > AUTHORS_LIMIT:
            raise Mistake(_("Say whose it is: a name, or several with commas between."))
        if not licence:
            raise Mistake(_("Choose a licence."))
        return cls(title, authors, licence, said.get("exhibited") is True, _line(said, "shown_name"))


class Publishing:
    """The publications under way in one server, and how each came out."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()
        self._states: dict[str, dict[str, Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def state(self, run: str) -> dict[str, Any]:
        """Say how the publication of a run is going.

        Parameters
        ----------
        run : str
            The run's id.

        Returns
        -------
        dict
            ``state``, one of ``"none"``, ``"working"``, ``"published"`` and ``"refused"``; ``file`` of what was
            published; ``sentence`` that says why not.
        """
        return self._states.get(run, {"state": "none"})

    def begin(self, run: str, terms: Terms) -> None:
        """Begin to publish a run.

        Parameters
        ----------
        run : str
            The run's id.
        terms : Terms
            What is said of it.

        Raises
        ------
        Mistake
            If it is already being published.
        """
        if self.state(run)["state"] == "working":
            raise Mistake(_("This work is already being published: wait for it."))
        self._states[run] = {"state": "working"}
        # A task that nothing refers to may be collected before its end.
        task = asyncio.create_task(self._publish(run, terms, language()))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _publish(self, run: str, terms: Terms, speaking: str) -> None:
        try:
            async with self._one_at_a_time:
                said = await _command(run, terms, speaking)
            if "file" in said:
                file = os.path.basename(str(said["file"]))
                if terms.exhibited:
                    await asyncio.to_thread(works.consent, file, True, terms.shown_name)
                self._states[run] = {"state": "published", "file": file}
            else:
                self._states[run] = {"state": "refused", "sentence": str(said["error"])}
        except Exception:
            # Whatever it was, whoever waits for it is told.
            self._states[run] = {"state": "refused", "sentence": _not_published()}
            raise


async def _command(run: str, terms: Terms, speaking: str) -> dict[str, Any]:
    words = [
        f"--title={terms.title}",
        f"--licence={terms.licence}",
        *(f"--author={each}" for each in terms.authors),
    ]
    process = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-m",
            "artia_lab.cli",
            "publish",
            run,
            "--corpus-digest-only",
            "--yes",
            "--json",
            *words,
        ),
        env=os.environ | {"ARTIA_LANG": speaking},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    printed, _nothing = await process.communicate()
    try:
        said = json.loads(printed)
    except ValueError:
        said = None
    return said if isinstance(said, dict) and said.keys() & {"file", "error"} else {"error": _not_published()}


def _not_published() -> str:
    return _("It could not be published. Try again; if it goes on, publish it with “artia publish” in a terminal.")


def _line(said: dict[Any, Any], name: str) -> str:
    value = said.get(name, "")
    if not isinstance(value, str) or len(value) > FIELD_LIMIT or "\0" in value:
        raise Mistake(_("What was written is too long, or is not text. Write it again."))
    return " ".join(value.split())
