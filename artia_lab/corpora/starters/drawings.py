"""A small corpus of drawings made in code: ink, thread, snow, stone, water, and other surfaces."""

from __future__ import annotations

import zlib
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

from artia_lab.i18n import Text

FILES = {
    "aurore.png": "drawn_surfaces.aurora",
    "carreaux.png": "drawn_patterns.tiles",
    "courants.png": "drawn_lines.currents",
    "ecriture.png": "drawn_lines.writing",
    "hachures.png": "drawn_lines.hatching",
    "iles.png": "drawn_lines.contours",
    "lichens.png": "drawn_surfaces.lichens",
    "muret.png": "drawn_surfaces.stones",
    "neige.png": "drawn_surfaces.snow",
    "papier_marbre.png": "drawn_patterns.marbled",
    "planche.png": "drawn_surfaces.wood",
    "pluie.png": "drawn_surfaces.rain",
    "pre.png": "drawn_lines.meadow",
    "tissu.png": "drawn_patterns.weaving",
}
DESCRIPTION = Text(
    fr="Quatorze dessins de 640 pixels de côté, tracés par programme à partir de nombres tirés au hasard : "
    "hachures, "
    "lignes de niveau, tissu, lichens, neige, pluie sur un lac… Rien n’y est photographié ni repris d’ailleurs.",
    en="Fourteen drawings, 640 pixels a side, traced in code from numbers drawn at random: hatchings, contour "
    "lines, "
    "cloth, lichens, snow, rain on a lake… Nothing in them was photographed or taken from elsewhere.",
)


def write(folder: Path) -> None:
    """Draw the corpus into a folder.

    Parameters
    ----------
    folder : Path
        An existing folder; the files named in `FILES` are written there.
    """
    # Two threads: most of the work is in numpy, which lets go of the interpreter meanwhile.
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda file: _draw(folder, file), FILES))


def _draw(folder: Path, file: str) -> None:
    import numpy as np
    from PIL import Image

    module, function = FILES[file].split(".")
    draw = getattr(import_module(f"artia_lab.corpora.starters.{module}"), function)
    picture = draw(np.random.default_rng(zlib.crc32(file.encode())))
    values = np.rint(np.clip(picture, 0.0, 1.0) * 255.0).astype(np.uint8)
    Image.fromarray(values).save(folder / file, compress_level=4)
