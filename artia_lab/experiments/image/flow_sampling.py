"""Drawing pictures from a flow: from noise to picture by Heun steps.

A rectified flow (Liu, Gong & Liu, "Flow straight and fast", ICLR 2023; Lipman et al., "Flow matching for
generative modeling", ICLR 2023) mixes picture and noise in a straight line, ``(1 - t) picture + t noise``.
Following the direction that the network guesses, from t = 1 down to 0, turns noise into a picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from artia_lab.experiments.image.flow_chance import chance
from artia_lab.experiments.image.flow_network import Network

HEUN_STEPS = 25
AT_ONCE = 16


def noise(size: int, seed: int, count: int, first: int = 0) -> Tensor:
    """Draw noise, the same for a picture whatever the number of pictures.

    Parameters
    ----------
    size : int
        Side in px.
    seed : int
        Seed of all chance.
    count : int
        How many.
    first : int
        Number of the first.

    Returns
    -------
    torch.Tensor [shape=(count, 3, size, size)]
        Of mean 0 and deviation 1.
    """
    return torch.stack(
        [torch.randn(3, size, size, generator=chance(seed, "draw", first + k)) for k in range(count)]
    )


def between(start: Tensor, end: Tensor, share: float) -> Tensor:
    """Go from one noise to another along the sphere on which noise lies (Shoemake's slerp, SIGGRAPH 1985).

    Parameters
    ----------
    start, end : torch.Tensor
        Two noises of the same shape.
    share : float in [0, 1]
        0 gives `start` and 1 gives `end`, exactly.

    Returns
    -------
    torch.Tensor
        Noise, of about the same length.
    """
    if share in (0, 1):
        return end if share else start
    cosine = float((start.flatten() @ end.flatten()) / (start.norm() * end.norm()).clamp(min=1e-12))
    angle = math.acos(max(-1.0, min(1.0, cosine)))
    if angle < 1e-4:
        return start
    return (math.sin((1 - share) * angle) * start + math.sin(share * angle) * end) / math.sin(angle)


def draw(
    network: Network,
    start: Tensor,
    strength: float = 1.0,
    steps: int = HEUN_STEPS,
    on_step: Callable[[int, int], None] = lambda i, n: None,
) -> Tensor:
    """Turn noise into pictures.

    Parameters
    ----------
    network : Network
        A trained one.
    start : torch.Tensor [shape=(n, 3, size, size)]
        Noise, or a picture in [-1, 1] mixed with a share of it.
    strength : float in [0, 1]
        That share.
    steps : int
        Heun steps from pure noise; fewer are taken when `strength` is below 1.
    on_step : callable
        Called as ``on_step(i, n)`` after each step of each handful; may raise to stop.

    Returns
    -------
    torch.Tensor [shape=(n, 3, size, size)]
        Pictures in [-1, 1], on the CPU.
    """
    count = math.ceil(steps * strength)
    if count == 0:
        on_step(1, 1)
        return start.clamp(-1, 1).cpu()
    times = [strength * (1 - k / count) for k in range(count)] + [0.0]
    handfuls, drawn = start.split(AT_ONCE), []
    with torch.inference_mode():
        for number, handful in enumerate(handfuls):
            x = handful.to(network.device)
            for k in range(count):
                x = _heun(network, x, times[k], times[k + 1])
                on_step(number * count + k + 1, count * len(handfuls))
            drawn.append(x.clamp(-1, 1).cpu())
    return torch.cat(drawn)


def _heun(network: Network, x: Tensor, now: float, then: float) -> Tensor:
    first = network.velocity(x, torch.full((len(x),), now, device=x.device))
    ahead = x + (then - now) * first
    if then == 0:
        return ahead
    second = network.velocity(ahead, torch.full((len(x),), then, device=x.device))
    return x + (then - now) * (first + second) / 2


def as_pictures(drawn: Tensor) -> np.ndarray:
    """Turn what was drawn into pictures.

    Parameters
    ----------
    drawn : torch.Tensor [shape=(n, 3, h, w)]
        Values in [-1, 1].

    Returns
    -------
    np.ndarray [shape=(n, h, w, 3)]
        sRGB values in [0, 1].
    """
    pictures: np.ndarray = ((drawn.float() + 1) / 2).clamp(0, 1).permute(0, 2, 3, 1).cpu().numpy()
    return pictures


def grid(pictures: np.ndarray, side: int = 768, gap: int = 4) -> np.ndarray:
    """Lay pictures out on one sheet, enlarged without smoothing.

    Parameters
    ----------
    pictures : np.ndarray [shape=(n, h, w, 3)]
        Values in [0, 1].
    side : int
        About how wide the sheet is, in px.
    gap : int
        White between two pictures, in px.

    Returns
    -------
    np.ndarray [shape=(height, width, 3)]
        The sheet.
    """
    count, high, wide, _colours = pictures.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    scale = max(1, side // (columns * wide))
    high, wide = high * scale, wide * scale
    sheet = np.ones((rows * (high + gap) - gap, columns * (wide + gap) - gap, 3), np.float32)
    for k, picture in enumerate(pictures):
        top, left = (k // columns) * (high + gap), (k % columns) * (wide + gap)
        sheet[top : top + high, left : left + wide] = picture.repeat(scale, 0).repeat(scale, 1)
    return sheet
