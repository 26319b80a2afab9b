"""How the rerun of one notebook ended."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The end of one rerun.

    Attributes
    ----------
    notebook : str
        The notebook that was rerun.
    status : {"finished", "failed", "interrupted"}
        How it ended.
    output : str
        The executed notebook, as far as it went.
    seconds : float
        How long it took.
    runs : tuple of str
        The run folders that it made.
    sentence : str
        What went wrong and what to do next, or ``""``.
    """

    notebook: str
    status: str
    output: str
    seconds: float
    runs: tuple[str, ...] = ()
    sentence: str = ""

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON types.

        Returns
        -------
        dict
            Every attribute by name.
        """
        return asdict(self)
