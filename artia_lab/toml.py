"""Files of settings, in TOML: read whole, and refused with a sentence when they set what does not exist."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from artia_lab.errors import Mistake, NotFound
from artia_lab.i18n import _


def read_settings(file: Path, known: Collection[str]) -> dict[str, Any]:
    """Read a file of settings.

    Parameters
    ----------
    file : Path
        A TOML file.
    known : collection of str
        Names of all the settings there are.

    Returns
    -------
    dict
        What it sets, by name, lists as tuples; what kind each value is has still to be checked.

    Raises
    ------
    NotFound
        If there is no such file.
    Mistake
        If it cannot be read, or sets something that does not exist.
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        sentence = _(
            "There is no settings file “{file}”. Check its name, or leave it out to use the usual settings."
        )
        raise NotFound(sentence.format(file=file)) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        sentence = _("The settings in “{file}” cannot be read: {reason}. Correct that line, then try again.")
        raise Mistake(sentence.format(file=file, reason=error)) from error
    for name in content:
        if name not in known:
            sentence = _("“{name}” in “{file}” is not a setting; these are: {list}.")
            raise Mistake(sentence.format(name=name, file=file, list=", ".join(known)))
    return {name: tuple(value) if isinstance(value, list) else value for name, value in content.items()}
