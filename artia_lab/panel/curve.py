"""The curve of a training while it is under way: what the diary of a run says of its losses, ready to be drawn."""

from __future__ import annotations

from typing import Any

from artia_lab.i18n import _, decimals
from artia_lab.runs import RunFolder

MOST = 160
"""Points of a line; past so many, every second one goes."""


class Curve:
    """Reads the losses that a run tells, a little further each time.

    Parameters
    ----------
    folder : RunFolder
        The run.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder, self._offset, self._every = folder, 0, 1
        self._lines: dict[str, list[list[float]]] = {"loss": [], "held_out": []}
        self._steps = self._told = 0

    def read(self) -> dict[str, Any]:
        """Read on.

        Returns
        -------
        dict
            Of JSON types: ``label``, ``said`` (the curve in words), ``steps``, ``highest`` and ``lines``, each
            with its ``kind``, ``name`` and ``points`` (step and loss); empty as long as there is no line to draw.
        """
        try:
            events, self._offset = self._folder.events(self._offset)
        except (OSError, ValueError):
            return {}
        for each in events:
            if each["event"] == "step" and each["metrics"].get("loss"):
                self._take(each["step"], each["steps"], each["metrics"])
        if len(self._lines["loss"]) < 2:
            return {}
        names = {"loss": _("Pictures it learns from"), "held_out": _("Pictures set aside")}
        lines = {kind: points for kind, points in self._lines.items() if points}
        return {
            "label": _("Loss"),
            "said": self._in_words(),
            "steps": self._steps,
            "highest": max(loss for points in lines.values() for _step, loss in points),
            "lines": [{"kind": kind, "name": names[kind], "points": points} for kind, points in lines.items()],
        }

    def _take(self, step: int, steps: int, metrics: dict[str, float]) -> None:
        self._steps = steps
        held_out, seen = self._lines["held_out"], self._lines["loss"]
        if "held_out" in metrics and (not held_out or held_out[-1][1] != metrics["held_out"]):
            held_out.append([step, metrics["held_out"]])
        self._told += 1
        # The last point is always where the training is.
        if len(seen) > 1 and (self._told - 1) % self._every:
            seen[-1] = [step, metrics["loss"]]
            return
        seen.append([step, metrics["loss"]])
        if len(seen) > MOST:
            self._every *= 2
            seen[:] = [*seen[:-1:2], seen[-1]]

    def _in_words(self) -> str:
        (began, first), (step, last) = self._lines["loss"][0], self._lines["loss"][-1]
        said = _("Loss: {first} at step {began}, {last} at step {step} of {steps}.").format(
            first=decimals(f"{first:.2f}"),
            began=round(began),
            last=decimals(f"{last:.2f}"),
            step=round(step),
            steps=self._steps,
        )
        if unseen := self._lines["held_out"]:
            aside = _("On the pictures set aside: {last}.").format(last=decimals(f"{unseen[-1][1]:.2f}"))
            said = f"{said} {aside}"
        return said
