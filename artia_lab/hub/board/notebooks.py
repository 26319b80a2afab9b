"""Notebooks that a facilitator sends: one of the library, or a file of their own."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

import nbformat

from artia_lab.errors import Mistake
from artia_lab.home import data_folder
from artia_lab.i18n import LANGUAGES, _

LIMIT_BYTES = 4 * 2**20
NAME = re.compile(r"[\w][\w .()’'-]{0,80}\.ipynb")


def library() -> list[str]:
    """List the notebooks of the library.

    Returns
    -------
    list of str
        Such as ``"fr/I1-mosaique.ipynb"``.
    """
    return [
        f"{code}/{each.name}"
        for code in LANGUAGES
        for each in sorted((data_folder("notebooks") / code).glob("*.ipynb"))
    ]


def known(path: str) -> bool:
    """Say whether a notebook of somebody's has an original in the library.

    Parameters
    ----------
    path : str
        As their server calls it, such as ``"notebooks/fr/I1-mosaique.ipynb"``.

    Returns
    -------
    bool
        Whether it has.
    """
    parts = PurePosixPath(path).parts
    return len(parts) == 3 and parts[0] == "notebooks" and "/".join(parts[1:]) in library()


def order(asked: dict[str, Any]) -> dict[str, Any]:
    """Make the order by which seats open a notebook.

    Parameters
    ----------
    asked : dict
        ``library``, one of `library`; or ``name`` and ``content``, the text of a notebook.

    Returns
    -------
    dict
        The order.

    Raises
    ------
    Mistake
        If it is no notebook.
    """
    chosen = asked.get("library")
    if chosen is not None:
        if chosen not in library():
            raise Mistake(_("The library has no such notebook; reload this page."))
        return {"do": "open", "library": chosen}
    name, content = asked.get("name"), asked.get("content")
    if type(name) is not str or not NAME.fullmatch(name):
        sentence = _("A notebook's name has letters, digits and spaces, and ends with “.ipynb”: rename the file.")
        raise Mistake(sentence)
    if type(content) is not str or len(content.encode(errors="replace")) > LIMIT_BYTES:
        sentence = _("The notebook is larger than {megabytes} MB: clear its outputs, save it, then send it again.")
        raise Mistake(sentence.format(megabytes=LIMIT_BYTES // 2**20))
    try:
        notebook = nbformat.reads(content, as_version=4)
        nbformat.validate(notebook)
    except Exception as error:
        raise Mistake(_("This file is no notebook that Jupyter could open.")) from error
    return {"do": "open", "name": name, "content": nbformat.writes(notebook)}
