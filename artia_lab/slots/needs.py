"""What a run needs of a place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What a run needs of a place.

    Attributes
    ----------
    gpu : bool
        Whether a GPU helps; where none is shared, cores will do.
    memory_mb : int
        How much of a GPU's memory, in MB.
    cores : int
        How many cores; 0 for as many as the broker gives to each.
    seconds : float
        About how long it will compute, in s.
    """

    gpu: bool = False
    memory_mb: int = 0
    cores: int = 0
    seconds: float = 10.0
