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
ANY = "any"
ROUNDINGS = ("stays", "chooses", "grows")
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
    medium : {"image", "audio", "text", "any"}
        What it works on; ``"any"`` for whatever the corpus holds.
    cluster : str
        The problem it belongs to, one of `CLUSTERS`.
    notebook : str
        The notebook of the library that presents it, ``""`` when there is none.
    memory_mb : int
        Memory its default run needs, in MB.
    seconds : float
        About how long its default run takes on two CPU cores, in s.
    gpu_helps : bool
        Whether a GPU makes it faster.
    parameters : type[Parameters]
        What can be set.
    run : callable
        ``run(parameters, corpus, out, report) -> None``.
    rounding : {"stays", "chooses", "grows"}
        What the last bits of its sums, which another machine rounds otherwise, become in its outputs: they stay
        last bits; they choose between candidates that are all but equal, such as the nearest patch; or they grow,
        as in training, into another work of the same kind. `artia_lab.verify.expected` excuses as much.
    """

    id: str
    title: Text
    description: Text
    medium: str
    cluster: str
    notebook: str
    memory_mb: int
    seconds: float
    gpu_helps: bool
    parameters: type[Parameters]
    run: Callable[[Any, Any, Any, Any], None]
    rounding: str = "stays"

    def __post_init__(self) -> None:
        if self.medium not in (*MEDIA, ANY) or self.cluster not in CLUSTERS or self.rounding not in ROUNDINGS:
            raise ValueError(
                f"{self.id}: medium {self.medium!r}, cluster {self.cluster!r}, rounding {self.rounding!r}"
            )

    @property
    def media(self) -> tuple[str, ...]:
        """The media that it works on: a corpus must hold one of them.

        Returns
        -------
        tuple of str
            One, or all three.
        """
        return MEDIA if self.medium == ANY else (self.medium,)


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
