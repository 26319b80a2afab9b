"""The verdict on one output, by the limits of the calibration or by a threshold of the person's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from artia_lab import likeness
from artia_lab.experiments.critical.copy_check_references import SR
from artia_lab.likeness import Likeness, Neighbour

COPY, NEAR, DISTINCT, UNKNOWN = "copy", "near", "distinct", "unknown"

SHOWN = 3


@dataclass(frozen=True)
class Finding:
    """What was found of one output.

    Attributes
    ----------
    file : str
        The output.
    medium : {"image", "audio", "text"}
        What it is.
    likeness : Likeness
        How near it is to the corpus, and to which items.
    verdict : {"copy", "near", "distinct", "unknown"}
        Of the person's threshold, or of the calibration when there is none.
    calibrated : str
        The verdict of the calibration.
    other : Likeness or None
        What the less severe of two measures said, where the run that made the output measured it, too.
    """

    file: str
    medium: str
    likeness: Likeness
    verdict: str
    calibrated: str
    other: Likeness | None = None

    @property
    def neighbours(self) -> tuple[Neighbour, ...]:
        """The nearest items that the report shows.

        Returns
        -------
        tuple of Neighbour
            At most three, nearest first, of those that account for some of it; none of a distinct text.
        """
        # Any two texts share some words: to cite them would be noise.
        if self.medium == "text" and self.verdict == DISTINCT:
            return ()
        return tuple(each for each in self.likeness.nearest if each.measure > 0)[:SHOWN]


def examine(
    file: str,
    medium: str,
    work: Any,
    references: Mapping[str, Any],
    threshold: float = 0.0,
    measured: Likeness | None = None,
) -> Finding:
    """Look for an output in a corpus.

    The run that made it may know better: a model saw the pictures at a size of its own, and its draws were
    compared with them as it saw them. The more severe of both measures holds, so that an audit never takes back
    what a run has found.

    Parameters
    ----------
    file : str
        Its name.
    medium : {"image", "audio", "text"}
        What it is.
    work : np.ndarray or str
        As `copy_check_references.read` gives it.
    references : Mapping of str to (np.ndarray or str)
        The items of the corpus, in the same form.
    threshold : float in [0, 1]
        Nearness from which it is called a copy; 0 for the limits of the calibration.
    measured : Likeness, optional
        What the run that made it found, comparing it with the same corpus.

    Returns
    -------
    Finding
        The verdict and its reasons.
    """
    if medium == "image":
        found = likeness.picture(work, references)
    elif medium == "audio":
        found = likeness.sound(work, SR, references)
    else:
        found = likeness.text(work, references)
    other = None
    if measured is not None and measured.medium == medium:
        searched, found = found, likeness.nearer(found, measured)
        other = measured if found is searched else searched
    calibrated = UNKNOWN if _says_nothing(found) else found.verdict
    return Finding(file, medium, found, _by(threshold, found, calibrated), calibrated, other)


def _by(threshold: float, found: Likeness, calibrated: str) -> str:
    if not threshold or calibrated == UNKNOWN:
        return calibrated
    if found.nearness >= threshold:
        return COPY
    return DISTINCT if calibrated == DISTINCT else NEAR


def _says_nothing(found: Likeness) -> bool:
    """Tell whether there is too little in an output, or nothing to compare it with, for a verdict to mean much."""
    measures = found.measures
    silent = {"image": False, "audio": not measures.get("sounding_s"), "text": not measures.get("words")}
    plain = measures.get("plain") or silent[found.medium] or not measures.get("references")
    return found.verdict == DISTINCT and bool(plain)
