"""One declared parameter: what it takes, and how a value of it is checked and read."""

from __future__ import annotations

import dataclasses
import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from artia_lab.errors import ParameterError
from artia_lab.i18n import Text, _, visible

_YES = {"true", "yes", "oui", "vrai", "on", "1"}
_NO = {"false", "no", "non", "faux", "off", "0"}


@dataclass(frozen=True)
class Field:
    """One declared parameter.

    Attributes
    ----------
    kind : {"whole", "real", "switch", "choice", "line", "item"}
        What sort of value it takes.
    default : int, float, bool or str
        The value when none is given.
    label, help : Text
        What a person reads beside the control, and under it.
    low, high, step : number
        Range and granularity of a ``whole`` or ``real``. A whole number stands on a step; the step of a real
        number is only that of its slider.
    unit : str
        Symbol of the unit, the same in both languages, or ``""``.
    choices : mapping of str to Text
        The values of a ``choice`` and their labels.
    medium : str
        The medium of an ``item``.
    max_length : int
        Longest text of a ``line``, in characters.
    """

    kind: str
    default: Any
    label: Text
    help: Text
    low: float = 0
    high: float = 0
    step: float = 1
    unit: str = ""
    choices: Mapping[str, Text] = dataclasses.field(default_factory=dict)
    medium: str = ""
    max_length: int = 0

    def allowed(self) -> str:
        """Say in a few words, in the language in force, what values the field takes.

        Returns
        -------
        str
            For example ``"3 to 15 by 2, px"``.
        """
        unit = f" {self.unit}" if self.unit else ""
        if self.kind == "whole" and self.step != 1:
            return _("{low} to {high} by {step}").format(low=self.low, high=self.high, step=self.step) + unit
        if self.kind in ("whole", "real"):
            low, high = (f"{self.low:g}", f"{self.high:g}") if self.kind == "real" else (self.low, self.high)
            return _("{low} to {high}").format(low=low, high=high) + unit
        if self.kind == "switch":
            return _("true or false")
        if self.kind == "choice":
            return _(" or ").join(self.choices)
        if self.kind == "item":
            return _("a file of the corpus, or nothing to let the experiment choose")
        return _("a text of at most {length} characters").format(length=self.max_length)

    def check(self, name: str, value: object) -> int | float | bool | str:
        """Check a value and give it back in the field's own type.

        Parameters
        ----------
        name : str
            The parameter's name, for the message.
        value : object
            What was asked for.

        Returns
        -------
        int, float, bool or str
            The value, unchanged but for its Python type.

        Raises
        ------
        ParameterError
            If the value has another type or lies outside of the range.
        """
        checked = self._typed(value)
        if checked is None:
            raise ParameterError(
                _("“{value}” does not suit the parameter “{name}”; it takes: {allowed}.").format(
                    value=shown(value), name=name, allowed=self.allowed()
                )
            )
        return checked

    def _typed(self, value: object) -> int | float | bool | str | None:
        if self.kind == "switch":
            return bool(value) if isinstance(value, bool) or type(value).__name__ == "bool_" else None
        if self.kind == "whole":
            return self._whole(value)
        if self.kind == "real":
            if isinstance(value, bool | str | bytes) or not hasattr(value, "__float__"):
                return None
            number = float(value)
            return number if math.isfinite(number) and self.low <= number <= self.high else None
        if not isinstance(value, str) or "\0" in value:
            return None
        if self.kind == "choice":
            return value if value in self.choices else None
        return value if self.kind == "item" or len(value) <= self.max_length else None

    def _whole(self, value: object) -> int | None:
        if isinstance(value, bool):
            return None
        try:
            number = operator.index(value)  # type: ignore[arg-type]
        except TypeError:
            return None
        on_step = (number - int(self.low)) % int(self.step) == 0
        return number if self.low <= number <= self.high and on_step else None

    def parse(self, name: str, written: str) -> int | float | bool | str:
        """Read a value as it is written on a command line.

        Parameters
        ----------
        name : str
            The parameter's name, for the message.
        written : str
            What follows ``name=``.

        Returns
        -------
        int, float, bool or str
            The checked value.

        Raises
        ------
        ParameterError
            If it cannot be read as the field's type, or is not allowed.
        """
        value: object = written
        try:
            if self.kind == "whole":
                value = int(written)
            elif self.kind == "real":
                value = float(written.replace(",", "."))
        except ValueError:
            value = written
        if self.kind == "switch" and written.lower() in _YES | _NO:
            value = written.lower() in _YES
        return self.check(name, value)


def shown(value: object) -> str:
    """Show a value in one short line, whatever it holds.

    Parameters
    ----------
    value : object
        Anything a person may have given.

    Returns
    -------
    str
        At most 80 printable characters.
    """
    text = value if isinstance(value, str) else repr(value)
    if isinstance(value, bool):
        text = text.lower()
    text = visible(text)
    return text if len(text) <= 80 else text[:79] + "…"
