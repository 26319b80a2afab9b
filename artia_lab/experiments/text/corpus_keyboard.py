"""Corpus keyboard: one writes with what one's own texts suggest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from artia_lab import parameters as p
from artia_lab.errors import MaterialError
from artia_lab.experiments import Experiment
from artia_lab.i18n import Text, _

LEAST_CHARACTERS = 100
MOST_CHARACTERS = 20_000_000
"""What is held in under 2 GB with an order of at most 6; each order above needs more per character."""

STEPS = 1000


@dataclass(frozen=True, kw_only=True)
class Parameters(p.Parameters):
    """What can be set."""

    prompt: str = p.line(
        "",
        2000,
        label=Text(fr="Vos premiers mots", en="Your first words"),
        help=Text(
            fr="Le début du texte, que le clavier poursuit ; une phrase ou un mot peuvent rester en suspens. "
            "Laissez vide pour partir d’un début de paragraphe comme ceux du corpus.",
            en="The beginning of the text, which the keyboard goes on with; you may stop in mid-sentence or in "
            "mid-word. Leave it empty to start the way a paragraph of the corpus starts.",
        ),
    )
    order: int = p.whole(
        7,
        2,
        10,
        label=Text(fr="Mémoire", en="Memory"),
        help=Text(
            fr="Le nombre de caractères que le clavier garde en tête pour choisir le suivant. À 3, il babille ; "
            "à 7, il forme des mots et des tournures ; à 10, il cite souvent le corpus.",
            en="How many characters the keyboard keeps in mind when it chooses the next one. At 3 it babbles; "
            "at 7 it forms words and turns of phrase; at 10 it often quotes the corpus.",
        ),
    )
    length: int = p.whole(
        600,
        50,
        5000,
        step=50,
        label=Text(fr="Longueur, en caractères", en="Length, in characters"),
        help=Text(
            fr="La longueur de la suite. Le texte s’arrête à la fin de la phrase qui atteint cette longueur.",
            en="How long the continuation is. The text stops at the end of the sentence that reaches this length.",
        ),
    )
    temperature: float = p.real(
        0.8,
        0.1,
        2.0,
        0.05,
        label=Text(fr="Température", en="Temperature"),
        help=Text(
            fr="Basse, le clavier prend presque toujours la lettre la plus attendue, et finit par tourner en "
            "rond ; à 1, il suit les proportions du corpus ; haute, il préfère les lettres rares.",
            en="Low, the keyboard nearly always takes the most expected letter and ends up going in circles; at 1 "
            "it keeps the proportions of the corpus; high, it prefers rare letters.",
        ),
    )
    liberty: float = p.real(
        0.1,
        0.0,
        1.0,
        0.05,
        label=Text(fr="Liberté", en="Liberty"),
        help=Text(
            fr="La place laissée aux enchaînements que le corpus n’a jamais montrés. À 0, chaque lettre suit les "
            "précédentes comme quelque part dans le corpus ; à 1, des mots inventés apparaissent.",
            en="The room left to sequences that the corpus never showed. At 0, each letter follows those before "
            "it as it does somewhere in the corpus; at 1, invented words appear.",
        ),
    )
    suggestions: int = p.whole(
        5,
        1,
        12,
        label=Text(fr="Nombre de suggestions", en="Number of suggestions"),
        help=Text(
            fr="Combien de suites différentes sont proposées après vos premiers mots, avec leur origine.",
            en="How many different ways to go on are offered after your first words, with where they come from.",
        ),
    )
    words: int = p.whole(
        2,
        1,
        6,
        label=Text(fr="Mots par suggestion", en="Words per suggestion"),
        help=Text(
            fr="Combien de mots compte chaque suggestion. Un mot commencé, que la suggestion termine, compte.",
            en="How many words each suggestion has. A word you have begun, which the suggestion ends, counts.",
        ),
    )


def run(parameters: Parameters, corpus: Any, out: Any, report: Any) -> None:
    """Learn from every text of a corpus, suggest, write, and say where each span comes from.

    Parameters
    ----------
    parameters : Parameters
        What was set.
    corpus : CorpusReader
        Where the texts are.
    out : Outputs
        Keeps the text, the suggestions, the sources and the model.
    report : Report
        Hears how it goes; may raise to stop.

    Raises
    ------
    MaterialError
        If the corpus holds too little text, or too much.
    """
    from artia_lab.experiments.text.citations import cite
    from artia_lab.experiments.text.kneser_ney import held_out_nats
    from artia_lab.experiments.text.ngrams import normalise
    from artia_lab.experiments.text.suggestions import Keyboard
    from artia_lab.experiments.text.tables import source_rows, suggestion_rows
    from artia_lab.experiments.text.writing import write

    names, texts = read(corpus, parameters.order, report)
    measured: dict[str, float] = {}

    def _part(low: float, high: float) -> Any:
        return lambda done: report.step(1 + int((STEPS - 2) * (low + (high - low) * done)), STEPS, **measured)

    nats = held_out_nats(texts, parameters.order, _part(0.0, 0.4))
    if nats is not None:
        measured["held_out_nats"] = nats
    keyboard = Keyboard.of(texts, parameters.order, _part(0.4, 0.8))
    prompt = normalise(parameters.prompt)
    offered = keyboard.suggest(prompt, parameters.suggestions, parameters.words)
    writing = _part(0.8, 0.95)

    def _told(written: str) -> None:
        writing(min(1.0, (len(written) - len(prompt)) / parameters.length))
        report.preview(written)

    continuation = write(
        keyboard.model,
        keyboard.before(parameters.seed),
        prompt,
        parameters.length,
        parameters.temperature,
        parameters.liberty,
        parameters.seed,
        _told,
    )
    sources = cite(keyboard.ngrams, continuation, _part(0.95, 1.0))
    report.preview(prompt + continuation)
    out.text(prompt + continuation)
    out.table(suggestion_rows(offered, names, texts), "suggestions")
    out.table(source_rows(prompt, sources, names), "sources")
    tensors, architecture = keyboard.model.kept()
    out.model(tensors, "model", architecture)
    report.step(STEPS, STEPS, **measured)


def read(corpus: Any, order: int, report: Any) -> tuple[list[str], list[str]]:
    """Read every text that can be read.

    Parameters
    ----------
    corpus : CorpusReader
        Where the texts are.
    order : int
        How many characters the model will look back.
    report : Report
        Hears of the texts that cannot be read.

    Returns
    -------
    names, texts : tuple[list[str], list[str]]
        Files, and their normalised texts; empty ones are left out.

    Raises
    ------
    MaterialError
        If they hold too little text, or too much.
    """
    from artia_lab.experiments.text.ngrams import normalise

    names, texts, total = [], [], 0
    refusal: MaterialError | None = None
    most = int(MOST_CHARACTERS * (6 / max(order, 6)) ** 2)
    for item in corpus.items("text"):
        report.step(1, STEPS)
        try:
            text = normalise(corpus.text(item))
        except MaterialError as error:
            report.warn(str(error))
            refusal = refusal or error
            continue
        if not text.strip():
            continue
        names.append(item.file)
        texts.append(text)
        total += len(text)
        if total > most:
            raise MaterialError(
                _(
                    "These texts are too long together: with a memory of {order}, the corpus keyboard holds at "
                    "most {most} million characters. Make a corpus of fewer texts, or choose a smaller memory."
                ).format(order=order, most=round(most / 1e6, 1))
            )
    if refusal and not texts:
        # What is wrong with the file says more than that nothing is left.
        raise refusal
    if sum(len(text.strip()) for text in texts) < LEAST_CHARACTERS:
        raise MaterialError(
            _(
                "There is too little text to learn from: {count} characters, and the corpus keyboard needs at "
                "least {least}. Add a text to the corpus: from a few pages on, it writes in its author’s manner."
            ).format(count=sum(len(text.strip()) for text in texts), least=LEAST_CHARACTERS)
        )
    return names, texts


EXPERIMENT = Experiment(
    id="text.corpus-keyboard",
    title=Text(fr="Clavier de corpus", en="Corpus keyboard"),
    description=Text(
        fr="Écrire avec les suites que proposent ses propres textes, chacune avec son origine.",
        en="Write with the continuations that your own texts suggest, each with where it comes from.",
    ),
    medium="text",
    cluster="small-corpus",
    notebook="T1",
    memory_mb=600,
    seconds=0.5,
    gpu_helps=False,
    parameters=Parameters,
    run=run,
    rounding="stays",
)
