"""Parameters as they are written: in the cell of a notebook, on a command line."""

from __future__ import annotations

from artia_lab.errors import ParameterError
from artia_lab.i18n import _
from artia_lab.parameters.field import shown
from artia_lab.parameters.values import NAME, Parameters, fields


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
                    pair=shown(pair)
                )
            )
        values[name] = value
    return values
