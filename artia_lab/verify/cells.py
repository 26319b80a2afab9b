"""The cells of two executed notebooks, paired and compared output by output."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from artia_lab.i18n import _, visible
from artia_lab.verify.finding import DIFFERENT, IDENTICAL, Finding
from artia_lab.verify.parts import Part, joined, parts_of
from artia_lab.verify.result import Comparison
from artia_lab.verify.widget_models import Models, kind_of
from artia_lab.verify.widgets import Match, compare_parts

INJECTED = "injected-parameters"


class Cells:
    """Compares the cells of two notebooks.

    Parameters
    ----------
    reference, new : dict
        The notebooks, executed.
    made : mapping of (str, str) to Comparison
        What was found of the outputs of their runs, by the SHA-256 of both files: where cells show those, the same
        holds. Everything else that cells show explains it; when there are no runs (None), it is the work.
    """

    def __init__(
        self, reference: dict[str, Any], new: dict[str, Any], made: Mapping[tuple[str, str], Comparison] | None
    ) -> None:
        self._sides = (reference, new)
        self._made = made
        self._models = (Models(reference), Models(new))
        self._match = Match(*self._models, self._inside)

    def compare(self) -> Iterator[Comparison]:
        """Compare cell by cell, then the widgets that no cell shows.

        Yields
        ------
        Comparison
            One for each thing that both or either shows.
        """
        a, b = (_code_cells(side) for side in self._sides)
        if len(a) != len(b):
            said = _("Cells of code: {new}, and {reference} in the reference.")
            yield self._said(_("cells"), "text", said.format(new=len(b), reference=len(a)))
        for number, pair in enumerate(zip(a, b, strict=False), start=1):
            yield from self._cell(number, *pair)
        yield from self._left()

    def _cell(self, number: int, a: dict[str, Any], b: dict[str, Any]) -> Iterator[Comparison]:
        name = _("cell {number}").format(number=number)
        ends = [_end(cell) for cell in (a, b)]
        if ends[0] != ends[1]:
            yield self._said(name, "text", _ends(*ends))
        outputs = [_outputs(cell) for cell in (a, b)]
        if len(outputs[0]) != len(outputs[1]):
            said = _("Outputs: {new}, and {reference} in the reference.")
            yield self._said(name, "text", said.format(new=len(outputs[1]), reference=len(outputs[0])))
        for place, pair in enumerate(zip(*outputs, strict=False), start=1):
            called = _("cell {number}, output {place}").format(number=number, place=place)
            yield from self._output(called, *pair)

    def _output(self, name: str, a: dict[str, Any], b: dict[str, Any]) -> Iterator[Comparison]:
        failed = [each.get("output_type") == "error" for each in (a, b)]
        if failed[0] != failed[1]:
            error = b if failed[1] else a
            what = visible(f"{error.get('ename')}: {error.get('evalue')}"[:200])
            said = _("It failed where the reference did not: {error}") if failed[1] else \
                _("The reference failed, and it did not: {error}")  # fmt: skip
            yield self._said(name, "text", said.format(error=what))
            return
        sides = [parts_of(each) for each in (a, b)]
        if [part.medium for part in sides[0]] != [part.medium for part in sides[1]]:
            said = _("It does not show the same kinds of things as the reference.")
            yield self._said(name, "text", said)
            return
        for place, pair in enumerate(zip(*sides, strict=True)):
            called = name if not place else _("{name}, part {place}").format(name=name, place=place + 1)
            yield self._parts(called, *pair)

    def _parts(self, name: str, a: Part, b: Part) -> Comparison:
        if a.medium == "widget":
            finding = self._match.compare(str(a.content), str(b.content))
            kind = kind_of(self._models[0].get(str(a.content)))
            return self._told(f"{name} ({kind})", "widget", finding)
        if isinstance(a.content, bytes) and isinstance(b.content, bytes) and self._made:
            shown = self._made.get((_digest(a.content), _digest(b.content)))
            if shown is not None:
                return replace(shown, name=name)
        if a == b:
            return self._told(name, a.medium, Finding(IDENTICAL, {}, _("It is the same.")))
        return self._told(name, a.medium, compare_parts(a, b, name))

    def _left(self) -> Iterator[Comparison]:
        groups = [models.left() for models in self._models]
        for kind in dict.fromkeys([*groups[0], *groups[1]]):
            a, b = (group.get(kind, []) for group in groups)
            for number, pair in enumerate(zip(a, b, strict=False), start=1):
                name = _("widget {kind}").format(kind=kind) + (f" {number}" if number > 1 else "")
                yield self._told(name, "widget", self._match.compare(*pair))
            if len(a) != len(b):
                said = _("Widgets of this kind: {new}, and {reference} in the reference.")
                name = _("widget {kind}").format(kind=kind)
                yield self._said(name, "widget", said.format(new=len(b), reference=len(a)))

    def _inside(self, a: list[Any], b: list[Any]) -> Iterator[Finding]:
        """Compare the outputs that a widget holds."""
        sides = [_kept(each) for each in (a, b)]
        if len(sides[0]) != len(sides[1]):
            said = _("Outputs: {new}, and {reference} in the reference.")
            yield Finding(DIFFERENT, {}, said.format(new=len(sides[1]), reference=len(sides[0])))
        for place, pair in enumerate(zip(*sides, strict=False), start=1):
            for found in self._output(_("output {place}").format(place=place), *pair):
                yield Finding(found.verdict, found.measures, f"{found.name}: {found.reason}")

    def _told(self, name: str, medium: str, finding: Finding) -> Comparison:
        return Comparison(name, medium, *finding, "work" if self._made is None else "trace")

    def _said(self, name: str, medium: str, reason: str) -> Comparison:
        return Comparison(name, medium, DIFFERENT, {}, reason)


def _code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    cells = notebook.get("cells")
    found = [each for each in cells if isinstance(each, dict) and each.get("cell_type") == "code"] \
        if isinstance(cells, list) else []  # fmt: skip
    return [cell for cell in found if INJECTED not in _metadata(cell, "tags", list) or cell.get("outputs")]


def _metadata(cell: dict[str, Any], name: str, kind: type) -> Any:
    metadata = cell.get("metadata")
    found = metadata.get(name) if isinstance(metadata, dict) else None
    return found if isinstance(found, kind) else kind()


def _end(cell: dict[str, Any]) -> str:
    """How the execution of a cell ended: not begun, cut off, or whole."""
    if not joined(cell.get("source")).strip():
        return "whole"
    status = _metadata(cell, "papermill", dict).get("status")
    if status in ("running", "failed") and not any(each.get("output_type") == "error" for each in _outputs(cell)):
        return "cut"
    if not isinstance(cell.get("execution_count"), int) or status == "pending":
        return "not begun"
    return "whole"


def _ends(reference: str, new: str) -> str:
    if new == "not begun":
        return _("It was not executed, and the reference was.")
    if new == "cut":
        return _("Its execution was cut off, and that of the reference was not.")
    return _("It was executed whole, and the reference was not.")


def _outputs(cell: dict[str, Any]) -> list[dict[str, Any]]:
    outputs = cell.get("outputs")
    return _kept(outputs) if isinstance(outputs, list) else []


def _kept(outputs: list[Any]) -> list[dict[str, Any]]:
    """Join what was printed in several goes; what is told aside, such as warnings, says nothing of the work."""
    kept: list[dict[str, Any]] = []
    for each in outputs:
        if not isinstance(each, dict) or (each.get("output_type") == "stream" and each.get("name") == "stderr"):
            continue
        if each.get("output_type") == "stream" and kept and kept[-1].get("output_type") == "stream":
            kept[-1] = kept[-1] | {"text": joined(kept[-1].get("text")) + joined(each.get("text"))}
        else:
            kept.append(each)
    return kept


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
