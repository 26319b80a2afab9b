"""What a sound mosaic promises, checked on a run that was kept."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from artia_lab import corpora
from artia_lab.experiments.audio.mosaic import SR

if TYPE_CHECKING:
    from artia_lab.runs import RunFolder

ROUNDING_S = 1e-5


def every_grain_is_traced(folder: RunFolder) -> bool:
    """Check that every grain of a mosaic comes from a sound of the corpus and lies within it.

    Parameters
    ----------
    folder : RunFolder
        A finished run of the experiment ``audio.sound-mosaic``.

    Returns
    -------
    bool
        Whether there is at least one grain, and all lie where the list of grains says.

    Raises
    ------
    Mistake
        If the corpus is no longer there, or can no longer be read.
    """
    with (folder.path / "outputs" / "grains.csv").open(encoding="utf-8", newline="") as stream:
        grains = list(csv.DictReader(stream))
    named = {grain["file"] for grain in grains}
    with corpora.CorpusReader(corpora.find(folder.request().corpus_id)) as reader:
        items = [item for item in reader.items("audio") if item.file in named]
        durations = {item.file: len(reader.sound(item, SR)) / SR for item in items}
    return bool(grains) and all(
        grain["file"] in durations
        and 0 <= float(grain["start_s"]) < float(grain["end_s"]) <= durations[grain["file"]] + ROUNDING_S
        for grain in grains
    )
