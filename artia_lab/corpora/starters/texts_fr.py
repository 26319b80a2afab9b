"""A text in French, written for the lab."""

from __future__ import annotations

import shutil
from pathlib import Path

from artia_lab.i18n import Text

FILES = ("la-colonne-des-remarques.txt",)
DESCRIPTION = Text(
    fr="« La colonne des remarques », récit écrit pour ArtIA Lab : le cahier d’une gardienne de pont de glace, un "
    "hiver, au Québec. Les lieux et les personnes sont inventés ; rien n’est repris d’ailleurs.",
    en="“La colonne des remarques”, a story written in French for ArtIA Lab: the notebook of a woman who keeps "
    "an ice "
    "bridge, one winter, in Québec. Its places and people are invented; nothing is taken from elsewhere.",
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
