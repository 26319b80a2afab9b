"""How an experiment declares its parameters: one function for each kind."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from artia_lab.i18n import Text
from artia_lab.parameters.field import Field


def _declare(field: Field) -> Any:
    field.check("default", field.default)
    return dataclasses.field(default=field.default, metadata={"artia": field})


def whole(default: int, low: int, high: int, step: int = 1, unit: str = "", *, label: Text, help: Text) -> Any:
    """Declare a whole number between `low` and `high` included, on a multiple of `step` above `low`.

    Parameters
    ----------
    default, low, high, step : int
        Default, range and granularity.
    unit : str
        Symbol of the unit.
    label, help : Text
        What a person reads.

    Returns
    -------
    dataclasses.Field
        The declaration, for the body of a `Parameters` class.
    """
    return _declare(Field("whole", default, label, help, low, high, step, unit))


def real(default: float, low: float, high: float, step: float, unit: str = "", *, label: Text, help: Text) -> Any:
    """Declare a finite real number between `low` and `high` included.

    Parameters
    ----------
    default, low, high : float
        Default and range.
    step : float
        Granularity of the slider; other values are accepted too.
    unit : str
        Symbol of the unit.
    label, help : Text
        What a person reads.

    Returns
    -------
    dataclasses.Field
        The declaration, for the body of a `Parameters` class.
    """
    return _declare(Field("real", float(default), label, help, low, high, step, unit))


def switch(default: bool, *, label: Text, help: Text) -> Any:
    """Declare something that is on or off.

    Parameters
    ----------
    default : bool
        Whether it is on when nothing is said.
    label, help : Text
        What a person reads.

    Returns
    -------
    dataclasses.Field
        The declaration, for the body of a `Parameters` class.
    """
    return _declare(Field("switch", default, label, help))


def choice(default: str, choices: Mapping[str, Text], *, label: Text, help: Text) -> Any:
    """Declare a choice among a few named values.

    Parameters
    ----------
    default : str
        The value when none is chosen.
    choices : mapping of str to Text
        Each value and its label.
    label, help : Text
        What a person reads.

    Returns
    -------
    dataclasses.Field
        The declaration, for the body of a `Parameters` class.
    """
    return _declare(Field("choice", default, label, help, choices=dict(choices)))


def line(default: str, max_length: int, *, label: Text, help: Text) -> Any:
    """Declare a free text.

    Parameters
    ----------
    default : str
        The text when none is given; may be empty.
    max_length : int
        The most characters it may have.
    label, help : Text
        What a person reads.

    Returns
    -------
    dataclasses.Field
        The declaration, for the body of a `Parameters` class.
    """
    return _declare(Field("line", default, label, help, max_length=max_length))


def item(medium: str, *, label: Text, help: Text) -> Any:
    """Declare an item of the corpus, named by its file; empty lets the experiment choose.

    Parameters
    ----------
    medium : str
        ``"image"``, ``"audio"`` or ``"text"``.
    label, help : Text
        What a person reads.

    Returns
    -------
    dataclasses.Field
        The declaration, for the body of a `Parameters` class.
    """
    return _declare(Field("item", "", label, help, medium=medium))
