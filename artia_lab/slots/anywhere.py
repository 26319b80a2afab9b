"""What a run asks of the place where it computes; here, a whole machine that nobody shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from artia_lab.errors import Cancelled
from artia_lab.runs import RunFolder
from artia_lab.runs.outputs import Outputs
from artia_lab.runs.report import Report


class Preempted(Cancelled):
    """The work made room for somebody else's; it goes on later."""


class Place:
    """Where a run computes; this one is the whole machine, which nobody shares."""

    def outputs(self, folder: RunFolder) -> Outputs:
        """Give what the experiment keeps its results with.

        Parameters
        ----------
        folder : RunFolder
            The run.

        Returns
        -------
        Outputs
            Where results are kept.
        """
        return Outputs(folder)

    def report(self, folder: RunFolder, sofar: Callable[[], float | None], out: Outputs) -> Report:
        """Give what the experiment says with how it goes.

        Parameters
        ----------
        folder : RunFolder
            The run.
        sofar : callable
            Gives the joules used so far.
        out : Outputs
            Where results are kept.

        Returns
        -------
        Report
            A report.
        """
        return Report(folder, sofar)

    def put_back(self, energy: Any) -> None:
        """Say that the run made room, and is waiting again.

        Parameters
        ----------
        energy : artia_lab.energy.Energy
            What it used so far.
        """

    def in_all(self, energy: Any) -> Any:
        """Add what a run used before it made room.

        Parameters
        ----------
        energy : artia_lab.energy.Energy
            What it used since.

        Returns
        -------
        artia_lab.energy.Energy
            What it used.
        """
        return energy

    def account(self) -> dict[str, Any]:
        """Give what the record shall say of the place.

        Returns
        -------
        dict
            Empty where nobody shares; else ``slot``.
        """
        return {}


ANYWHERE = Place()
