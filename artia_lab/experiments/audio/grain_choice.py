"""Choose, for each moment of a driving sound, the corpus grain that answers it (Zils & Pachet 2001; Schwarz 2006).

Each moment has the nearest grains of a KD-tree for candidates, and the natural continuations of the grains
chosen just before. The cheapest path through them is sought by a beam: the Viterbi recursion over a fixed number
of paths, each of which remembers its latest grains so that repetition can cost something.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

CANDIDATES = 24
BEAMS = 12
REMEMBERED = 32
_JUMP_COST = 0.25
_OWN_MOMENT_COST = 10.0
_TICK_EVERY = 64


@dataclass(frozen=True)
class GrainIndex:
    """Every audible grain of a corpus, ready to be searched.

    Attributes
    ----------
    points : ndarray
        float32 [grains, d], where each grain lies.
    recording : ndarray
        int32 [grains], which recording it belongs to.
    stride : ndarray
        int32 [grains], its place in the recording, in strides.
    following : ndarray
        int64 [grains], the grain that continues it one hop later in the same recording, or -1.
    tree : cKDTree
        The same points.
    """

    points: np.ndarray
    recording: np.ndarray
    stride: np.ndarray
    following: np.ndarray
    tree: cKDTree

    @classmethod
    def build(cls, points: list[np.ndarray], audible: list[np.ndarray], strides_per_hop: int) -> "GrainIndex":
        """Index the audible grains of several recordings.

        Parameters
        ----------
        points : list of ndarray
            For each recording, float32 [grains, d].
        audible : list of ndarray
            For each recording, bool [grains].
        strides_per_hop : int
            How many grains further the natural continuation lies.

        Returns
        -------
        GrainIndex
            Grains in the order of the recordings, then of time.
        """
        strides = [np.flatnonzero(mask).astype(np.int32) for mask in audible]
        following, offset = [], 0
        for kept in strides:
            found = np.minimum(np.searchsorted(kept, kept + strides_per_hop), len(kept) - 1)
            continues = kept[found] == kept + strides_per_hop
            following.append(np.where(continues, found + offset, -1))
            offset += len(kept)
        all_points = np.concatenate([p[s] for p, s in zip(points, strides, strict=True)])
        recording = np.repeat(np.arange(len(strides), dtype=np.int32), [len(s) for s in strides])
        tree = cKDTree(all_points, leafsize=64, balanced_tree=False)
        return cls(all_points, recording, np.concatenate(strides), np.concatenate(following), tree)


@dataclass(frozen=True)
class Taste:
    """What is preferred among the grains; each from 0 (indifferent).

    Attributes
    ----------
    continuity : float
        Cost of leaving a recording's natural course.
    variety : float
        How much chance disturbs the order of the candidates, up to 1.
    repetition : float
        Cost of playing again what was just played.
    """

    continuity: float
    variety: float
    repetition: float


@dataclass(frozen=True)
class Chosen:
    """The grains chosen, one per moment.

    Attributes
    ----------
    grain : ndarray
        int64 [moments], their number in the index.
    distance : ndarray
        float32 [moments], how far each lies from its moment.
    continues : ndarray
        bool [moments], whether it is the natural continuation of the one before.
    """

    grain: np.ndarray
    distance: np.ndarray
    continues: np.ndarray


def reach_out(moments: np.ndarray, corpus: np.ndarray, reach: float) -> np.ndarray:
    """Spread the moments of a driving sound over the extent of a corpus.

    Parameters
    ----------
    moments : ndarray
        float32 [moments, d].
    corpus : ndarray
        float32 [grains, d].
    reach : float
        0 leaves the moments where they are; 1 gives them the mean and deviation of the corpus on every axis.

    Returns
    -------
    ndarray
        float32 [moments, d].
    """
    spread = np.maximum(moments.std(axis=0), 1e-3)
    matched = (moments - moments.mean(axis=0)) * np.minimum(corpus.std(axis=0) / spread, 10.0) + corpus.mean(
        axis=0
    )
    return (moments + reach * (matched - moments)).astype(np.float32)


def choose_grains(
    index: GrainIndex,
    moments: np.ndarray,
    linked: np.ndarray,
    taste: Taste,
    rng: np.random.Generator,
    own: np.ndarray | None = None,
    own_margin: int = 0,
    tick: Callable[[float], None] = lambda done: None,
) -> Chosen:
    """Find the cheapest path of grains that follows the moments.

    Parameters
    ----------
    index : GrainIndex
        The grains of the corpus.
    moments : ndarray
        float32 [moments, d], at least one, in the space of the index.
    linked : ndarray
        bool [moments], False where a moment does not directly follow the one before (a rest between them).
    taste : Taste
        What is preferred.
    rng : Generator
        Source of the chance that variety asks for.
    own : ndarray or None
        int [moments], the stride of each moment where the driving sound is itself the corpus's only recording.
    own_margin : int
        In that case, how many strides around its own place a moment had better not take.
    tick : callable
        Called often with the share done, from 0 to 1; may raise to interrupt.

    Returns
    -------
    Chosen
        One grain per moment.
    """
    wanted = min(len(index.points), CANDIDATES if own is None else CANDIDATES * 4)
    distances, nearest = index.tree.query(moments, k=wanted, workers=2)
    distances = distances.reshape(len(moments), wanted).astype(np.float32)
    nearest = nearest.reshape(len(moments), wanted)
    if own is not None:
        penalty = _own_moment(index.stride[nearest], own[:, None], own_margin)
        order = np.argsort(distances + penalty, axis=1, kind="stable")[:, :CANDIDATES]
        nearest = np.take_along_axis(nearest, order, axis=1)
        distances = np.take_along_axis(distances, order, axis=1)
    extent = distances[:, -1:] - distances[:, :1] + np.float32(0.1)
    chance = rng.random((len(moments), nearest.shape[1] + BEAMS), dtype=np.float32)
    chance *= np.float32(2 * taste.variety) * extent
    # Close places are close in one recording: recordings lie far from each other on one line of strides.
    places = index.stride + index.recording.astype(np.int64) * (int(index.stride.max()) + 4)
    weariness = taste.repetition * np.append(np.linspace(1.0, 1.0 / REMEMBERED, REMEMBERED), 0.0)

    beams = np.zeros(0, dtype=np.int64)
    costs = np.zeros(1, dtype=np.float64)
    memory = np.full((1, REMEMBERED), -9, dtype=np.int64)
    kept: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []
    for t in range(len(moments)):
        if t % _TICK_EVERY == 0:
            tick(t / len(moments))
        successors = index.following[beams]
        valid = successors >= 0
        candidates = np.concatenate([nearest[t], successors[valid]])
        near = np.concatenate(
            [distances[t], np.sqrt(np.square(index.points[successors[valid]] - moments[t]).sum(axis=1))]
        )
        cost = near + chance[t, : len(near)]
        if own is not None:
            cost = cost + _own_moment(index.stride[candidates], own[t], own_margin)
        ways = costs[:, None] + weariness[_last_heard(memory, places[candidates])]
        natural = np.zeros((len(costs), len(candidates)), dtype=bool)
        if len(beams) and linked[t]:
            natural = candidates == successors[:, None]
            expected = index.points[np.where(valid, successors, beams)]
            step = expected[:, None] - index.points[candidates]
            leap = _JUMP_COST + np.sqrt(np.einsum("ijk,ijk->ij", step, step))
            ways = ways + np.where(natural, 0.0, taste.continuity * leap)
        parents = ways.argmin(axis=0)
        totals = ways[parents, np.arange(len(candidates))] + cost
        survivors = _best_distinct(totals, candidates)
        parents = parents[survivors]
        beams = candidates[survivors]
        costs = totals[survivors]
        memory = np.concatenate([places[beams][:, None], memory[parents, :-1]], axis=1)
        kept.append((beams, parents, near[survivors], natural[parents, survivors]))
    tick(1.0)
    return _trace_back(kept, int(costs.argmin()))


def _own_moment(strides: np.ndarray, own: np.ndarray, margin: int) -> np.ndarray:
    """Cost of answering a moment with itself or its surroundings."""
    return np.where(np.abs(strides - own) < margin, np.float32(_OWN_MOMENT_COST), np.float32(0))


def _last_heard(memory: np.ndarray, places: np.ndarray) -> np.ndarray:
    """How many grains ago each path played about each place, `REMEMBERED` for never; [paths, places]."""
    heard = (memory[:, None, :] - places[:, None] + 1).view(np.uint64) < 3
    ago = heard.argmax(axis=2)
    ago[~heard.any(axis=2)] = REMEMBERED
    return ago


def _best_distinct(totals: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """Positions of the cheapest candidates, each grain once, at most `BEAMS` of them."""
    order = np.argsort(totals, kind="stable")
    _, first = np.unique(candidates[order], return_index=True)
    first.sort()
    return order[first[:BEAMS]]


def _trace_back(kept: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]], state: int) -> Chosen:
    """Follow the parents of the best last state back to the first moment."""
    grain = np.empty(len(kept), dtype=np.int64)
    distance = np.empty(len(kept), dtype=np.float32)
    continues = np.zeros(len(kept), dtype=bool)
    for t in range(len(kept) - 1, -1, -1):
        beams, parents, near, natural = kept[t]
        grain[t], distance[t], continues[t] = beams[state], near[state], natural[state]
        state = int(parents[state])
    return Chosen(grain, distance, continues)
