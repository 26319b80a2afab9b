"""The words of a report: verdicts, their reasons, and what was done to an item."""

from __future__ import annotations

import math

from artia_lab.experiments.critical.copy_check_verdict import COPY, DISTINCT, NEAR, UNKNOWN, Finding
from artia_lab.i18n import _, decimals
from artia_lab.likeness import Neighbour
from artia_lab.likeness.shares import percent
from artia_lab.likeness.sound_words import interval

WHOLE = "exact"
TURNED_DEG = 1.5
SCALED = 0.03


def number(value: float, places: int = 2) -> str:
    """Write a number in the language in force.

    Parameters
    ----------
    value : float
        The number.
    places : int
        How many decimals.

    Returns
    -------
    str
        Such as ``"0.98"``.
    """
    return decimals(f"{value:.{places}f}")


def figure(nearness: float) -> str:
    """Write a nearness in the language in force.

    Parameters
    ----------
    nearness : float in [0, 1]
        The nearness.

    Returns
    -------
    str
        Such as ``"0.985"``; never rounded up: it reads 1, or a threshold, only when it reaches it.
    """
    return decimals(f"{floored(nearness):g}")


def floored(nearness: float) -> float:
    """Cut a nearness after its third decimal.

    Parameters
    ----------
    nearness : float in [0, 1]
        The nearness.

    Returns
    -------
    float
        Never more than it.
    """
    # A product such as 0.57 × 1000 may fall just under the whole number.
    return math.floor(nearness * 1000 + 1e-9) / 1000


def verdict_word(verdict: str) -> str:
    """Name a verdict.

    Parameters
    ----------
    verdict : {"copy", "near", "distinct", "unknown"}
        The verdict.

    Returns
    -------
    str
        A word or two, in the language in force.
    """
    return {COPY: _("Copy"), NEAR: _("Near"), DISTINCT: _("Distinct"), UNKNOWN: _("Cannot be told")}[verdict]


def done_to(finding: Finding, neighbour: Neighbour) -> str:
    """Say what was done to an item to make of it what the output holds.

    Parameters
    ----------
    finding : Finding
        What was found of an output.
    neighbour : Neighbour
        One of its neighbours.

    Returns
    -------
    str
        Such as ``"cropped, mirrored"``; ``""`` when it merely resembles.
    """
    if finding.calibrated != COPY or not neighbour.kind:
        return ""
    at = neighbour.at
    turned, scale = _value(at.get("turned_deg")), _value(at.get("scale", 1.0))
    semitones = _value(at.get("semitones"))
    degrees = number(abs(turned), 0)
    said = {
        "patch": _("a piece of it"),
        "cropped": _("cropped"),
        "mirrored": _("mirrored"),
        "rotated": (
            _("turned {degrees}° clockwise") if turned > 0 else _("turned {degrees}° anticlockwise")
        ).format(degrees=degrees),
        "recoloured": _("recoloured"),
        "scaled": _("at {share} of its size").format(share=percent(scale, most=None)),
        "re-encoded": _("written in another format, or a little altered"),
        "exact": _("as it is"),
        "trimmed": _("a part of it, as it is"),
        "gain": _("louder, softer or upside down"),
        "shifted": _("moved in time"),
        "transposed": (_("{interval} higher") if semitones > 0 else _("{interval} lower")).format(
            interval=interval(semitones)
        ),
        "mixed": _("mixed with other sounds"),
        "verbatim": _("word for word"),
        "near-verbatim": _("nearly word for word, some words changed"),
    }
    true = {neighbour.kind} | {name for name in ("cropped", "mirrored", "recoloured") if at.get(name)}
    true |= {"rotated"} if abs(turned) > TURNED_DEG else set()
    true |= {"scaled"} if abs(scale - 1) > SCALED else set()
    # A piece is cropped by nature.
    true -= {"cropped"} if "patch" in true else set()
    return ", ".join(words for name, words in said.items() if name in true)


def alone(finding: Finding) -> str:
    """Say why an output stands alone in the pictures of a report.

    Parameters
    ----------
    finding : Finding
        What was found of it: no neighbour.

    Returns
    -------
    str
        A sentence.
    """
    if finding.verdict == UNKNOWN:
        return _("Nothing can be said of it.")
    return _("Nothing in the corpus comes near.")


def reason(finding: Finding, threshold: float) -> str:
    """Say why an output has its verdict.

    Parameters
    ----------
    finding : Finding
        What was found of it.
    threshold : float
        The person's, 0 for the limits of the calibration.

    Returns
    -------
    str
        A few sentences.
    """
    said = [_found(finding)]
    if finding.other is not None and finding.other.verdict != finding.likeness.verdict:
        said.append(
            _(
                "Two measures were made: a search for altered copies, and that of the run, which compared it with "
                "what it used as it used it. The other one says: {verdict}. The more severe holds."
            ).format(verdict=verdict_word(finding.other.verdict))
        )
    if threshold and finding.verdict != UNKNOWN:
        limited = (
            _("Its nearness, {nearness}, reaches your threshold of {threshold}. The calibration says: {verdict}.")
            if finding.verdict == COPY
            else _(
                "Its nearness, {nearness}, stays under your threshold of {threshold}. "
                "The calibration says: {verdict}."
            )
        )
        said.append(
            limited.format(
                nearness=figure(finding.likeness.nearness),
                threshold=number(threshold),
                verdict=verdict_word(finding.calibrated),
            )
        )
    return " ".join(said)


def _found(finding: Finding) -> str:
    said, measures = finding.likeness.sentence(), finding.likeness.measures
    if finding.calibrated == UNKNOWN:
        return " ".join([said, _("Nothing can be said of it.")])
    if finding.calibrated == DISTINCT:
        return _("Nothing in it agrees with the corpus beyond what chance would give.")
    if finding.calibrated == NEAR or finding.medium == "text":
        return said
    if finding.medium == "audio":
        return _(
            "{share} of what is heard in it comes from recordings of the corpus; the longest passage lasts "
            "{seconds} s."
        ).format(share=percent(finding.likeness.nearness), seconds=number(measures["longest_run_s"], 1))
    agreeing = measures.get("agreeing_share")
    if not agreeing or finding.likeness.nearest[0].kind == WHOLE:
        return said
    agree = _("Laid over that item, it agrees with it in {share} of its details, pixel by pixel.")
    return f"{said} {agree.format(share=percent(agreeing))}"


def _value(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
