"""Notebooks rerun and compared with their references, or kept as references."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artia_lab.errors import Mistake
from artia_lab.i18n import _

if TYPE_CHECKING:
    from artia_lab.rerun import Job, Outcome, Progress
    from artia_lab.runs import RunFolder
    from artia_lab.verify import Verdict
    from artia_lab.verify.references import Opened, Reference

Tell = Callable[["Progress"], object]


@dataclass(frozen=True)
class Checked:
    """What came of one notebook.

    Attributes
    ----------
    notebook : Path
        The notebook.
    verdict : Verdict
        Whether it makes its reference again.
    reference : Path or None
        The folder of its reference; None when there is none.
    executed : Path or None
        The notebook as it was rerun; None when it was not, or when it passed and is not needed any more.
    changed : bool
        Whether its code is no longer that of its reference.
    """

    notebook: Path
    verdict: Verdict
    reference: Path | None = None
    executed: Path | None = None
    changed: bool = False

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON types.

        Returns
        -------
        dict
            The verdict's own, with ``notebook``, ``reference``, ``executed`` and ``changed``.
        """
        places = {name: str(getattr(self, name) or "") for name in ("notebook", "reference", "executed")}
        return places | {"changed": self.changed} | self.verdict.to_json()


def verify(notebooks: Sequence[Path], *, at_once: int = 1, tell: Tell = lambda _progress: None) -> list[Checked]:
    """Rerun notebooks, each with the parameters of its reference, and compare.

    Parameters
    ----------
    notebooks : sequence of Path
        The notebooks.
    at_once : int > 0
        How many are executed at the same time.
    tell : callable
        Told how each goes.

    Returns
    -------
    list of Checked
        In the order of `notebooks`. What did not pass stays under ``notebooks/reruns`` in the person's home.

    Raises
    ------
    KeyboardInterrupt
        If the person stopped it.
    """
    from artia_lab.rerun import rerun

    ready: dict[int, tuple[Job, Reference]] = {}
    checked: dict[int, Checked] = {}
    for number, notebook in enumerate(notebooks):
        try:
            ready[number] = _ready(notebook)
        except Mistake as error:
            checked[number] = Checked(notebook, _impossible(str(error)))
    if ready:
        out = _out()
        outcomes = rerun([job for job, _reference in ready.values()], out, at_once=at_once, tell=tell)
        if any(each.status == "interrupted" for each in outcomes):
            raise KeyboardInterrupt
        for (number, (_job, reference)), outcome in zip(ready.items(), outcomes, strict=True):
            checked[number] = _compare(notebooks[number], reference, outcome)
        if not any(each.executed for each in checked.values()):
            shutil.rmtree(out, ignore_errors=True)
    return [checked[number] for number in range(len(notebooks))]


def keep(
    notebooks: Sequence[Path],
    written: Mapping[str, str],
    *,
    at_once: int = 1,
    tell: Tell = lambda _progress: None,
) -> list[tuple[Outcome, Reference | None]]:
    """Rerun notebooks, and keep each that ends well as its reference.

    Parameters
    ----------
    notebooks : sequence of Path
        The notebooks.
    written : mapping of str to str
        What stands after each ``name=`` on the command line; the references remember it.
    at_once : int > 0
        How many are executed at the same time.
    tell : callable
        Told how each goes.

    Returns
    -------
    list of tuple
        How each rerun ended, and what was kept: None when it did not end well.

    Raises
    ------
    Mistake
        If a notebook or a parameter cannot be used, or a reference cannot be written.
    """
    from artia_lab.rerun import prepare, rerun
    from artia_lab.runs import RunFolder
    from artia_lab.verify import references

    jobs = [prepare(notebook, written) for notebook in notebooks]
    if any(Path(str(job.values.get("corpus", ""))).is_absolute() for job in jobs):
        raise Mistake(
            _(
                "A reference cannot name a corpus by its folder, which nobody else has. Move the folder under "
                "“corpora” in ARTIA_HOME, then name the corpus by its id."
            )
        )
    out, kept = _out(), []
    for notebook, outcome in zip(notebooks, rerun(jobs, out, at_once=at_once, tell=tell), strict=True):
        reference = None
        if outcome.status == "finished":
            made = [RunFolder(Path(each)) for each in outcome.runs]
            reference = references.keep(notebook, Path(outcome.output), made)
            _remove(outcome)
        kept.append((outcome, reference))
    if all(reference for _outcome, reference in kept):
        shutil.rmtree(out, ignore_errors=True)
    return kept


def _ready(notebook: Path) -> tuple[Job, Reference]:
    from artia_lab.rerun import prepare
    from artia_lab.verify import references

    prepare(notebook, {})
    reference = references.find(notebook)
    if reference is None:
        raise Mistake(
            _(
                "“{notebook}” has no reference to be compared with. Look at what it makes; when it is good, keep "
                "it: artia verify --keep {path}"
            ).format(notebook=notebook.name, path=notebook)
        )
    with reference.opened() as opened:
        asked = {name: str(value) for name, value in opened.parameters().items()}
    return prepare(notebook, asked), reference


def _compare(notebook: Path, reference: Reference, outcome: Outcome) -> Checked:
    from artia_lab.runs import RunFolder
    from artia_lab.verify import references

    executed = Path(outcome.output) if outcome.output else None
    with reference.opened() as opened:
        changed = references.code_of(references.read_notebook(notebook)) != references.code_of(
            references.read_notebook(opened.notebook)
        )
        if executed is None:
            verdict = _impossible(outcome.sentence)
        else:
            verdict = judge(opened, executed, [RunFolder(Path(each)) for each in outcome.runs])
    if outcome.status != "finished" and executed is not None:
        said = f"{outcome.sentence} {verdict.reason}".strip()
        verdict = replace(verdict, status="failed", verdict="different", reason=said)
    if verdict.status == "passed":
        _remove(outcome)
        executed = None
    return Checked(notebook, verdict, reference.folder, executed, changed)


def judge(opened: Opened, executed: Path, made: Sequence[RunFolder]) -> Verdict:
    """Compare a rerun with a reference, run by run and cell by cell.

    Parameters
    ----------
    opened : Opened
        The reference.
    executed : Path
        The notebook that was rerun.
    made : sequence of RunFolder
        The runs that it made.

    Returns
    -------
    Verdict
        Failed as well when one of them made a run that the other did not.
    """
    from artia_lab import verify
    from artia_lab.verify.references import pair_runs

    try:
        pairs, missing, added = pair_runs(opened.runs, made)
        verdict = verify.compare_notebooks(opened.notebook, executed, pairs)
    except Mistake as error:
        return _impossible(str(error))
    alone = [
        *((run, _("The reference made this run, and the rerun did not.")) for run in missing),
        *((run, _("The rerun made this run, and the reference did not.")) for run in added),
    ]
    if not alone or verdict.status == "impossible":
        return verdict
    found = tuple(verify.Comparison(run.id, "text", "different", {}, reason) for run, reason in alone)
    reason = verdict.reason or f"{alone[0][0].id}: {alone[0][1]}"
    comparisons = (*verdict.comparisons, *found)
    return replace(verdict, status="failed", verdict="different", comparisons=comparisons, reason=reason)


def _impossible(sentence: str) -> Verdict:
    from artia_lab.verify import Expectation, Verdict

    return Verdict("impossible", "different", Expectation("identical"), reason=sentence)


def _out() -> Path:
    """Make a folder for reruns, which no other process has."""
    from artia_lab.home import home

    place = home() / "notebooks" / "reruns"
    try:
        place.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=datetime.now().strftime("%Y%m%d-%H%M%S-"), dir=place))
    except OSError as error:
        raise Mistake(
            _("“{folder}” cannot be made: {reason}. Choose another folder.").format(
                folder=place, reason=error.strerror
            )
        ) from error


def _remove(outcome: Outcome) -> None:
    """Remove what a rerun made."""
    executed = Path(outcome.output)
    executed.unlink(missing_ok=True)
    shutil.rmtree(executed.parent / "runs" / executed.stem, ignore_errors=True)
