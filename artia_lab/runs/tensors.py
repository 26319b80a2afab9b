"""Reading tensors from safetensors, the only format of weights ever opened: it holds numbers and no code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from artia_lab.errors import MaterialError
from artia_lab.i18n import _

if TYPE_CHECKING:
    import numpy as np

LIMIT_BYTES = 8 << 30


def read_tensors(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Read a safetensors file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    tensors : dict of str to np.ndarray
        Its tensors by name.
    metadata : dict of str to str
        What else it says.

    Raises
    ------
    MaterialError
        If it is missing, cut short, larger than 8 GB, or no safetensors.
    """
    from safetensors import SafetensorError, safe_open

    try:
        if path.stat().st_size > LIMIT_BYTES:
            raise MaterialError(
                _("“{file}” is larger than 8 GB, which no model of the lab is.").format(file=path.name)
            )
        with safe_open(path, framework="numpy") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, dict(file.metadata() or {})  # noqa: SIM118
    except (OSError, SafetensorError, ValueError, TypeError) as error:
        raise MaterialError(
            _(
                "“{file}” is missing, cut short or no safetensors file, and cannot be opened. Take another copy "
                "of it, or run the experiment anew."
            ).format(file=path.name)
        ) from error
