"""The tables of an audit: what was found at a glance, and every number behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from artia_lab.experiments.critical.copy_check_verdict import Finding
from artia_lab.experiments.critical.copy_check_words import floored


def rows(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Give what was found, one row for each output and neighbour.

    Parameters
    ----------
    findings : sequence of Finding
        What was found of each output.

    Returns
    -------
    list of dict
        All with the same columns. An output without neighbour has one row.
    """
    return [
        {
            "output": finding.file,
            "verdict": finding.verdict,
            "nearness": floored(finding.likeness.nearness),
            "neighbour": each.item if each else "",
            "kind": each.kind if each else "",
            "share": round(each.measure, 3) if each else "",
        }
        for finding in findings
        for each in finding.neighbours or (None,)
    ]


def details(findings: Sequence[Finding], threshold: float) -> list[dict[str, Any]]:
    """Give every number and word behind the verdicts, one a row.

    Parameters
    ----------
    findings : sequence of Finding
        What was found of each output.
    threshold : float
        The person's, 0 for the limits of the calibration.

    Returns
    -------
    list of dict
        ``output``; ``neighbour``, empty for what is said of the output alone; ``name`` and ``value`` of the
        figure, as `artia_lab.likeness` documents them.
    """
    told: list[dict[str, Any]] = []
    for finding in findings:
        likeness = finding.likeness
        whole = {
            "medium": finding.medium,
            "method": likeness.method,
            "threshold": threshold or "",
            "verdict": finding.verdict,
            "calibrated_verdict": finding.calibrated,
            "nearness": likeness.nearness,
            **likeness.measures,
        }
        told += _pairs(finding.file, "", whole)
        for each in likeness.nearest:
            told += _pairs(finding.file, each.item, {"kind": each.kind, "share": each.measure, **each.at})
    return told


def _pairs(output: str, neighbour: str, figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"output": output, "neighbour": neighbour, "name": name, "value": _plain(value)}
        for name, value in figures.items()
    ]


def _plain(value: object) -> object:
    return round(value, 6) if isinstance(value, float) else value
