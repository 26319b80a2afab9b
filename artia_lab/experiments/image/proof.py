"""What a self-mosaic promises, checked on a run that was kept."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

from artia_lab import corpora
from artia_lab.experiments.image.mosaic_material import gather
from artia_lab.experiments.image.self_mosaic import Parameters

if TYPE_CHECKING:
    from artia_lab.runs import RunFolder

TOLERANCE = 1e-3


def shares_add_up(folder: RunFolder) -> bool:
    """Check that the shares of the fragments added up to one, at every place and every noise level.

    Parameters
    ----------
    folder : RunFolder
        A finished run of the experiment ``image.self-mosaic``.

    Returns
    -------
    bool
        Whether the sum that was farthest from one was within a thousandth of it.
    """
    return abs(folder.progress()["metrics"]["weight_sum"] - 1) < TOLERANCE


def pixels_come_from_the_corpus(folder: RunFolder) -> bool:
    """Check that every colour of the mosaic is one of its material, at the size at which it was used.

    Parameters
    ----------
    folder : RunFolder
        A finished run of the experiment ``image.self-mosaic``.

    Returns
    -------
    bool
        Whether no colour was made up.

    Raises
    ------
    Mistake
        If the corpus is no longer there, or can no longer be read.
    """
    from PIL import Image

    from artia_lab.runs.outputs import to_pixels

    asked = folder.request()
    with corpora.CorpusReader(corpora.find(asked.corpus_id)) as reader:
        material = gather(Parameters.of(asked.parameters), reader, _Silent())
    known = np.concatenate([_colours(to_pixels(each.numpy())) for each in material.pictures])
    with Image.open(folder.path / "outputs" / "mosaic.png", formats=["PNG"]) as mosaic:
        return bool(np.isin(_colours(np.asarray(mosaic.convert("RGB"))), known).all())


class _Silent:
    """Takes the warnings that the run has already given."""

    def warn(self, sentence: str) -> None:
        pass


def _colours(pixels: np.ndarray) -> np.ndarray:
    """One number for each colour of a picture."""
    return np.unique(pixels.reshape(-1, 3).astype(np.int64) @ np.array([65536, 256, 1]))


def loss_fell(folder: RunFolder) -> bool:
    """Check that a small model learnt: that its loss fell by a fifth at least, from its beginning to its best.

    Parameters
    ----------
    folder : RunFolder
        A finished run of the experiment ``image.small-model``.

    Returns
    -------
    bool
        Whether it did.
    """
    losses = _column(folder, "training", "loss")
    # A training may stop at its first look, which the losses told before it then tell from its beginning.
    told = [each["metrics"] for each in folder.events()[0] if each["event"] == "step"]
    began = next((metrics["loss"] for metrics in told if metrics.get("loss")), losses[0])
    return min(losses) < 0.8 * max(began, losses[0])


def no_draw_is_a_copy(folder: RunFolder) -> bool:
    """Check that no draw kept of a small model is nearer to a picture learnt from than the person allowed.

    Parameters
    ----------
    folder : RunFolder
        A finished run of the experiment ``image.small-model``.

    Returns
    -------
    bool
        Whether all that were kept stay under the copy threshold that was set; a threshold of 1 allows everything.
    """
    measured = zip(_column(folder, "nearness", "nearness"), _column(folder, "nearness", "kept"), strict=True)
    threshold = float(folder.request().parameters["threshold"])
    return threshold == 1 or all(nearness < threshold for nearness, kept in measured if kept)


def _column(folder: RunFolder, table: str, name: str) -> list[float]:
    """The numbers of one column of a table that was kept."""
    with (folder.outputs_folder / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return [float(row[name]) for row in csv.DictReader(stream)]
