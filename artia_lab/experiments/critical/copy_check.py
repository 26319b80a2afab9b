"""Est-ce une copie ? / Is it a copy?: outputs of a run, or any files, looked for in a corpus.

What is audited is found in `copy_check_subject`, the corpus read in `copy_check_references`, the verdict reached
in `copy_check_verdict`, and the report made in `copy_check_report`, `copy_check_tables`, `copy_check_sheet`,
`copy_check_wave` and `copy_check_listening`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from artia_lab import parameters as p
from artia_lab.experiments import ANY, Experiment
from artia_lab.i18n import Text


@dataclass(frozen=True, kw_only=True)
class Parameters(p.Parameters):
    """What can be set in an audit.

    Attributes
    ----------
    subject : str
        A run, a file or a folder; ``""`` for the newest run made from the corpus, or else a demonstration.
    threshold : float in [0, 1]
        Nearness from which the person says “copy”; 0 for the limits of the calibration.
    most : int
        How many outputs are looked at, at most.
    """

    subject: str = p.line(
        "",
        4000,
        label=Text(fr="Ce que l’on examine", en="What to look at"),
        help=Text(
            fr="L’identifiant d’un essai, « last » pour le plus récent, ou le chemin d’un fichier ou d’un "
            "dossier. Laissez vide pour examiner votre plus récent essai fait à partir de ce corpus ; s’il n’y en "
            "a pas, une copie est fabriquée exprès, pour voir comment elle est trouvée.",
            en="The id of a run, “last” for the newest one, or the path of a file or of a folder. Leave it empty "
            "to look at your newest run made from this corpus; if there is none, a copy is made on purpose, to "
            "see how it is found.",
        ),
    )
    threshold: float = p.real(
        0.0,
        0.0,
        1.0,
        0.05,
        label=Text(fr="Votre seuil", en="Your threshold"),
        help=Text(
            fr="La proximité à partir de laquelle vous parlez de copie, de 0 (rien en commun) à 1 (une copie). "
            "À 0, le seuil reste celui de l’étalonnage, propre à chaque médium.",
            en="The nearness from which you speak of a copy, from 0 (nothing in common) to 1 (a copy). At 0, the "
            "limits are those of the calibration, one for each medium.",
        ),
    )
    most: int = p.whole(
        8,
        1,
        64,
        label=Text(fr="Nombre d’œuvres, au plus", en="Outputs, at most"),
        help=Text(
            fr="Combien d’œuvres sont examinées. Chacune est comparée à tout le corpus, ce qui prend du temps.",
            en="How many outputs are looked at. Each is compared with the whole corpus, which takes time.",
        ),
    )


def run(parameters: Parameters, corpus: Any, out: Any, report: Any) -> None:
    """Look for outputs in a corpus, and keep a report that can be shown.

    Parameters
    ----------
    parameters : Parameters
        What was set.
    corpus : CorpusReader
        What the outputs are compared with.
    out : Outputs
        Keeps the pictures, the text and the table of the report.
    report : Report
        Hears how it goes; may raise to stop.

    Raises
    ------
    Mistake
        If there is nothing to look at, or nothing in the corpus to compare it with.
    """
    from artia_lab.experiments.critical.copy_check_audit import audit

    audit(parameters, corpus, out, report)


EXPERIMENT = Experiment(
    id="critical.copy-check",
    title=Text(fr="Est-ce une copie ?", en="Is it a copy?"),
    description=Text(
        fr="Cherche dans un corpus ce que des œuvres en auraient repris, et montre où, comment et pourquoi.",
        en="Looks in a corpus for what outputs may have taken from it, and shows where, how and why.",
    ),
    medium=ANY,
    cluster="imitation",
    notebook="C1",
    memory_mb=900,
    seconds=8,
    gpu_helps=False,
    parameters=Parameters,
    run=run,
    rounding="chooses",
)
