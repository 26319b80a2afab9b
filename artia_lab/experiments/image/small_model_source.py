"""What a kept small model learnt from, found again, so that each draw says what it is near to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from artia_lab import corpora, likeness, models
from artia_lab.errors import Mistake
from artia_lab.experiments.image.flow_material import Material, gather
from artia_lab.experiments.image.flow_nearness import Neighbourhood
from artia_lab.i18n import _
from artia_lab.likeness import Likeness


class Source:
    """What the draws of a model may be near to: what it learnt from, and the picture that guides them.

    Parameters
    ----------
    model : Model
        The kept model.
    size : int
        Side in px of what it draws.
    corpus : CorpusReader
        That of the run.
    report : Report
        Told when what the model learnt from is no longer there, or changed.
    seed : int
        The person's, which chooses when the pictures are too many.

    Attributes
    ----------
    described : dict
        The model, as the record names it.
    """

    def __init__(self, model: models.Model, size: int, corpus: Any, report: Any, seed: int) -> None:
        self._report, self._seed, self._size = report, seed, size
        self._neighbourhoods: list[Neighbourhood] = []
        zoom, said = zoom_of(model.architecture), model.corpus
        publishable = True
        if said["id"] == corpus.corpus.id:
            publishable = self._learn(corpus, said, zoom)
        else:
            try:
                with corpora.CorpusReader(corpora.find(said["id"])) as reader:
                    publishable = self._learn(reader, said, zoom)
            except Mistake as error:
                report.warn(
                    _(
                        "What the model “{id}” learnt from, “{corpus}”, cannot be read here, so nothing tells "
                        "whether its draws are copies of it. {reason}"
                    ).format(id=model.id, corpus=said.get("title", said["id"]), reason=error)
                )
        self.described = models.source(model, publishable=publishable)

    def guided_by(self, file: str, corpus: Any) -> None:
        """Compare the draws with the picture that guides them, too.

        Parameters
        ----------
        file : str
            Its name in the corpus.
        corpus : CorpusReader
            Where it is.
        """
        self._near(gather(self._size, 1.0, 0.0, self._seed, _One(corpus, file), self._report, 1))

    def likenesses(self, drawn: Tensor) -> list[Likeness]:
        """Measure drawn pictures.

        Parameters
        ----------
        drawn : torch.Tensor [shape=(n, 3, size, size)]
            Values in [-1, 1].

        Returns
        -------
        list of Likeness
            Of each, to whatever it is nearest to.
        """
        if not self._neighbourhoods:
            return likeness.pictures([*drawn.permute(0, 2, 3, 1).numpy()], {})
        measured = [each.likenesses(drawn) for each in self._neighbourhoods]
        return [likeness.nearer(*found) for found in zip(*measured, strict=True)]

    def _learn(self, reader: Any, said: Mapping[str, Any], zoom: float) -> bool:
        if reader.corpus.digest != said["digest"]:
            self._report.warn(
                _(
                    "The corpus “{corpus}” changed since the model learnt from it: the draws are compared with "
                    "what it holds now."
                ).format(corpus=reader.corpus.title)
            )
        self._near(gather(self._size, zoom, 0.0, self._seed, reader, self._report, 1))
        return bool(reader.corpus.publishable)

    def _near(self, material: Material) -> None:
        self._neighbourhoods.append(Neighbourhood(material))


class _One:
    """A corpus of which one picture is seen."""

    def __init__(self, corpus: Any, file: str) -> None:
        self._corpus, self._file = corpus, file

    def items(self, medium: str) -> list[Any]:
        return [self._corpus.item(self._file, medium)]

    def picture(self, item: Any, max_side: int) -> Any:
        return self._corpus.picture(item, max_side=max_side)


def zoom_of(architecture: Mapping[str, Any]) -> float:
    """Read how close the closest views were.

    Parameters
    ----------
    architecture : mapping
        What a model says of itself; nothing in it is believed.

    Returns
    -------
    float in [1, 4]
        1 for what is no such number.
    """
    try:
        zoom = float(architecture["training"]["zoom"])
    except (KeyError, TypeError, ValueError):
        return 1.0
    return zoom if 1 <= zoom <= 4 else 1.0
