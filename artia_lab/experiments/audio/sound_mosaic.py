"""The experiment `audio.sound-mosaic`: one sound drives, the others answer it grain by grain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from artia_lab import parameters as p
from artia_lab.experiments import Experiment
from artia_lab.i18n import Text


@dataclass(frozen=True, kw_only=True)
class Parameters(p.Parameters):
    """What can be set."""

    target: str = p.item(
        "audio",
        label=Text(fr="Son qui mène", en="Sound that drives"),
        help=Text(
            fr="Le son que la mosaïque suit : une voix, un fredon, un rythme. Il n’y est jamais lui-même entendu. "
            "Sans choix, on prend un son dont le nom évoque la voix, sinon le plus long.",
            en="The sound that the mosaic follows: a voice, a hum, a rhythm. It is never heard itself. "
            "When none is chosen, a sound whose name suggests a voice, or else the longest.",
        ),
    )
    grain: int = p.whole(
        160,
        40,
        500,
        step=10,
        unit="ms",
        label=Text(fr="Durée des grains", en="Grain length"),
        help=Text(
            fr="Courts, les grains épousent le son qui mène ; longs, ils laissent reconnaître d’où ils viennent.",
            en="Short grains cling to the sound that drives; long ones let you recognise where they come from.",
        ),
    )
    crossfade: int = p.whole(
        40,
        5,
        50,
        step=5,
        unit="%",
        label=Text(fr="Fondu", en="Crossfade"),
        help=Text(
            fr="Part de chaque grain qui se fond dans le suivant : peu pour un collage net, "
            "beaucoup pour un flux.",
            en="Share of each grain that melts into the next: a little for a sharp collage, a lot for a flow.",
        ),
    )
    continuity: float = p.real(
        0.2,
        0.0,
        1.0,
        step=0.05,
        label=Text(fr="Continuité", en="Continuity"),
        help=Text(
            fr="À 0, chaque grain est choisi pour lui-même ; à 1, on quitte un enregistrement à regret, "
            "et de longs passages en sont rejoués tels quels.",
            en="At 0, each grain is chosen for itself; at 1, a recording is left reluctantly, "
            "and long passages of it play on as they are.",
        ),
    )
    variety: float = p.real(
        0.2,
        0.0,
        1.0,
        step=0.05,
        label=Text(fr="Hasard", en="Chance"),
        help=Text(
            fr="À 0, toujours le grain le plus proche, quelle que soit la graine ; "
            "à 1, n’importe lequel des plus proches.",
            en="At 0, always the nearest grain, whatever the seed; at 1, any one among the nearest.",
        ),
    )
    repetition: float = p.real(
        0.5,
        0.0,
        2.0,
        step=0.1,
        label=Text(fr="Éviter de se répéter", en="Avoid repeating"),
        help=Text(
            fr="Ce qu’il en coûte de rejouer un grain entendu peu avant. À 0, un même grain peut bégayer.",
            en="What it costs to play again a grain heard shortly before. At 0, one grain may stutter.",
        ),
    )
    reach: float = p.real(
        0.2,
        0.0,
        1.0,
        step=0.1,
        label=Text(fr="Étendue", en="Reach"),
        help=Text(
            fr="À 0, seuls répondent les sons qui ressemblent au son qui mène ; à 1, ses contrastes s’étirent "
            "jusqu’à parcourir tout le corpus.",
            en="At 0, only sounds that resemble the driving one answer; at 1, its contrasts are stretched "
            "until they travel through the whole corpus.",
        ),
    )
    follow_level: bool = p.switch(
        True,
        label=Text(fr="Suivre l’intensité", en="Follow the loudness"),
        help=Text(
            fr="Chaque grain prend l’intensité du moment auquel il répond. Sinon, il garde la sienne.",
            en="Each grain takes the loudness of the moment it answers. Otherwise it keeps its own.",
        ),
    )
    length: int = p.whole(
        30,
        1,
        180,
        unit="s",
        label=Text(fr="Durée au plus", en="Longest duration"),
        help=Text(
            fr="La mosaïque dure autant que le son qui mène, mais pas davantage que cette limite.",
            en="The mosaic lasts as long as the sound that drives it, but no longer than this limit.",
        ),
    )


def run(parameters: Parameters, corpus: Any, out: Any, report: Any) -> None:
    """Make a mosaic of the corpus's sounds after one of them.

    Parameters
    ----------
    parameters : Parameters
        What was set.
    corpus : CorpusReader
        Where the sounds are read.
    out : Outputs
        Receives the mosaic, its picture and the list of its grains.
    report : Report
        Told how it goes.

    Raises
    ------
    NotFound
        If the sound that drives is not in the corpus.
    MaterialError
        If the corpus has no sound that can be used, or the one that drives is too short, or silent as far as
        it is followed.
    """
    from artia_lab.experiments.audio.mosaic import make_mosaic
    from artia_lab.experiments.threads import one_thread

    # Two threads would take as long, and twice the cores.
    with one_thread():
        make_mosaic(parameters, corpus, out, report)


EXPERIMENT = Experiment(
    id="audio.sound-mosaic",
    title=Text(fr="Mosaïque sonore", en="Sound mosaic"),
    description=Text(
        fr="Mène un corpus de sons à la voix : chaque instant d’un son choisi est rejoué par le grain du corpus "
        "qui lui ressemble le plus.",
        en="Drives a corpus of sounds by voice: each moment of a chosen sound is replayed by the grain "
        "of the corpus that resembles it most.",
    ),
    medium="audio",
    cluster="small-corpus",
    notebook="A4",
    memory_mb=600,
    seconds=1,
    gpu_helps=False,
    parameters=Parameters,
    run=run,
    rounding="chooses",
)
