"""One training from its beginning, or from where it was left, to its end: looks, checkpoints and when to stop."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from artia_lab.errors import Cancelled, MaterialError
from artia_lab.experiments.image.flow_guard import undisturbed
from artia_lab.experiments.image.flow_nearness import Neighbourhood
from artia_lab.experiments.image.flow_sampling import as_pictures, draw, grid, noise
from artia_lab.experiments.image.flow_training import Training
from artia_lab.i18n import _

LOOKS = 10
"""How often the pictures drawn so far are looked at, in a whole training."""

GLANCE_STEPS, GLANCED = 8, 16
"""Heun steps and pictures of a look."""

CHECKPOINT_EVERY_S, CHECKPOINT_SHARE = 10, 30
"""Seconds between two checkpoints: so many, or so many times what the last one took."""

RISE = 1.02
"""How much above its lowest the held-out loss must be to have risen."""

END, NEAR, HELD_OUT, NOT_A_NUMBER = "end", "near", "held-out", "not-a-number"


class Session:
    """Trains, and keeps what is needed to go on later.

    Parameters
    ----------
    training : Training
        What learns.
    neighbourhood : Neighbourhood
        What its draws are compared with.
    parameters : Parameters
        Of the experiment ``image.small-model``.
    steps : int
        How many steps to train.
    plan : mapping
        What a checkpoint must agree with to be taken up, as JSON types: ``parameters``, ``material`` and
        ``architecture``.
    out : Outputs
        Where checkpoints are kept.
    report : Report
        Told of each step, and of the pictures at each look.

    Attributes
    ----------
    history : list of dict
        What was measured at each look.
    ended : str
        Why the training ended: ``"end"``, ``"near"``, ``"held-out"`` or ``"not-a-number"``; empty before.
    """

    def __init__(
        self,
        training: Training,
        neighbourhood: Neighbourhood,
        parameters: Any,
        steps: int,
        plan: Mapping[str, Any],
        out: Any,
        report: Any,
    ) -> None:
        self._training, self._neighbourhood, self._parameters = training, neighbourhood, parameters
        self._steps, self._plan, self._out, self._report = steps, dict(plan), out, report
        self._every = max(1, round(steps / LOOKS))
        self.history: list[dict[str, float]] = []
        self.ended = ""
        self._best: dict[str, Tensor] = {}
        self._safe = training.tensors(), training.state()
        self._next_checkpoint, self._went_back_to = 0.0, 0

    def take_up(self, tensors: Mapping[str, Any], state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint.

        Parameters
        ----------
        tensors : mapping of str to np.ndarray
            Its tensors.
        state : mapping
            Its state.

        Raises
        ------
        MaterialError
            If it was made from other pictures, with other parameters, on a machine of another kind, or is damaged.
        """
        plan = state.get("plan")
        plan = plan if isinstance(plan, dict) else {}
        if plan.get("parameters") != self._plan["parameters"]:
            raise MaterialError(
                _(
                    "The training cannot be taken up with other parameters than it began with. "
                    "Set them as they were, or begin a new run."
                )
            )
        if plan.get("architecture") != self._plan["architecture"]:
            raise MaterialError(
                _(
                    "The training began on a machine that computes otherwise, with another network. "
                    "Take it up on a machine of the same kind, or begin a new run."
                )
            )
        if plan.get("material") != self._plan["material"]:
            raise MaterialError(
                _(
                    "The pictures of the corpus changed since the training was stopped. "
                    "Put them back as they were, or begin a new run."
                )
            )
        safe = state.get("safe")
        self._training.restore(_named("safe.", tensors) or tensors, safe if isinstance(safe, dict) else state)
        self._safe = self._training.tensors(), self._training.state()
        self._training.restore(tensors, state)
        self.history = [dict(row) for row in state.get("history", [])]
        self._best = {name: torch.as_tensor(each) for name, each in _named("best.", tensors).items()}
        self._went_back_to = state.get("went_back_to", 0)
        if self._training.setbacks:
            self._tell_of_setback()
        if self._training.setbacks > 1:
            self.ended = NOT_A_NUMBER
        elif self.history and self.history[-1]["step"] == self._training.step:
            self.ended = self._reason()

    def learn(self) -> None:
        """Train to the end, or until one of the limits that were set.

        Raises
        ------
        Cancelled
            If the person stopped the run; a checkpoint is kept first.
        """
        self._checkpoint()
        try:
            while not self.ended:
                self._go_on()
        except (Cancelled, KeyboardInterrupt):
            self._checkpoint()
            raise
        if self.ended in (NEAR, HELD_OUT) and self._best:
            self._training.averaged.load(self._best)

    def _go_on(self) -> None:
        """Do the next thing; wherever a stop falls in it, what a checkpoint holds is whole."""
        if self._due():
            if not self._training.sound():
                self._fall_back()
                return
            self._look()
            self._checkpoint()
            self.ended = self._reason()
        elif self._training.advance():
            if time.monotonic() >= self._next_checkpoint:
                self._checkpoint()
            self.say()
        else:
            self._fall_back()

    def _due(self) -> bool:
        """Whether this step has still to be looked at."""
        step = self._training.step
        looked = int(self.history[-1]["step"]) if self.history else 0
        return step > looked and (step % self._every == 0 or step == self._steps)

    def _look(self) -> None:
        training, limit = self._training, self._parameters.threshold
        size = training.averaged.architecture.size
        start = noise(size, self._parameters.seed, GLANCED)
        drawn = draw(training.averaged, start, steps=GLANCE_STEPS, on_step=lambda i, n: self.say())
        self._report.preview(grid(as_pictures(drawn)))
        row = {"step": training.step, "loss": training.loss, "nearness": max(self._neighbourhood.nearness(drawn))}
        if self._plan["material"]["aside"]:
            row["held_out"] = training.held_out(self.say)
        best = self._best
        if row["nearness"] < limit or limit == 1:
            earlier = [
                each["held_out"] for each in self.history if "held_out" in each and each["nearness"] < limit
            ]
            if "held_out" not in row or row["held_out"] < min(earlier, default=float("inf")):
                best = {name: each.detach().clone() for name, each in training.averaged.unet.state_dict().items()}
        # Nothing above changes what a checkpoint holds, so that being stopped there only looks again.
        with undisturbed():
            training.count_anew()
            self.history, self._best = [*self.history, row], best
            self._safe = training.tensors(), training.state()

    def _reason(self) -> str:
        row, patience = self.history[-1], self._parameters.patience
        if row["nearness"] >= self._parameters.threshold < 1:
            self._report.warn(
                _(
                    "The training stopped at step {step} of {steps}, because what it draws came nearer to a "
                    "picture learnt from than you allow. The model kept is an earlier one, where there is one."
                ).format(step=row["step"], steps=self._steps)
            )
            return NEAR
        unseen = [each["held_out"] for each in self.history if "held_out" in each]
        if patience and unseen:
            lowest = min(range(len(unseen)), key=unseen.__getitem__)
            if len(unseen) - 1 - lowest >= patience and unseen[-1] > RISE * unseen[lowest]:
                self._report.warn(
                    _(
                        "The training stopped at step {step} of {steps}, because it began to learn the pictures "
                        "by heart: those set aside were better understood earlier. The model kept is the earlier "
                        "one."
                    ).format(step=row["step"], steps=self._steps)
                )
                return HELD_OUT
        return END if self._training.step == self._steps else ""

    def _fall_back(self) -> None:
        """After a loss that is no number: go back and learn more slowly, once."""
        tensors, state = self._safe
        setbacks = self._training.setbacks + 1
        with undisturbed():
            self._training.restore(tensors, {**state, "setbacks": setbacks})
            self._went_back_to = self._training.step
        self._checkpoint()
        if setbacks > 1:
            self.ended = NOT_A_NUMBER
        else:
            self._tell_of_setback()

    def _tell_of_setback(self) -> None:
        self._report.warn(
            _(
                "The loss was no longer a number. The training went back to step {step} and goes on half as fast."
            ).format(step=self._went_back_to)
        )

    def say(self) -> None:
        """Report where the training is."""
        measured = {name: value for row in self.history[-1:] for name, value in row.items() if name != "step"}
        recent = self._training.recent
        loss = sum(recent) / len(recent) if recent else measured.get("loss", 0.0)
        self._report.step(max(1, self._training.step), self._steps, **(measured | {"loss": loss}))

    def _checkpoint(self) -> None:
        began = time.monotonic()
        tensors, state = self._training.tensors(), self._training.state()
        safe_tensors, safe = self._safe
        # At a look, where most checkpoints are made, both are the same.
        spare = {} if safe == state else {f"safe.{name}": each for name, each in safe_tensors.items()}
        best = {f"best.{name}": each for name, each in self._best.items()}
        said = {"plan": self._plan, "history": self.history, "safe": safe, "went_back_to": self._went_back_to}
        with undisturbed():
            self._out.checkpoint(tensors | spare | best, state | said)
        took = time.monotonic() - began
        self._next_checkpoint = began + max(CHECKPOINT_EVERY_S, CHECKPOINT_SHARE * took)


def _named(beginning: str, tensors: Mapping[str, Any]) -> dict[str, Any]:
    """The tensors whose name begins so, without it."""
    return {name.removeprefix(beginning): each for name, each in tensors.items() if name.startswith(beginning)}
