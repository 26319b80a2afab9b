"""Parameters of an experiment: each declared once, everything else derived from its declaration.

A field says its type, range, step, unit, label and help. From it come the validation, the form, the notebook's
``parameters`` cell, the JSON form and what the command line accepts.

This is our own code, over `dataclasses`, because what it derives is particular: refusals in two languages that
list what is allowed, and a cell that papermill can inspect. Pydantic would bring the checks alone, with English
messages, for a tenth of a second more at each start.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from artia_lab.errors import ParameterError
from artia_lab.i18n import Text, _

NAME = re.compile(r"[a-z_][a-z0-9_]*")
SEED_LIMIT = 2**32 - 1
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
                    value=_shown(value), name=name, allowed=self.allowed()
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


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The frozen, checked values of one experiment; experiments declare a subclass.

    Attributes
    ----------
    seed : int
        Where chance starts from; 0 is a seed.
    """

    seed: int = whole(
        0,
        0,
        SEED_LIMIT,
        label=Text(fr="Graine", en="Seed"),
        help=Text(
            fr="Le point de départ du hasard : la même graine redonne le même résultat.",
            en="Where chance starts from: the same seed gives the same result again.",
        ),
    )

    def __post_init__(self) -> None:
        for name, field in fields(type(self)).items():
            object.__setattr__(self, name, field.check(name, getattr(self, name)))

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Self:
        """Make parameters from named values, the others keeping their defaults.

        Parameters
        ----------
        values : mapping of str to object
            Values by parameter name.

        Returns
        -------
        Parameters
            The checked values.

        Raises
        ------
        ParameterError
            If a name is unknown, or a value mistyped or out of range.
        """
        for name in values:
            _known(cls, name)
        given: dict[str, Any] = dict(values)
        return cls(**given)

    @classmethod
    def parsed(cls, written: Mapping[str, str]) -> Self:
        """Make parameters from values as a command line gives them.

        Parameters
        ----------
        written : mapping of str to str
            What stands after each ``name=``.

        Returns
        -------
        Parameters
            The checked values.

        Raises
        ------
        ParameterError
            If a name is unknown, or a value unreadable or not allowed.
        """
        read: dict[str, Any] = {name: _known(cls, name).parse(name, text) for name, text in written.items()}
        return cls(**read)

    def to_json(self) -> dict[str, Any]:
        """Give the values as plain JSON types.

        Returns
        -------
        dict
            Every value by name, falsy ones too.
        """
        return {name: getattr(self, name) for name in fields(type(self))}


def fields(cls: type[Parameters]) -> dict[str, Field]:
    """List the declared parameters of a class.

    Parameters
    ----------
    cls : type[Parameters]
        The experiment's parameters.

    Returns
    -------
    dict of str to Field
        In the order of the form: the experiment's own first, the seed last.

    Raises
    ------
    TypeError
        If a name is not of the form ``^[a-z_][a-z0-9_]*$`` or a field was not declared with this module.
    """
    declared = {}
    for each in dataclasses.fields(cls):
        if not NAME.fullmatch(each.name) or "artia" not in each.metadata:
            raise TypeError(f"{cls.__qualname__}.{each.name} is not declared with artia_lab.parameters")
        declared[each.name] = each.metadata["artia"]
    declared["seed"] = declared.pop("seed")
    return declared


def describe(cls: type[Parameters]) -> str:
    """List the parameters of a class and what each takes, for a refusal.

    Parameters
    ----------
    cls : type[Parameters]
        The experiment's parameters.

    Returns
    -------
    str
        For example ``"patch (3 to 15 by 2, px; default 7), seed (…)"``, in the language in force.
    """
    template = _("{name} ({allowed}; default {default})")
    return ", ".join(
        template.format(name=name, allowed=field.allowed(), default=_shown(field.default) or "“”")
        for name, field in fields(cls).items()
    )


def cell(cls: type[Parameters]) -> str:
    """Write the notebook's ``parameters`` cell: typed, commented in both languages, inspectable by papermill.

    Parameters
    ----------
    cls : type[Parameters]
        The experiment's parameters.

    Returns
    -------
    str
        One line per parameter, without a last newline.
    """
    lines = []
    for name, field in fields(cls).items():
        unit = f", {field.unit}" if field.unit else ""
        span = f" ({field.low}..{field.high}{unit})" if field.kind in ("whole", "real") else ""
        if field.kind == "choice":
            span = f" ({' | '.join(field.choices)})"
        kind = type(field.default).__name__
        lines.append(f"{name}: {kind} = {field.default!r}  # {field.label.fr} / {field.label.en}{span}")
    return "\n".join(lines)


def read_assignments(written: list[str]) -> dict[str, str]:
    """Read ``name=value`` pairs from a command line.

    Parameters
    ----------
    written : list of str
        The pairs as typed.

    Returns
    -------
    dict of str to str
        What stands after ``=``, by name; the last one wins.

    Raises
    ------
    ParameterError
        If a pair has no ``=`` or its name is not of the form ``^[a-z_][a-z0-9_]*$``.
    """
    values = {}
    for pair in written:
        name, equals, value = pair.partition("=")
        if not equals or not NAME.fullmatch(name):
            raise ParameterError(
                _("“{pair}” is not a parameter; write it as name=value, for example seed=7.").format(
                    pair=_shown(pair)
                )
            )
        values[name] = value
    return values


def _known(cls: type[Parameters], name: object) -> Field:
    declared = fields(cls)
    if isinstance(name, str) and name in declared:
        return declared[name]
    near = difflib.get_close_matches(str(name), declared, n=1)
    hint = _(" Did you mean “{name}”?").format(name=near[0]) if near else ""
    raise ParameterError(
        _("There is no parameter “{name}”.{hint} The parameters are: {list}.").format(
            name=_shown(name), hint=hint, list=describe(cls)
        )
    )


def _shown(value: object) -> str:
    """Show a value in one short line, whatever it holds."""
    text = value if isinstance(value, str) else repr(value)
    if isinstance(value, bool):
        text = text.lower()
    text = text.encode("unicode_escape").decode() if not text.isprintable() else text
    return text if len(text) <= 80 else text[:79] + "…"
