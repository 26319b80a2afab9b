"""What is told of a cell: its outputs, its likeness, its energy, how long it took."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artia_lab.energy import Energy
from artia_lab.likeness.result import Likeness
from artia_lab.sweep.cells import Cell


@dataclass(frozen=True, kw_only=True)
class Output:
    """One thing that a cell made.

    Attributes
    ----------
    path : Path
        The file.
    medium : str
        What it is.
    """

    path: Path
    medium: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a cell from the records of its runs.

    Attributes
    ----------
    runs : tuple of Path
        Their folders.
    outputs : tuple of Output
        The works; what explains them when there is no work.
    likeness : Likeness or None
        Of the work that is nearest to its corpus.
    energy : Energy or None
        Of all its runs together.
    seconds : float or None
        How long its runs worked; without a run, how long the notebook took; None when it was not begun.
    corpus : dict
        What its first run says of its corpus.
    """

    runs: tuple[Path, ...] = ()
    outputs: tuple[Output, ...] = ()
    likeness: Likeness | None = None
    energy: Energy | None = None
    seconds: float | None = None
    corpus: dict[str, Any]


def facts_of(cell: Cell) -> Facts:
    """Read what is known of a cell.

    Parameters
    ----------
    cell : Cell
        The cell.

    Returns
    -------
    Facts
        Of a cell that is not finished, those of the runs that it began.
    """
    if cell.attempt is None:
        return Facts(corpus={})
    read = [(each, each.record()) for each in cell.attempt.run_folders]
    known = [(folder, record) for folder, record in read if record is not None]
    entries = [(folder.path, entry) for folder, record in known for entry in record["outputs"]]
    works = [each for each in entries if each[1]["kind"] == "work"]
    likenesses = [_likeness(entry["likeness"]) for _path, entry in works if entry.get("likeness")]
    energies = [_energy(record["energy"]) for _folder, record in known if record.get("energy")]
    worked = [record["timings"]["total_s"] for _folder, record in known if "total_s" in record["timings"]]
    return Facts(
        runs=tuple(folder.path for folder, _record in known),
        outputs=tuple(
            Output(path=path / entry["path"], medium=entry["medium"]) for path, entry in works or entries
        ),
        likeness=max(likenesses, key=lambda each: each.nearness, default=None),
        energy=together(energies),
        seconds=round(sum(worked), 3) if worked else cell.attempt.seconds,
        corpus=known[0][1]["corpus"] if known else {},
    )


def together(energies: list[Energy]) -> Energy | None:
    """Add energies up.

    Parameters
    ----------
    energies : list of Energy
        Of several runs.

    Returns
    -------
    Energy or None
        Measured when all were; None when there is none.
    """
    if not energies:
        return None
    known = [each.co2e_g for each in energies if each.co2e_g is not None]
    return Energy(
        joules=sum(each.joules for each in energies),
        co2e_g=sum(known) if len(known) == len(energies) else None,
        duration_s=sum(each.duration_s for each in energies),
        method="measured" if all(each.method == "measured" for each in energies) else "estimated",
        region=energies[0].region,
        parts={name: sum(each.parts.get(name, 0.0) for each in energies) for name in energies[0].parts},
        source=energies[0].source,
    )


def _likeness(document: dict[str, Any]) -> Likeness:
    # The record says it as a sentence too, in the language of its run alone.
    return Likeness.from_json({name: value for name, value in document.items() if name != "sentence"})


def _energy(document: dict[str, Any]) -> Energy:
    return Energy.from_json({name: value for name, value in document.items() if name != "sentence"})
