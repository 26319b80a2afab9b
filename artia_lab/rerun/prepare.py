"""Checking what is asked of a notebook before anything starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artia_lab import corpora, experiments
from artia_lab.errors import Mistake, NotFound, ParameterError
from artia_lab.i18n import _, language
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
    """

    notebook: Path
    values: dict[str, Any]
    language: str


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
    document = _read(notebook)
    experiment = document.metadata.get("artia", {}).get("experiment")
    declared = _declared(notebook, document)
    for name in written:
        if name not in declared:
            raise ParameterError(
                _("The notebook “{notebook}” has no parameter “{name}”; it has: {list}.").format(
                    notebook=notebook.name, name=name, list=_list(declared, experiment)
                )
            )
    spoken = document.metadata.get("artia", {}).get("language")
    return Job(
        notebook=notebook.absolute(),
        values=_typed(declared, written, experiment),
        language=spoken if spoken in ("fr", "en") else language(),
    )


def _read(notebook: Path) -> Any:
    import nbformat

    if not notebook.is_file():
        raise NotFound(_("There is no notebook “{path}”. Check its name.").format(path=notebook))
    if notebook.stat().st_size > NOTEBOOK_LIMIT_BYTES:
        raise Mistake(
            _("The notebook “{path}” is larger than 64 MB. Clear its outputs, then rerun it.").format(
                path=notebook
            )
        )
    try:
        return nbformat.read(notebook, as_version=4)
    except Exception as error:
        raise Mistake(
            _("“{path}” cannot be read as a notebook. Open it in JupyterLab and save it again.").format(
                path=notebook
            )
        ) from error


def _declared(notebook: Path, document: Any) -> dict[str, str]:
    """Name the parameters of a notebook and the Python type of each, ``None`` when it says none."""
    from papermill.inspection import _infer_parameters

    for cell in document.cells:
        # Papermill's reader adds them; its inspection counts on it.
        cell.metadata.setdefault("tags", [])
    found = _infer_parameters(document, name="python3", language="python")
    return {each.name: each.inferred_type_name for each in found if NAME.fullmatch(each.name)}


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
