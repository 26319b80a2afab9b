"""Finding which run of a rerun answers which run of its reference."""

from __future__ import annotations

import json
from collections.abc import Sequence

from artia_lab.errors import Mistake
from artia_lab.i18n import _
from artia_lab.runs import Request, RunFolder


def pair_runs(
    reference: Sequence[RunFolder], new: Sequence[RunFolder]
) -> tuple[list[tuple[RunFolder, RunFolder]], list[RunFolder], list[RunFolder]]:
    """Find which run of a rerun answers which run of its reference.

    Parameters
    ----------
    reference, new : sequence of RunFolder
        The runs of one and of the other.

    Returns
    -------
    pairs : list of tuple of RunFolder
        In the order of the reference: first those of the same experiment with the same parameters, then those of
        the same experiment.
    missing, added : list of RunFolder
        Those of the reference and of the rerun that have no counterpart.

    Raises
    ------
    Mistake
        If what was asked of a run cannot be read.
    """
    chosen: dict[int, RunFolder] = {}
    left = sorted(new, key=lambda each: each.id)
    ordered = sorted(reference, key=lambda each: each.id)
    for alike in (_asked, _experiment):
        for number, run in enumerate(ordered):
            found = next((each for each in left if alike(each) == alike(run)), None)
            if number not in chosen and found is not None:
                chosen[number] = found
                left.remove(found)
    pairs = [(ordered[number], chosen[number]) for number in sorted(chosen)]
    return pairs, [run for number, run in enumerate(ordered) if number not in chosen], left


def _request(run: RunFolder) -> Request:
    try:
        return run.request()
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise Mistake(
            _("The run “{run}” is damaged: what was asked of it cannot be read. Take another copy of it.").format(
                run=run.id
            )
        ) from error


def _asked(run: RunFolder) -> tuple[str, str]:
    asked = _request(run)
    # A run that goes on from another names it, by an id that no rerun has again.
    values = {name: "" if name == "model" else value for name, value in asked.parameters.items()}
    return asked.experiment, json.dumps(values, sort_keys=True)


def _experiment(run: RunFolder) -> str:
    return _request(run).experiment
