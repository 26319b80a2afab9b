"""The form of an experiment, as data for the browser, and the values that come back from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from artia_lab.errors import ParameterError
from artia_lab.i18n import _
from artia_lab.parameters import Field, Parameters, fields

# What a person meets first; the other controls wait behind "More settings".
FIRST = 4


def described(parameters: type[Parameters]) -> list[dict[str, Any]]:
    """Describe the controls of a form.

    Parameters
    ----------
    parameters : type[Parameters]
        The experiment's parameters.

    Returns
    -------
    list of dict
        One control each, in the order of their declaration, the seed last; of JSON types and in the
        language in force.
    """
    return [
        {
            "name": name,
            "kind": field.kind,
            "label": str(field.label),
            "help": str(field.help),
            "low": field.low,
            "high": field.high,
            "step": field.step,
            "unit": field.unit,
            "choices": [[value, str(label)] for value, label in field.choices.items()],
            "medium": field.medium,
            "max_length": field.max_length,
            "first": name == "seed" or number < FIRST,
        }
        for number, (name, field) in enumerate(fields(parameters).items())
    ]


def checked(parameters: type[Parameters], values: Mapping[str, object]) -> tuple[dict[str, Any], dict[str, str]]:
    """Check what a form holds, each control by itself.

    Parameters
    ----------
    parameters : type[Parameters]
        The experiment's parameters.
    values : mapping of str to object
        Values by name, as JSON types; None for a control left empty.

    Returns
    -------
    good : dict
        The values that are allowed, typed.
    mistakes : dict of str to str
        A sentence for each value that is not.
    """
    good: dict[str, Any] = {}
    mistakes: dict[str, str] = {}
    for name, field in fields(parameters).items():
        try:
            good[name] = _one(field, name, values.get(name))
        except ParameterError as error:
            mistakes[name] = str(error)
    return good, mistakes


def _one(field: Field, name: str, value: object) -> object:
    if value is None:
        raise ParameterError(_("Give a value here: {allowed}.").format(allowed=field.allowed()))
    # JSON has one kind of number: 7.0 is the whole number 7.
    if field.kind == "whole" and isinstance(value, float) and value.is_integer():
        value = int(value)
    return field.check(name, value)
