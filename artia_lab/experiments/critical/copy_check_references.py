"""The corpus as what outputs are compared with: one medium of it, decoded once as far as memory allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from artia_lab.errors import MaterialError
from artia_lab.likeness.images import COMPARED_PX
from artia_lab.provenance.measure import Compared

if TYPE_CHECKING:
    from artia_lab.corpora import CorpusReader

SR = 44_100
KEPT_BYTES = 256 << 20


def read(reader: CorpusReader, item: Any) -> Any:
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


def references(
    reader: CorpusReader,
    medium: str,
    warn: Callable[[str], object],
    heed: Callable[[], object] = lambda: None,
) -> Compared:
    """Decode the items of one medium; those that cannot be read are left out.

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

    Returns
    -------
    Compared
        The items, by file name.

    Raises
    ------
    MaterialError
        If none can be read.
    """
    found = Compared(reader.items(medium), lambda item: read(reader, item), KEPT_BYTES, heed)
    refused: MaterialError | None = None
    for file in list(found):
        try:
            found[file]
        except MaterialError as error:
            refused = refused or error
            warn(str(error))
            found.leave_out(file)
    if refused and not found:
        raise refused
    return found
