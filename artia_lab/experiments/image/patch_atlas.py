"""Every patch of some pictures, at one scale, as one sheet that can be searched."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

FEATURES = 24
"""Principal components that stand for a patch while searching (at most; small patches have fewer)."""

SAMPLE = 8192
"""Patches from which the principal components are estimated."""


@dataclass(frozen=True)
class Atlas:
    """Pictures laid one under the other on a sheet, and the patches that lie whole inside one of them.

    A patch is named by the flat position of its top-left pixel on the sheet.

    Attributes
    ----------
    pixels : torch.Tensor [shape=(height * width, 3)]
        Colours of the sheet.
    width : int
        Width of the sheet in px.
    tops : tuple of int
        Row of the sheet where each picture starts.
    sizes : tuple of (int, int)
        Height and width of each picture in px.
    patch : int
        Side of a patch in px.
    places : torch.Tensor [shape=(n,), dtype=int64]
        Flat position of every whole patch.
    owner : torch.Tensor [shape=(height * width,), dtype=int64]
        Index of the picture to which each whole patch belongs, -1 where no whole patch starts.
    axes : torch.Tensor [shape=(features, 3, patch, patch)]
        Orthonormal principal components of the patches.
    features : torch.Tensor [shape=(height * width, features)]
        Coordinates of the patches on these axes.
    """

    pixels: Tensor
    width: int
    tops: tuple[int, ...]
    sizes: tuple[tuple[int, int], ...]
    patch: int
    places: Tensor
    owner: Tensor
    axes: Tensor
    features: Tensor

    def project(self, picture: Tensor) -> Tensor:
        """Give the coordinates of every patch of a picture on the principal axes.

        Parameters
        ----------
        picture : torch.Tensor [shape=(3, height, width)]
            The picture.

        Returns
        -------
        torch.Tensor [shape=(height - patch + 1, width - patch + 1, features)]
            One row of coordinates for each whole patch.
        """
        return F.conv2d(picture[None], self.axes)[0].permute(1, 2, 0).contiguous()

    def vectors(self, places: Tensor) -> Tensor:
        """Give the colours of some patches, each as one row.

        Parameters
        ----------
        places : torch.Tensor [shape=(n,), dtype=int64]
            Flat positions of patches.

        Returns
        -------
        torch.Tensor [shape=(n, patch * patch * 3)]
            Colours, row by row from the top-left pixel.
        """
        # Row by row, whose pixels stand side by side, is four times as fast as pixel by pixel.
        rows = self.pixels.as_strided((len(self.pixels) - self.patch + 1, 3 * self.patch), (3, 1))
        starts = torch.arange(self.patch, device=places.device) * self.width
        return F.embedding(places[:, None] + starts, rows).flatten(1)

    def scaled_places(self, rows: Tensor, columns: Tensor, pictures: Tensor) -> Tensor:
        """Name the whole patches nearest to some places.

        Parameters
        ----------
        rows, columns : torch.Tensor [dtype=int64]
            Top-left pixel of each patch in its picture, in px; brought back inside where outside.
        pictures : torch.Tensor [dtype=int64]
            Index of each patch's picture.

        Returns
        -------
        torch.Tensor [dtype=int64]
            Flat positions on the sheet.
        """
        limits = torch.tensor(self.sizes, device=rows.device) - self.patch
        tops = torch.tensor(self.tops, device=rows.device)
        rows = torch.minimum(rows.clamp(min=0), limits[pictures, 0])
        columns = torch.minimum(columns.clamp(min=0), limits[pictures, 1])
        return (tops[pictures] + rows) * self.width + columns

    def locate(self, places: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Say where patches come from.

        Parameters
        ----------
        places : torch.Tensor [dtype=int64]
            Flat positions of whole patches.

        Returns
        -------
        pictures, rows, columns : torch.Tensor [dtype=int64]
            The picture's index, and the patch's top-left pixel inside it, in px.
        """
        pictures = self.owner[places]
        tops = torch.tensor(self.tops, device=places.device)
        return pictures, places // self.width - tops[pictures], places % self.width


def build_atlas(pictures: Sequence[Tensor], patch: int, generator: torch.Generator) -> Atlas:
    """Lay pictures on one sheet and index all their patches.

    Parameters
    ----------
    pictures : sequence of torch.Tensor [shape=(3, height, width)]
        The pictures, each at least one patch high and wide.
    patch : int
        Side of a patch in px.
    generator : torch.Generator
        Source of chance (on the CPU), for the sample that gives the principal components.

    Returns
    -------
    Atlas
        The sheet and its patches.
    """
    device = pictures[0].device
    sizes = tuple((int(picture.shape[1]), int(picture.shape[2])) for picture in pictures)
    width = max(columns for _, columns in sizes)
    tops, total = [], 0
    for rows, _ in sizes:
        tops.append(total)
        total += rows
    sheet = torch.zeros(3, total, width, device=device)
    owner = torch.full((total, width), -1, dtype=torch.int64, device=device)
    for index, (picture, top, (rows, columns)) in enumerate(zip(pictures, tops, sizes, strict=True)):
        sheet[:, top : top + rows, :columns] = picture
        owner[top : top + rows - patch + 1, : columns - patch + 1] = index
    places = (owner.flatten() >= 0).nonzero().flatten()
    pixels = sheet.flatten(1).T.contiguous()
    axes = _principal_axes(pixels, width, places, patch, generator)
    features = torch.zeros(total * width, axes.shape[0], device=device)
    projected = F.conv2d(sheet[None], axes)[0].permute(1, 2, 0)
    high, wide = projected.shape[:2]
    features.view(total, width, -1)[:high, :wide] = projected
    return Atlas(pixels, width, tuple(tops), sizes, patch, places, owner.flatten(), axes, features)


def finer_places(places: Tensor, coarser: Atlas, atlas: Atlas, size: tuple[int, int]) -> Tensor:
    """Carry the strongest patches of one scale over to the next, centre by centre.

    Parameters
    ----------
    places : torch.Tensor [shape=(rows, columns, k), dtype=int64]
        Patches of the coarser atlas, the strongest first.
    coarser, atlas : Atlas
        The same pictures at the coarser scale and at the next.
    size : (int, int)
        Height and width in px of the finer picture.

    Returns
    -------
    torch.Tensor [shape=(height - patch + 1, width - patch + 1, 1), dtype=int64]
        Patches of the finer atlas.
    """
    half = (atlas.patch - 1) / 2
    pictures, rows, columns = coarser.locate(places[..., 0])
    old, new = (torch.tensor(sizes, device=places.device) for sizes in (coarser.sizes, atlas.sizes))
    factors = (new / old)[pictures]
    taken, origins = [], []
    for axis, origin in ((0, rows), (1, columns)):
        side = places.shape[axis] + atlas.patch - 1
        centres = torch.arange(size[axis] - atlas.patch + 1, device=places.device) + half
        coarse = (centres + 0.5) * side / size[axis] - 0.5 - half
        nearest = coarse.round().long().clamp(0, places.shape[axis] - 1)
        taken.append(nearest)
        origins.append((origin, coarse - nearest, factors[..., axis]))
    (rows, row_rest, row_factor), (columns, column_rest, column_factor) = origins
    pick = (taken[0][:, None], taken[1][None, :])
    fine_rows = (rows[pick] + half + row_rest[:, None] + 0.5) * row_factor[pick] - 0.5 - half
    fine_columns = (columns[pick] + half + column_rest[None, :] + 0.5) * column_factor[pick] - 0.5 - half
    return atlas.scaled_places(fine_rows.round().long(), fine_columns.round().long(), pictures[pick])[..., None]


def _principal_axes(pixels: Tensor, width: int, places: Tensor, patch: int, generator: torch.Generator) -> Tensor:
    """Estimate the directions in which patches vary most."""
    drawn = torch.randint(len(places), (min(SAMPLE, len(places)),), generator=generator)
    rows = torch.arange(patch, device=places.device)
    offsets = (rows[:, None] * width + rows[None, :]).flatten()
    sample = pixels[places[drawn.to(places.device)][:, None] + offsets].flatten(1)
    sample = sample - sample.mean(0)
    _, vectors = torch.linalg.eigh((sample.T @ sample).double().cpu() / max(1, len(sample)))
    axes = vectors.flip(1)[:, :FEATURES].T.float().to(places.device)
    return axes.reshape(-1, patch, patch, 3).permute(0, 3, 1, 2).contiguous()
