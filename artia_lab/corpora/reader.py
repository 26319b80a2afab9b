"""Reading the items of a corpus, as pictures, sounds and texts ready to compute with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from artia_lab.corpora.corpus import Corpus, Item
from artia_lab.corpora.decoder import SECONDS_PER_FILE, Decoder
from artia_lab.corpora.names import shown
from artia_lab.errors import NotFound
from artia_lab.i18n import _

if TYPE_CHECKING:
    import numpy as np

MANY = 20


class CorpusReader:
    """Reads a corpus, and remembers which items were read.

    Files are decoded in a child process with little memory and time, so that a damaged or hostile one costs a
    sentence and nothing else. Close the reader, or use it in a ``with`` block, to stop that process.

    Parameters
    ----------
    corpus : Corpus
        What to read.
    seconds : float, optional
        How long one file may take, in s.

    Attributes
    ----------
    corpus : Corpus
        What is read.
    """

    def __init__(self, corpus: Corpus, seconds: float = SECONDS_PER_FILE) -> None:
        self.corpus = corpus
        self._decoder = Decoder(seconds)
        self._used: dict[str, Item] = {}

    def __enter__(self) -> CorpusReader:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the child process; what was read stays good, and reading again starts another."""
        self._decoder.close()

    @property
    def used(self) -> tuple[Item, ...]:
        """The items read so far.

        Returns
        -------
        tuple of Item
            Each once, in the order in which they were first read.
        """
        return tuple(self._used.values())

    def items(self, medium: str) -> tuple[Item, ...]:
        """List the items of one medium.

        Parameters
        ----------
        medium : str
            ``"image"``, ``"audio"`` or ``"text"``.

        Returns
        -------
        tuple of Item
            Sorted by file name.
        """
        return tuple(item for item in self.corpus.items if item.medium == medium)

    def item(self, name: str, medium: str) -> Item:
        """Find one item.

        Parameters
        ----------
        name : str
            Its file name in the corpus.
        medium : str
            ``"image"``, ``"audio"`` or ``"text"``.

        Returns
        -------
        Item
            The item of that name and medium.

        Raises
        ------
        NotFound
            If the corpus has none; the sentence names those it has.
        """
        there = self.items(medium)
        for item in there:
            if item.file == name:
                return item
        names = ", ".join(shown(item.file) for item in there[:MANY]) + (" …" if len(there) > MANY else "")
        sentences = {
            "image": _("“{file}” is not a picture of the corpus “{corpus}”. It has: {names}"),
            "audio": _("“{file}” is not a sound of the corpus “{corpus}”. It has: {names}"),
            "text": _("“{file}” is not a text of the corpus “{corpus}”. It has: {names}"),
        }
        raise NotFound(
            sentences[medium].format(file=shown(name), corpus=shown(self.corpus.title), names=names or _("none."))
        )

    def picture(self, item: Item, max_side: int | None = None) -> np.ndarray:
        """Read a picture.

        Parameters
        ----------
        item : Item
            An item of this corpus.
        max_side : int, optional
            The longest side wanted, in px; a larger picture is made smaller, a smaller one is left as it is.

        Returns
        -------
        np.ndarray [shape=(h, w, 3)]
            sRGB values, float32 in [0, 1]: upright, over white.

        Raises
        ------
        MaterialError
            If the file is missing, has changed, or cannot be read as a picture.
        """
        if max_side is not None and max_side < 1:
            raise ValueError(f"max_side is {max_side} px; it must be at least 1")
        array: Any = self._read(item, {"medium": "image", "max_side": max_side})
        if array.dtype == "float32":
            return array
        import numpy as np

        values = array.astype(np.float32)
        values /= np.float32(255.0)
        return values

    def sound(self, item: Item, sr: int) -> np.ndarray:
        """Read a sound.

        Parameters
        ----------
        item : Item
            An item of this corpus.
        sr : int
            The sampling rate wanted, in Hz.

        Returns
        -------
        np.ndarray [shape=(n,)]
            The mean of its channels, float32 in [-1, 1], resampled to `sr`.

        Raises
        ------
        MaterialError
            If the file is missing, has changed, or cannot be read as a sound.
        """
        if sr < 1:
            raise ValueError(f"sr is {sr} Hz; it must be at least 1")
        array: Any = self._read(item, {"medium": "audio", "sr": int(sr)})
        return array

    def text(self, item: Item) -> str:
        """Read a text.

        Parameters
        ----------
        item : Item
            An item of this corpus.

        Returns
        -------
        str
            Its words, its lines ended by a newline.

        Raises
        ------
        MaterialError
            If the file is missing, has changed, or cannot be read as a text.
        """
        words: Any = self._read(item, {"medium": "text"})
        return words.decode("utf-8")

    def _read(self, item: Item, request: Mapping[str, Any]) -> np.ndarray | bytearray:
        decoded = self._decoder.decode(self.corpus.folder, item.file, {**request, "sha256": item.sha256})
        self._used.setdefault(item.file, item)
        return decoded
