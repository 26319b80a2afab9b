"""What a sweep is asked to try: each value checked before anything starts."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from artia_lab import experiments
from artia_lab.errors import ParameterError
from artia_lab.i18n import Text, _, decimals, visible
from artia_lab.parameters import Field, fields
from artia_lab.rerun import Job, prepare
from artia_lab.sweep.written import MOST_RUNS, Span, read_list, read_lists, read_span, too_many


@dataclass(frozen=True)
class Axis:
    """One parameter and the values that it takes in turn.

    Attributes
    ----------
    name : str
        The parameter.
    values : tuple
        Its values, checked and typed.
    field : Field or None
        Its declaration, when an experiment declares it.
    """

    name: str
    values: tuple[Any, ...]
    field: Field | None = None

    @property
    def label(self) -> Text:
        """What a person calls it.

        Returns
        -------
        Text
            The label of its control, else its name.
        """
        if self.name == "corpus":
            return Text(fr="Corpus", en="Corpus")
        return self.field.label if self.field else Text(fr=self.name, en=self.name)

    def shown(self, value: Any) -> str:
        """Write a value for a reader, in the language in force.

        Parameters
        ----------
        value : object
            One of `values`.

        Returns
        -------
        str
            One line.
        """
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if self.field and self.field.kind == "choice":
            return str(self.field.choices[value])
        if self.field and self.field.kind == "item" and not value:
            return _("chosen by the experiment")
        text = decimals(f"{value:g}") if isinstance(value, float) else visible(str(value)) or "—"
        return f"{text}\N{NO-BREAK SPACE}{self.field.unit}" if self.field and self.field.unit else text

    def key(self, value: Any) -> float:
        """Give the number by which a value is sorted: itself, or its place in the list.

        Parameters
        ----------
        value : object
            One of `values`.

        Returns
        -------
        float
            Finite for finite values.
        """
        return float(value) if type(value) in (int, float) else float(self.values.index(value))


@dataclass(frozen=True)
class Grid:
    """A notebook and every combination of values to rerun it with.

    Attributes
    ----------
    job : Job
        The notebook, without values.
    axes : tuple of Axis
        What was asked, in the order it was written; an axis of one value does not vary.
    experiment : Experiment or None
        What the notebook presents, when it says so.
    content : bytes
        The notebook's file, as it was when this was read.
    """

    job: Job
    axes: tuple[Axis, ...]
    experiment: experiments.Experiment | None
    content: bytes

    def __len__(self) -> int:
        return math.prod(len(each.values) for each in self.axes)

    @cached_property
    def digest(self) -> str:
        """Digest what the notebook says: the sources of its cells, not their outputs.

        Returns
        -------
        str
            SHA-256, in hexadecimal.
        """
        document = json.loads(self.content)
        if "cells" not in document:
            return hashlib.sha256(self.content).hexdigest()
        said = [
            [each["cell_type"], "".join(each["source"]), each["metadata"].get("tags", [])]
            for each in document["cells"]
        ]
        spoken = json.dumps([said, document["metadata"].get("artia", {})], sort_keys=True)
        return hashlib.sha256(spoken.encode()).hexdigest()

    @cached_property
    def varied(self) -> tuple[Axis, ...]:
        """The axes of several values.

        Returns
        -------
        tuple of Axis
            In the order of `axes`.
        """
        return tuple(each for each in self.axes if len(each.values) > 1)

    @cached_property
    def fixed(self) -> tuple[Axis, ...]:
        """The axes of one value.

        Returns
        -------
        tuple of Axis
            In the order of `axes`.
        """
        return tuple(each for each in self.axes if len(each.values) == 1)

    def combinations(self) -> list[dict[str, Any]]:
        """List every combination, the last axis varying fastest.

        Returns
        -------
        list of dict
            Values by name.
        """
        names = [each.name for each in self.axes]
        return [
            dict(zip(names, each, strict=True)) for each in itertools.product(*(axis.values for axis in self.axes))
        ]

    def name_of(self, values: Mapping[str, Any]) -> str:
        """Name one combination by what varies, in the language in force.

        Parameters
        ----------
        values : mapping of str to object
            Its values.

        Returns
        -------
        str
            For example ``"Seed: 3, Width: 64 px"``.
        """
        return ", ".join(
            _("{name}: {value}").format(name=axis.label, value=axis.shown(values[axis.name]))
            for axis in self.varied or self.axes
        )


def read_grid(notebook: Path, pairs: Sequence[str]) -> Grid:
    """Read and check what is asked of a sweep.

    Parameters
    ----------
    notebook : Path
        The notebook.
    pairs : sequence of str
        ``name=values`` as typed: ``a..b`` and ``a..b..step`` for numbers, values between commas, those that hold a
        comma between double quotes.

    Returns
    -------
    Grid
        What can be run.

    Raises
    ------
    Mistake
        If the notebook cannot be read, a parameter is unknown, a value is not allowed or stands twice, or there
        are more than `MOST_RUNS` combinations.
    """
    job = prepare(notebook, {})
    lists = read_lists(pairs)
    content = notebook.read_bytes()
    named = json.loads(content)["metadata"].get("artia", {}).get("experiment")
    experiment = experiments.load(named) if named else None
    declared = fields(experiment.parameters) if experiment else {}
    axes = tuple(_axis(notebook, name, written, declared.get(name)) for name, written in lists.items())
    grid = Grid(replace(job, values={}), axes, experiment, content)
    if len(grid) > MOST_RUNS:
        raise too_many(len(grid))
    return grid


def _axis(notebook: Path, name: str, written: str, field: Field | None) -> Axis:
    values: list[Any] = []
    for item in read_list(name, written):
        for one in _spelled_out(notebook, name, item, field):
            value = prepare(notebook, {name: one}).values[name]
            if value in values:
                raise ParameterError(
                    _("The value “{value}” stands twice in the list of “{name}”. Leave it there once.").format(
                        value=visible(one), name=name
                    )
                )
            values.append(value)
            if len(values) > MOST_RUNS:
                raise too_many(len(values))
    return Axis(name, tuple(values), field)


def _spelled_out(notebook: Path, name: str, item: str, field: Field | None) -> list[str]:
    """Write out each value of one item of a list: many for a span of numbers, itself for anything else."""
    span = None if field and field.kind not in ("whole", "real") else read_span(item)
    if span is None:
        return [item]
    first = prepare(notebook, {name: f"{span.first:f}"}).values[name]
    if type(first) is int:
        return span.numbers(_whole_step(span, field))
    if type(first) is not float:
        return [item]
    if span.step is None:
        raise ParameterError(
            _("“{written}” needs a step, for example {name}={written}..{step}").format(
                written=span.written, name=name, step=f"{(span.last - span.first) / 4 or 1:f}"
            )
        )
    return span.numbers(span.step)


def _whole_step(span: Span, field: Field | None) -> Decimal:
    step = Decimal(int(field.step) if field else 1) if span.step is None else span.step
    if step != int(step):
        raise ParameterError(
            _("The step of “{written}” must be a whole number, as the parameter is.").format(written=span.written)
        )
    return step
