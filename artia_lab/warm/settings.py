"""What the fork server imports, and how long it stays: ``kernels/artia/warm.toml``."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from artia_lab.errors import Mistake
from artia_lab.home import data_folder
from artia_lab.i18n import _


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The fork server of one environment.

    Attributes
    ----------
    imports : tuple of str
        Names of the modules to import, in this order.
    idle_seconds : float
        How long it stays when nobody uses it, in s.
    """

    imports: tuple[str, ...]
    idle_seconds: float


def path() -> Path:
    """Name the file of settings.

    Returns
    -------
    Path
        ``ARTIA_WARM`` when it names a file, else the one beside the kernel.
    """
    asked = os.environ.get("ARTIA_WARM", "")
    return Path(asked) if asked not in ("", "off") else data_folder("kernels") / "artia" / "warm.toml"


def read(file: Path) -> Settings:
    """Read the settings.

    Parameters
    ----------
    file : Path
        A TOML file with ``imports`` and ``idle_seconds``.

    Returns
    -------
    Settings
        What it says.

    Raises
    ------
    Mistake
        If it cannot be read, or says something else.
    """
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
        imports, idle = written.pop("imports"), written.pop("idle_seconds")
        if written or not all(isinstance(each, str) for each in imports) or not float(idle) > 0:
            raise ValueError(", ".join(written) or f"{imports!r}, {idle!r}")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Mistake(
            _(
                "The settings of warm start, “{file}”, cannot be used ({reason}). They hold “imports”, a list of "
                "names of modules, and “idle_seconds”, a number above 0."
            ).format(file=file, reason=error)
        ) from error
    return Settings(imports=tuple(imports), idle_seconds=float(idle))
