"""The network of a small model: diffusers' UNet, fed with pictures folded into fewer and deeper pixels.

Folding 2 × 2 px into one of twelve colours halves the time of a step at the same number of weights (0.084 s
instead of 0.186 s, 16 pictures of 32 px, one core): most of it went into norms and copies at full size.

Around it lies the preconditioning of Karras et al. ("Elucidating the design space of diffusion-based generative
models", NeurIPS 2022), written for a straight flow: the network sees values of deviation 1, and guesses the noise
where there is little of it and the picture where there is much.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

from artia_lab.errors import MaterialError
from artia_lab.experiments.image.flow_chance import chance
from artia_lab.i18n import _

SIZES = (16, 32, 48, 64, 128)
PRECISIONS = ("float32", "bfloat16")
GROUPS = 8
T_SCALE = 1000.0

SPREAD = 0.5
"""Deviation of the pictures, in [-1, 1], that the network may count on."""


@dataclass(frozen=True)
class Architecture:
    """What is needed to build the network again.

    Attributes
    ----------
    size : int
        Side of a picture in px.
    fold : int
        Side in px of the squares folded into one pixel of the network.
    channels : tuple of int
        Channels at each resolution of the network, each half the one before.
    layers : int
        Blocks at each resolution.
    precision : {"float32", "bfloat16"}
        In which numbers the products are computed.
    """

    size: int
    fold: int
    channels: tuple[int, ...]
    layers: int
    precision: str

    def to_json(self) -> dict[str, Any]:
        """Turn it into JSON types.

        Returns
        -------
        dict
            As `from_json` takes it.
        """
        return (
            {"network": "UNet2DModel", "method": "rectified-flow"} | asdict(self) | {"channels": [*self.channels]}
        )

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Architecture:
        """Read it, believing nothing.

        Parameters
        ----------
        said : mapping
            What a model says of itself.

        Returns
        -------
        Architecture
            One that can be built in reasonable memory.

        Raises
        ------
        MaterialError
            If it is none of ours.
        """
        try:
            size, fold, layers = (int(said[name]) for name in ("size", "fold", "layers"))
            channels = tuple(int(each) for each in said["channels"])
            sound = (
                said["network"] == "UNet2DModel"
                and said["method"] == "rectified-flow"
                and said["precision"] in PRECISIONS
                and size in SIZES
                and fold in (1, 2, 4)
                and layers in (1, 2, 3)
                and 1 <= len(channels) <= 4
                and all(0 < each <= 512 and each % GROUPS == 0 for each in channels)
                and size % (fold << (len(channels) - 1)) == 0
            )
        except (KeyError, TypeError, ValueError):
            sound = False
        if not sound:
            raise MaterialError(
                _("This model was not made by the experiment “image.small-model”. Choose one that was.")
            )
        return cls(size, fold, channels, layers, str(said["precision"]))


def suited(size: str, precision: str, device: str) -> Architecture:
    """Choose the network for a machine.

    Parameters
    ----------
    size : {"auto", "32", "48", "64", "128"}
        Side of a picture in px.
    precision : {"auto", "float32", "bfloat16"}
        Of the products.
    device : str
        Where torch computes.

    Returns
    -------
    Architecture
        About a million weights on a CPU; several times as many on a GPU.
    """
    if precision == "auto":
        precision = "bfloat16" if device == "cuda" or _fast_bfloat16() else "float32"
    if device == "cuda":
        side = 64 if size == "auto" else int(size)
        return Architecture(side, 2 if side > 64 else 1, (64, 128, 256), 2, precision)
    side = 32 if size == "auto" else int(size)
    return Architecture(side, 2 if side < 64 else 4, (64, 64), 1, precision)


def _fast_bfloat16() -> bool:
    """Say whether this CPU multiplies bfloat16 by tiles.

    Without them it gains a sixth to a third where there is AVX-512 for it, as measured by
    `tests/benchmarks/small_corpus_first.py`, and loses elsewhere: too little for results of its own on each kind
    of computer. A person may still ask for it.
    """
    # Held to older instructions, oneDNN, which multiplies, would imitate them slowly: then the second is false.
    return bool(torch.cpu._is_amx_tile_supported() and torch.ops.mkldnn._is_mkldnn_bf16_supported())


class Network:
    """A UNet that says which way each pixel must go.

    Parameters
    ----------
    architecture : Architecture
        What to build.
    device : str
        Where torch computes.
    seed : int
        Seed of the first weights.

    Attributes
    ----------
    architecture : Architecture
        What was built.
    unet : diffusers.UNet2DModel
        The weights.
    device : str
        Where they are.
    """

    def __init__(self, architecture: Architecture, device: str = "cpu", seed: int = 0) -> None:
        from diffusers import UNet2DModel

        depth, colours = len(architecture.channels), 3 * architecture.fold**2
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(chance(seed, "weights").initial_seed())
            unet = UNet2DModel(
                sample_size=architecture.size // architecture.fold,
                in_channels=colours,
                out_channels=colours,
                block_out_channels=architecture.channels,
                layers_per_block=architecture.layers,
                norm_num_groups=GROUPS,
                down_block_types=("DownBlock2D",) * depth,
                up_block_types=("UpBlock2D",) * depth,
                add_attention=False,
            )
        self.architecture, self.device = architecture, device
        module: Any = unet
        self.unet = module.to(device, memory_format=torch.channels_last)

    def velocity(self, noisy: Tensor, time: Tensor) -> Tensor:
        """Guess the direction from picture to noise.

        Parameters
        ----------
        noisy : torch.Tensor [shape=(n, 3, size, size)]
            Pictures in [-1, 1] mixed with noise.
        time : torch.Tensor [shape=(n,)]
            Share of noise in each, from 0 to 1.

        Returns
        -------
        torch.Tensor [shape=(n, 3, size, size)]
            Noise less picture.
        """
        share = time[:, None, None, None]
        spread = (share**2 + (SPREAD * (1 - share)) ** 2).sqrt()
        folded = pixel_unshuffle(noisy / spread, self.architecture.fold)
        with self._autocast():
            guess = self.unet(folded.contiguous(memory_format=torch.channels_last), time * T_SCALE).sample
        # What follows from the spread of pictures and noise alone is not left to the network.
        known = noisy * (share - SPREAD**2 * (1 - share)) / spread**2
        return known - SPREAD / spread * pixel_shuffle(guess.float(), self.architecture.fold)

    def load(self, tensors: Mapping[str, np.ndarray | Tensor]) -> None:
        """Take other weights.

        Parameters
        ----------
        tensors : mapping of str to np.ndarray or torch.Tensor
            By the names of `UNet2DModel`.

        Raises
        ------
        MaterialError
            If they do not fit.
        """
        own = self.unet.state_dict()
        if own.keys() != tensors.keys() or any(own[each].shape != tensors[each].shape for each in own):
            raise MaterialError(
                _(
                    "The weights do not fit the architecture of the model. "
                    "Take another copy of it, or train it again."
                )
            )
        with torch.no_grad():
            for name, kept in own.items():
                kept.copy_(torch.as_tensor(tensors[name]))

    def _autocast(self) -> AbstractContextManager[Any]:
        low = self.architecture.precision == "bfloat16"
        return torch.autocast(self.device, torch.bfloat16, enabled=low)
