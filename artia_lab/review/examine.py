"""The review itself, from the bundle to the verdict."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from artia_lab.errors import NotFound
from artia_lab.i18n import LANGUAGES, Text, _, use_language, visible
from artia_lab.provenance import Publication, read_publication
from artia_lab.review import check, check_runs, sandbox
from artia_lab.review.corpus import locate
from artia_lab.review.limits import Limits
from artia_lab.review.rerun import rerun_safely
from artia_lab.review.result import Check, Rerun, Review
from artia_lab.review.unpack import unpack
from artia_lab.review.words import tried, words
from artia_lab.runs import RunFolder
from artia_lab.runs.digests import file_digest


@contextmanager
def reviewed(
    bundle: Path,
    *,
    limits: Limits | None = None,
    sandboxed: bool = True,
    tell: Callable[[str], object] = lambda _sentence: None,
) -> Iterator[Review]:
    """Review a publication; its unpacked files are there for as long as the block lasts.

    Parameters
    ----------
    bundle : Path
        The publication, one zip; it is only read.
    limits : Limits, optional
        What the rerun may use.
    sandboxed : bool
        False to execute the notebook as any program of this person.
    tell : callable
        Given a sentence when something that takes time begins.

    Yields
    ------
    Review
        What was found.

    Raises
    ------
    Mistake
        If there is no such file, or no sandbox.
    """
    if not bundle.is_file():
        raise NotFound(_("There is no publication “{path}”. Check its name.").format(path=visible(str(bundle))))
    if sandboxed:
        sandbox.bubblewrap()
    with tempfile.TemporaryDirectory(prefix="artia-review-") as folder:
        review = Review(bundle=bundle.name, sha256=file_digest(bundle), status="passed")
        yield _examine(review, bundle, Path(folder), limits or Limits(), sandboxed, tell)


def _examine(
    review: Review, bundle: Path, work: Path, limits: Limits, sandboxed: bool, tell: Callable[[str], object]
) -> Review:
    folder = work / "publication"
    attempts = iter((folder, work / "again"))
    names = tried(lambda: unpack(bundle, next(attempts)))
    if isinstance(names, Text):
        return _ended(review, [Check("archive", "refused", names)])
    publication = tried(lambda: read_publication(folder))
    if isinstance(publication, Text):
        return _ended(review, [Check("publication", "refused", publication)])
    review = replace(review, publication=publication)
    checks = _checks(folder, names, publication)
    corpus = tried(lambda: locate(publication, folder))
    if not _stops(checks):
        checks += _known(publication)
        if isinstance(corpus, Text):
            checks.append(Check("corpus", "refused" if publication.corpus.included else "impossible", corpus))
        else:
            checks.append(Check("corpus", "good", words(lambda: _corpus_found(publication.corpus.included))))
    if _stops(checks) or isinstance(corpus, Text):
        return _ended(review, checks)
    tell(_("Rerunning “{title}”…").format(title=visible(publication.title)))
    later: list[Check] = []

    def _meanwhile() -> None:
        later.extend(check_runs.outputs(folder, publication))
        _load_what_compares()

    rerun = rerun_safely(publication, folder, corpus, work, limits, sandboxed, _meanwhile)
    return _compared(replace(review, rerun=rerun), folder, [*checks, *later], tell)


def _checks(folder: Path, names: list[str], publication: Publication) -> list[Check]:
    checks = check.files(folder, names, publication)
    if check.SIGNATURE in names:
        checks.append(check.signature(folder))
    checks += check_runs.models(folder, names)
    if not _stops(checks):
        checks += [*check.notebooks(folder, publication), *check_runs.records(folder, publication)]
    if not _stops(checks):
        checks.append(check.licence(folder, publication))
    return checks


def _known(publication: Publication) -> list[Check]:
    from artia_lab import experiments

    found = tried(lambda: experiments.load(publication.experiment))
    if isinstance(found, Text):
        return [Check("experiment", "impossible", found)]
    return [
        Check(
            "experiment",
            "good",
            words(lambda: _("Its experiment, “{title}”, is installed here.").format(title=found.title)),
        )
    ]


def _corpus_found(included: bool) -> str:
    if included:
        return _("Its corpus is inside, and is the one that it names.")
    return _("Its corpus is here, under the digest that it names.")


def _load_what_compares() -> None:
    """Import, while the rerun works, what will be needed after it."""
    import matplotlib.figure  # noqa: F401
    import PIL.Image  # noqa: F401

    import artia_lab.verify  # noqa: F401


def _compared(review: Review, folder: Path, checks: list[Check], tell: Callable[[str], object]) -> Review:
    from artia_lab.verify import compare_notebooks

    assert review.publication and review.rerun
    rerun, publication = review.rerun, review.publication
    pairs = _pairs([RunFolder(folder / each) for each in publication.runs], rerun)
    review = replace(review, pairs=tuple(pairs))
    if len(pairs) < max(len(publication.runs), len(rerun.runs)) and rerun.reason is None:
        counts = {"before": len(publication.runs), "after": len(rerun.runs)}
        checks.append(
            Check(
                "runs",
                "wrong",
                words(
                    lambda: _(
                        "The notebook made other runs than were published: {before} then, {after} now."
                    ).format(**counts)
                ),
            )
        )
    verdicts = {}
    if rerun.executed is not None:
        tell(_("Comparing…"))
        for code in LANGUAGES:
            with use_language(code):
                verdicts[code] = compare_notebooks(folder / publication.executed, rerun.executed, pairs)
    return _ended(replace(review, verdicts=verdicts), checks)


def _pairs(published: list[RunFolder], rerun: Rerun) -> list[tuple[RunFolder, RunFolder]]:
    """Pair runs that were asked the same, in their order."""
    left, pairs = list(rerun.runs), []
    for run in published:
        asked = run.request()
        for each in left:
            try:
                again = each.request()
            except (OSError, ValueError, TypeError):
                continue
            if (again.experiment, again.parameters) == (asked.experiment, asked.parameters):
                left.remove(each)
                pairs.append((run, each))
                break
    return pairs


def _stops(checks: list[Check]) -> bool:
    return any(each.state in ("refused", "impossible") for each in checks)


def _ended(review: Review, checks: list[Check]) -> Review:
    """Draw the conclusion: what was refused outweighs what is impossible, and that what failed."""
    states = {each.state for each in checks}
    reasons = [each.sentence for each in checks if each.state in ("refused", "impossible", "wrong")]
    stopped = review.rerun is not None and review.rerun.reason is not None
    failing = [each for each in review.verdicts.values() if each.status != "passed"]
    if stopped:
        assert review.rerun and review.rerun.reason
        reasons.insert(0, review.rerun.reason)
    elif failing:
        reasons.append(Text(**{code: each.reason for code, each in review.verdicts.items()}))
    if "refused" in states:
        status = "refused"
    elif "impossible" in states or (failing and failing[0].status == "impossible" and not stopped):
        status = "impossible"
    else:
        status = "failed" if stopped or failing or "wrong" in states else "passed"
    return replace(review, status=status, reasons=tuple(reasons), checks=tuple(checks))
