"""Chance that can be drawn again at any step, without keeping the state of a generator."""

import hashlib

import torch


def chance(seed: int, purpose: str, number: int = 0) -> torch.Generator:
    """Make the generator of one draw.

    Each step of a training has its own, so that a training taken up again draws what it would have drawn.

    Parameters
    ----------
    seed : int
        The person's seed.
    purpose : str
        What is drawn, so that no two uses share their numbers.
    number : int
        Which draw of that kind.

    Returns
    -------
    torch.Generator
        On the CPU, whatever computes afterwards.
    """
    # torch's generator takes in 32 bits; a digest spreads all three over them.
    digest = hashlib.sha256(f"{seed}/{purpose}/{number}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:4], "big"))
