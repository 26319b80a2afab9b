"""Training a flow, so that it can be left at any step and taken up again to the same end, bit for bit.

What a step does depends on its number, the seed and the weights alone: each step draws from a generator of its
own, the learning rate follows the number of steps asked for, and no clock is looked at.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from torch import Tensor

from artia_lab.errors import MaterialError
from artia_lab.experiments.image.flow_chance import chance
from artia_lab.experiments.image.flow_descent import Descent, rate
from artia_lab.experiments.image.flow_guard import undisturbed
from artia_lab.experiments.image.flow_material import Material
from artia_lab.experiments.image.flow_network import Architecture, Network
from artia_lab.experiments.image.flow_parts import PARTS
from artia_lab.i18n import _

AMOUNT = 0.0, 1.0
"""Mean and deviation of the logarithm of noise over picture in what is shown (Esser et al., ICML 2024)."""

AVERAGED = 0.06
"""Share of the steps that the average of the weights looks back over."""

RECENT = 20
"""Losses whose mean is watched: one alone jumps about."""

TRIED = 64
"""Views of pictures set aside on which the loss is measured, always with the same noise."""


class Training:
    """A network that learns, and the moving average of its weights.

    Parameters
    ----------
    architecture : Architecture
        The network to train.
    material : Material
        What it learns from.
    steps : int
        How many steps there will be; the learning rate follows it.
    batch : int
        Views at each step.
    mirrored : bool
        Whether half of them are seen in a mirror.
    seed : int
        Seed of all chance.
    device : str
        Where torch computes.
    pool : Executor
        Where the parts of a step are computed.

    Attributes
    ----------
    averaged : Network
        The network to draw with.
    step : int
        Steps done.
    setbacks : int
        How often the loss or a gradient was no longer a number; each halves the learning rate.
    loss : float
        Mean of the losses since they were last counted anew.
    recent : collections.deque of float
        The last losses, for whoever watches.
    """

    def __init__(
        self,
        architecture: Architecture,
        material: Material,
        steps: int,
        batch: int,
        mirrored: bool,
        seed: int,
        device: str,
        pool: Executor,
    ) -> None:
        self._material, self._steps, self._batch = material, steps, batch
        self._mirrored, self._seed, self._device, self._pool = mirrored, seed, device, pool
        self._parts = PARTS if device == "cpu" else 1
        self._network = Network(architecture, device, seed)
        self.averaged = deepcopy(self._network)
        self.averaged.unet.requires_grad_(False)
        self._weights = dict(self._network.unet.named_parameters())
        self._averages = dict(self.averaged.unet.named_parameters())
        self._descent = Descent(self._weights)
        self.step = self.setbacks = 0
        self._sum, self._count = 0.0, 0
        self.recent: deque[float] = deque(maxlen=RECENT)

    @property
    def loss(self) -> float:
        """Mean of the losses since they were last counted anew.

        Returns
        -------
        float
            0 when there was none.
        """
        return self._sum / max(1, self._count)

    def count_anew(self) -> None:
        """Begin another mean of the losses."""
        self._sum, self._count = 0.0, 0

    def advance(self) -> bool:
        """Do one step; a stop may fall in it, and finds it done or not begun.

        Returns
        -------
        bool
            False if the loss, or a gradient, was no number: nothing was changed then.
        """
        generator = chance(self._seed, "step", self.step)
        pictures = self._material.shown.draw(self._batch, self._mirrored, generator)
        noise = torch.randn(pictures.shape, generator=generator)
        time = (AMOUNT[0] + AMOUNT[1] * torch.randn(self._batch, generator=generator)).sigmoid()
        parts = (each.chunk(self._parts) for each in (pictures, noise, time))
        found = list(self._pool.map(self._gradients, *parts))
        value = sum(loss for loss, _gradients in found) / len(found)
        if not math.isfinite(value):
            return False
        gradients = found[0][1]
        for _loss, others in found[1:]:
            torch._foreach_add_(gradients, others)
        torch._foreach_mul_(gradients, 1 / len(found))
        # One infinite gradient would spoil every weight.
        if not math.isfinite(float(torch.stack(torch._foreach_norm(gradients)).sum())):
            return False
        with undisturbed():
            self._move(gradients, value)
        return True

    def _move(self, gradients: list[Tensor], value: float) -> None:
        self._descent.step(gradients, rate(self.step, self._steps) / 2**self.setbacks, self._pool)
        self.step += 1
        self._sum, self._count = self._sum + value, self._count + 1
        self.recent.append(value)
        keep = 1 - 1 / max(2.0, AVERAGED * min(self._steps, 3 * self.step))
        with torch.no_grad():
            torch._foreach_lerp_([*self._averages.values()], [*self._weights.values()], 1 - keep)

    def sound(self) -> bool:
        """Say whether every weight is a number.

        Returns
        -------
        bool
            Whether what it draws can be looked at.
        """
        every = torch._foreach_norm([*self._weights.values(), *self._averages.values()])
        return math.isfinite(float(torch.stack(every).detach().sum()))

    def held_out(self, heed: Callable[[], None]) -> float:
        """Measure the loss on pictures never learnt from.

        Parameters
        ----------
        heed : callable
            Called after each handful; may raise to stop.

        Returns
        -------
        float
            With the averaged weights; 0 when no picture was set aside.
        """
        if self._material.aside is None:
            return 0.0
        generator = chance(self._seed, "aside")
        pictures = self._material.aside.draw(TRIED, False, generator)
        noise = torch.randn(pictures.shape, generator=generator)
        time = (torch.arange(TRIED) + 0.5) / TRIED
        total = 0.0
        for loss in self._pool.map(self._loss_alone, pictures.split(16), noise.split(16), time.split(16)):
            total += loss
            heed()
        return total / (TRIED // 16)

    def tensors(self) -> dict[str, Tensor]:
        """Give what a checkpoint must hold, besides `state`.

        Returns
        -------
        dict of str to torch.Tensor
            Weights, their average, and what the optimisers remember.
        """
        weights = {f"weight.{name}": each.detach().clone() for name, each in self._weights.items()}
        averages = {f"average.{name}": each.detach().clone() for name, each in self._averages.items()}
        return weights | averages | self._descent.tensors()

    def state(self) -> dict[str, Any]:
        """Give the numbers that a checkpoint must hold.

        Returns
        -------
        dict
            As JSON types.
        """
        return {"step": self.step, "setbacks": self.setbacks, "sum": self._sum, "count": self._count}

    def restore(self, tensors: Mapping[str, np.ndarray | Tensor], state: Mapping[str, Any]) -> None:
        """Go back to a checkpoint.

        Parameters
        ----------
        tensors : mapping of str to np.ndarray or torch.Tensor
            As `tensors` gave them; others are passed over.
        state : mapping
            As `state` gave it.

        Raises
        ------
        MaterialError
            If they do not fit this training.
        """
        numbers = [state.get(name) for name in ("step", "setbacks", "sum", "count")]
        given = {name: torch.as_tensor(each) for name, each in tensors.items()}
        fits = (
            all(isinstance(each, (int, float)) and math.isfinite(each) for each in numbers)
            and all(
                f"{kind}.{name}" in given and given[f"{kind}.{name}"].shape == weight.shape
                for name, weight in self._weights.items()
                for kind in ("weight", "average")
            )
            and self._descent.fits(given)
        )
        if not fits or not 0 <= state["step"] <= self._steps:
            raise MaterialError(
                _("The checkpoint does not fit this training: it was damaged or replaced. Begin a new run.")
            )
        self.step, self.setbacks = int(state["step"]), int(state["setbacks"])
        self._sum, self._count = float(state["sum"]), int(state["count"])
        with torch.no_grad():
            for name, weight in self._weights.items():
                weight.copy_(given[f"weight.{name}"])
                self._averages[name].copy_(given[f"average.{name}"])
        self._descent.restore(given, self.step)

    def _gradients(self, pictures: Tensor, noise: Tensor, time: Tensor) -> tuple[float, list[Tensor]]:
        loss = self._loss(self._network, pictures, noise, time)
        return loss.item(), list(torch.autograd.grad(loss, [*self._weights.values()]))

    def _loss_alone(self, pictures: Tensor, noise: Tensor, time: Tensor) -> float:
        with torch.inference_mode():
            return self._loss(self.averaged, pictures, noise, time).item()

    def _loss(self, network: Network, pictures: Tensor, noise: Tensor, time: Tensor) -> Tensor:
        pictures, noise, time = (each.to(self._device) for each in (pictures, noise, time))
        share = time[:, None, None, None]
        guess = network.velocity((1 - share) * pictures + share * noise, time)
        return (guess - (noise - pictures)).square().mean()
