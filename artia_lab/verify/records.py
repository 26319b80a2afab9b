"""Reading a run that may be hostile: what was asked and what came of it, bounded, checked, no link followed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artia_lab.i18n import _, visible
from artia_lab.runs import RunFolder
from artia_lab.verify.opening import Unreadable, open_inside

MAX_JSON_BYTES = 32 << 20
MAX_OUTPUTS = 10_000
DEEPEST = 40

# What `artia_lab.runs.outputs` can name, and nothing else.
OUTPUT = re.compile(r"outputs/[a-z0-9][a-z0-9-]{0,60}\.(png|gif|wav|txt|csv|safetensors)")
MEDIA = {"png": "image", "gif": "image", "wav": "audio", "txt": "text", "csv": "table", "safetensors": "model"}


@dataclass(frozen=True)
class Kept:
    """A run as its folder holds it.

    Attributes
    ----------
    folder : Path
        The folder.
    request, record : dict
        What was asked, and what came of it.
    outputs : dict of str to dict
        The entry of each output by its path.
    """

    folder: Path
    request: dict[str, Any]
    record: dict[str, Any]
    outputs: dict[str, dict[str, Any]]

    @property
    def environment(self) -> dict[str, Any]:
        """What it was made with.

        Returns
        -------
        dict
            Empty when the record does not say.
        """
        found = self.record.get("environment")
        return found if isinstance(found, dict) else {}

    def open(self, path: str) -> int:
        """Open an output.

        Parameters
        ----------
        path : str
            Its path in the run.

        Returns
        -------
        int
            A descriptor, for the caller to close.

        Raises
        ------
        Unreadable
            If it is missing, a link, or no plain file.
        """
        return open_inside(self.folder, path)


def read_run(run: RunFolder) -> Kept:
    """Read a run.

    Parameters
    ----------
    run : RunFolder
        The run.

    Returns
    -------
    Kept
        What its folder holds.

    Raises
    ------
    Unreadable
        If it has not finished, or its files are missing, damaged, too large, or say what no run says.
    """
    request = read_json(run.path, "request.json")
    try:
        record = read_json(run.path, "record.json")
    except Unreadable as error:
        if (run.path / "record.json").is_symlink() or (run.path / "record.json").exists():
            raise
        raise Unreadable(
            _("The run “{run}” has no record: it did not finish.").format(run=visible(run.id))
        ) from error
    status = record.get("status")
    if status != "finished":
        raise Unreadable(
            _("The run “{run}” did not finish: it is “{status}”.").format(
                run=visible(run.id), status=visible(str(status)[:40])
            )
        )
    asked = ("experiment", "parameters", "corpus_digest")
    if not all(isinstance(request.get(name), kind) for name, kind in zip(asked, (str, dict, str), strict=True)):
        raise _damaged(run, "request.json")
    if any(record.get(name) != request[name] for name in asked[:2]):
        raise Unreadable(
            _("The record of the run “{run}” is not the answer to its request.").format(run=visible(run.id))
        )
    return Kept(run.path, request, record, _outputs(run, record.get("outputs")))


def read_json(folder: Path, name: str, limit: int = MAX_JSON_BYTES) -> dict[str, Any]:
    """Read a JSON object.

    Parameters
    ----------
    folder : Path
        Where it is.
    name : str
        Its name there.
    limit : int
        How many bytes it may have.

    Returns
    -------
    dict
        The object.

    Raises
    ------
    Unreadable
        If it is missing, a link, too large, too deep, or no JSON object.
    """
    descriptor = open_inside(folder, name)
    with open(descriptor, "rb") as stream:
        if os.fstat(descriptor).st_size > limit:
            raise Unreadable(
                _("“{file}” is larger than {limit} MB, which no file of its kind is.").format(
                    file=visible(name), limit=limit >> 20
                )
            )
        raw = stream.read(limit + 1)
    try:
        document = json.loads(raw, parse_constant=_no_number)
        if not isinstance(document, dict) or _depth(document) > DEEPEST:
            raise ValueError(name)
    except (ValueError, RecursionError):
        raise Unreadable(
            _("“{file}” is damaged: it is no JSON document of ours.").format(file=visible(name))
        ) from None
    return document


def _outputs(run: RunFolder, listed: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(listed, list) or len(listed) > MAX_OUTPUTS:
        raise _damaged(run, "record.json")
    found: dict[str, dict[str, Any]] = {}
    for entry in listed:
        path = entry.get("path") if isinstance(entry, dict) else None
        if not isinstance(path, str) or not OUTPUT.fullmatch(path):
            raise Unreadable(
                _("The record of the run “{run}” names an output that no run can have: “{path}”.").format(
                    run=visible(run.id), path=visible(str(path)[:100])
                )
            )
        suits = entry.get("medium") == MEDIA[path.rpartition(".")[2]] and entry.get("kind") in ("work", "trace")
        if path in found or not suits:
            raise _damaged(run, "record.json")
        found[path] = entry
    return found


def _damaged(run: RunFolder, name: str) -> Unreadable:
    return Unreadable(
        _("“{file}” of the run “{run}” is damaged: it does not say what such a file says.").format(
            file=name, run=visible(run.id)
        )
    )


def _no_number(written: str) -> float:
    raise ValueError(written)


def _depth(document: Any) -> int:
    """How deep a document is nested, found without nesting calls."""
    depth, level = 0, [document]
    while level and depth <= DEEPEST:
        depth, level = depth + 1, [inner for each in level for inner in _inside(each)]
    return depth


def _inside(each: Any) -> Iterator[Any]:
    if isinstance(each, dict):
        yield from each.values()
    elif isinstance(each, list):
        yield from each
