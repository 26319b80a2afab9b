"""From a picture to its overlapping patches, and back."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from artia_lab.experiments.image.patch_atlas import Atlas

BAND = 125_000
"""Patch pixels gathered at once; bounds the memory and the time between two reports."""

ASIDE = 0.01
"""Handicap of a pixel for each px between it and the middle of its patch, in squared deviations of colour."""


def resized(picture: Tensor, height: int, width: int) -> Tensor:
    """Resize a picture without aliasing.

    Parameters
    ----------
    picture : torch.Tensor [shape=(3, h, w)]
        The picture.
    height, width : int
        The size wanted, in px.

    Returns
    -------
    torch.Tensor [shape=(3, height, width)]
        The picture, resized by bicubic interpolation.
    """
    if picture.shape[1:] == (height, width):
        return picture
    size = (height, width)
    return F.interpolate(picture[None], size, mode="bicubic", antialias=True, align_corners=False)[0]


def unfold(picture: Tensor, patch: int) -> Tensor:
    """List every whole patch of a picture.

    Parameters
    ----------
    picture : torch.Tensor [shape=(3, height, width)]
        The picture.
    patch : int
        Side of a patch in px.

    Returns
    -------
    torch.Tensor [shape=(n, patch * patch * 3)]
        The patches, row by row, in the order of `Atlas.vectors`.
    """
    columns = F.unfold(picture[None], patch)[0]
    return columns.view(3, patch * patch, -1).permute(2, 1, 0).reshape(-1, patch * patch * 3)


def window(patch: int, spread: float) -> Tensor:
    """Weigh the pixels of a patch, the middle most.

    Parameters
    ----------
    patch : int
        Side of the patch in px.
    spread : float > 0
        Standard deviation of the Gaussian in px.

    Returns
    -------
    torch.Tensor [shape=(patch, patch)]
        Weights in ]0, 1].
    """
    gaps = torch.arange(patch) - (patch - 1) / 2
    line = torch.exp(-gaps.square() / (2 * spread**2))
    return line[:, None] * line[None, :]


def fold(patches: Tensor, rows: Tensor, columns: Tensor, size: tuple[int, int], weights: Tensor) -> Tensor:
    """Average overlapping patches into a picture.

    Parameters
    ----------
    patches : torch.Tensor [shape=(len(rows), len(columns), patch * patch * 3)]
        Patches, in the order of `Atlas.vectors`.
    rows, columns : torch.Tensor [dtype=int64]
        Where their top-left pixels stand: at equal distances, but for the last.
    size : (int, int)
        Height and width of the picture in px.
    weights : torch.Tensor [shape=(patch, patch)]
        Weight of each pixel of a patch.

    Returns
    -------
    torch.Tensor [shape=(4, height, width)]
        Weighted sums of the three colours, then the sum of the weights.
    """
    side, shape = len(weights), (len(rows), len(columns))
    sums = torch.zeros(4, *size, device=patches.device)
    # Pixel by pixel of a patch, then colour by colour, as `F.fold` takes them; the weight is a fourth colour.
    layers = patches.reshape(-1, side * side, 3).permute(2, 1, 0)
    shares = weights.to(patches.device).flatten()[:, None]
    coloured = torch.empty(4, side * side, len(rows) * len(columns), device=patches.device)
    torch.mul(layers, shares, out=coloured[:3])
    coloured[3] = shares
    for down, row_step in _runs(rows.tolist()):
        for across, column_step in _runs(columns.tolist()):
            laid = coloured.view(4, side * side, *shape)[:, :, down, across]
            top, left = int(rows[down][0]), int(columns[across][0])
            bottom, right = int(rows[down][-1]) + side, int(columns[across][-1]) + side
            sums[:, top:bottom, left:right] += F.fold(
                laid.reshape(1, 4 * side * side, -1),
                (bottom - top, right - left),
                side,
                stride=(row_step, column_step),
            )[0]
    return sums


def _runs(positions: list[int]) -> list[tuple[slice, int]]:
    """Cut positions into those that follow each other regularly, and the last if it does not."""
    count = len(positions)
    step = positions[1] - positions[0] if count > 1 else 1
    if count < 3 or positions[-1] - positions[-2] == step:
        return [(slice(0, count), step)]
    return [(slice(0, count - 1), step), (slice(count - 1, count), 1)]


def fold_all(patches: Tensor, atlas: Atlas, size: tuple[int, int], spread: float) -> Tensor:
    """Average all the whole patches of a picture into that picture.

    Parameters
    ----------
    patches : torch.Tensor [shape=(n, patch * patch * 3)]
        One patch for each place where a whole patch stands, row by row.
    atlas : Atlas
        The corpus, which says the side of a patch.
    size : (int, int)
        Height and width of the picture in px.
    spread : float > 0
        Standard deviation in px of the window that weighs overlapping patches.

    Returns
    -------
    torch.Tensor [shape=(3, height, width)]
        The picture.
    """
    rows, columns = (torch.arange(side - atlas.patch + 1, device=patches.device) for side in size)
    laid = patches.view(len(rows), len(columns), -1)
    sums = fold(laid, rows, columns, size, window(atlas.patch, spread))
    return sums[:3] / sums[3]


def mix(
    atlas: Atlas,
    places: Tensor,
    shares: Tensor,
    spread: float,
    stride: int,
    advance: Callable[[float], None],
) -> Tensor:
    """Compose a picture from corpus patches.

    Parameters
    ----------
    atlas : Atlas
        The patches of the corpus.
    places : torch.Tensor [shape=(rows, columns, k), dtype=int64]
        Corpus patches to be mixed for each patch of the picture.
    shares : torch.Tensor [shape=(rows, columns, k)]
        Their shares; they sum to 1 over k.
    spread : float > 0
        Standard deviation in px of the window that weighs overlapping patches.
    stride : int
        Distance in px between the patches that are laid down; the last row and column always are.
    advance : callable
        Called with the share of the work just done, in [0, 1].

    Returns
    -------
    torch.Tensor [shape=(3, rows + patch - 1, columns + patch - 1)]
        The picture.
    """
    height, width, _ = places.shape
    side, device = atlas.patch, places.device
    rows, columns = _laid(height, stride, device), _laid(width, stride, device)
    weights = window(side, spread)
    sums = torch.zeros(4, height + side - 1, width + side - 1, device=device)
    step = max(1, BAND // (len(columns) * side * side))
    for start in range(0, len(rows), step):
        band = rows[start : start + step]
        chosen = places[band][:, columns].flatten(0, 1)
        parts = shares[band][:, columns].flatten(0, 1)
        mixed = parts[:, :1] * atlas.vectors(chosen[:, 0])
        for k in range(1, chosen.shape[1]):
            mixed += parts[:, k : k + 1] * atlas.vectors(chosen[:, k])
        top, bottom = int(band[0]), int(band[-1]) + side
        size = (bottom - top, width + side - 1)
        strip = fold(mixed.view(len(band), len(columns), -1), band - top, columns, size, weights)
        sums[:, top:bottom] += strip
        advance(len(band) / len(rows))
    return sums[:3] / sums[3]


def nearest_pixels(atlas: Atlas, places: Tensor, target: Tensor) -> Tensor:
    """Choose for each pixel of a picture one pixel of the corpus.

    The corpus patches laid around a pixel each propose the pixel they put there; the one whose colour is
    nearest to the target's wins, with a preference for the patch in whose middle the pixel lies. Nothing is
    averaged, so the result is as sharp as the corpus.

    Parameters
    ----------
    atlas : Atlas
        The patches of the corpus.
    places : torch.Tensor [shape=(rows, columns), dtype=int64]
        The corpus patch laid at each place.
    target : torch.Tensor [shape=(3, height, width)]
        Colours to approach, where height = rows + patch - 1 and width = columns + patch - 1.

    Returns
    -------
    torch.Tensor [shape=(height, width), dtype=int64]
        Flat positions of the pixels chosen on the atlas's sheet.
    """
    _, height, width = target.shape
    side, device = atlas.patch, places.device
    half = side // 2
    reach = min(2, half)
    all_rows, all_columns = torch.arange(height, device=device), torch.arange(width, device=device)
    least = torch.full((height, width), torch.inf, device=device)
    chosen = torch.zeros(height, width, dtype=torch.int64, device=device)
    for down in range(-reach, reach + 1):
        rows = _covering(all_rows, down - half, side, places.shape[0])
        for right in range(-reach, reach + 1):
            columns = _covering(all_columns, right - half, side, places.shape[1])
            shift = (all_rows - rows)[:, None] * atlas.width + (all_columns - columns)
            pixels = places[rows][:, columns] + shift
            gap = (atlas.pixels[pixels].permute(2, 0, 1) - target).square().sum(0)
            gap += ASIDE * (abs(down) + abs(right))
            nearer = gap < least
            least = torch.where(nearer, gap, least)
            chosen = torch.where(nearer, pixels, chosen)
    return chosen


def _laid(count: int, stride: int, device: torch.device) -> Tensor:
    """Every stride-th position, and the last."""
    return torch.tensor(sorted({*range(0, count, stride), count - 1}), device=device)


def _covering(pixels: Tensor, shift: int, side: int, count: int) -> Tensor:
    """Shift pixel indices to patch indices, kept among the patches that exist and cover the pixel."""
    shifted = torch.maximum(pixels + shift, pixels - side + 1)
    return torch.minimum(shifted, pixels).clamp(0, count - 1)
