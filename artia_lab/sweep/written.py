"""Lists of values as they are written on a command line: ``1..8``, ``0.5,1.0``, ``"a, b",c``."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from artia_lab.errors import ParameterError
from artia_lab.i18n import _, visible
from artia_lab.parameters import read_assignments

# More is not a sheet that anybody looks at, and is most often a slip of the hand.
MOST_RUNS = 1000

_NUMBER = r"-?\d+(?:\.\d+)?"
_SPAN = re.compile(rf"({_NUMBER})\.\.({_NUMBER})(?:\.\.({_NUMBER}))?")


@dataclass(frozen=True)
class Span:
    """Numbers at equal distances.

    Attributes
    ----------
    written : str
        As it was written.
    first, last : Decimal
        Where it starts, and what it does not go beyond.
    step : Decimal or None
        The distance; None when it was not said.
    """

    written: str
    first: Decimal
    last: Decimal
    step: Decimal | None

    def numbers(self, step: Decimal) -> list[str]:
        """Write each number out.

        Parameters
        ----------
        step : Decimal
            The distance.

        Returns
        -------
        list of str
            At least one.

        Raises
        ------
        ParameterError
            If it goes down, its step is not above zero, or there are more than `MOST_RUNS`.
        """
        if self.last < self.first:
            raise ParameterError(
                _("“{written}” holds nothing: write the smaller number first.").format(written=self.written)
            )
        if step <= 0:
            raise ParameterError(_("The step of “{written}” must be above zero.").format(written=self.written))
        count = int((self.last - self.first) / step) + 1
        if count > MOST_RUNS:
            raise too_many(count)
        return [f"{self.first + number * step:f}" for number in range(count)]


def too_many(count: int) -> ParameterError:
    """Refuse a sweep for its size.

    Parameters
    ----------
    count : int
        How many runs it would make.

    Returns
    -------
    ParameterError
        To be raised.
    """
    return ParameterError(
        _("This sweep would make {count} runs; at most {most} fit in one. Shorten a list.").format(
            count=count, most=MOST_RUNS
        )
    )


def read_lists(pairs: Sequence[str]) -> dict[str, str]:
    """Read ``name=values`` pairs, each name once.

    Parameters
    ----------
    pairs : sequence of str
        As typed.

    Returns
    -------
    dict of str to str
        What stands after ``=``, by name.

    Raises
    ------
    ParameterError
        If there is none, a pair has no ``=``, or a name stands twice.
    """
    if not pairs:
        raise ParameterError(_("Say what shall vary, for example: -p seed=1..8"))
    lists: dict[str, str] = {}
    for pair in pairs:
        [(name, written)] = read_assignments([pair]).items()
        if name in lists:
            raise ParameterError(
                _("“{name}” is given twice. Write its values in one list, for example {name}=1,2,3.").format(
                    name=name
                )
            )
        lists[name] = written
    return lists


def read_list(name: str, written: str) -> list[str]:
    """Part the values of one list.

    Parameters
    ----------
    name : str
        The parameter, for the message.
    written : str
        Values between commas; one that holds a comma stands between double quotes.

    Returns
    -------
    list of str
        At least one; possibly empty texts.

    Raises
    ------
    ParameterError
        If a quote is not closed, or stands in the middle of a value.
    """
    try:
        rows = list(csv.reader([written], strict=True, skipinitialspace=True))
    except csv.Error as error:
        raise ParameterError(
            _(
                "The list “{written}” of “{name}” cannot be read. Put commas between the values, and double "
                "quotes around a value that holds a comma."
            ).format(written=visible(written), name=name)
        ) from error
    return rows[0] if rows and rows[0] else [""]


def read_span(written: str) -> Span | None:
    """Read ``first..last`` or ``first..last..step``.

    Parameters
    ----------
    written : str
        One item of a list.

    Returns
    -------
    Span or None
        None when it is written otherwise.
    """
    found = _SPAN.fullmatch(written.strip())
    if found is None:
        return None
    first, last = Decimal(found[1]), Decimal(found[2])
    step = Decimal(found[3]) if found[3] else None
    return Span(written.strip(), first, last, step)
