"""Checking what is asked of a notebook before anything starts."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

from artia_lab import corpora, experiments
from artia_lab.errors import Mistake, NotFound, ParameterError
from artia_lab.i18n import LANGUAGES, _, language
from artia_lab.parameters import NAME, describe, fields

# No notebook of ours comes near; a larger one would exhaust the memory of the process that reads it.
NOTEBOOK_LIMIT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Job:
    """One notebook, ready to be rerun.

    Attributes
    ----------
    notebook : Path
        The notebook.
    values : dict
        The parameters that change, checked and typed.
    language : {"fr", "en"}
        The language in which it speaks.
    seconds : float
        About how long its experiment takes by default, in s; infinite when nobody knows.
    """

    notebook: Path
    values: dict[str, Any]
    language: str
    seconds: float = inf


def prepare(notebook: Path, written: Mapping[str, str]) -> Job:
    """Check a notebook and the parameters asked of it.

    Parameters
    ----------
    notebook : Path
        The notebook.
    written : mapping of str to str
        What stands after each ``name=`` on the command line.

    Returns
    -------
    Job
        What can be rerun.

    Raises
    ------
    Mistake
        If the notebook cannot be read, or a parameter is unknown or not allowed.
    """
    asked = _read(notebook)
    for name in written:
        if name not in asked.declared:
            raise ParameterError(
                _("The notebook “{notebook}” has no parameter “{name}”; it has: {list}.").format(
                    notebook=notebook.name, name=name, list=_list(asked.declared, asked.experiment)
                )
            )
    return Job(
        notebook=notebook.absolute(),
        values=_typed(asked.declared, written, asked.experiment),
        language=asked.language if asked.language in LANGUAGES else language(),
        seconds=experiments.load(asked.experiment).seconds if asked.experiment else inf,
    )


@dataclass(frozen=True)
class _Asked:
    """What must be known of a notebook: its experiment and language when it says them, its parameters' types."""

    experiment: str | None
    language: str | None
    declared: dict[str, str]


def _read(notebook: Path) -> _Asked:
    if not notebook.is_file():
        raise NotFound(_("There is no notebook “{path}”. Check its name.").format(path=notebook))
    if notebook.stat().st_size > NOTEBOOK_LIMIT_BYTES:
        raise Mistake(
            _("The notebook “{path}” is larger than 64 MB. Clear its outputs, then rerun it.").format(
                path=notebook
            )
        )
    try:
        content = notebook.read_text(encoding="utf-8")
        document = json.loads(content)
        if document["nbformat"] != 4:
            import nbformat

            document = nbformat.reads(content, as_version=4)
        if not isinstance(document["nbformat_minor"], int):
            raise ValueError(document["nbformat_minor"])
        said = document["metadata"].get("artia", {})
        tagged = [each for each in document["cells"] if "parameters" in each["metadata"].get("tags", [])]
        declared = _declared("".join(tagged[0]["source"])) if tagged else {}
        return _Asked(said.get("experiment"), said.get("language"), declared)
    except Exception as error:
        raise Mistake(
            _("“{path}” cannot be read as a notebook. Open it in JupyterLab and save it again.").format(
                path=notebook
            )
        ) from error


def _declared(source: str) -> dict[str, str]:
    """Name the parameters of a notebook and the Python type of each: as annotated, else that of its value."""
    python = [line for line in source.splitlines() if not line.startswith(("%", "!"))]
    try:
        statements = ast.parse("\n".join(python)).body
    except (SyntaxError, ValueError):
        return {}
    found = {}
    for each in statements:
        match each:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                found[name] = ast.unparse(annotation).strip("'\"")
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = _kind(value)
    return {name: kind for name, kind in found.items() if NAME.fullmatch(name)}


def _kind(value: ast.expr) -> str:
    try:
        return type(ast.literal_eval(value)).__name__
    except ValueError:
        return ""


def _list(declared: Mapping[str, str], experiment: str | None) -> str:
    if not experiment:
        return ", ".join(declared) or _("none")
    return ", ".join(
        [*(name for name in declared if name == "corpus"), describe(experiments.load(experiment).parameters)]
    )


def _typed(declared: Mapping[str, str], written: Mapping[str, str], experiment: str | None) -> dict[str, Any]:
    values: dict[str, Any] = dict(written)
    known = {}
    if experiment:
        parameters = experiments.load(experiment).parameters
        known = {name: text for name, text in written.items() if name in fields(parameters)}
        checked = parameters.parsed(known)
        values |= {name: getattr(checked, name) for name in known}
    if "corpus" in written:
        values["corpus"] = _corpus(written["corpus"])
    readers: dict[str, Any] = {"int": int, "float": float, "bool": _switch}
    for name in written.keys() - known.keys() - {"corpus"}:
        try:
            values[name] = readers.get(declared[name], str)(written[name])
        except ValueError as error:
            raise ParameterError(
                _("“{value}” does not suit the parameter “{name}”; it takes: {allowed}.").format(
                    value=written[name], name=name, allowed=declared[name]
                )
            ) from error
    return values


def _corpus(written: str) -> str:
    """Check a corpus, and name it in a way that holds wherever the kernel starts."""
    material = corpora.find(written)
    return str(material.folder) if Path(written).is_dir() else written


def _switch(written: str) -> bool:
    if written.lower() not in ("true", "false"):
        raise ValueError(written)
    return written.lower() == "true"
