"""What a seat says of itself, checked: it comes from a participant's server, who may say anything there."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from artia_lab.i18n import visible
from artia_lab.runs.folder import STATES

LIMIT_BYTES = 65_536
TEXT = 240
MANY = 20
CELL_STATES = ("running", "done", "failed", "idle")
KERNEL_STATES = ("starting", "idle", "busy", "restarting", "dead", "unknown")


class Garbled(ValueError):
    """What came is no report."""


@dataclass(frozen=True, kw_only=True)
class Where:
    """Where somebody is in a notebook.

    Attributes
    ----------
    notebook : str
        Its path, as they see it.
    cell, cells : int
        The cell that they are in, from 1, of how many; 0 when that is not known.
    kernel : str
        One of `KERNEL_STATES`.
    state : str
        One of `CELL_STATES`: of the cell that they executed last.
    since : float
        Since when, in seconds since 1970.
    failures : int
        How many cells failed in a row.
    error : str
        What the last one failed with; ``""`` if it did not.
    """

    notebook: str = ""
    cell: int = 0
    cells: int = 0
    kernel: str = "unknown"
    state: str = "idle"
    since: float = 0.0
    failures: int = 0
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Work:
    """A run of somebody's that waits, or computes, or ended last.

    Attributes
    ----------
    run : str
        Its id.
    experiment : str
        Its experiment.
    state : str
        One of `artia_lab.runs.folder.STATES`.
    step, steps : int
        How far it is.
    since : float
        When it was asked, in seconds since 1970.
    error : str
        What it failed with.
    """

    run: str = ""
    experiment: str = ""
    state: str = "queued"
    step: int = 0
    steps: int = 0
    since: float = 0.0
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a seat says.

    Attributes
    ----------
    where : Where or None
        In the notebook that was used last.
    works : tuple of Work
        Runs that wait or compute, and the one that ended last.
    counts : dict of str to int
        How many runs there are, by state.
    memory_mb : float
        What the seat uses, in MB.
    """

    where: Where | None = None
    works: tuple[Work, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    memory_mb: float = 0.0


def read(content: Any) -> Report:
    """Check what came.

    Parameters
    ----------
    content : object
        Of JSON types.

    Returns
    -------
    Report
        The report; texts are on one line, and short.

    Raises
    ------
    Garbled
        If it is none.
    """
    if type(content) is not dict:
        raise Garbled("no object")
    where, works, counts = content.get("where"), content.get("works", []), content.get("counts", {})
    if type(works) is not list or type(counts) is not dict or len(works) > MANY:
        raise Garbled("works")
    return Report(
        where=None if where is None else _where(where),
        works=tuple(_work(each) for each in works),
        counts={state: int(_number(counts, state)) for state in STATES if state in counts},
        memory_mb=_number(content, "memory_mb"),
    )


def _where(content: Any) -> Where:
    return Where(
        notebook=_text(content, "notebook"),
        cell=int(_number(content, "cell")),
        cells=int(_number(content, "cells")),
        kernel=_choice(content, "kernel", KERNEL_STATES, "unknown"),
        state=_choice(content, "state", CELL_STATES, "idle"),
        since=_number(content, "since"),
        failures=int(_number(content, "failures")),
        error=_text(content, "error"),
    )


def _work(content: Any) -> Work:
    return Work(
        run=_text(content, "run"),
        experiment=_text(content, "experiment"),
        state=_choice(content, "state", STATES, "queued"),
        step=int(_number(content, "step")),
        steps=int(_number(content, "steps")),
        since=_number(content, "since"),
        error=_text(content, "error"),
    )


def _text(content: Any, name: str) -> str:
    value = _get(content, name, "")
    if type(value) is not str:
        raise Garbled(name)
    text = visible(value.strip())
    return text if len(text) <= TEXT else f"{text[: TEXT - 1]}…"


def _number(content: Any, name: str) -> float:
    value = _get(content, name, 0)
    if type(value) not in (int, float) or not math.isfinite(value) or not 0 <= value <= 1e12:
        raise Garbled(name)
    return float(value)


def _choice(content: Any, name: str, allowed: tuple[str, ...], default: str) -> str:
    value = _get(content, name, default)
    if value not in allowed:
        raise Garbled(name)
    return str(value)


def _get(content: Any, name: str, default: Any) -> Any:
    if type(content) is not dict:
        raise Garbled(name)
    return content.get(name, default)
