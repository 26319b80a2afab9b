"""Tirages d’un petit modèle / Draws from a small model: new pictures from a model that was kept.

The model is one that the experiment ``image.small-model`` trained; drawing is in `flow_sampling`.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from artia_lab import parameters as p
from artia_lab.errors import MaterialError
from artia_lab.experiments import Experiment
from artia_lab.i18n import Text, _

if TYPE_CHECKING:
    from artia_lab.experiments.image.flow_network import Network
    from artia_lab.experiments.image.small_model_source import Source

TRAINED_BY = "image.small-model"
FPS = 12


@dataclass(frozen=True, kw_only=True)
class Parameters(p.Parameters):
    """What can be set when drawing from a small model.

    Attributes
    ----------
    model : str
        Id of a kept model; ``""`` for the newest that learnt from the corpus.
    how : {"draws", "from-picture", "between-seeds"}
        Pictures from chance alone, from a picture of the corpus, or a movement between two seeds.
    count : int
        How many pictures.
    picture : str
        File of the picture to start from, ``""`` for the first of the corpus.
    strength : float in [0, 1]
        How far from it to go.
    other_seed : int
        Seed at which a movement arrives.
    frames : int
        Pictures in a movement.
    """

    model: str = p.line(
        "",
        200,
        label=Text(fr="Modèle", en="Model"),
        help=Text(
            fr="L’identifiant d’un modèle gardé. Sans choix de votre part, le plus récent appris sur ce corpus.",
            en="The id of a kept model. If you choose none, the newest that learnt from this corpus.",
        ),
    )
    how: str = p.choice(
        "draws",
        {
            "draws": Text(fr="Au hasard", en="By chance"),
            "from-picture": Text(fr="À partir d’une image", en="From a picture"),
            "between-seeds": Text(fr="D’une graine à l’autre", en="From one seed to another"),
        },
        label=Text(fr="Façon de tirer", en="Way of drawing"),
        help=Text(
            fr="Des images nées du hasard, des variations d’une image, ou le passage animé de l’une à l’autre.",
            en="Pictures born of chance, variations on a picture, or the moving passage from one draw to another.",
        ),
    )
    count: int = p.whole(
        16,
        1,
        64,
        label=Text(fr="Nombre d’images", en="Number of pictures"),
        help=Text(
            fr="Combien en tirer, sauf pour une animation.", en="How many to draw, except for an animation."
        ),
    )
    picture: str = p.item(
        "image",
        label=Text(fr="Image de départ", en="Starting picture"),
        help=Text(
            fr="Celle dont partent les variations. Sans choix de votre part, la première du corpus.",
            en="The one that variations start from. If you choose none, the first of the corpus.",
        ),
    )
    strength: float = p.real(
        0.6,
        0.0,
        1.0,
        0.05,
        label=Text(fr="Distance à l’image de départ", en="Distance from the starting picture"),
        help=Text(
            fr="À 0, l’image de départ, réduite ; à 1, il n’en reste rien.",
            en="At 0 the starting picture, made small; at 1 nothing is left of it.",
        ),
    )
    other_seed: int = p.whole(
        1,
        0,
        p.SEED_LIMIT - 1,
        label=Text(fr="Graine d’arrivée", en="Seed of arrival"),
        help=Text(
            fr="Le tirage où finit l’animation, qui commence à celui de la graine.",
            en="The draw at which the animation ends; it begins at that of the seed.",
        ),
    )
    frames: int = p.whole(
        24,
        2,
        120,
        label=Text(fr="Images de l’animation", en="Frames of the animation"),
        help=Text(
            fr="Plus il y en a, plus le passage est lent.", en="The more there are, the slower the passage."
        ),
    )


def run(parameters: Parameters, corpus: Any, out: Any, report: Any) -> None:
    """Draw pictures, or a movement, from a model that was kept.

    Parameters
    ----------
    parameters : Parameters
        What was set.
    corpus : CorpusReader
        Where the starting picture is; its id tells which models learnt from it when none is named.
    out : Outputs
        Where the draws are kept.
    report : Report
        Told of each step, and of the pictures drawn.

    Raises
    ------
    MaterialError
        If there is no such model, if it was not trained by ``image.small-model``, or if no picture can be read.
    """
    import torch

    from artia_lab.experiments.image.flow_network import Architecture, Network
    from artia_lab.experiments.image.small_model_source import Source
    from artia_lab.experiments.threads import one_thread

    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = _chosen(parameters.model, corpus)
    with one_thread() if device == "cpu" else nullcontext():
        network = Network(Architecture.from_json(model.architecture), device)
        network.load(model.tensors())
        source = Source(model, network.architecture.size, corpus, report, parameters.seed)
        out.drawn_from(source.described)
        if parameters.how == "between-seeds":
            _movement(parameters, network, source, out, report)
        else:
            _draws(parameters, network, source, corpus, out, report)


def _chosen(name: str, corpus: Any) -> Any:
    from artia_lab import models

    if name:
        model = models.find(name)
        if model.experiment != TRAINED_BY:
            raise MaterialError(
                _(
                    "The model “{id}” was not made by the experiment “image.small-model”. Choose one that was."
                ).format(id=model.id)
            )
        return model
    for model in models.every():
        if model.experiment == TRAINED_BY and model.corpus.get("id") == corpus.corpus.id:
            return model
    raise MaterialError(
        _("No small model has learnt from this corpus yet. Run the experiment “image.small-model” first.")
    )


def _draws(parameters: Parameters, network: Network, source: Source, corpus: Any, out: Any, report: Any) -> None:
    from artia_lab.experiments.image.flow_material import squared
    from artia_lab.experiments.image.flow_sampling import as_pictures, draw, grid, noise

    size, strength = network.architecture.size, 1.0
    start = noise(size, parameters.seed, parameters.count)
    if parameters.how == "from-picture":
        strength = parameters.strength
        file = _guide(parameters.picture, corpus)
        guide = squared(corpus.picture(corpus.item(file, "image"), max_side=16 * size), size)
        source.guided_by(file, corpus)
        start = (1 - strength) * guide + strength * start
    drawn = draw(network, start, strength, on_step=report.step)
    pictures = as_pictures(drawn)
    report.preview(grid(pictures))
    for k, found in enumerate(source.likenesses(drawn)):
        out.image(pictures[k], name=f"sample-{k + 1:02}", kind="work", likeness=found)
    out.image(grid(pictures), name="samples", kind="trace")


def _guide(picture: str, corpus: Any) -> str:
    if picture:
        return picture
    items = corpus.items("image")
    if not items:
        raise MaterialError(_("This corpus holds no picture. Add one to its folder, then try again."))
    return str(items[0].file)


def _movement(parameters: Parameters, network: Network, source: Source, out: Any, report: Any) -> None:
    import torch

    from artia_lab.experiments.image.flow_sampling import as_pictures, between, draw, grid, noise

    size = network.architecture.size
    first, last = (noise(size, seed, 1)[0] for seed in (parameters.seed, parameters.other_seed))
    shares = [k / (parameters.frames - 1) for k in range(parameters.frames)]
    start = torch.stack([between(first, last, share) for share in shares])
    drawn = draw(network, start, on_step=report.step)
    frames, found = as_pictures(drawn), source.likenesses(drawn)
    report.preview(grid(frames[:: max(1, len(frames) // 16)]))
    # A movement is as near as the nearest of its frames.
    nearest = max(found, key=lambda each: each.nearness)
    out.animation(frames, FPS, name="between-seeds", kind="work", likeness=nearest)
    out.image(frames[0], name="first", kind="work", likeness=found[0])
    out.image(frames[-1], name="last", kind="work", likeness=found[-1])


EXPERIMENT = Experiment(
    id="image.small-model-samples",
    title=Text(fr="Tirages d’un petit modèle", en="Draws from a small model"),
    description=Text(
        fr="Tire d’un modèle déjà formé de nouvelles images, des variations d’une œuvre ou une animation.",
        en="Draws from a trained model new pictures, variations on a work, or an animation.",
    ),
    medium="image",
    cluster="small-corpus",
    notebook="I3",
    memory_mb=800,
    seconds=4,
    gpu_helps=True,
    parameters=Parameters,
    run=run,
    rounding="grows",
)
