"""Describe grains by the shape of their spectrum, and place them in a space of few dimensions (Schwarz 2006).

A grain is described by the log-mel spectra of its beginning and of what follows, freed from its level, and by its
level alone. Principal components keep 12 numbers of these, in a space where two grains taken at random are about 1
apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from artia_lab.experiments.audio.mel import MEL_BANDS
from artia_lab.experiments.audio.recording import Recording, middle_level

COMPONENTS = 12
_SHAPE_RANGE_DB = 40.0
_LEVEL_WEIGHT = 0.3 * np.sqrt(2 * MEL_BANDS)
_GRAINS_TO_LEARN_FROM = 20_000


def describe(recording: Recording, reference_db: float) -> np.ndarray:
    """Describe every grain of a sound before components are taken.

    Parameters
    ----------
    recording : Recording
        The sound.
    reference_db : float
        Level counted as ordinary, in dB: the middle level of what the sound belongs to.

    Returns
    -------
    ndarray
        float32 [grains, 2 * MEL_BANDS + 1]: spectrum of the beginning, of what follows, level.
    """
    spectra = np.concatenate([recording.mel[:-1], recording.mel[1:]], axis=1)
    spectra = np.maximum(spectra, spectra.max(axis=1, keepdims=True) - _SHAPE_RANGE_DB)
    spectra -= spectra.mean(axis=1, keepdims=True)
    level = np.clip(recording.level - reference_db, -40.0, 40.0) * _LEVEL_WEIGHT
    return np.concatenate([spectra, level[:, None]], axis=1).astype(np.float32)


@dataclass(frozen=True)
class GrainSpace:
    """The space of a corpus's grains: principal components, scaled to a common unit.

    Attributes
    ----------
    mean : ndarray
        float64 [d], centre of the descriptions.
    axes : ndarray
        float64 [d, COMPONENTS], scaled principal axes.
    reference_db : float
        Middle level of the corpus.
    """

    mean: np.ndarray
    axes: np.ndarray
    reference_db: float

    @classmethod
    def learn(cls, recordings: Sequence[Recording]) -> GrainSpace:
        """Find the principal components of the audible grains of a corpus.

        Parameters
        ----------
        recordings : sequence of Recording
            At least one sound.

        Returns
        -------
        GrainSpace
            Learnt from at most 20,000 grains taken evenly.
        """
        reference = middle_level(recordings)
        every = max(1, sum(len(r.level) for r in recordings) // _GRAINS_TO_LEARN_FROM)
        grains = np.concatenate([describe(r, reference)[r.audible][::every] for r in recordings])
        mean = grains.mean(axis=0, dtype=np.float64)
        centred = grains.astype(np.float64) - mean
        variances, axes = np.linalg.eigh(centred.T @ centred / len(centred))
        variances, axes = variances[::-1][:COMPONENTS], axes[:, ::-1][:, :COMPONENTS]
        unit = np.sqrt(max(2 * variances.sum(), 1e-9))
        return cls(mean, axes / unit, reference)

    def place(self, recording: Recording, reference_db: float | None = None) -> np.ndarray:
        """Place the grains of a sound in the space.

        Parameters
        ----------
        recording : Recording
            The sound, of the corpus or not.
        reference_db : float or None
            Middle level of the sound's own world when it is not of the corpus; None = the corpus's.

        Returns
        -------
        ndarray
            float32 [grains, COMPONENTS].
        """
        reference = self.reference_db if reference_db is None else reference_db
        return (
            (describe(recording, reference) - self.mean.astype(np.float32)) @ self.axes.astype(np.float32)
        ).astype(np.float32)
