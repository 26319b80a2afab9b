"""How near drawn pictures come to views of those learnt from, while the model is still learning.

The measure is that of every likeness of generated pictures, `artia_lab.likeness.pictures`; the views are those
that training shows: every square of every picture, at every size. At the end it is the likeness of each draw: one
of 32 px against whole photographs would hide a view learnt by heart.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from torch import Tensor

from artia_lab import likeness
from artia_lab.experiments.image.flow_material import Material
from artia_lab.experiments.image.flow_sampling import as_pictures


class Neighbourhood:
    """The views that drawn pictures are compared with.

    Parameters
    ----------
    material : Material
        The pictures learnt from.
    """

    def __init__(self, material: Material) -> None:
        views = material.shown
        self._side, self._count = views.size, len(views.pictures)
        self._files: dict[str, str] = {}
        self._references: dict[str, np.ndarray] = {}
        for file, sizes in zip(material.files, views.pictures, strict=True):
            for level, whole in enumerate(sizes):
                self._files[f"{level}/{file}"] = file
                self._references[f"{level}/{file}"] = whole.permute(1, 2, 0).numpy()

    def likenesses(self, drawn: Tensor) -> list[likeness.Likeness]:
        """Measure drawn pictures.

        Parameters
        ----------
        drawn : torch.Tensor [shape=(n, 3, size, size)]
            Values in [-1, 1].

        Returns
        -------
        list of Likeness
            Of each. Its neighbour is a file; where in it is left out, since the view was made smaller.
        """
        measured = likeness.pictures([*as_pictures(drawn)], self._references, crop=self._side)
        return [self._of_files(each) for each in measured]

    def nearness(self, drawn: Tensor) -> list[float]:
        """Measure drawn pictures, in one number.

        Parameters
        ----------
        drawn : torch.Tensor [shape=(n, 3, size, size)]
            Values in [-1, 1].

        Returns
        -------
        list of float
            Of each, from 0 to 1, a copy; 0 for one too plain to tell.
        """
        return [each.nearness for each in self.likenesses(drawn)]

    def _of_files(self, found: likeness.Likeness) -> likeness.Likeness:
        nearest = tuple(replace(each, item=self._files[each.item], at={}) for each in found.nearest)
        return replace(found, nearest=nearest, measures=found.measures | {"references": self._count})
