"""Material sent into a corpus in pieces: a browser's upload widgets fail in silence above about 10 MB."""

from __future__ import annotations

import threading
from pathlib import Path

from jupyter_server.auth.decorator import authorized
from tornado import web

from artia_lab import corpora
from artia_lab.corpora.datasheet import DATASHEET
from artia_lab.i18n import _
from artia_lab.web.api import Api
from artia_lab.web.pieces import folder_of, receive

CHUNK_BYTES = 8 * 2**20
# Two items that arrive together are listed one after the other in the same datasheet.
_listing = threading.Lock()


def listed(folder: Path, name: str) -> None:
    """List an item that has arrived in its corpus's datasheet, if the corpus has one already.

    Parameters
    ----------
    folder : Path
        The corpus folder.
    name : str
        The item's name.
    """
    if (folder / DATASHEET).is_file():
        with _listing:
            corpora.add(folder, [folder / name])


class Upload(Api):
    """``PUT artia/api/corpora/ID/items/NAME?offset=0&total=N``: one piece of an item, in the body."""

    @web.authenticated
    @authorized
    async def put(self, corpus: str, name: str) -> None:
        """Take one piece; status 409 tells a client that lost count how much is here.

        Parameters
        ----------
        corpus : str
            The corpus, by the name of its folder.
        name : str
            The item's name.
        """
        piece = self.request.body
        if len(piece) > CHUNK_BYTES:
            raise web.HTTPError(413, _("Send at most {limit} MB at a time.").format(limit=CHUNK_BYTES // 2**20))
        total = self.whole("total", 0, 0, 2**62)
        offset = self.whole("offset", 0, 0, 2**62)
        folder = await self.work(folder_of, corpus)
        state = await self.work(receive, folder, name, offset, total, piece)
        if state.done:
            await self.work(listed, folder, name)
        answer: dict[str, int | str] = {"received": state.received, "total": state.total, "done": state.done}
        if not state.expected:
            answer["message"] = _("Go on from byte {offset}.").format(offset=state.received)
        self.answer(answer, 200 if state.expected else 409)
