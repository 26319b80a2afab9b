"""The live view: whoever watches is told what has changed, and nothing else."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from artia_lab.hub.board.knowledge import Knowledge

TICK_S = 0.5
# A page that has not read so many changes is given all anew, when it reads again.
BEHIND = 64


@dataclass
class _View:
    """What one facilitator sees, and the pages that show it."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    pages: set[asyncio.Queue[str]] = field(default_factory=set)

    def everything(self) -> str:
        return written({"rows": self.rows, "facts": self.facts, "all": True})

    def change(self, rows: dict[str, dict[str, Any]], facts: dict[str, Any]) -> dict[str, Any]:
        """Take what is so now, and give what is new in it."""
        changed = {user: row for user, row in rows.items() if self.rows.get(user) != row}
        gone = [user for user in self.rows if user not in rows]
        news: dict[str, Any] = {"rows": changed, "gone": gone} if changed or gone else {}
        if facts != self.facts:
            news["facts"] = facts
        self.rows, self.facts = rows, facts
        return news

    def tell(self, news: dict[str, Any]) -> None:
        message = written(news)
        for page in self.pages:
            if page.full():
                while not page.empty():
                    page.get_nowait()
                page.put_nowait(self.everything())
            else:
                page.put_nowait(message)


class Live:
    """Tells pages about changes, each facilitator's about those whom they help.

    Parameters
    ----------
    knowledge : Knowledge
        What is known.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._views: dict[str, _View] = {}

    @property
    def pages(self) -> int:
        """How many pages watch.

        Returns
        -------
        int
            A count.
        """
        return sum(len(view.pages) for view in self._views.values())

    async def run(self) -> None:
        """Look for changes until it is cancelled."""
        while True:
            self.look()
            await asyncio.sleep(TICK_S)

    def look(self) -> None:
        """Tell what has changed since the last time."""
        if not self._views:
            return
        rows = self._knowledge.rows()
        for facilitator, view in self._views.items():
            if news := self._change(facilitator, view, rows):
                view.tell(news)

    def open(self, facilitator: str) -> asyncio.Queue[str]:
        """Begin to tell a page.

        Parameters
        ----------
        facilitator : str
            Who looks at it.

        Returns
        -------
        asyncio.Queue of str
            What to send: everything first.
        """
        view = self._views.setdefault(facilitator, _View())
        if news := self._change(facilitator, view, self._knowledge.rows()):
            view.tell(news)
        page: asyncio.Queue[str] = asyncio.Queue(BEHIND)
        page.put_nowait(view.everything())
        view.pages.add(page)
        return page

    def close(self, page: asyncio.Queue[str]) -> None:
        """Tell a page no more.

        Parameters
        ----------
        page : asyncio.Queue
            What `open` gave.
        """
        for view in self._views.values():
            view.pages.discard(page)
        self._views = {facilitator: view for facilitator, view in self._views.items() if view.pages}

    def _change(self, facilitator: str, view: _View, rows: dict[str, dict[str, Any]]) -> dict[str, Any]:
        seen = {user: row for user, row in rows.items() if self._knowledge.concerns(facilitator, user)}
        return view.change(seen, self._knowledge.facts(seen, facilitator))


def written(news: dict[str, Any]) -> str:
    """Write an event.

    Parameters
    ----------
    news : dict
        JSON types.

    Returns
    -------
    str
        As ``text/event-stream`` has it.
    """
    # JSON has no newline in it, which would end the event.
    return f"data: {json.dumps(news, ensure_ascii=False)}\n\n"
