"""An output made ready to be compared, and the passages of it that agree with passages of a corpus."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness.sound_evidence import agreement
from artia_lab.likeness.sound_lags import BLOCK_S
from artia_lab.likeness.sound_signal import RATE_HZ, mono, resampled, sounding

AS_IT_IS, UNDER, FASTER, IN_TEMPO = "as it is", "under other sounds", "faster or slower", "in tempo"
HIGH_FREQUENCIES = "transposed, by its high frequencies"


class Least(NamedTuple):
    """The least evidence that makes a passage a copy, or near one.

    Attributes
    ----------
    sure, near : float
        For a copy, and for near one.
    sure_if_clean : float
        For a copy, when hardly anything else is heard: a plain sound cannot give more.
    clean : float
        The share of the passage's energy that may be something else, then.
    """

    sure: float
    near: float
    sure_if_clean: float
    clean: float


# Calibrated by tests/benchmarks/small_corpus_sounds.py, which prints the most evidence that sounds unrelated,
# and takes of one instrument, were found to give, beside the least that planted copies gave.
LEAST = {
    AS_IT_IS: Least(6.0, 5.0, 5.0, 0.001),
    UNDER: Least(10.0, 8.0, 10.0, 0.0),
    FASTER: Least(8.0, 6.5, 4.0, 0.001),
    IN_TEMPO: Least(8.5, 7.0, 8.5, 0.0),
    HIGH_FREQUENCIES: Least(6.3, 5.6, 6.3, 0.0),
}


class Passage(NamedTuple):
    """A passage of an output, and the passage of an item that it agrees with.

    Attributes
    ----------
    item : str
        Which item.
    how : str
        `AS_IT_IS`, `UNDER`, `FASTER`, `IN_TEMPO` or `HIGH_FREQUENCIES`.
    of_start_s, of_stop_s : float
        Where in the output, in seconds.
    start_s, stop_s : float
        Where in the item, in seconds.
    semitones : float
        By how much the output is higher.
    evidence, coherence : float
        As in `artia_lab.likeness.sound_evidence`, or `artia_lab.likeness.sound_mixture`.
    """

    item: str
    how: str
    of_start_s: float
    of_stop_s: float
    start_s: float
    stop_s: float
    semitones: float
    evidence: float
    coherence: float

    @property
    def sure(self) -> bool:
        """Tell whether there is evidence enough to call it a copy.

        Returns
        -------
        bool
            By what `LEAST` says.
        """
        least = LEAST[self.how]
        clean = 1 - self.coherence**2 <= least.clean
        return self.evidence >= (least.sure_if_clean if clean else least.sure)

    @property
    def near(self) -> bool:
        """Tell whether there is evidence enough to speak of it.

        Returns
        -------
        bool
            By what `LEAST` says.
        """
        return self.sure or self.evidence >= LEAST[self.how].near

    @property
    def length_s(self) -> float:
        """Give how long it lasts in the output.

        Returns
        -------
        float
            In seconds.
        """
        return self.of_stop_s - self.of_start_s


def surely_heard(passages: list[Passage], item: str, start_s: float, stop_s: float) -> bool:
    """Tell whether an item was surely found somewhere in a stretch of an output.

    Parameters
    ----------
    passages : list of Passage
        Those of the output.
    item : str
        The item.
    start_s, stop_s : float
        The stretch, in seconds.

    Returns
    -------
    bool
        True when a sure passage of it overlaps the stretch.
    """
    return any(
        one.item == item and one.sure and one.of_start_s < stop_s and one.of_stop_s > start_s for one in passages
    )


class Heard:
    """An output made ready to be compared.

    Parameters
    ----------
    y : np.ndarray [shape=(n,) or (channels, n)]
        The output.
    sr : number > 0 [scalar]
        Its rate, in Hz.
    """

    def __init__(self, y: NDArray, sr: float) -> None:
        self.samples, self.sr = mono(y), sr
        self.resampled = resampled(self.samples, sr)
        self.sounding = sounding(self.resampled)

    def plain(self) -> bool:
        """Tell whether the sound is so short or so plain that not even a copy of it could be told.

        Returns
        -------
        bool
            Laid on itself, it gives too little evidence.
        """
        step, least = round(BLOCK_S * RATE_HZ), LEAST[AS_IT_IS].sure_if_clean
        pieces = (self.resampled[first : first + step] for first in range(0, len(self.resampled), step))
        alike = (agreement(piece, piece, 0) for piece in pieces if piece.any())
        return not any(span and span.evidence >= least for span in alike)

    def covered(self, passages: list[Passage]) -> NDArray[np.bool_]:
        """Tell which samples that are not silent, at `RATE_HZ`, lie in some passages.

        Parameters
        ----------
        passages : list of Passage
            Any passages of it.

        Returns
        -------
        np.ndarray of bool [shape=(n,)]
            True where there is sound and a passage.
        """
        inside = np.zeros(len(self.sounding), bool)
        for one in passages:
            inside[round(one.of_start_s * RATE_HZ) : round(one.of_stop_s * RATE_HZ)] = True
        return inside & self.sounding
