"""What came of a run, in words, for whoever shows it."""

from __future__ import annotations

from typing import Any

from artia_lab.experiments import Experiment
from artia_lab.i18n import _
from artia_lab.panel.material import credit
from artia_lab.parameters import told
from artia_lab.runs import RunFolder

NEIGHBOURS = 3


def record_of(folder: RunFolder) -> dict[str, Any]:
    """Read the record of a run that has ended.

    Parameters
    ----------
    folder : RunFolder
        The run.

    Returns
    -------
    dict
        Its record; for an interrupted run, what it would say of what was kept.
    """
    return folder.record() or folder.closing_record(folder.status())


def outcome(experiment: Experiment, folder: RunFolder) -> dict[str, Any]:
    """Sum up a run that has ended.

    Parameters
    ----------
    experiment : Experiment
        What ran.
    folder : RunFolder
        The run.

    Returns
    -------
    dict
        Of JSON types: ``run``, ``state``, ``sentence``, ``works`` and ``traces`` (each with ``path``, ``file``,
        ``medium``, ``bytes``, ``label``, ``likeness`` and ``nearest``), ``energy``, ``credit``, ``private``,
        ``warnings`` and ``parameters`` (labels and values).
    """
    record = record_of(folder)
    corpus = record.get("corpus") or {}
    shown = [_output(experiment, corpus, each) for each in record["outputs"]]
    return {
        "run": folder.id,
        "state": record["status"],
        "sentence": closing(folder, record),
        "works": [each for each in shown if each["kind"] == "work"],
        "traces": [each for each in shown if each["kind"] != "work"],
        "energy": (record.get("energy") or {}).get("sentence", ""),
        "credit": _credit(corpus),
        "private": "" if corpus.get("publishable", True) else _("From a private corpus: not to be published."),
        "warnings": list(record["warnings"]),
        "parameters": [list(pair) for pair in told(experiment.parameters, record["parameters"])],
    }


def closing(folder: RunFolder, record: dict[str, Any]) -> str:
    """Say how a run ended.

    Parameters
    ----------
    folder : RunFolder
        The run.
    record : dict
        Its record.

    Returns
    -------
    str
        A sentence or two.
    """
    status = record["status"]
    if status == "finished":
        return _("Finished.")
    if status == "failed":
        return str((record.get("error") or {}).get("sentence") or _("The run failed."))
    if status == "cancelled":
        return _("Stopped. What it had made is kept.")
    return _(
        "This run was interrupted before its end. What it had made is kept in {folder}; "
        "press Run to make it again."
    ).format(folder=folder.path)


def _credit(corpus: dict[str, Any]) -> str:
    if "title" not in corpus:
        return ""
    return credit(corpus["title"], corpus.get("authors", []), corpus.get("licence", ""))


def _output(experiment: Experiment, corpus: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    likeness = entry.get("likeness") or {}
    names = list(dict.fromkeys(found["item"] for found in likeness.get("nearest", [])))[:NEIGHBOURS]
    # The sentence often names the nearest one already.
    names = [] if all(name in likeness.get("sentence", "") for name in names) else names
    labels = {
        "image": _("Picture {file}, made with “{experiment}” from “{corpus}”"),
        "audio": _("Sound {file}, made with “{experiment}” from “{corpus}”"),
        "text": _("Text {file}, made with “{experiment}” from “{corpus}”"),
    }
    file = entry["path"].removeprefix("outputs/")
    label = labels.get(entry["medium"], "{file}")
    return {
        "path": entry["path"],
        "file": file,
        "medium": entry["medium"],
        "kind": entry["kind"],
        "bytes": entry["bytes"],
        "label": label.format(
            file=file, experiment=experiment.title, corpus=corpus.get("title", corpus.get("id", ""))
        ),
        "likeness": likeness.get("sentence", ""),
        "nearest": _("Nearest: {items}.").format(items=", ".join(names)) if names else "",
    }
