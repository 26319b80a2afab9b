"""Measures between what two sounds are made of, whenever it is heard in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from artia_lab.verify.picture_statistics import sliced
from artia_lab.verify.sound_measures import SILENCE_DB, mel_frames

if TYPE_CHECKING:
    import numpy as np

MOST_FRAMES = 4096


def of_matter(a: np.ndarray, b: np.ndarray, rate: int) -> dict[str, float]:
    """Measure how two sounds differ as matter: timbres, spectrum, levels, movement.

    Parameters
    ----------
    a, b : np.ndarray [shape=(n,)]
        Samples of full scale 1; of any length.
    rate : int
        Sampling rate, in Hz.

    Returns
    -------
    dict of str to float
        ``timbres_db``, the sliced Wasserstein distance between moments as energies of 48 bands;
        ``spectrum_db``, the mean difference of the bands' mean energies; ``levels_db``, the Wasserstein distance
        between levels of moments; ``movement_db``, the difference between mean changes from one moment to the
        next.
    """
    import numpy as np

    frames = [mel_frames(each, rate) for each in (a, b)]
    few = [each[np.linspace(0, len(each) - 1, min(len(each), MOST_FRAMES)).astype(int)] for each in frames]
    powers = [np.power(10, each / 10) for each in frames]
    spectra = [10 * np.log10(np.maximum(each.mean(axis=0), 10 ** (SILENCE_DB / 10))) for each in powers]
    levels = [np.quantile(10 * np.log10(each.sum(axis=1)), np.linspace(0, 1, 101)) for each in powers]
    moves = [float(np.abs(np.diff(each, axis=0)).mean()) if len(each) > 1 else 0.0 for each in frames]
    return {
        "timbres_db": sliced(*few),
        "spectrum_db": float(np.abs(spectra[0] - spectra[1]).mean()),
        "levels_db": float(np.abs(levels[0] - levels[1]).mean()),
        "movement_db": abs(moves[0] - moves[1]),
    }
