"""A text in English, written for the lab."""

from __future__ import annotations

import shutil
from pathlib import Path

from artia_lab.i18n import Text

FILES = ("back-tuesday.txt",)
DESCRIPTION = Text(
    fr="« Back Tuesday », récit écrit en anglais pour ArtIA Lab : dans un port du Nord, un atelier où l’on "
    "répare des "
    "instruments reçoit son avis d’expulsion. Les lieux et les personnes sont inventés ; rien n’est repris "
    "d’ailleurs.",
    en="“Back Tuesday”, a story written for ArtIA Lab: in a northern harbour, a workshop where instruments are "
    "mended "
    "is given notice to quit. Its places and people are invented; nothing is taken from elsewhere.",
)


def write(folder: Path) -> None:
    """Copy the text into a folder.

    Parameters
    ----------
    folder : Path
        An existing folder.
    """
    for name in FILES:
        shutil.copyfile(Path(__file__).parent / name, folder / name)
