"""Finding what ``artia publish`` was given, and making it again so that what is published reproduces."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artia_lab.errors import CorpusError, Failure, Mistake, NotFound
from artia_lab.i18n import _

if TYPE_CHECKING:
    from artia_lab.corpora import Corpus
    from artia_lab.experiments import Experiment
    from artia_lab.provenance import Material, Words
    from artia_lab.rerun import Job
    from artia_lab.runs import RunFolder

# The kernel and the notebook have clocks that may differ by a little.
CLOCKS_S = 2.0


@dataclass(frozen=True)
class Made:
    """An executed notebook and the finished runs that it made.

    Attributes
    ----------
    executed : Path
        The executed notebook.
    name : str
        What it is called.
    runs : tuple of RunFolder
        Oldest first.
    main : RunFolder
        The one that is published.
    """

    executed: Path
    name: str
    runs: tuple[RunFolder, ...]
    main: RunFolder


def remade(run: RunFolder, out: Path) -> Made:
    """Make a run again through a notebook.

    Parameters
    ----------
    run : RunFolder
        A finished run.
    out : Path
        An empty folder for the executed notebook and its runs.

    Returns
    -------
    Made
        With a run of the same request, and as far as its machine allows the same works.

    Raises
    ------
    Mistake
        If the run did not finish, its corpus changed, or it drew from a model that is only here; if the notebook
        fails, does not make the run again, or makes other works of it.
    """
    from artia_lab.verify import compare_runs

    refuse_unfinished(run)
    corpus_of(run)
    _refuse_model(run, (run,))
    out.mkdir(parents=True, exist_ok=True)
    made = _rerun(_job(run, out), out / "made")
    asked = run.request()
    same = [
        each for each in made.runs
        if (each.request().experiment, each.request().corpus_digest, each.request().parameters)
        == (asked.experiment, asked.corpus_digest, asked.parameters)
    ]  # fmt: skip
    if not same:
        raise Mistake(
            _(
                "The notebook “{notebook}” does not make this run again: it asks for something else. Publish the "
                "notebook itself, with -p for its parameters."
            ).format(notebook=made.name)
        )
    verdict = compare_runs(run, same[-1])
    if verdict.status != "passed":
        raise Mistake(
            _(
                "Made again, this run does not give the same works, and nothing in the two environments explains "
                "it, so that it is not published. {reason}"
            ).format(reason=verdict.sentence())
        )
    return replace(made, main=same[-1])


def executed(notebook: Path, written: Mapping[str, str], out: Path) -> Made:
    """Take an executed notebook with the runs beside it, or execute a notebook.

    Parameters
    ----------
    notebook : Path
        A notebook.
    written : mapping of str to str
        The parameters asked of it; with any, it is always executed.
    out : Path
        An empty folder for the executed notebook and its runs.

    Returns
    -------
    Made
        With at least one run.

    Raises
    ------
    Mistake
        If the notebook cannot be read or fails, or makes no run.
    """
    from artia_lab.rerun import prepare

    job = prepare(notebook, written)
    return (None if written else _as_it_is(notebook)) or _rerun(job, out / "made")


def corpus_of(run: RunFolder) -> Corpus:
    """Find the corpus of a run.

    Parameters
    ----------
    run : RunFolder
        The run.

    Returns
    -------
    Corpus
        As its datasheet says today.

    Raises
    ------
    Mistake
        If there is none, or it is no longer what the run was made from.
    """
    from artia_lab.corpora.shelf import identify

    asked = run.request()
    corpus = identify(asked.corpus_id)
    if corpus.digest != asked.corpus_digest:
        raise CorpusError(
            _(
                "The corpus “{corpus}” is no longer what the run “{run}” was made from. Put it back as it was, or "
                "make the run again and publish the new one."
            ).format(corpus=corpus.title, run=run.id)
        )
    return corpus


def material_of(made: Made) -> Material:
    """Gather what is published.

    Parameters
    ----------
    made : Made
        The executed notebook and its runs.

    Returns
    -------
    Material
        With the words of its experiment in both languages.
    """
    from artia_lab import experiments
    from artia_lab.provenance import Material

    for run in made.runs:
        _refuse_model(run, made.runs)
    asked = made.main.request()
    return Material(
        executed=made.executed,
        name=made.name,
        runs=made.runs,
        main=made.main,
        corpora={each.request().corpus_id: corpus_of(each) for each in made.runs},
        words=_words(experiments.load(asked.experiment), asked.parameters),
        hidden={str(made.executed.parent): "."},
    )


def refuse_unfinished(run: RunFolder) -> None:
    """Refuse a run that has not come to its end.

    Parameters
    ----------
    run : RunFolder
        The run.

    Raises
    ------
    Mistake
        If it is under way, failed, or was stopped.
    """
    state = run.status()
    if state != "finished":
        from artia_lab.cli.runs import STATES

        raise Mistake(
            _("The run “{run}” is {state}: only a finished run can be published.").format(
                run=run.id, state=STATES[state]
            )
        )


def _refuse_model(run: RunFolder, together: tuple[RunFolder, ...]) -> None:
    model = ((run.record() or {}).get("model") or {}).get("id")
    if model and model not in {each.id for each in together if each is not run}:
        raise Mistake(
            _(
                "The run “{run}” drew from the model “{model}”, which nobody else has, so that nobody could make "
                "it again. Publish a notebook that trains the model and draws from it."
            ).format(run=run.id, model=model)
        )


def _job(run: RunFolder, out: Path) -> Job:
    """The notebook of a run with its parameters: its own, that of the library, or the shortest that there is."""
    from artia_lab import experiments
    from artia_lab.rerun import Job, prepare

    asked = run.request()
    values = dict(asked.parameters) | {"corpus": asked.corpus_id}
    notebook = _found(asked.notebook, asked.experiment, asked.language)
    if notebook is not None:
        return replace(prepare(notebook, {}), values=values, language=asked.language)
    experiment = experiments.load(asked.experiment)
    return Job(notebook=_shortest(experiment, out), values=values, language=asked.language)


def _found(name: str, experiment: str, language: str) -> Path | None:
    from artia_lab.home import data_folder, home

    library, own = data_folder("notebooks"), home() / "notebooks"
    named = [folder / Path(name).name for folder in (own / language, own)] if name else []
    others = sorted((library / language).glob("*.ipynb"))
    for path in (*named, *others):
        if path.is_file() and _about(path).get("artia", {}).get("experiment") == experiment:
            return path
    return None


def _about(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _shortest(experiment: Experiment, out: Path) -> Path:
    """Write a notebook that does nothing else than run an experiment, for one that no notebook presents."""
    import nbformat

    from artia_lab.parameters import cell, fields

    names = ", ".join(f"{name}={name}" for name in fields(experiment.parameters))
    code = (
        "from artia_lab import open_panel\n\n"
        f"panel = open_panel({experiment.id!r}, corpus=corpus, {names})\nresult = panel.result()\nresult"
    )
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(f"# {experiment.title}\n\n{experiment.description}", id="title"),
            nbformat.v4.new_code_cell(
                f'corpus: str = ""\n{cell(experiment.parameters)}',
                id="parameters",
                metadata={"tags": ["parameters"]},
            ),
            nbformat.v4.new_code_cell(code, id="run"),
        ],
        metadata={
            "kernelspec": {"name": "artia", "display_name": "ArtIA", "language": "python"},
            "artia": {"experiment": experiment.id},
        },
    )
    path = out / f"{experiment.id}.ipynb"
    nbformat.write(notebook, path)
    return path


def _rerun(job: Job, out: Path) -> Made:
    from artia_lab.rerun import rerun
    from artia_lab.runs import RunFolder

    [outcome] = rerun([job], out)
    if outcome.status == "interrupted":
        raise KeyboardInterrupt
    if outcome.status != "finished":
        raise Failure(
            _("The notebook “{notebook}” could not be made again, so that nothing is published. {reason}").format(
                notebook=job.notebook.name, reason=outcome.sentence
            )
        )
    runs = [RunFolder(Path(each)) for each in outcome.runs]
    return _made(Path(outcome.output), job.notebook.name, runs)


def _as_it_is(notebook: Path) -> Made | None:
    """Take a notebook that was executed to its end, with the runs of that execution; None for any other."""
    from artia_lab.runs import every_run

    noted = _about(notebook).get("papermill") or {}
    if noted.get("exception") or not (noted.get("start_time") and noted.get("end_time")):
        return None
    began, ended = (datetime.fromisoformat(noted[name]).timestamp() for name in ("start_time", "end_time"))
    runs = [
        run
        for run in every_run(notebook.absolute().parent / "runs" / notebook.stem)
        if run.status() == "finished" and began - CLOCKS_S <= _began(run) <= ended + CLOCKS_S
    ]
    return _made(notebook.absolute(), notebook.name, runs) if runs else None


def _began(run: RunFolder) -> float:
    events = run.events()[0]
    return datetime.fromisoformat(events[0]["time"]).astimezone(UTC).timestamp() if events else 0.0


def _made(path: Path, name: str, runs: list[RunFolder]) -> Made:
    finished = sorted((each for each in runs if each.status() == "finished"), key=lambda each: each.id)
    if not finished:
        raise NotFound(
            _(
                "The notebook “{notebook}” makes no run of the lab, so that nothing says what it came from. Only "
                "a notebook with a run can be published."
            ).format(notebook=name)
        )
    about = _about(path).get("artia", {}).get("experiment")
    own = [each for each in finished if each.request().experiment == about] or finished
    return Made(path, name, tuple(finished), own[-1])


def _words(experiment: Experiment, parameters: Mapping[str, Any]) -> Words:
    from artia_lab.parameters import told_in_both
    from artia_lab.provenance import Words

    return Words(
        title=experiment.title,
        description=experiment.description,
        parameters=told_in_both(experiment.parameters, parameters),
    )
