"""Going through a folder to see what in it can be used."""

from __future__ import annotations

import os
from pathlib import Path

from artia_lab.corpora import datasheet
from artia_lab.corpora.corpus import Item, LeftOut
from artia_lab.corpora.names import inside, shown
from artia_lab.corpora.recognise import recognise_file
from artia_lab.corpora.refusals import refusal
from artia_lab.corpora.sums import sha256_of
from artia_lab.errors import CorpusError, MaterialError
from artia_lab.i18n import _

MAX_FILES = 20_000


def survey(folder: Path, author: str, licence: str) -> tuple[list[Item], list[LeftOut]]:
    """Tell which files of a folder can be the items of a corpus.

    Parameters
    ----------
    folder : Path
        The folder.
    author, licence : str
        Whose the files are, and under which SPDX expression.

    Returns
    -------
    items : list of Item
        The pictures, sounds and texts.
    left_out : list of LeftOut
        The other files, and why.
    """
    items: list[Item] = []
    left_out: list[LeftOut] = []
    for name in files_of(folder):
        try:
            name.encode("utf-8")
            path = inside(folder, name)
            kind = recognise_file(path)
            if not kind.medium:
                raise MaterialError(refusal(kind.name, name))
            items.append(
                Item(
                    file=name,
                    medium=kind.medium,
                    sha256=sha256_of(folder, name),
                    author=author,
                    licence=licence,
                )
            )
        except UnicodeEncodeError:
            reason = _("“{file}” has a name that is not readable text. Rename it.").format(file=shown(name))
            left_out.append(LeftOut(file=name, reason=reason))
        except OSError as error:
            reason = _("“{file}” cannot be opened: {reason}. Check its permissions and its disk.").format(
                file=shown(name), reason=error.strerror
            )
            left_out.append(LeftOut(file=name, reason=reason))
        except (MaterialError, CorpusError) as error:
            left_out.append(LeftOut(file=name, reason=str(error)))
    return items, left_out


def files_of(folder: Path) -> list[str]:
    """List the files of a folder and of its subfolders, hidden ones and the datasheet apart.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    list of str
        Names relative to the folder, sorted; a link to a folder counts as one file.

    Raises
    ------
    CorpusError
        If there are more than `MAX_FILES`.
    """
    names: list[str] = []
    for where, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(where) / name).is_symlink()]
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in [*files, *links]:
            relative = (Path(where) / name).relative_to(folder).as_posix()
            if not name.startswith(".") and relative != datasheet.DATASHEET:
                names.append(relative)
        if len(names) > MAX_FILES:
            raise CorpusError(
                _("{folder} holds more than {limit} files. Give a folder that holds the material alone.").format(
                    folder=shown(folder), limit=MAX_FILES
                )
            )
    return sorted(names)
