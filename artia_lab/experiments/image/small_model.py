"""Petit modèle / Small model: a network that learns to draw from a few pictures, in about a minute.

The method is in `flow_training`, the choice of views in `flow_material`, the network in `flow_network`, drawing in
`flow_sampling`, and when to stop in `flow_session`.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from artia_lab import parameters as p
from artia_lab.errors import MaterialError
from artia_lab.experiments import Experiment
from artia_lab.i18n import Text, _, ngettext

STEPS = {"cpu": 600, "cuda": 6000}
BATCH = {"cpu": 16, "cuda": 64}

ROUNDS = 4
"""How often draws that come too near are drawn again."""


@dataclass(frozen=True, kw_only=True)
class Parameters(p.Parameters):
    """What can be set in a small model.

    Attributes
    ----------
    size : {"auto", "32", "48", "64", "128"}
        Side of the pictures it draws, in px.
    steps : int
        Steps of training; 0 for about a minute on a CPU.
    zoom : float
        The closest views show the short side of a picture divided by so much.
    mirrored : bool
        Whether pictures are also learnt in a mirror.
    samples : int
        How many pictures to draw at the end.
    threshold : float in [0.3, 1]
        Nearness to a picture learnt from at which training stops; 1 for never.
    held_out : int
        Share of the pictures set aside, in %.
    patience : int
        Looks without progress on them before training stops; 0 for never.
    precision : {"auto", "float32", "bfloat16"}
        In which numbers the network computes.
    """

    size: str = p.choice(
        "auto",
        {
            "auto": Text(fr="Selon l’ordinateur", en="As the computer allows"),
            "32": Text(fr="32 px", en="32 px"),
            "48": Text(fr="48 px", en="48 px"),
            "64": Text(fr="64 px", en="64 px"),
            "128": Text(fr="128 px", en="128 px"),
        },
        label=Text(fr="Côté des images", en="Side of the pictures"),
        help=Text(
            fr="Petites, elles s’apprennent en une minute. Une carte graphique permet d’aller à 64 px et au-delà.",
            en="Small ones are learnt in a minute. A graphics card allows 64 px and beyond.",
        ),
    )
    steps: int = p.whole(
        0,
        0,
        200_000,
        label=Text(fr="Pas d’apprentissage", en="Steps of training"),
        help=Text(
            fr="À 0, environ une minute (600 pas, ou 6000 avec une carte graphique). "
            "Plus il y en a, plus le modèle précise, et plus il risque d’apprendre par cœur.",
            en="At 0, about a minute (600 steps, or 6000 with a graphics card). "
            "The more there are, the finer the model, and the greater the risk that it learns by heart.",
        ),
    )
    zoom: float = p.real(
        1.5,
        1.0,
        4.0,
        0.1,
        label=Text(fr="Vues rapprochées", en="Close views"),
        help=Text(
            fr="À 1, le modèle voit les images dans toute leur hauteur ; à 4, il en voit aussi des détails.",
            en="At 1 the model sees the pictures at their full height; at 4 it also sees details of them.",
        ),
    )
    mirrored: bool = p.switch(
        True,
        label=Text(fr="Images en miroir", en="Mirrored pictures"),
        help=Text(
            fr="Montre aussi chaque image retournée de gauche à droite. À éviter pour l’écriture.",
            en="Also shows each picture flipped from left to right. Avoid it for handwriting.",
        ),
    )
    samples: int = p.whole(
        16,
        1,
        64,
        label=Text(fr="Images à tirer", en="Pictures to draw"),
        help=Text(
            fr="Combien d’images le modèle tire une fois formé. Vous pourrez en tirer d’autres sans réapprendre.",
            en="How many pictures the model draws once it is trained. You can draw others without training again.",
        ),
    )
    threshold: float = p.real(
        0.7,
        0.3,
        1.0,
        0.05,
        label=Text(fr="Seuil de copie", en="Copy threshold"),
        help=Text(
            fr="L’apprentissage s’arrête quand un tirage ressemble autant à une seule image du corpus : "
            "0 si aucune ne s’en détache, 1 pour une copie. À 1, rien ne l’arrête.",
            en="Training stops when a draw is so near to a single picture of the corpus: "
            "0 when none stands out, 1 for a copy. At 1 nothing stops it.",
        ),
    )
    held_out: int = p.whole(
        10,
        0,
        50,
        unit="%",
        label=Text(fr="Images mises de côté", en="Pictures set aside"),
        help=Text(
            fr="Le modèle ne les voit jamais : elles montrent s’il comprend, ou s’il apprend par cœur.",
            en="The model never sees them: they show whether it understands, or learns by heart.",
        ),
    )
    patience: int = p.whole(
        3,
        0,
        10,
        label=Text(fr="Patience", en="Patience"),
        help=Text(
            fr="L’apprentissage s’arrête après autant de bilans, sur dix, sans progrès sur les images mises "
            "de côté. À 0, il va jusqu’au bout.",
            en="Training stops after so many looks, of ten, without progress on the pictures set aside. "
            "At 0 it goes on to the end.",
        ),
    )
    precision: str = p.choice(
        "auto",
        {
            "auto": Text(fr="La plus rapide ici", en="The fastest here"),
            "float32": Text(fr="32 bits", en="32 bits"),
            "bfloat16": Text(fr="16 bits", en="16 bits"),
        },
        label=Text(fr="Précision du calcul", en="Precision"),
        help=Text(
            fr="Choisissez 32 bits pour reprendre un apprentissage sur un ordinateur d’un autre modèle.",
            en="Choose 32 bits to go on with a training on another kind of computer.",
        ),
    )


def run(parameters: Parameters, corpus: Any, out: Any, report: Any) -> None:
    """Train a model, or go on training it, and keep it with what it draws.

    Each draw is a work of its own, at its own size, so that its likeness is measured by itself; the sheet that
    shows them all together is a trace.

    Parameters
    ----------
    parameters : Parameters
        What was set.
    corpus : CorpusReader
        Where the pictures are.
    out : Outputs
        Where the draws, the curve, the tables, the model and the checkpoints are kept.
    report : Report
        Told of each step, and of the draws at each look.

    Raises
    ------
    MaterialError
        If no picture can be used, if the checkpoint does not fit, or if the loss was twice no number before
        anything was learnt.
    """
    import torch

    from artia_lab.experiments.image.flow_material import gather
    from artia_lab.experiments.image.flow_nearness import Neighbourhood
    from artia_lab.experiments.image.flow_network import suited
    from artia_lab.experiments.image.flow_parts import side_by_side
    from artia_lab.experiments.image.flow_session import NOT_A_NUMBER, Session
    from artia_lab.experiments.image.flow_training import Training
    from artia_lab.experiments.threads import one_thread

    device = "cuda" if torch.cuda.is_available() else "cpu"
    steps = parameters.steps or STEPS[device]
    architecture = suited(parameters.size, parameters.precision, device)
    # torch's own threads off, so that results do not depend on how many cores there are.
    with one_thread() if device == "cpu" else nullcontext(), side_by_side() as pool:
        checkpoint = out.resumed()
        material = gather(
            architecture.size,
            parameters.zoom,
            parameters.held_out / 100,
            parameters.seed,
            corpus,
            report,
            steps,
        )
        training = Training(
            architecture, material, steps, BATCH[device], parameters.mirrored, parameters.seed, device, pool
        )
        plan = {
            "parameters": parameters.to_json(),
            "architecture": architecture.to_json(),
            "material": {"digest": material.digest, "aside": material.aside is not None},
        }
        neighbourhood = Neighbourhood(material)
        session = Session(training, neighbourhood, parameters, steps, plan, out, report)
        if checkpoint:
            session.take_up(*checkpoint)
        session.learn()
        if session.ended == NOT_A_NUMBER:
            _end_early(training.step, report)
        _keep(parameters, session, training, neighbourhood, out, report)


def _end_early(step: int, report: Any) -> None:
    if not step:
        raise MaterialError(
            _(
                "The loss was twice no longer a number before anything was learnt. "
                "Try another seed, or 32-bit precision."
            )
        )
    report.warn(
        _(
            "The loss was twice no longer a number, so the training ended early: the model and its draws are "
            "those of step {step}. Another seed, or 32-bit precision, may go further."
        ).format(step=step)
    )


def _keep(parameters: Parameters, session: Any, training: Any, neighbourhood: Any, out: Any, report: Any) -> None:
    """Draw the last pictures, and keep everything."""
    from artia_lab.experiments.image.flow_curve import curve
    from artia_lab.experiments.image.flow_sampling import as_pictures, grid

    drawn, measured, rows = _drawn(parameters, session, training, neighbourhood)
    learnt = {
        "steps": training.step,
        "ended": session.ended,
        "seed": parameters.seed,
        "zoom": parameters.zoom,
    }
    architecture = training.averaged.architecture.to_json() | {"training": learnt}
    out.model(training.averaged.unet.state_dict(), name="model", architecture=architecture, kept=True)
    if kept := [k for k, row in enumerate(rows) if row["kept"]]:
        pictures = as_pictures(drawn[kept])
        report.preview(grid(pictures))
        for k, picture in zip(kept, pictures, strict=True):
            out.image(picture, name=f"sample-{rows[k]['draw']:02}", kind="work", likeness=measured[k])
        out.image(grid(pictures), name="samples", kind="trace")
    out.table(rows, name="nearness")
    out.table(session.history, name="training")
    if session.history:
        out.image(curve(session.history), name="curve", kind="trace")
    set_aside = len(rows) - len(kept)
    if set_aside:
        report.warn(
            ngettext(
                "{count} draw was set aside, because it came nearer to a picture learnt from than you allow.",
                "{count} draws were set aside, because they came nearer to a picture learnt from than you allow.",
                set_aside,
            ).format(count=set_aside)
        )


def _drawn(
    parameters: Parameters, session: Any, training: Any, neighbourhood: Any
) -> tuple[Any, list[Any], list[dict[str, float]]]:
    """Draw as many pictures as asked for that do not come too near, as far as a few rounds give them."""
    import torch

    from artia_lab.experiments.image.flow_sampling import draw, noise

    size, drawn, measured = training.averaged.architecture.size, [], []
    rows: list[dict[str, float]] = []
    for _round in range(ROUNDS):
        missing = parameters.samples - sum(1 for row in rows if row["kept"])
        if not missing:
            break
        start = noise(size, parameters.seed, missing, first=len(rows))
        drawn.append(draw(training.averaged, start, on_step=lambda i, n: session.say()))
        for found in neighbourhood.likenesses(drawn[-1]):
            allowed = found.nearness < parameters.threshold or parameters.threshold == 1
            measured.append(found)
            rows.append({"draw": len(rows) + 1, "nearness": found.nearness, "kept": int(allowed)})
    return torch.cat(drawn), measured, rows


EXPERIMENT = Experiment(
    id="image.small-model",
    title=Text(fr="Petit modèle", en="Small model"),
    description=Text(
        fr="Apprend de quelques images à en tirer de nouvelles, et s’arrête avant de les copier.",
        en="Learns from a few pictures to draw new ones, and stops before it copies them.",
    ),
    medium="image",
    cluster="small-corpus",
    notebook="I3",
    memory_mb=1200,
    seconds=60,
    gpu_helps=True,
    parameters=Parameters,
    run=run,
    rounding="grows",
)
