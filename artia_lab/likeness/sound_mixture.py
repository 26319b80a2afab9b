"""Whether an item is heard under other sounds: whether a stretch of output is a gain times the item, plus a rest.

If it is, taking it away with one gain for all moments and all frequencies leaves the rest, which is less
than what is heard wherever the item is not masked, and the same elsewhere. If it is not, were it a take of the
same instrument, what is taken away adds to what is heard wherever the two do not agree. So the output is cut
in cells of a band and some moments, all three kinds as fine as their frequencies allow, and each tells how much
the rest is less than the whole: of n values of which a share r is left, ``-n ln r`` is gained, twice the
logarithm of the likelihood ratio of two Gaussian hypotheses. The sum decides; its square root is called evidence.

What is gained is counted only as far as it is carried by independent values (`_carried`): a click agrees with
any other click at all frequencies, and a tone with a tone of its pitch at all moments. And what tells against it
is kept apart: next to nothing for a copy, about half as much as what tells for it for two strokes of one drum.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from artia_lab.likeness.sound_cells import Cells, cells
from artia_lab.likeness.sound_evidence import richest, spread
from artia_lab.likeness.sound_signal import Samples

Floats = NDArray[np.float64]

MOMENT_S = 0.1
NOTHING_LEFT = 1e-5
GAINS = (0.2, 0.5, 0.8, 0.95)
ROUNDS = 6
LEAST_GAINED, HOPELESS = 4.0, 9.0
DELAYS = 2
SHORTEST_PERIOD_S, LONGEST_PERIOD_S, PERIODS = 0.001, 0.05, 2
BESIDE = 16
MOVES, WORTH_A_MOVE = 4, 5.0
AGAINST, HOPELESSLY_AGAINST, SHORTEST_PIECE_S = 0.1, 0.2, 0.25


class Fit(NamedTuple):
    """An item laid in a stretch of output.

    Attributes
    ----------
    start, stop : int
        Where it is heard in the stretch, in samples.
    place : float
        Where the item begins in the stretch, perhaps before it, in samples.
    gain : float
        By how much it is multiplied; negative upside down.
    share : float
        How much of the energy it is, where it is heard.
    evidence : float
        As in the module's documentation.
    against : float
        How much tells against it, as a share of what tells for it.
    """

    start: int
    stop: int
    place: float
    gain: float
    share: float
    evidence: float
    against: float


def fitted(stretch: Samples, item: Samples, place: int, rate: float, within: int) -> Fit | None:
    """Lay an item in a stretch of output with the gain and the place that leave least.

    Parameters
    ----------
    stretch : np.ndarray [shape=(n,)]
        From `artia_lab.likeness.sound_cells.tapered`.
    item : np.ndarray [shape=(n,)]
        At the same rate.
    place : int
        About where it begins in the stretch.
    rate : float
        In Hz.
    within : int
        How far from there it may begin, in samples.

    Returns
    -------
    Fit or None
        None when they overlap too little, or agree nowhere.
    """
    laid = cells(stretch, item, place, rate)
    found = _best(laid, np.arange(-within, within + 1.0), rate) if laid else None
    if found and (moved := round(found.delay)):
        place += moved
        laid = cells(stretch, item, place, rate)
    found = _best(laid, np.arange(-4, 5) / 4, rate) if laid and found else None
    if not laid or not found:
        return None
    kept = found.kept
    worth = found.worth[kept]
    gained = float(worth.sum())
    if gained > HOPELESS:
        gained = _carried(laid, found, rate)
    start = laid.start + round(float(laid.second[kept].min()) * rate)
    stop = laid.start + round(float((laid.second + laid.lasts)[kept].max()) * rate)
    # A copy may be cut, but a short piece that agrees in the middle of what does not is chance.
    told = worth if stop - start >= SHORTEST_PIECE_S * rate else found.worth
    return Fit(
        start,
        min(stop, laid.start + len(laid.item)),
        place + found.delay,
        found.gain,
        float(np.clip(found.gain**2 * laid.of_item[kept].sum() / laid.whole[kept].sum(), 0, 1)),
        float(np.sqrt(max(0.0, gained))),
        float(-np.minimum(told, 0).sum() / np.maximum(told, 0).sum()),
    )


def in_place(stretch: Samples, item: Samples, fit: Fit, rate: float) -> Fit | None:
    """Find the period of an item at which it fits best, and count only the evidence that it is in place.

    Two sounds of one pitch agree as well at each period, be one a copy or not; a copy agrees best in place.

    Parameters
    ----------
    stretch, item : np.ndarray [shape=(n,)]
        As in `fitted`.
    fit : Fit
        Where it fits, perhaps some periods away.
    rate : float
        In Hz.

    Returns
    -------
    Fit or None
        None when there is not evidence enough to speak of it, or too much tells against it.
    """
    if fit.evidence < WORTH_A_MOVE or fit.against > HOPELESSLY_AGAINST:
        return None
    as_well = 0.0
    for _move in range(MOVES):
        other = _beside(stretch, item, fit, rate)
        as_well = other.evidence if other else 0.0
        if other is None or as_well <= fit.evidence:
            break
        fit = other
    if fit.against > AGAINST:
        return None
    return fit._replace(evidence=float(np.sqrt(max(0.0, fit.evidence**2 - as_well**2))))


def _beside(stretch: Samples, item: Samples, fit: Fit, rate: float) -> Fit | None:
    """The best of the fits one period earlier or later."""
    begin = max(0, round(fit.start - fit.place))
    part = item[begin : begin + fit.stop - fit.start]
    best: Fit | None = None
    for wave in (part, np.diff(part)):
        size = next_fast_len(2 * len(wave), real=True)
        alike = np.abs(irfft(np.abs(rfft(wave, size)) ** 2, size)[: round(LONGEST_PERIOD_S * rate)])
        alike[: round(SHORTEST_PERIOD_S * rate)] = 0
        for _period in range(PERIODS):
            period = int(alike.argmax())
            if not alike[period]:
                break
            alike[max(0, period - BESIDE) : period + BESIDE + 1] = 0
            for place in (round(fit.place) - period, round(fit.place) + period):
                other = fitted(stretch, item, place, rate, BESIDE // 2)
                if other and (best is None or other.evidence > best.evidence):
                    best = other
    return best


class _Found(NamedTuple):
    gain: float
    delay: float
    worth: Floats
    kept: NDArray[np.bool_]


def _best(laid: Cells, delays: Floats, rate: float) -> _Found | None:
    """The gain and the delay by which the item explains most, over the stretch of time where it does."""
    best: _Found | None = None
    most = LEAST_GAINED
    moments = (laid.second / MOMENT_S).astype(np.intp)
    turned = (laid.shared * np.exp(2j * np.pi / rate * delays[:, None] * laid.hertz)).real
    alike = turned @ (laid.values / np.sqrt(laid.of_item * laid.whole))
    for number in np.argsort(-np.abs(alike))[:DELAYS].tolist():
        delay, shared, upright = float(delays[number]), turned[number], alike[number] >= 0
        gains = np.quantile(np.abs(shared / laid.of_item), GAINS) * (1 if upright else -1)
        gains, worth = _settled(gains[:, None], laid, shared)
        for gain, each in zip(gains.ravel().tolist(), worth, strict=True):
            i, j = richest(np.bincount(moments, each).astype(np.float64))
            kept = (moments >= i) & (moments < j)
            if (gained := float(each[kept].sum())) > most:
                best, most = _Found(gain, delay, each, kept), gained
    return best


def _settled(gains: Floats, laid: Cells, shared: Floats) -> tuple[Floats, Floats]:
    """Each gain [shape=(gains, 1)] brought to the one nearby that leaves least, and what cells are worth then."""
    least = NOTHING_LEFT * laid.whole
    for _round in range(ROUNDS):
        left = np.maximum(laid.whole - 2 * gains * shared + gains**2 * laid.of_item, least)
        weights = laid.values / left
        gains = ((weights * shared).sum(axis=1) / (weights * laid.of_item).sum(axis=1))[:, None]
    left = np.maximum(laid.whole - 2 * gains * shared + gains**2 * laid.of_item, least)
    return gains, laid.values * np.log(laid.whole / left)


def _carried(laid: Cells, found: _Found, rate: float) -> float:
    """What is gained, as far as it is carried by independent values over time, and over frequency.

    Values are counted by how evenly the product of the two sounds is spread, each cell weighing what it gained.
    """
    length = len(laid.item)
    size = next_fast_len(length, real=True)
    of_item, of_stretch = rfft(laid.item, size), rfft(laid.stretch, size)
    hertz = np.arange(len(of_item)) * rate / size
    product = np.abs(of_item * of_stretch)
    seconds = np.arange(length) / rate
    gained = 0.0
    for kind, edges in enumerate(laid.edges):
        mine = found.kept & (laid.kind == kind)
        total = float(found.worth[mine].sum())
        if total <= 0:
            gained += total
            continue
        worth = np.maximum(found.worth[mine], 0)
        used = worth.sum() ** 2 / (worth**2 / laid.values[mine]).sum()
        inside = (hertz >= edges[0]) & (hertz < edges[-1])
        bands = np.searchsorted(edges, hertz[inside], side="right") - 1
        of_cells = np.searchsorted(edges, laid.hertz[mine], side="right") - 1
        over_frequency = 2 * length / size * spread(_weighted(product[inside], bands, of_cells, worth))
        waves = [irfft(np.where(inside, spectrum, 0), size)[:length] for spectrum in (of_item, of_stretch)]
        lasts = float(laid.lasts[mine][0])
        rows, of_rows = (seconds / lasts).astype(np.intp), np.rint(laid.second[mine] / lasts).astype(np.intp)
        together = np.abs(waves[0] * waves[1])
        over_time = 2 * (edges[-1] - edges[0]) / rate * spread(_weighted(together, rows, of_rows, worth))
        gained += total * float(np.clip((min(over_frequency, over_time) - 1) / used, 0, 1))
    return gained


def _weighted(weights: NDArray, group: NDArray[np.intp], of_worth: NDArray[np.intp], worth: Floats) -> Floats:
    """Weights brought, in each group, to the sum of what it is worth."""
    count = 1 + int(max(group.max(), of_worth.max()))
    sums = np.bincount(group, weights, count)
    return weights * (np.bincount(of_worth, worth, count) / np.maximum(sums, 1e-30))[group]
