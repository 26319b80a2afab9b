"""Finding the reference of a notebook, and reading it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artia_lab.errors import Mistake
from artia_lab.home import data_folder, home
from artia_lab.i18n import LANGUAGES, _
from artia_lab.runs import RunFolder, every_run
from artia_lab.verify.references.pieces import first_piece, join, packed

FOLDER = "references"

# No notebook of ours comes near; a larger one would exhaust the memory of the process that reads it.
NOTEBOOK_LIMIT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Reference:
    """What stands beside a notebook.

    Attributes
    ----------
    folder : Path
        Its folder.
    """

    folder: Path

    @property
    def stem(self) -> str:
        """The notebook's name, without its suffix.

        Returns
        -------
        str
            The folder's name too.
        """
        return self.folder.name

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """Make every file of it readable under its own name, for a while.

        Yields
        ------
        Opened
            The executed notebook and its runs: the reference itself, or a copy where pieces had to be joined.

        Raises
        ------
        Mistake
            If it is damaged.
        """
        if not packed(self.folder):
            yield Opened(self.folder, self.stem)
            return
        with tempfile.TemporaryDirectory(prefix="artia-reference-") as aside:
            whole = Path(aside) / self.stem
            join(self.folder, whole)
            yield Opened(whole, self.stem)


@dataclass(frozen=True)
class Opened:
    """A reference that can be read.

    Attributes
    ----------
    folder : Path
        Where it can be read.
    stem : str
        The notebook's name, without its suffix.
    """

    folder: Path
    stem: str

    @property
    def notebook(self) -> Path:
        """The executed notebook.

        Returns
        -------
        Path
            Where it can be read.
        """
        return self.folder / f"{self.stem}.ipynb"

    @property
    def runs(self) -> list[RunFolder]:
        """Its runs.

        Returns
        -------
        list of RunFolder
            The earliest first.
        """
        return every_run(self.folder / "runs" / self.stem)[::-1]

    def parameters(self) -> dict[str, Any]:
        """Tell the parameters that were asked of the notebook when its reference was made.

        Returns
        -------
        dict of str to object
            By name; empty when it was executed as it stands.
        """
        given = read_notebook(self.notebook)["metadata"].get("papermill", {}).get("parameters", {})
        return dict(given) if isinstance(given, dict) else {}


def place_of(notebook: Path) -> Path:
    """Name the place of a notebook's reference.

    Parameters
    ----------
    notebook : Path
        The notebook.

    Returns
    -------
    Path
        A folder, there or not.
    """
    return notebook.absolute().parent / FOLDER / notebook.stem


def find(notebook: Path) -> Reference | None:
    """Find the reference of a notebook: its own, else the library's when it is a copy with the same code.

    Parameters
    ----------
    notebook : Path
        The notebook.

    Returns
    -------
    Reference or None
        None when there is none.

    Raises
    ------
    Mistake
        If the notebook, a copy of the library's, cannot be read.
    """
    places = [place_of(notebook)]
    original = _original(notebook.absolute())
    if original is not None and code_of(read_notebook(notebook)) == code_of(read_notebook(original)):
        places.append(place_of(original))
    for folder in places:
        executed = folder / f"{folder.name}.ipynb"
        if executed.is_file() or first_piece(executed).is_file():
            return Reference(folder)
    return None


def read_notebook(place: Path) -> dict[str, Any]:
    """Read a notebook as JSON.

    Parameters
    ----------
    place : Path
        The notebook.

    Returns
    -------
    dict
        The document, with at least ``cells`` and ``metadata``.

    Raises
    ------
    Mistake
        If it is missing, too large, or no notebook.
    """
    try:
        if place.stat().st_size > NOTEBOOK_LIMIT_BYTES:
            raise ValueError("too large")
        document = json.loads(place.read_bytes())
        if not isinstance(document["cells"], list) or not isinstance(document["metadata"], dict):
            raise TypeError("no notebook")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Mistake(
            _("“{path}” cannot be read as a notebook. Open it in JupyterLab and save it again.").format(path=place)
        ) from error
    return dict(document)


def code_of(document: dict[str, Any]) -> list[str]:
    """Tell what a notebook executes, but for the parameters that a rerun puts in.

    Parameters
    ----------
    document : dict
        As `read_notebook` gives it.

    Returns
    -------
    list of str
        The source of each cell of code.
    """
    cells = [each for each in document["cells"] if each.get("cell_type") == "code"]
    return [
        "".join(each.get("source", ""))
        for each in cells
        if "injected-parameters" not in each.get("metadata", {}).get("tags", [])
    ]


def _original(notebook: Path) -> Path | None:
    """Name the notebook of the library that one in the person's home is perhaps a copy of."""
    for language in LANGUAGES:
        original = data_folder("notebooks") / language / notebook.name
        if notebook.parent == home() / "notebooks" / language and original.is_file() and notebook.is_file():
            return original
    return None
