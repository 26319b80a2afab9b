"""How near the works of a run are to the items that it used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from artia_lab.errors import MaterialError
from artia_lab.i18n import _

if TYPE_CHECKING:
    from artia_lab.corpora import CorpusReader
    from artia_lab.runs.outputs import Outputs
    from artia_lab.runs.report import Report

KEPT_BYTES = 64 << 20


class Compared(Mapping[str, Any]):
    """Items to be compared with, by file name: decoded when they are wanted, and kept as long as there is room.

    Parameters
    ----------
    items : iterable of Item
        The items, of one medium.
    read : callable
        Given an item, decodes it.
    room_bytes : int, optional
        How much may be kept in memory.
    heed : callable, optional
        Called each time an item is wanted; may raise to stop.
    """

    def __init__(
        self,
        items: Iterable[Any],
        read: Callable[[Any], Any],
        room_bytes: int = KEPT_BYTES,
        heed: Callable[[], object] = lambda: None,
    ) -> None:
        self._items = {item.file: item for item in items}
        self._read, self._room, self._heed = read, room_bytes, heed
        self._kept: dict[str, Any] = {}

    def leave_out(self, file: str) -> None:
        """Compare with an item no more.

        Parameters
        ----------
        file : str
            Its file.
        """
        del self._items[file]

    def __getitem__(self, file: str) -> Any:
        self._heed()
        if file in self._kept:
            return self._kept[file]
        content = self._read(self._items[file])
        size = 4 * len(content) if isinstance(content, str) else content.nbytes
        if size <= self._room:
            self._room -= size
            self._kept[file] = content
        return content

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


def measure(out: Outputs, reader: CorpusReader, report: Report) -> dict[str, Any] | None:
    """Measure the likeness of each work of a run, and note it in the work's entry.

    Parameters
    ----------
    out : Outputs
        The works; those whose likeness is known already are not measured again.
    reader : CorpusReader
        Of the corpus: works are compared with what was read of it.
    report : Report
        Told what could not be measured.

    Returns
    -------
    dict or None
        The likeness of the work nearest to the corpus, with its ``output``; None when there is no work.
    """
    nearest: dict[str, Any] | None = None
    compared: dict[tuple[str, int], Compared] = {}
    for entry in out.kept:
        path, medium = entry["path"], entry["medium"]
        if path not in out.works:
            continue
        sr = out.works[path][1] if medium == "audio" else 0
        if (medium, sr) not in compared:
            used = [item for item in reader.used if item.medium == medium]
            compared[medium, sr] = Compared(used, _decoding(reader, medium, sr))
        try:
            found = out.measured.get(path) or _likeness(out.works[path], medium, compared[medium, sr])
        except MaterialError as error:
            # The corpus went away after the work was made: the work stays.
            report.warn(_("The likeness could not be measured. {reason}").format(reason=error))
            continue
        entry["likeness"] = found.to_json() | {"sentence": found.sentence()}
        if nearest is None or entry["likeness"]["nearness"] > nearest["nearness"]:
            nearest = entry["likeness"] | {"output": path}
    return nearest


def _decoding(reader: CorpusReader, medium: str, sr: int) -> Callable[[Any], Any]:
    from artia_lab.likeness.images import COMPARED_PX

    if medium == "image":
        return lambda item: reader.picture(item, max_side=COMPARED_PX)
    return (lambda item: reader.sound(item, sr)) if medium == "audio" else reader.text


def _likeness(work: Any, medium: str, compared: Compared) -> Any:
    from artia_lab import likeness

    if medium == "image":
        return likeness.picture(work, compared)
    if medium == "audio":
        samples, sr = work
        return likeness.sound(samples.mean(axis=0) if samples.ndim == 2 else samples, sr, compared)
    return likeness.text(work, compared)
