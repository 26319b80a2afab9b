"""Two files, decoded with limits and compared by their medium."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from artia_lab.i18n import _
from artia_lab.verify.finding import DIFFERENT, Finding
from artia_lab.verify.models import compare_models
from artia_lab.verify.opening import Unreadable, decode, open_bytes, open_file
from artia_lab.verify.pictures import compare_pictures
from artia_lab.verify.result import Comparison
from artia_lab.verify.sounds import compare_sounds
from artia_lab.verify.tables import compare_tables
from artia_lab.verify.texts import compare_texts

COMPARATORS: dict[str, Callable[[Any, Any], Finding]] = {
    "image": compare_pictures,
    "audio": compare_sounds,
    "text": compare_texts,
    "table": compare_tables,
    "model": compare_models,
}


def compare_files(reference: Path, new: Path, medium: str, name: str = "") -> Comparison:
    """Compare two files.

    Parameters
    ----------
    reference, new : Path
        The files; either may be missing, damaged or hostile, which makes them different and is said.
    medium : {"image", "audio", "text", "table", "model"}
        What they are said to be.
    name : str
        How the comparison is called; by default the name of the new file.

    Returns
    -------
    Comparison
        The tier they reach and why.
    """
    return compared(lambda: open_file(reference), lambda: open_file(new), medium, name or new.name)


def compare_contents(reference: bytes, new: bytes, medium: str, name: str) -> Comparison:
    """Compare what two files would hold.

    Parameters
    ----------
    reference, new : bytes
        Their bytes.
    medium : {"image", "audio", "text", "table", "model"}
        What they are said to be.
    name : str
        How the comparison is called.

    Returns
    -------
    Comparison
        The tier they reach and why.
    """
    return compared(lambda: open_bytes(reference), lambda: open_bytes(new), medium, name)


def compared(reference: Callable[[], int], new: Callable[[], int], medium: str, name: str) -> Comparison:
    """Open both sides and compare them.

    Parameters
    ----------
    reference, new : callable
        Each opens its side and gives a descriptor.
    medium : {"image", "audio", "text", "table", "model"}
        What they are said to be.
    name : str
        How the comparison is called.

    Returns
    -------
    Comparison
        The tier they reach and why; different when a side cannot be opened.
    """
    with ExitStack() as opened:
        contents = []
        try:
            reference_side = reference()
            opened.callback(os.close, reference_side)
            contents.append(decode(reference_side, medium, name))
        except Unreadable as error:
            said = _("The reference cannot be compared. {why}").format(why=error)
            return Comparison(name, medium, DIFFERENT, {}, said)
        try:
            new_side = new()
            opened.callback(os.close, new_side)
            contents.append(decode(new_side, medium, name))
        except Unreadable as error:
            return Comparison(name, medium, DIFFERENT, {}, str(error))
    try:
        finding = COMPARATORS[medium](*contents)
    except MemoryError:
        said = _("Comparing it needs more memory than there is.")
        return Comparison(name, medium, DIFFERENT, {}, said)
    return Comparison(name, medium, *finding)
