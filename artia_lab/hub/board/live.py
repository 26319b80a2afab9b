"""The live view: whoever watches is told what has changed, and nothing else."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from artia_lab.hub.board.knowledge import Knowledge

TICK_S = 0.5
# A page that has not read so many changes is given all anew, when it reads again.
BEHIND = 64


class Live:
    """Tells pages about changes.

    Parameters
    ----------
    knowledge : Knowledge
        What is known.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._rows: dict[str, dict[str, Any]] = {}
        self._facts: dict[str, Any] = {}
        self._pages: set[asyncio.Queue[str]] = set()

    @property
    def pages(self) -> int:
        """How many pages watch.

        Returns
        -------
        int
            A count.
        """
        return len(self._pages)

    async def run(self) -> None:
        """Look for changes until it is cancelled."""
        while True:
            self.look()
            await asyncio.sleep(TICK_S)

    def look(self) -> None:
        """Tell what has changed since the last time."""
        rows = self._knowledge.rows()
        facts = self._knowledge.facts(rows)
        changed = {user: row for user, row in rows.items() if self._rows.get(user) != row}
        gone = [user for user in self._rows if user not in rows]
        news: dict[str, Any] = {}
        if changed or gone:
            news |= {"rows": changed, "gone": gone}
        if facts != self._facts:
            news["facts"] = facts
        self._rows, self._facts = rows, facts
        if news:
            message = written(news)
            for page in list(self._pages):
                if page.full():
                    while not page.empty():
                        page.get_nowait()
                    page.put_nowait(self._everything())
                else:
                    page.put_nowait(message)

    def open(self) -> asyncio.Queue[str]:
        """Begin to tell a page.

        Returns
        -------
        asyncio.Queue of str
            What to send: everything first.
        """
        page: asyncio.Queue[str] = asyncio.Queue(BEHIND)
        page.put_nowait(self._everything())
        self._pages.add(page)
        return page

    def close(self, page: asyncio.Queue[str]) -> None:
        """Tell a page no more.

        Parameters
        ----------
        page : asyncio.Queue
            What `open` gave.
        """
        self._pages.discard(page)

    def _everything(self) -> str:
        return written({"rows": self._rows, "facts": self._facts, "all": True})


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
