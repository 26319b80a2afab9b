"""The frozen, checked values of an experiment, and the refusal of any other."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from artia_lab.errors import ParameterError
from artia_lab.i18n import Text, _
from artia_lab.parameters.declare import whole
from artia_lab.parameters.field import Field, shown

NAME = re.compile(r"[a-z_][a-z0-9_]*")
SEED_LIMIT = 2**32 - 1


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
            fr="Le point de départ du hasard : la même graine redonne le même résultat.",
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
        template.format(name=name, allowed=field.allowed(), default=shown(field.default) or "“”")
        for name, field in fields(cls).items()
    )


def _known(cls: type[Parameters], name: object) -> Field:
    declared = fields(cls)
    if isinstance(name, str) and name in declared:
        return declared[name]
    near = difflib.get_close_matches(str(name), declared, n=1)
    hint = _(" Did you mean “{name}”?").format(name=near[0]) if near else ""
    raise ParameterError(
        _("There is no parameter “{name}”.{hint} The parameters are: {list}.").format(
            name=shown(name), hint=hint, list=describe(cls)
        )
    )
