"""Patch diffusion without training: a new picture drawn from the patches of a few pictures.

A diffusion model removes noise little by little. When all it may know is a finite set of patches, the best
denoiser needs no network: it is their mean, weighted by how well each explains what is seen under the noise
(Kamb & Ganguli, "An analytic theory of creativity in convolutional diffusion models", ICML 2025; Qiu,
Kutulakos & Lindell, "Efficient and training-free single-image diffusion models", CVPR 2026,
arXiv:2606.04299).

Ours goes from coarse to fine. At small scales every patch is weighed, with potentials that keep rare patches
in use (`patch_search.balanced_weights`). At larger scales, where nearly all the weight lies on a few patches,
only those are weighed, found from the scale before by local search (PatchMatch: Barnes et al., SIGGRAPH
2009). At last each pixel is taken whole from one place of the corpus, so the source map is exact.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from artia_lab.experiments.image import patch_search as search
from artia_lab.experiments.image.patch_atlas import Atlas, build_atlas, finer_places
from artia_lab.experiments.image.patch_folding import fold_all, mix, nearest_pixels, resized, unfold
from artia_lab.experiments.image.progress import Progress

COARSEST, COARSEST_PER_PATCH = 10.0, 1.6
"""Short side of the pictures at the coarsest scale: so many px, plus so many patches."""

FIRST_LEVELS, LEVELS = 30, 4
"""Noise levels at the coarsest scale, and at each finer one."""

SIGMA_FREE, SIGMA_FINE, SIGMA_LAST = 12.0, 0.5, 0.06
"""Deviations of the noise: pure chance; at the start of a finer scale; at the end. The pictures' own is 1."""

SIGMA_BOUND = 3.0
"""Deviation of the first noise when the original layout is to be kept as it is."""

SWEEPS = (2, 12), (1, 2)
"""Distance of the neighbours asked, and reach of chance, in px: at first in a scale; then the last alone."""

EXACT = 3_000_000
"""Pairs of patches above which only strong candidates are weighed."""


@dataclass(frozen=True)
class Mosaic:
    """A picture regrown from patches, and where each pixel came from.

    Attributes
    ----------
    picture : torch.Tensor [shape=(height, width, 3)]
        Colours in [0, 1]: ``pictures[source][row, column]`` at each pixel.
    source : torch.Tensor [shape=(height, width), dtype=int64]
        Index of the picture each pixel comes from.
    row, column : torch.Tensor [shape=(height, width), dtype=int64]
        Place of that pixel in that picture, in px.
    weight_sum : float
        Of all the sums of posterior weights, the one farthest from 1.
    """

    picture: Tensor
    source: Tensor
    row: Tensor
    column: Tensor
    weight_sum: float


def regrow(
    pictures: Sequence[Tensor],
    height: int,
    width: int,
    patch: int = 7,
    liberty: float = 1.0,
    balance: float = 1.0,
    seed: int = 0,
    device: str = "cpu",
    on_step: Callable[..., None] = lambda i, n, **metrics: None,
    on_scale: Callable[[Tensor], None] = lambda picture: None,
) -> Mosaic:
    """Draw a new picture from the patches of some pictures.

    Parameters
    ----------
    pictures : sequence of torch.Tensor [shape=(h, w, 3)]
        Material, colours in [0, 1], each at least `patch` px high and wide. The first lends its layout when
        `liberty` is below 1.
    height, width : int
        Size of the new picture in px, each at least `patch`.
    patch : int
        Side of a patch in px, odd, at least 3.
    liberty : float in [0, 1]
        How far the layout may leave that of the first picture; at 1 it comes from chance alone.
    balance : float in [0, 1]
        How strongly rare patches are kept in use.
    seed : int
        Seed of all chance.
    device : str
        Where torch computes: ``"cpu"``, ``"cuda"``…
    on_step : callable
        Called as ``on_step(i, n, sigma=…, scale=…, weight_sum=…)`` several times a second, i from 1 to n; may
        raise to stop.
    on_scale : callable
        Called with the picture so far, [shape=(height, width, 3)], after each scale.

    Returns
    -------
    Mosaic
        The picture and its source map.
    """
    generator = torch.Generator().manual_seed(seed)
    originals = [picture.to(device).permute(2, 0, 1) for picture in pictures]
    colours = torch.cat([picture.flatten(1) for picture in originals], dim=1)
    mean, deviation = colours.mean(1)[:, None, None], colours.std().clamp(min=0.01)
    material = [(picture - mean) / deviation for picture in originals]

    scales = _scales(min(min(picture.shape[1:]) for picture in material), patch)
    work = [_work(height * scale, width * scale, scale == scales[0]) for scale in scales]
    progress = Progress(sum(work), on_step)
    atlas: Atlas | None = None
    places: Tensor | None = None
    for scale, share in zip(scales, work, strict=True):
        size = max(patch, round(height * scale)), max(patch, round(width * scale))
        unit = share / (1 + (LEVELS if places is not None else FIRST_LEVELS))
        advance = partial(progress.advance, unit)
        progress.metrics = {"scale": float(size[1])}
        coarser, atlas = (
            atlas,
            build_atlas([_shrunk(each, scale, patch) for each in material], patch, generator),
        )
        if coarser is None or places is None:
            sigmas = _sigmas(SIGMA_BOUND * (SIGMA_FREE / SIGMA_BOUND) ** liberty, FIRST_LEVELS)
            start = torch.zeros(3, *size, device=device) if liberty == 1 else resized(material[0], *size)
            advance(1.0)
        else:
            sigmas = _sigmas(SIGMA_FINE, LEVELS)
            places = finer_places(places, coarser, atlas, size)
            start = _laid(atlas, places, patch / 3, advance)
        noisy = start + sigmas[0] * torch.randn(3, *size, generator=generator).to(device)
        clean, places = _denoise(noisy, sigmas, atlas, places, balance, generator, progress, unit)
        shown = resized(clean, height, width) * deviation + mean
        on_scale(shown.clamp(0, 1).permute(1, 2, 0))
    assert atlas is not None and places is not None  # there is at least one scale
    return _mosaic(atlas, places, originals, progress)


def _laid(atlas: Atlas, places: Tensor, spread: float, advance: Callable[[float], None]) -> Tensor:
    """Lay down whole the strongest patch at each place."""
    strongest = places[..., :1]
    return mix(atlas, strongest, torch.ones(strongest.shape, device=strongest.device), spread, 1, advance)


def _work(height: float, width: float, first: bool) -> float:
    """Guess the time one scale takes, in arbitrary units."""
    return 30_000 if first else height * width + 2000


def _scales(short_side: int, patch: int) -> list[float]:
    """Factors of the pyramid, by √2 from the coarsest to 1."""
    octaves = math.log2(max(1.0, short_side / (COARSEST + COARSEST_PER_PATCH * patch)))
    return [2 ** (-k / 2) for k in range(round(2 * octaves), -1, -1)]


def _sigmas(first: float, count: int) -> list[float]:
    """Deviations of the noise, in geometric progression to the last."""
    return [first * (SIGMA_LAST / first) ** (k / (count - 1)) for k in range(count)]


def _shrunk(picture: Tensor, scale: float, patch: int) -> Tensor:
    height, width = (max(patch, round(side * scale)) for side in picture.shape[1:])
    return resized(picture, height, width)


def _denoise(
    noisy: Tensor,
    sigmas: list[float],
    atlas: Atlas,
    places: Tensor | None,
    balance: float,
    generator: torch.Generator,
    progress: Progress,
    unit: float,
) -> tuple[Tensor, Tensor]:
    """Follow the probability flow through the noise levels of one scale by Euler steps."""
    side, size = atlas.patch, (noisy.shape[1], noisy.shape[2])
    shape = size[0] - side + 1, size[1] - side + 1
    exact = shape[0] * shape[1] * len(atlas.places) <= EXACT
    keys = atlas.vectors(atlas.places) if exact else None
    handicaps = torch.zeros(len(atlas.places), device=noisy.device)
    if places is None:
        places = search.anywhere(atlas, (*shape, search.KEPT), generator)
    clean = noisy
    for sigma, following in zip(sigmas, [*sigmas[1:], 0.0], strict=True):
        progress.metrics["sigma"] = sigma
        if keys is not None:
            gaps = search.squared_distances(unfold(noisy, side), keys)
            weights, handicaps = search.balanced_weights(gaps, sigma, handicaps, keys.shape[1], balance)
            places = atlas.places[weights.argmax(1)].view(*shape, 1)
            clean = fold_all(weights @ keys, atlas, size, side / 3)
            progress.advance(unit)
        else:
            sweeps = SWEEPS if sigma == sigmas[0] else SWEEPS[1:]
            places, gaps = _search(atlas, noisy, places, sweeps, generator, progress, unit * 0.6)
            weights = search.softmax_weights(gaps, sigma)
            stride = 2 if side >= 5 else 1
            clean = mix(atlas, places, weights, side / 3, stride, partial(progress.advance, unit * 0.4))
        progress.check(weights)
        noisy = clean + following / sigma * (noisy - clean)
    return clean, places


def _search(
    atlas: Atlas,
    noisy: Tensor,
    places: Tensor,
    sweeps: tuple[tuple[int, int], ...],
    generator: torch.Generator,
    progress: Progress,
    unit: float,
) -> tuple[Tensor, Tensor]:
    """Improve the candidates of each patch: by its neighbours', nearby, and anywhere."""
    queries = atlas.project(noisy)
    gaps = torch.empty(0)
    for step, reach in sweeps:
        best = places[..., :2]
        guesses = [
            places,
            search.neighbours_guess(atlas, best, step),
            search.random_guess(atlas, best, reach, generator),
            search.anywhere(atlas, (*places.shape[:2], 2), generator),
        ]
        candidates = torch.cat(guesses, dim=2)
        places, gaps = search.keep_best(
            atlas, queries, candidates, search.KEPT, partial(progress.advance, unit / len(sweeps))
        )
    return places, gaps


def _mosaic(atlas: Atlas, places: Tensor, pictures: list[Tensor], progress: Progress) -> Mosaic:
    """Take each pixel whole from where the strongest patches lead."""
    target = _laid(atlas, places, atlas.patch / 6, partial(progress.advance, 0))
    pixels = nearest_pixels(atlas, places[..., 0], target)
    tops = torch.tensor(atlas.tops, device=pixels.device)
    rows, column = pixels // atlas.width, pixels % atlas.width
    source = torch.searchsorted(tops, rows, right=True) - 1
    row = rows - tops[source]
    picture = torch.zeros(*pixels.shape, 3, device=pixels.device)
    for index, original in enumerate(pictures):
        here = source == index
        picture[here] = original[:, row[here], column[here]].T
    return Mosaic(picture, source, row, column, progress.weight_sum)
