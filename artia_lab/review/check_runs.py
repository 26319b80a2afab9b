"""Checks of the runs of a publication: their records, their models, what their outputs hold when decoded."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from artia_lab.i18n import _, visible
from artia_lab.provenance import Publication
from artia_lab.review.result import Check, good, refused, wrong
from artia_lab.review.words import words

SUFFIXES = {
    "image": (".png", ".gif"),
    "audio": (".wav",),
    "text": (".txt",),
    "table": (".csv",),
    "model": (".safetensors",),
}
PICKLED = (".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".joblib", ".npy")
RECORD_LIMIT_BYTES = 64 << 20


def models(folder: Path, names: Sequence[str]) -> list[Check]:
    """Refuse pickles, which execute what their authors like when they are opened.

    Parameters
    ----------
    folder : Path
        The unpacked publication.
    names : sequence of str
        The files that it holds.

    Returns
    -------
    list of Check
        One for each file that is a pickle, or is called safetensors and is none; one when models are fine.
    """
    found, fine = [], 0
    for name in names:
        path = folder / name
        if name.endswith(".safetensors"):
            fine += 1
        if _pickled(path) or (name.endswith(".safetensors") and not _safetensors(path)):
            found.append(
                refused(
                    "models",
                    lambda: _(
                        "“{file}” is a pickle, or another file than the safetensors that a model must be: opening "
                        "it could execute anything. Ask its authors for safetensors."
                    ),
                    file=visible(name),
                )
            )
    if fine and not found:
        found = [good("models", lambda: _("Its models are safetensors, which hold numbers and no program."))]
    return found


def records(folder: Path, publication: Publication) -> list[Check]:
    """Look whether the records of its runs say what records say, and the same as the publication.

    Parameters
    ----------
    folder : Path
        The unpacked publication.
    publication : Publication
        What it says.

    Returns
    -------
    list of Check
        One, or one for each run that is not as it should be.
    """
    found = []
    for run in publication.runs:
        try:
            request, record = (document(folder / run / f"{name}.json") for name in ("request", "record"))
            _check_record(request, record, publication)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            found.append(
                refused(
                    "records",
                    lambda: _("The record of “{run}” is not one that the lab writes ({reason})."),
                    run=visible(run),
                    reason=visible(str(error))[:200],
                )
            )
    return found or [good("records", lambda: _("The records of its runs are complete, and say what it says."))]


def outputs(folder: Path, publication: Publication) -> list[Check]:
    """Decode each output, and compare its content with what the record says; look at its content credentials.

    Parameters
    ----------
    folder : Path
        The unpacked publication, of which `records` was good.
    publication : Publication
        What it says.

    Returns
    -------
    list of Check
        What was found.
    """
    from artia_lab.provenance import credentials
    from artia_lab.review.decoded import decoded_digest

    found: list[Check] = []
    states: dict[str, int] = {}
    for run in publication.runs:
        for entry in document(folder / run / "record.json")["outputs"]:
            path = folder / run / entry["path"]
            name = f"{run}/{entry['path']}"
            try:
                whole = decoded_digest(path, entry["medium"]) == entry["digest"]
            except Exception:
                whole = False
            if not whole:
                found.append(
                    wrong(
                        "outputs",
                        lambda: _("“{file}” does not hold what its record says it held."),
                        file=visible(name),
                    )
                )
            if path.suffix in credentials.TYPES:
                read = credentials.read(path)
                states[read.state] = states.get(read.state, 0) + 1
                if read.state == "invalid":
                    found.append(Check("credentials", "wrong", words(partial(_changed, path, name))))
    if not any(each.name == "outputs" for each in found):
        found.append(good("outputs", lambda: _("Each output, decoded, holds what its record says.")))
    if states.get("none"):
        found.append(
            Check("credentials", "care", words(lambda: _("Some pictures or sounds bear no content credentials.")))
        )
    elif states and "invalid" not in states:
        found.append(
            good("credentials", lambda: _("The content credentials of its pictures and sounds are intact."))
        )
    return found


def _changed(path: Path, name: str) -> str:
    from artia_lab.provenance import credentials

    return f"“{visible(name)}”: {credentials.read(path).reason}"


def _check_record(request: dict[str, Any], record: dict[str, Any], publication: Publication) -> None:
    from artia_lab.runs import STATES

    if record["status"] not in STATES or not isinstance(record["parameters"], dict):
        raise ValueError("status")
    for entry in record["outputs"]:
        name = entry["path"]
        plain = name.startswith("outputs/") and name.count("/") == 1 and os.path.basename(name)[0] != "."
        if not plain or not name.endswith(SUFFIXES[entry["medium"]]) or entry["kind"] not in ("work", "trace"):
            raise ValueError(name)
        if not all(len(bytes.fromhex(entry[key])) == 32 for key in ("sha256", "digest")):
            raise ValueError(name)
    if record.get("environment") is not None and not isinstance(record["environment"], dict):
        raise ValueError("environment")
    for each in record["items"]:
        if not all(isinstance(each[key], str) for key in ("file", "author", "licence")):
            raise ValueError("items")
    said = (publication.experiment, publication.corpus.digest)
    if (record["experiment"], record["corpus"]["digest"]) != said or request["experiment"] != record["experiment"]:
        raise ValueError("experiment, corpus")
    if request["parameters"] != record["parameters"] or not isinstance(request["corpus_id"], str):
        raise ValueError("parameters")


def document(path: Path) -> dict[str, Any]:
    """Read a JSON object that nobody here wrote.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict
        What it says.

    Raises
    ------
    ValueError or TypeError
        If it is too large, or something else.
    """
    if path.stat().st_size > RECORD_LIMIT_BYTES:
        raise ValueError(path.name)
    said = json.loads(path.read_text("utf-8"))
    if not isinstance(said, dict):
        raise TypeError(path.name)
    return said


def _pickled(path: Path) -> bool:
    """Recognise a pickle by its name or its first bytes, and what torch saves, a zip of them."""
    if path.suffix.lower() in PICKLED:
        return True
    with path.open("rb") as stream:
        start = stream.read(4)
    return (start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")) or start == b"PK\3\4"


def _safetensors(path: Path) -> bool:
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if not 2 <= length <= min(path.stat().st_size, 100_000_000):
            return False
        try:
            return isinstance(json.loads(stream.read(length)), dict)
        except (ValueError, RecursionError):
            return False
