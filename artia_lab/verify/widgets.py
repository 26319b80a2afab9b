"""The widgets of two notebooks: their models matched by structure, since their ids are drawn at random.

A model is compared by the values of its state and by its buffers; where it names another model, that one is
compared too.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from artia_lab.i18n import _
from artia_lab.verify.files import compare_contents
from artia_lab.verify.finding import DIFFERENT, IDENTICAL, STATISTICAL, Finding
from artia_lab.verify.numbers import same
from artia_lab.verify.parts import Part, apart_from_media, part_of_bytes
from artia_lab.verify.result import worst
from artia_lab.verify.texts import compare_texts
from artia_lab.verify.widget_models import REFERENCE, Models, kind_of, shown

DEEPEST = 60

# What it hears of a run, where no cell waited perhaps after the notebook was saved: compared where both have it.
_LATE = {"artia_lab.panel.panel.Panel": ("outcome",)}
_MEASURED = ("bytes", "energy", "energy_j", "seconds")

# Another work of the same kind may well have another nearest item; how near it is, is compared in its run.
_LIKENESS = re.compile(r"artia_lab\.panel\.panel\.Panel\.outcome\.works\[\d+\]\.likeness")


class Match:
    """Compares models of one notebook with those of another.

    Parameters
    ----------
    reference, new : Models
        The models of each.
    outputs : callable
        Compares two lists of outputs of cells, which a widget may hold.
    """

    def __init__(
        self, reference: Models, new: Models, outputs: Callable[[list[Any], list[Any]], Iterator[Finding]]
    ) -> None:
        self._reference, self._new, self._outputs = reference, new, outputs
        self._begun: set[tuple[str, str]] = set()

    def compare(self, reference: str, new: str) -> Finding:
        """Compare two models with all that they name.

        Parameters
        ----------
        reference, new : str
            Their ids.

        Returns
        -------
        Finding
            The worst of what differs.
        """
        found = [each for each in self._models(reference, new, "", 0) if each.verdict != IDENTICAL]
        if not found:
            return Finding(IDENTICAL, {}, _("Its state is the same."))
        verdict = worst(each.verdict for each in found)
        return next(each for each in found if each.verdict == verdict)

    def _models(self, reference: str, new: str, place: str, depth: int) -> Iterator[Finding]:
        if (reference, new) in self._begun:
            return
        self._begun.add((reference, new))
        a, b = self._reference.get(reference), self._new.get(new)
        if a is None and b is None:
            return
        if a is None or b is None or kind_of(a) != kind_of(b):
            said = _("It is {new} where the reference has {reference}.")
            yield Finding(DIFFERENT, {}, said.format(new=kind_of(b), reference=kind_of(a)))
            return
        states = [shown(side) for side in (a, b) if isinstance(side.get("state"), dict)]
        for late in _LATE.get(kind_of(a), ()):
            if not all(state.get(late) for state in states):
                states = [{key: each for key, each in state.items() if key != late} for state in states]
        if len(states) == 2 and all(isinstance(state.get("outputs"), list) for state in states):
            yield from self._outputs(*(state.pop("outputs") for state in states))
        if len(states) == 2:
            yield from self._values(states[0], states[1], place or kind_of(a), depth + 1)
        yield from self._buffers(a.get("buffers"), b.get("buffers"))

    def _values(self, a: Any, b: Any, place: str, depth: int) -> Iterator[Finding]:
        if depth > DEEPEST:
            yield Finding(DIFFERENT, {}, _("Its state is nested too deeply to be compared."))
        elif isinstance(a, str) and isinstance(b, str):
            if a.startswith(REFERENCE) and b.startswith(REFERENCE):
                yield from self._models(a[len(REFERENCE):], b[len(REFERENCE):], "", depth + 1)  # fmt: skip
            else:
                alike = _LIKENESS.fullmatch(place)
                yield from (_at_worst_alike(each) if alike else each for each in _texts(a, b, place))
        elif isinstance(a, dict) and isinstance(b, dict):
            keys = dict.fromkeys([*a, *b])
            if depth > 2 or any(key in a for key in ("run", "state")):
                keys = {key: None for key in keys if key not in _MEASURED}
            for key in keys:
                if (key in a) != (key in b):
                    said = _("Only one of the two has “{place}”.")
                    yield Finding(DIFFERENT, {}, said.format(place=f"{place}.{key}"))
                else:
                    yield from self._values(a[key], b[key], f"{place}.{key}", depth + 1)
        elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
            for number, pair in enumerate(zip(a, b, strict=True)):
                yield from self._values(*pair, f"{place}[{number}]", depth + 1)
        elif a != b or type(a) is not type(b):
            yield _scalars(a, b, place)

    def _buffers(self, a: Any, b: Any) -> Iterator[Finding]:
        sides = [{json.dumps(each.get("path")): each for each in side if isinstance(each, dict)}
                 if isinstance(side, list) else {} for side in (a, b)]  # fmt: skip
        if sides[0].keys() != sides[1].keys():
            yield Finding(DIFFERENT, {}, _("It does not hold the same buffers as the reference."))
            return
        for path, buffer in sides[0].items():
            parts = [part_of_bytes(_bytes(each)) for each in (buffer, sides[1][path])]
            yield compare_parts(parts[0], parts[1], path)


def compare_parts(a: Part, b: Part, name: str) -> Finding:
    """Compare two parts of outputs that are no widgets.

    Parameters
    ----------
    a, b : Part
        Of the reference and of the new one.
    name : str
        How a sentence calls them.

    Returns
    -------
    Finding
        The tier they reach and why.
    """
    if a.medium != b.medium:
        return Finding(DIFFERENT, {}, _("It is not of the same kind as the reference."))
    if isinstance(a.content, bytes) and isinstance(b.content, bytes):
        found = compare_contents(a.content, b.content, a.medium, name)
        return Finding(found.verdict, found.measures, found.reason)
    return compare_texts(str(a.content), str(b.content))


def _texts(a: str, b: str, place: str) -> Iterator[Finding]:
    if a == b:
        return
    (words, media), (new_words, new_media) = apart_from_media(a), apart_from_media(b)
    if len(media) != len(new_media):
        yield Finding(DIFFERENT, {}, _("“{place}” does not hold as many pictures and sounds.").format(place=place))
        return
    found = [compare_texts(words, new_words)]
    found += [compare_parts(*pair, place) for pair in zip(media, new_media, strict=True)]
    for each in found:
        yield each._replace(reason=f"{place}: {each.reason}")


def _at_worst_alike(found: Finding) -> Finding:
    return found._replace(verdict=STATISTICAL) if found.verdict == DIFFERENT else found


def _scalars(a: Any, b: Any, place: str) -> Finding:
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (a, b))
    tier = (same(repr(a), repr(b)) if numbers else "") or DIFFERENT
    said = _("“{place}” is {new} where the reference has {reference}.")
    return Finding(tier, {}, said.format(place=place, new=_short(b), reference=_short(a)))


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text[:60] + ("…" if len(text) > 60 else "")


def _bytes(buffer: dict[str, Any]) -> bytes:
    try:
        data = str(buffer.get("data", ""))
        return bytes.fromhex(data) if buffer.get("encoding") == "hex" else base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return b""
