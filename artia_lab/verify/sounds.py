"""Two sounds: which of the five tiers they reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from artia_lab.i18n import _, decimals
from artia_lab.verify.finding import DIFFERENT, IDENTICAL, NUMERIC, PERCEPTUAL, STATISTICAL, Finding, within
from artia_lab.verify.opening import Sound
from artia_lab.verify.thresholds import (
    DURATION_RATIO,
    PADDING_S,
    SOUND_NUMERIC,
    SOUND_PERCEPTUAL,
    SOUND_STATISTICAL,
)

if TYPE_CHECKING:
    import numpy as np

MOST_CHANNELS = 8


def compare_sounds(reference: Sound, new: Sound) -> Finding:
    """Compare two sounds, channel by channel.

    Parameters
    ----------
    reference, new : Sound
        As `artia_lab.verify.opening.decode` gives them.

    Returns
    -------
    Finding
        The tier, its measures and why.
    """
    import numpy as np

    a, b = reference.samples, new.samples
    if reference.rate != new.rate:
        said = _("It has {new} samples a second where the reference has {reference}.")
        return Finding(DIFFERENT, {}, said.format(new=new.rate, reference=reference.rate))
    if a.shape[1] != b.shape[1]:
        said = _("Channels: {new}, and {reference} in the reference.")
        return Finding(DIFFERENT, {}, said.format(new=b.shape[1], reference=a.shape[1]))
    # The same samples may be written as whole numbers in one file and as fractions in the other.
    if np.array_equal(a, b) if a.dtype == b.dtype else np.array_equal(_full_scale(a), _full_scale(b)):
        return Finding(IDENTICAL, {}, _("Every sample is the same."))
    lasting = sorted((len(a), len(b)))
    padded = (lasting[1] - lasting[0]) / new.rate
    if not lasting[0] or (padded > PADDING_S and lasting[1] > DURATION_RATIO * lasting[0]):
        said = _("It lasts {new} s where the reference lasts {reference} s.")
        seconds = [decimals(f"{len(each) / new.rate:.2f}") for each in (b, a)]
        return Finding(DIFFERENT, {"longer_s": padded}, said.format(new=seconds[0], reference=seconds[1]))
    return _compare(_full_scale(a), _full_scale(b), new.rate, padded)


def _compare(a: np.ndarray, b: np.ndarray, rate: int, padded: float) -> Finding:
    from artia_lab.verify.sound_measures import of_hearing, of_samples
    from artia_lab.verify.sound_statistics import of_matter

    measures: dict[str, float] = {"longer_s": padded}
    if padded <= PADDING_S:
        length = min(len(a), len(b))
        a, b = a[:length], b[:length]
        measures |= of_samples(a, b)
        if not padded and within(measures, SOUND_NUMERIC):
            said = _("Samples differ by {snr} dB less than they sound.")
            return Finding(NUMERIC, measures, said.format(snr=decimals(f"{measures['snr_db']:.0f}")))
        heard = [of_hearing(a[:, n], b[:, n], rate) for n in range(min(a.shape[1], MOST_CHANNELS))]
        measures |= {name: max(each[name] for each in heard) for name in heard[0]}
    figures = {
        "mel": decimals(f"{measures.get('mel_db', 0):.2f}"),
        "largest": decimals(f"{measures.get('mel_db_largest', 0):.1f}"),
        "chroma": decimals(f"{measures.get('chroma', 0):.2f}"),
    }
    if within(measures, SOUND_PERCEPTUAL) and a.shape[1] <= MOST_CHANNELS:
        said = _("The ear hears the same: bands differ by {mel} dB (at most {largest}), pitches by {chroma}.")
        return Finding(PERCEPTUAL, measures, said.format(**figures))
    measures |= of_matter(a.mean(axis=1), b.mean(axis=1), rate)
    if within(measures, SOUND_STATISTICAL):
        said = _("The ear hears another sound of the same matter: bands differ by {mel} dB (at most {largest}).")
        return Finding(STATISTICAL, measures, said.format(**figures))
    said = _("It is another sound: bands differ by {mel} dB (at most {largest}), and its matter is not the same.")
    return Finding(DIFFERENT, measures, said.format(**figures))


def _full_scale(samples: np.ndarray) -> np.ndarray:
    import numpy as np

    if samples.dtype.kind == "i":
        return np.asarray(samples / 2.0**31, dtype=np.float64)
    return np.nan_to_num(samples.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
