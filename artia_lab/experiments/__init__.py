"""The experiments of the lab, ours and others', all found through the entry point ``artia_lab.experiments``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from artia_lab.errors import Failure, NotFound
from artia_lab.i18n import Text, _
from artia_lab.parameters import Parameters

GROUP = "artia_lab.experiments"
MEDIA = ("image", "audio", "text")
CLUSTERS = {
    "one-work": Text(fr="Partir d’une seule œuvre", en="From one work"),
    "small-corpus": Text(fr="Un corpus modeste", en="A small corpus"),
    "overlooked": Text(fr="Techniques négligées", en="Overlooked techniques"),
    "imitation": Text(fr="Imitation algorithmique", en="Algorithmic imitation"),
}


@dataclass(frozen=True)
class Experiment:
    """A named technique: declared parameters and a function that runs it.

    Attributes
    ----------
    id : str
        Medium and name, as in ``image.self-mosaic``.
    title, description : Text
        Its title, and one sentence on what it does.
    medium : {"image", "audio", "text"}
        What it works on.
    cluster : str
        The problem it belongs to, one of `CLUSTERS`.
    notebook : str
        The notebook of the library that presents it, ``""`` when there is none.
    memory_mb : int
        Memory its default run needs, in MB.
    gpu_helps : bool
        Whether a GPU makes it faster.
    parameters : type[Parameters]
        What can be set.
    run : callable
        ``run(parameters, corpus, out, report) -> None``.
    """

    id: str
    title: Text
    description: Text
    medium: str
    cluster: str
    notebook: str
    memory_mb: int
    gpu_helps: bool
    parameters: type[Parameters]
    run: Callable[[Any, Any, Any, Any], None]

    def __post_init__(self) -> None:
        if self.medium not in MEDIA or self.cluster not in CLUSTERS:
            raise ValueError(f"{self.id}: medium {self.medium!r}, cluster {self.cluster!r}")


def names() -> list[str]:
    """List the experiments that are installed.

    Returns
    -------
    list of str
        Their ids, sorted.
    """
    return sorted(_entries())


def load(name: str) -> Experiment:
    """Load one experiment; its engine is imported only when it runs.

    Parameters
    ----------
    name : str
        Its id.

    Returns
    -------
    Experiment
        The experiment.

    Raises
    ------
    NotFound
        If no installed package offers it.
    Failure
        If the package that offers it cannot be imported.
    """
    entries = _entries()
    if name not in entries:
        raise NotFound(
            _("There is no experiment “{name}” here. The experiments are: {list}.").format(
                name=name, list=", ".join(sorted(entries))
            )
        )
    try:
        experiment = entries[name].load()
    except Exception as error:
        raise Failure(
            _(
                "The experiment “{name}” could not be loaded ({error}). "
                "Reinstall the package that brings it: {package}."
            ).format(name=name, error=error, package=entries[name].value.partition(".")[0])
        ) from error
    if not isinstance(experiment, Experiment) or experiment.id != name:
        raise Failure(
            _("“{package}” does not declare an experiment named “{name}”. Tell its authors.").format(
                package=entries[name].value, name=name
            )
        )
    return experiment


@cache
def _entries() -> dict[str, Any]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}
