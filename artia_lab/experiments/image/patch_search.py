"""The weights of the optimal patch denoiser, over all patches or over a few found by local search."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import embedding

from artia_lab.experiments.image.patch_atlas import Atlas

KEPT = 4
"""Candidates kept for each patch where not all patches of the corpus are weighed."""

CHUNK = 1_000_000
"""Coordinates compared at once; bounds the memory and the time between two reports."""

BALANCE_ROUNDS = 5
"""Moves of the potentials at each noise level."""


def softmax_weights(squared_distances: Tensor, sigma: float) -> Tensor:
    """Turn distances into the posterior weights of the optimal denoiser.

    Under Gaussian noise of deviation `sigma`, the clean patch x_i has probability proportional to
    exp(-‖y - x_i‖² / 2σ²) given the noisy patch y; the mean of the patches under these weights is the
    denoiser of least squared error (Kamb & Ganguli, ICML 2025; Qiu, Kutulakos & Lindell, CVPR 2026).

    Parameters
    ----------
    squared_distances : torch.Tensor [shape=(..., k)]
        Squared distances between each noisy patch and k patches of the corpus; may be infinite.
    sigma : float > 0
        Standard deviation of the noise.

    Returns
    -------
    torch.Tensor [shape=(..., k)]
        Weights; they sum to 1 over k.
    """
    return torch.softmax(squared_distances / (-2 * sigma**2), dim=-1)


def squared_distances(queries: Tensor, keys: Tensor) -> Tensor:
    """Compare all queries with all keys.

    Parameters
    ----------
    queries : torch.Tensor [shape=(n, d)]
        Rows to compare.
    keys : torch.Tensor [shape=(m, d)]
        Rows to compare with.

    Returns
    -------
    torch.Tensor [shape=(n, m)]
        Squared Euclidean distances, never negative.
    """
    products = torch.addmm(keys.square().sum(1)[None], queries, keys.T, alpha=-2)
    return (products + queries.square().sum(1)[:, None]).clamp_(min=0)


def balanced_weights(
    distances: Tensor, sigma: float, potentials: Tensor, limit: float, balance: float
) -> tuple[Tensor, Tensor]:
    """Weigh all corpus patches so that none is forgotten.

    The plain denoiser gives a wide sky or a tabletop ever more room, since smooth patches lie near to
    everything. Potentials added to the distances, moved a few times towards an equal use of each corpus patch
    (the dual ascent of entropic optimal transport: Cuturi, NeurIPS 2013), restore the rare ones. They act
    as a prior over the patches: the result is still their posterior mean.

    Parameters
    ----------
    distances : torch.Tensor [shape=(n, m)]
        Squared distances between n noisy patches and the m patches of the corpus.
    sigma : float > 0
        Standard deviation of the noise.
    potentials : torch.Tensor [shape=(m,)]
        Handicap of each corpus patch, in units of squared distance; zeros to begin.
    limit : float > 0
        Greatest handicap or advantage, in the same units.
    balance : float in [0, 1]
        How strongly to move; with 0 the potentials stay as they are.

    Returns
    -------
    weights : torch.Tensor [shape=(n, m)]
        Posterior weights; each row sums to 1.
    potentials : torch.Tensor [shape=(m,)]
        The potentials reached.
    """
    for _ in range(BALANCE_ROUNDS if balance else 0):
        use = softmax_weights(distances + potentials, sigma).mean(0) * len(potentials)
        potentials = potentials + balance * sigma**2 * use.clamp(min=1e-3).log()
        potentials = potentials.clamp(-limit, limit)
    return softmax_weights(distances + potentials, sigma), potentials


def neighbours_guess(atlas: Atlas, field: Tensor, step: int) -> Tensor:
    """Propose to each patch what continues the corpus patches chosen by its four neighbours.

    This is the propagation of PatchMatch (Barnes et al., SIGGRAPH 2009): a neighbour `step` px to the right
    that shows corpus patch p proposes the corpus patch `step` px to the left of p.

    Parameters
    ----------
    atlas : Atlas
        The patches of the corpus.
    field : torch.Tensor [shape=(height, width, k), dtype=int64]
        Corpus patches chosen so far.
    step : int
        Distance of the neighbours in px.

    Returns
    -------
    torch.Tensor [shape=(height, width, 4 * k), dtype=int64]
        Proposals; where a neighbour's would lie outside its picture, the patch's own choice again. Neighbours
        wrap around the edges, which only adds proposals.
    """
    proposals = []
    for axis, stride in ((0, atlas.width), (1, 1)):
        for direction in (step, -step):
            neighbour = field.roll(direction, axis)
            moved = (neighbour + direction * stride).clamp(0, len(atlas.owner) - 1)
            whole = atlas.owner[moved] == atlas.owner[neighbour]
            proposals.append(torch.where(whole, moved, field))
    return torch.cat(proposals, dim=2)


def random_guess(atlas: Atlas, field: Tensor, reach: int, generator: torch.Generator) -> Tensor:
    """Propose to each patch corpus patches drawn around those chosen so far.

    Parameters
    ----------
    atlas : Atlas
        The patches of the corpus.
    field : torch.Tensor [shape=(height, width, k), dtype=int64]
        Corpus patches chosen so far.
    reach : int
        Greatest distance in rows and columns, in px.
    generator : torch.Generator
        Source of chance, on the CPU.

    Returns
    -------
    torch.Tensor [shape=(height, width, k), dtype=int64]
        Proposals.
    """
    drawn = torch.randint(-reach, reach + 1, (2, *field.shape), generator=generator).to(field.device)
    pictures, rows, columns = atlas.locate(field)
    return atlas.scaled_places(rows + drawn[0], columns + drawn[1], pictures)


def anywhere(atlas: Atlas, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Draw corpus patches with equal chance.

    Parameters
    ----------
    atlas : Atlas
        The patches of the corpus.
    shape : tuple of int
        How many.
    generator : torch.Generator
        Source of chance, on the CPU.

    Returns
    -------
    torch.Tensor [shape=shape, dtype=int64]
        Flat positions on the sheet.
    """
    drawn = torch.randint(len(atlas.places), shape, generator=generator)
    return atlas.places[drawn.to(atlas.places.device)]


def keep_best(
    atlas: Atlas, queries: Tensor, candidates: Tensor, kept: int, advance: Callable[[float], None]
) -> tuple[Tensor, Tensor]:
    """Keep the candidates nearest to each query, none twice.

    Parameters
    ----------
    atlas : Atlas
        The patches of the corpus.
    queries : torch.Tensor [shape=(height, width, features)]
        Noisy patches on the atlas's principal axes.
    candidates : torch.Tensor [shape=(height, width, k), dtype=int64]
        Corpus patches to choose among.
    kept : int
        How many to keep.
    advance : callable
        Called with the share of the work just done, in [0, 1].

    Returns
    -------
    places : torch.Tensor [shape=(height, width, kept), dtype=int64]
        The nearest first.
    distances : torch.Tensor [shape=(height, width, kept)]
        Squared distances on the principal axes; infinite for a repetition.
    """
    height, width, count = candidates.shape
    kept = min(kept, count)
    places = torch.empty(height, width, kept, dtype=torch.int64, device=candidates.device)
    distances = torch.empty(height, width, kept, device=candidates.device)
    rows = max(1, CHUNK // (width * count * queries.shape[2]))
    for start in range(0, height, rows):
        part = slice(start, start + rows)
        # Twice as fast as `atlas.features[candidates[part]]`, which is the same.
        features = embedding(candidates[part], atlas.features)
        gaps = features.sub_(queries[part, :, None]).square_().sum(3)
        near, order = gaps.topk(min(2 * kept, count), largest=False)
        chosen = candidates[part].gather(2, order)
        near[..., 1:][chosen[..., 1:] == chosen[..., :-1]] = torch.inf
        near, order = near.topk(kept, largest=False)
        places[part], distances[part] = chosen.gather(2, order), near
        advance(len(near) / height)
    return places, distances
