"""The corpus as what outputs are compared with: one medium of it, decoded once as far as memory allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from artia_lab.errors import MaterialError
from artia_lab.likeness.images import COMPARED_PX

SR = 44_100
KEPT_BYTES = 256 << 20


def read(reader: Any, item: Any) -> Any:
    """Decode an item in the form in which it is compared.

    Parameters
    ----------
    reader : CorpusReader
        Of the corpus, or of what is audited.
    item : Item
        One of its items.

    Returns
    -------
    np.ndarray or str
        A picture of at most `COMPARED_PX`, uint8 [h, w, 3]; a sound at `SR`, float32 [n]; or a text.

    Raises
    ------
    MaterialError
        If it cannot be decoded.
    """
    if item.medium == "image":
        return np.rint(reader.picture(item, max_side=COMPARED_PX) * 255).astype(np.uint8)
    return reader.sound(item, SR) if item.medium == "audio" else reader.text(item)


class References(Mapping[str, Any]):
    """The items of one medium, by file name; those that cannot be read are left out.

    Parameters
    ----------
    reader : CorpusReader
        Of the corpus.
    medium : {"image", "audio", "text"}
        Which of its items.
    warn : callable
        Told a sentence for each item that cannot be read.
    heed : callable
        Called each time an item is wanted; may raise to stop.

    Raises
    ------
    MaterialError
        If none can be read.
    """

    def __init__(
        self, reader: Any, medium: str, warn: Callable[[str], object], heed: Callable[[], object] = lambda: None
    ) -> None:
        self._reader, self._heed = reader, heed
        self._items: dict[str, Any] = {}
        self._kept: dict[str, Any] = {}
        self._room = KEPT_BYTES
        refused: MaterialError | None = None
        for item in reader.items(medium):
            heed()
            try:
                content = read(reader, item)
            except MaterialError as error:
                refused = refused or error
                warn(str(error))
                continue
            self._items[item.file] = item
            size = content.nbytes if isinstance(content, np.ndarray) else 4 * len(content)
            if size <= self._room:
                self._room -= size
                self._kept[item.file] = content
        if refused and not self._items:
            raise refused

    def __getitem__(self, file: str) -> Any:
        self._heed()
        return self._kept[file] if file in self._kept else read(self._reader, self._items[file])

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)
