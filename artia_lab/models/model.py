"""One kept model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artia_lab.errors import MaterialError
from artia_lab.i18n import _
from artia_lab.runs.digests import file_digest
from artia_lab.runs.tensors import read_tensors

if TYPE_CHECKING:
    import numpy as np

WEIGHTS, CARD = "model.safetensors", "model.json"
CARD_LIMIT_BYTES = 4 << 20


@dataclass(frozen=True)
class Model:
    """A model that was kept, as its folder describes it.

    Attributes
    ----------
    folder : Path
        Where it is.
    card : dict
        What ``model.json`` says.
    """

    folder: Path
    card: dict[str, Any]

    @classmethod
    def open(cls, folder: Path) -> Model:
        """Read the description of a model; the weights wait until they are asked for.

        Parameters
        ----------
        folder : Path
            Its folder.

        Returns
        -------
        Model
            The model.

        Raises
        ------
        MaterialError
            If the folder holds no readable description.
        """
        path = folder / CARD
        try:
            if path.stat().st_size > CARD_LIMIT_BYTES:
                raise ValueError(path)
            card = json.loads(path.read_text(encoding="utf-8"))
            if not _readable(card):
                raise ValueError(path)
        except (OSError, ValueError, RecursionError) as error:
            raise MaterialError(
                _("“{folder}” is no model of the lab: its file {file} is missing or cannot be read.").format(
                    folder=folder, file=CARD
                )
            ) from error
        return cls(folder, card)

    @property
    def id(self) -> str:
        """The model's id, which is that of the run that made it.

        Returns
        -------
        str
            For example ``20261122-142530-image.small-model-3f9a1c``.
        """
        return self.folder.name

    @property
    def experiment(self) -> str:
        """The experiment that made it.

        Returns
        -------
        str
            Its id.
        """
        return str(self.card["experiment"])

    @property
    def architecture(self) -> dict[str, Any]:
        """What is needed to build it again.

        Returns
        -------
        dict
            JSON types, as the experiment gave them.
        """
        return dict(self.card["architecture"])

    @property
    def corpus(self) -> dict[str, Any]:
        """What it learnt from.

        Returns
        -------
        dict
            ``id``, ``digest``, ``licence``, ``authors``, ``publishable``.
        """
        return dict(self.card["corpus"])

    @property
    def record(self) -> dict[str, Any]:
        """The record of the run that made it.

        Returns
        -------
        dict
            As the run's ``record.json``.
        """
        return dict(self.card["record"])

    def tensors(self) -> dict[str, np.ndarray]:
        """Read the weights.

        Returns
        -------
        dict of str to np.ndarray
            By name.

        Raises
        ------
        MaterialError
            If they are damaged, or are not those that the description names.
        """
        found, metadata = read_tensors(self.folder / WEIGHTS)
        # The architecture stands in both files: whoever edits one has not changed the weights.
        if shapes(found) != self.card["tensors"] or architecture_in(metadata) != self.card["architecture"]:
            raise MaterialError(
                _(
                    "The weights of the model “{id}” do not fit its architecture: one of its two files was "
                    "replaced. Take another copy of the folder, or train it again."
                ).format(id=self.id)
            )
        return found

    def check(self) -> list[str]:
        """Look for what is wrong with it.

        Returns
        -------
        list of str
            A sentence for each shortcoming; empty when it is whole.
        """
        try:
            self.tensors()
        except MaterialError as error:
            return [str(error)]
        if file_digest(self.folder / WEIGHTS) != self.card["sha256"]:
            return [_("The weights of the model “{id}” were changed since it was kept.").format(id=self.id)]
        if self.record.get("corpus", self.corpus) != self.corpus:
            return [
                _(
                    "What the model “{id}” says it learnt from is not what the record of its run says: its "
                    "description was changed since it was kept."
                ).format(id=self.id)
            ]
        return []


def shapes(tensors: dict[str, np.ndarray]) -> dict[str, list[Any]]:
    """Describe tensors without their values.

    Parameters
    ----------
    tensors : dict of str to np.ndarray
        By name.

    Returns
    -------
    dict
        Type and sides of each, as JSON types.
    """
    return {name: [str(each.dtype), *each.shape] for name, each in sorted(tensors.items())}


def architecture_in(metadata: Mapping[str, str]) -> Any:
    """Read the architecture that stands in a file of weights.

    Parameters
    ----------
    metadata : mapping of str to str
        Of the safetensors file.

    Returns
    -------
    object
        As JSON types: a dict, or None for what cannot be read.
    """
    try:
        return json.loads(metadata.get("architecture", "{}"))
    except (ValueError, RecursionError):
        return None


def _readable(card: Any) -> bool:
    """Whether everything that is asked of a description is there, and of its type; nothing in it is believed."""
    if not isinstance(card, dict) or not all(isinstance(card.get(name), str) for name in ("experiment", "sha256")):
        return False
    if not all(isinstance(card.get(name), dict) for name in ("architecture", "tensors", "corpus", "record")):
        return False
    corpus, authors = card["corpus"], card["corpus"].get("authors", [])
    items = card["record"].get("items", [])
    return (
        all(isinstance(corpus.get(name), str) for name in ("id", "digest"))
        and isinstance(corpus.get("licence", ""), str)
        and isinstance(corpus.get("title", ""), str)
        and isinstance(authors, list)
        and all(isinstance(each, str) for each in authors)
        and all(_is_shape(each) for each in card["tensors"].values())
        and isinstance(items, list)
        and all(isinstance(each, dict) and {"file", "sha256"} <= each.keys() for each in items)
    )


def _is_shape(said: Any) -> bool:
    if not isinstance(said, list) or not said or not isinstance(said[0], str):
        return False
    return all(isinstance(side, int) and not isinstance(side, bool) and side >= 0 for side in said[1:])
