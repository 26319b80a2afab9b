"""A mosaic's source map, made readable: a picture with its key, and a table."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

CELLS = 8
"""Cells of the table along each side of the mosaic."""

KEY_PICTURES = 6
"""Pictures shown at most in the key: those used most."""

SLIDE = 0.02
"""Neighbours are drawn as one piece when their displacements differ by no more than this share of the width."""

GAP = 8
"""White space around the pictures of the key, in px."""


@dataclass(frozen=True)
class Origin:
    """Where each pixel of a mosaic comes from.

    Attributes
    ----------
    files : tuple of str
        The file of each picture.
    pictures : tuple of np.ndarray [shape=(h, w, 3)]
        The pictures as they were used, colours in [0, 1].
    source, row, column : np.ndarray [shape=(height, width), dtype=int]
        For each pixel of the mosaic: its picture's index, and its place in that picture in px.
    mirrored : np.ndarray [shape=(height, width), dtype=bool]
        Whether the pixel comes from the picture seen in a mirror.
    """

    files: tuple[str, ...]
    pictures: tuple[np.ndarray, ...]
    source: np.ndarray
    row: np.ndarray
    column: np.ndarray
    mirrored: np.ndarray

    def moves(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Say how each pixel was moved.

        Returns
        -------
        source, mirrored, down, right : np.ndarray [shape=(height, width)]
            Its picture, whether it was mirrored, and the rows and columns between here and there in px.
        """
        rows, columns = np.indices(self.source.shape)
        right = np.where(self.mirrored, self.column + columns, self.column - columns)
        return self.source, self.mirrored, self.row - rows, right

    def pieces(self) -> np.ndarray:
        """Number the displacements: pixels moved together from one picture share a number.

        Returns
        -------
        np.ndarray [shape=(height, width), dtype=int64]
            One number for each pixel.
        """
        moves = np.stack(self.moves()).astype(np.int64)
        moves -= moves.min(axis=(1, 2), keepdims=True)
        spans = moves.max(axis=(1, 2)) + 1
        return np.ravel_multi_index(tuple(moves), tuple(spans))


def map_picture(origin: Origin, mosaic: np.ndarray) -> np.ndarray:
    """Draw the source map beside its key.

    Each pixel of the mosaic takes the colour that its place of origin has in the key; dark lines run between
    pieces. In the key, what was never used stays grey.

    Parameters
    ----------
    origin : Origin
        Where each pixel comes from.
    mosaic : np.ndarray [shape=(height, width, 3)]
        The mosaic, colours in [0, 1].

    Returns
    -------
    np.ndarray [shape=(height, width of mosaic and key, 3), dtype=float32]
        The picture.
    """
    several = len(origin.files) > 1
    colours, used = [], []
    for index, picture in enumerate(origin.pictures):
        colours.append(_place_colours(picture.shape[0], picture.shape[1], index if several else None))
        here = origin.source == index
        mask = np.zeros(picture.shape[:2], dtype=bool)
        mask[origin.row[here], origin.column[here]] = True
        used.append(_spread(mask))
    drawn: np.ndarray = np.empty_like(mosaic, dtype=np.float32)
    for index, colour in enumerate(colours):
        here = origin.source == index
        drawn[here] = colour[origin.row[here], origin.column[here]]
    drawn = 0.8 * drawn + 0.2 * _grey(mosaic)
    drawn[_seams(origin)] *= 0.35

    height, width = mosaic.shape[:2]
    most = np.argsort([-int((origin.source == index).sum()) for index in range(len(colours))], kind="stable")
    shown = [int(index) for index in most if used[index].any()][:KEY_PICTURES]
    key_width = max(32, width // 2)
    key = np.ones((height, key_width + GAP, 3), dtype=np.float32)
    room = (height - GAP * (len(shown) - 1)) // len(shown)
    for place, index in enumerate(shown):
        grey = _grey(origin.pictures[index])
        keyed = np.where(used[index][..., None], 0.7 * colours[index] + 0.3 * grey, 0.6 + 0.3 * grey)
        thumbnail = _fitted(keyed, room, key_width)
        top = place * (room + GAP)
        key[top : top + thumbnail.shape[0], GAP : GAP + thumbnail.shape[1]] = thumbnail
    return np.concatenate([drawn, key], axis=1).astype(np.float32).clip(0, 1)


def map_table(origin: Origin) -> list[dict[str, int | float | str]]:
    """Say for each cell of the mosaic where most of it comes from.

    Parameters
    ----------
    origin : Origin
        Where each pixel comes from.

    Returns
    -------
    list of dict
        One row for each cell of an 8 × 8 grid (fewer on a tiny mosaic): its box in the mosaic in px; how
        many pieces it holds; the file of the largest piece, the share of the cell that piece fills, whether
        it is mirrored (1) or not (0), and its box in the file in percent of the file's width and height.
    """
    pieces = origin.pieces()
    height, width = pieces.shape
    rows = np.linspace(0, height, min(CELLS, height) + 1).astype(int)
    columns = np.linspace(0, width, min(CELLS, width) + 1).astype(int)
    table: list[dict[str, int | float | str]] = []
    for top, bottom in pairwise(rows.tolist()):
        for left, right in pairwise(columns.tolist()):
            box = np.s_[top:bottom, left:right]
            numbers, counts = np.unique(pieces[box], return_counts=True)
            largest = pieces[box] == numbers[counts.argmax()]
            index = int(origin.source[box][largest][0])
            high, wide = origin.pictures[index].shape[:2]
            down, across = origin.row[box][largest], origin.column[box][largest]
            table.append(
                {
                    "left_px": int(left),
                    "top_px": int(top),
                    "right_px": int(right),
                    "bottom_px": int(bottom),
                    "pieces": len(numbers),
                    "file": origin.files[index],
                    "share_percent": round(100 * float(largest.mean()), 1),
                    "mirrored": int(origin.mirrored[box][largest][0]),
                    "source_left_percent": round(100 * int(across.min()) / wide, 1),
                    "source_top_percent": round(100 * int(down.min()) / high, 1),
                    "source_right_percent": round(100 * (int(across.max()) + 1) / wide, 1),
                    "source_bottom_percent": round(100 * (int(down.max()) + 1) / high, 1),
                }
            )
    return table


def _place_colours(height: int, width: int, index: int | None) -> np.ndarray:
    """One colour for each place of a picture; among several pictures, one hue for each."""
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    across = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    if index is None:  # from blue at the left through green and yellow to red at the right
        pure, strength = _hue(0.62 - 0.62 * across), np.full_like(across, 0.8)
    else:  # the golden ratio keeps the hues of any number of pictures apart
        hue = np.full((1, 1, 1), (0.58 + index * 0.6180340) % 1, dtype=np.float32)
        pure, strength = _hue(hue), 0.35 + 0.65 * across
    colours: np.ndarray = (1 - strength * (1 - pure)) * (1 - 0.6 * down)
    return colours.astype(np.float32)


def _hue(hue: np.ndarray) -> np.ndarray:
    """Pure colours of the wheel; a hue in [0, 1] in the last axis becomes red, green and blue."""
    wheel = np.abs((hue * 6 + np.array([0, 4, 2], dtype=np.float32)) % 6 - 3) - 1
    return wheel.clip(0, 1)


def _grey(picture: np.ndarray) -> np.ndarray:
    return picture @ np.array([[0.299], [0.587], [0.114]], dtype=np.float32)


def _seams(origin: Origin) -> np.ndarray:
    """Mark the pixels whose right or lower neighbour comes from elsewhere, not merely from a few pixels aside."""
    moves = np.stack(origin.moves())
    slide = max(3.0, SLIDE * origin.source.shape[1])
    seams = np.zeros(origin.source.shape, dtype=bool)
    seams[:, :-1] |= _apart(moves[:, :, :-1], moves[:, :, 1:], slide)
    seams[:-1] |= _apart(moves[:, :-1], moves[:, 1:], slide)
    return seams


def _apart(some: np.ndarray, others: np.ndarray, slide: float) -> np.ndarray:
    return np.any(np.abs(some - others) > np.array([0, 0, slide, slide])[:, None, None], axis=0)


def _spread(mask: np.ndarray) -> np.ndarray:
    """Add to a mask the pixels next to it, so that it stays visible once reduced."""
    padded = np.pad(mask, 1)
    height, width = mask.shape
    return np.any([padded[i : i + height, j : j + width] for i in range(3) for j in range(3)], axis=0)


def _fitted(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize a picture to the largest size that fits, taking nearest pixels."""
    factor = min(height / picture.shape[0], width / picture.shape[1])
    rows = np.arange(max(1, int(picture.shape[0] * factor))) / factor
    columns = np.arange(max(1, int(picture.shape[1] * factor))) / factor
    rows, columns = (
        rows.astype(int).clip(max=picture.shape[0] - 1),
        columns.astype(int).clip(max=picture.shape[1] - 1),
    )
    return picture[rows][:, columns]
