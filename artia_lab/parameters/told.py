"""Parameters as a reader is told of them: the label and the value of each, in words."""

from __future__ import annotations

from collections.abc import Mapping

from artia_lab.i18n import LANGUAGES, Text, _, decimals, use_language
from artia_lab.parameters.field import Field
from artia_lab.parameters.values import Parameters, fields


def told(cls: type[Parameters], values: Mapping[str, object]) -> list[tuple[str, str]]:
    """Tell values of parameters, in the language in force.

    Parameters
    ----------
    cls : type[Parameters]
        The experiment's parameters.
    values : mapping of str to object
        Their values by name; what is not there is not told.

    Returns
    -------
    list of tuple of str
        Label and value of each, in the order of their declaration.
    """
    return [
        (str(field.label), _told(field, values[name])) for name, field in fields(cls).items() if name in values
    ]


def told_in_both(cls: type[Parameters], values: Mapping[str, object]) -> tuple[tuple[Text, Text], ...]:
    """Tell values of parameters, in both languages.

    Parameters
    ----------
    cls : type[Parameters]
        The experiment's parameters.
    values : mapping of str to object
        Their values by name; what is not there is not told.

    Returns
    -------
    tuple of tuple of Text
        Label and value of each, in the order of their declaration.
    """
    said = {}
    for language in LANGUAGES:
        with use_language(language):
            said[language] = told(cls, values)
    pairs = zip(said["fr"], said["en"], strict=True)
    return tuple((Text(fr=a, en=c), Text(fr=b, en=d)) for (a, b), (c, d) in pairs)


def _told(field: Field, value: object) -> str:
    if field.kind == "switch":
        return _("yes") if value else _("no")
    if field.kind == "choice":
        return str(field.choices.get(str(value), value))
    if field.kind == "item" and not value:
        return _("chosen by the experiment")
    if value == "":
        return "—"
    text = decimals(f"{value:g}") if field.kind == "real" else str(value)
    return f"{text}\N{NO-BREAK SPACE}{field.unit}" if field.unit else text
