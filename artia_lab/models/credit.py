"""Whose work a run is that drew from a kept model: that of whoever the model learnt from, too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from artia_lab.models.model import Model

_SAID = ("id", "title", "digest", "licence", "authors", "publishable")


def source(model: Model, *, publishable: bool = True) -> dict[str, Any]:
    """Describe a model as what a run drew from, for `artia_lab.runs.outputs.Outputs.drawn_from`.

    Parameters
    ----------
    model : Model
        The model.
    publishable : bool
        Whether what it learnt from may still be published; what the model itself forbids stays forbidden.

    Returns
    -------
    dict
        As JSON types: ``id``, ``sha256``, ``experiment``, ``corpus`` and the ``items`` it learnt from.
    """
    corpus = {name: model.corpus[name] for name in _SAID if name in model.corpus}
    return {
        "id": model.id,
        "sha256": model.card["sha256"],
        "experiment": model.experiment,
        "corpus": corpus | {"publishable": model.corpus.get("publishable") is True and publishable},
        "items": [dict(item) for item in model.record.get("items", [])],
    }


def credit(record: dict[str, Any], drawn_from: Mapping[str, Any]) -> None:
    """Say in the record of a run which model it drew from, and credit those whom the model learnt from.

    Parameters
    ----------
    record : dict
        With its ``corpus`` and its ``items``, which are completed: authors and items of both, both licences, and
        nothing publishable that one of them keeps private. A corpus of which nothing was used gives way to the
        one learnt from.
    drawn_from : mapping
        As `source` gave it.
    """
    learnt, used = dict(drawn_from["corpus"]), record["corpus"]
    record["model"] = {name: drawn_from[name] for name in ("id", "sha256", "experiment")} | {"corpus": learnt}
    if record["items"] or used["id"] == learnt["id"]:
        record["corpus"] = used | {
            "authors": [*dict.fromkeys([*used.get("authors", []), *learnt.get("authors", [])])],
            "licence": _both(str(used.get("licence", "")), str(learnt.get("licence", ""))),
            "publishable": used.get("publishable") is True and learnt["publishable"],
        }
    else:
        record["corpus"] = learnt
    there = {(item["file"], item["sha256"]) for item in record["items"]}
    record["items"] += [item for item in drawn_from["items"] if (item["file"], item["sha256"]) not in there]


def _both(one: str, other: str) -> str:
    """The SPDX expression of two licences that both hold; empty when one is missing."""
    if one == other or not (one and other):
        return one if one == other else ""
    return " AND ".join(f"({each})" if " OR " in each else each for each in (one, other))
