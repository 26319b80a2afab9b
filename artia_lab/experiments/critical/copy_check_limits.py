"""What a report says of its own limits: what the measures cannot see, and what a threshold decides."""

from __future__ import annotations

from artia_lab import likeness
from artia_lab.corpora.corpus import MEDIA
from artia_lab.experiments.critical.copy_check_words import number
from artia_lab.i18n import _


def blind_spots(media: set[str]) -> list[str]:
    """Say what the measures cannot see.

    Parameters
    ----------
    media : set of str
        What was audited.

    Returns
    -------
    list of str
        Whole sentences.
    """
    said = [likeness.blind_spots(medium) for medium in MEDIA if medium in media]
    if "image" in media:
        said.append(_("What only shows larger than 1,024 pixels: pictures are compared at that size at most."))
    return said


def of_threshold(threshold: float) -> str:
    """Say what a threshold decides, and who decides.

    Parameters
    ----------
    threshold : float
        The person's, 0 for the limits of the calibration.

    Returns
    -------
    str
        Two sentences.
    """
    if threshold:
        return _(
            "You set the threshold at {threshold}: it decides which works are called copies in this report, and "
            "nothing more. Whether a work may be shown is for the people whose works are in the corpus, and for "
            "the law, to say: a number does not say it for them."
        ).format(threshold=number(threshold))
    return _(
        "The limits used here were set where copies made on purpose part from works that owe them nothing: they "
        "decide which works are called copies in this report, and nothing more. Whether a work may be shown is "
        "for the people whose works are in the corpus, and for the law, to say: a number does not say it for them."
    )
