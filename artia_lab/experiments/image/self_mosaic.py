"""Mosaïque de soi / Self-mosaic: a picture regrown from its own patches, by closed-form patch diffusion.

The method is in `patch_diffusion`, the choice of material in `mosaic_material`, the map in `source_map`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from artia_lab import parameters as p
from artia_lab.experiments import Experiment
from artia_lab.i18n import Text

if TYPE_CHECKING:
    from artia_lab.experiments.image.patch_diffusion import Mosaic
    from artia_lab.experiments.image.source_map import Origin


@dataclass(frozen=True, kw_only=True)
class Parameters(p.Parameters):
    """What can be set in a self-mosaic.

    Attributes
    ----------
    picture : str
        File of the picture to regrow, ``""`` for the first of the corpus.
    sources : {"one", "all"}
        Whether patches come from that picture alone or from the whole corpus.
    width : int
        Width of the mosaic in px.
    shape : {"original", "square", "wide", "tall"}
        Its proportions.
    patch : int
        Side of a patch in px, odd.
    liberty : float in [0, 1]
        How far the layout may leave the original's.
    balance : float in [0, 1]
        How strongly rare details are kept.
    mirrored : bool
        Whether patches may also be seen in a mirror.
    """

    picture: str = p.item(
        "image",
        label=Text(fr="Image de départ", en="Starting picture"),
        help=Text(
            fr="L’œuvre à faire repousser. Sans choix de votre part, la première du corpus.",
            en="The work to regrow. If you choose none, the first of the corpus.",
        ),
    )
    sources: str = p.choice(
        "one",
        {
            "one": Text(fr="L’image de départ seule", en="The starting picture alone"),
            "all": Text(fr="Toutes les images du corpus", en="All the pictures of the corpus"),
        },
        label=Text(fr="Matière", en="Material"),
        help=Text(
            fr="D’où viennent les fragments. La carte des sources nomme le fichier de chacun.",
            en="Where the fragments come from. The source map names the file of each.",
        ),
    )
    width: int = p.whole(
        384,
        64,
        512,
        step=8,
        unit="px",
        label=Text(fr="Largeur", en="Width"),
        help=Text(
            fr="Largeur de la mosaïque. Deux fois plus large demande à peu près quatre fois plus de temps.",
            en="Width of the mosaic. Twice as wide takes about four times as long.",
        ),
    )
    shape: str = p.choice(
        "original",
        {
            "original": Text(fr="Comme l’original", en="Like the original"),
            "square": Text(fr="Carrée", en="Square"),
            "wide": Text(fr="Panorama (2 sur 1)", en="Panorama (2 by 1)"),
            "tall": Text(fr="Colonne (1 sur 2)", en="Column (1 by 2)"),
        },
        label=Text(fr="Format", en="Shape"),
        help=Text(
            fr="Un format plus étendu que l’original n’étire rien : la matière repousse pour le remplir.",
            en="A shape larger than the original stretches nothing: the material grows to fill it.",
        ),
    )
    patch: int = p.whole(
        7,
        3,
        15,
        step=2,
        unit="px",
        label=Text(fr="Taille des fragments", en="Size of the fragments"),
        help=Text(
            fr="Petits, ils défont les formes en textures ; grands, ils gardent des morceaux reconnaissables.",
            en="Small ones dissolve shapes into textures; large ones keep recognisable pieces.",
        ),
    )
    liberty: float = p.real(
        1.0,
        0.0,
        1.0,
        0.05,
        label=Text(fr="Liberté", en="Liberty"),
        help=Text(
            fr="À 1, la composition naît du hasard ; vers 0, l’original revient, à peine troublé.",
            en="At 1 the composition is born of chance; towards 0 the original returns, barely troubled.",
        ),
    )
    balance: float = p.real(
        1.0,
        0.0,
        1.0,
        0.05,
        label=Text(fr="Place aux détails rares", en="Room for rare details"),
        help=Text(
            fr="À 1, chaque coin de l’original cherche à revenir ; à 0, les grandes surfaces envahissent tout.",
            en="At 1 every corner of the original tries to return; at 0 the broad surfaces take over.",
        ),
    )
    mirrored: bool = p.switch(
        False,
        label=Text(fr="Fragments en miroir", en="Mirrored fragments"),
        help=Text(
            fr="Permet de retourner les fragments de gauche à droite : plus de variété, parfois des symétries.",
            en="Lets fragments flip from left to right: more variety, sometimes symmetries.",
        ),
    )


def run(parameters: Parameters, corpus: Any, out: Any, report: Any) -> None:
    """Regrow a picture, and keep it with its source map.

    Parameters
    ----------
    parameters : Parameters
        What was set.
    corpus : CorpusReader
        Where the pictures are.
    out : Outputs
        Where the mosaic, the source map and its table are kept.
    report : Report
        Told of each step, and of a picture after each scale.

    Raises
    ------
    MaterialError
        If no picture of the corpus can be used.
    """
    import torch

    from artia_lab.experiments.image.mosaic_material import gather
    from artia_lab.experiments.image.patch_diffusion import regrow
    from artia_lab.experiments.image.source_map import map_picture, map_table
    from artia_lab.experiments.threads import one_thread

    material = gather(parameters, corpus, report)
    pictures = list(material.pictures)
    if parameters.mirrored:
        pictures += [picture.flip(1) for picture in material.pictures]
    # Two threads would take four fifths of the time of one, and twice the cores.
    with one_thread():
        mosaic = regrow(
            pictures,
            material.height,
            parameters.width,
            patch=material.patch,
            liberty=parameters.liberty,
            balance=parameters.balance,
            seed=parameters.seed,
            device="cuda" if torch.cuda.is_available() else "cpu",
            on_step=report.step,
            on_scale=lambda picture: report.preview(picture.cpu().numpy()),
        )
    picture = mosaic.picture.cpu().numpy()
    origin = _origin(mosaic, material.files, material.pictures)
    out.image(picture, name="mosaic", kind="work")
    out.image(map_picture(origin, picture), name="source-map", kind="trace")
    out.table(map_table(origin), name="sources")


def _origin(mosaic: Mosaic, files: tuple[str, ...], pictures: Any) -> Origin:
    """Bring mirrored places back to the pictures as they are."""
    import numpy as np

    from artia_lab.experiments.image.source_map import Origin

    source, row, column = (each.cpu().numpy() for each in (mosaic.source, mosaic.row, mosaic.column))
    mirrored = source >= len(files)
    source = source % len(files)
    widths = np.array([picture.shape[1] for picture in pictures])
    column = np.where(mirrored, widths[source] - 1 - column, column)
    return Origin(files, tuple(picture.numpy() for picture in pictures), source, row, column, mirrored)


EXPERIMENT = Experiment(
    id="image.self-mosaic",
    title=Text(fr="Mosaïque de soi", en="Self-mosaic"),
    description=Text(
        fr="Fait repousser une image à partir de ses propres fragments, et dit d’où vient chaque pixel.",
        en="Regrows a picture from its own fragments, and says where each pixel came from.",
    ),
    medium="image",
    cluster="one-work",
    notebook="I1",
    memory_mb=800,
    seconds=6,
    gpu_helps=True,
    parameters=Parameters,
    run=run,
    rounding="chooses",
)
