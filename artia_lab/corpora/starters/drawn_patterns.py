"""Drawings made of patterns: cloth, tiles, marbled paper."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from artia_lab.corpora.starters.brushes import SIDE, clouds, grid, paper, rgb, shade


def weaving(rng: np.random.Generator) -> np.ndarray:
    """Weave a cloth, thread by thread.

    Parameters
    ----------
    rng : np.random.Generator
        Where chance comes from.

    Returns
    -------
    np.ndarray [shape=(SIDE, SIDE, 3)]
        sRGB values.
    """
    y, x = grid()
    pitch = 8.0
    y, x = y + 2.2 * clouds(rng, 2.2), x + 2.2 * clouds(rng, 2.2)
    row, column = np.floor(y / pitch).astype(int), np.floor(x / pitch).astype(int)
    across, along = (x / pitch) % 1.0 - 0.5, (y / pitch) % 1.0 - 0.5
    diamond = np.abs((column + 400) % 20 - 10)
    over = (row + diamond) % 4 < 2
    dyes = np.array([rgb(code) for code in ["23395b", "f0e4cc", "a63d2f", "d9a441", "54735a", "6b2e3f"]])
    stripes = np.repeat(rng.choice(len(dyes), 60, p=[0.26, 0.3, 0.16, 0.12, 0.1, 0.06]), rng.integers(1, 7, 60))
    warp = dyes[stripes[(column + 20) % len(stripes)]]
    weft = dyes[stripes[::-1][(row + 50) % len(stripes)]]
    uneven = rng.normal(1.0, 0.06, (2, 400))
    twist = 0.5 + 0.5 * np.sin(2 * np.pi * ((x + y) / 3.4))
    up = np.sqrt(np.clip(1.0 - (2 * np.where(over, across, along)) ** 2, 0.0, 1.0))
    crest = np.cos(np.pi * np.where(over, along, across) * 0.9)
    light = (0.34 + 0.50 * up * (0.6 + 0.4 * crest) + 0.10 * twist) * np.where(
        over, uneven[0][column % 400], uneven[1][row % 400]
    )
    thread = np.where(over[:, :, None], warp, weft)
    return thread * light[:, :, None] * 1.18 + 0.02 * clouds(rng, 0.3, 4)[:, :, None]


def tiles(rng: np.random.Generator) -> np.ndarray:
    """Draw glazed tiles whose arcs join, after the tiles of Sébastien Truchet and Cyril Stanley Smith.

    Parameters
    ----------
    rng : np.random.Generator
        Where chance comes from.

    Returns
    -------
    np.ndarray [shape=(SIDE, SIDE, 3)]
        sRGB values.
    """
    y, x = grid()
    size = 64
    row, column = (y // size).astype(int), (x // size).astype(int)
    v, u = (y % size) / size, (x % size) / size
    turned = rng.random((SIDE // size, SIDE // size)) < 0.5
    u = np.where(turned[row, column], 1.0 - u, u)
    wobble = 0.012 * clouds(rng, 1.8, 60)
    near, far = np.hypot(u, v) + wobble, np.hypot(1 - u, 1 - v) + wobble
    from_arc = np.minimum(np.abs(near - 0.5), np.abs(far - 0.5))
    cobalt, sky, cream, ochre = (rgb(code) for code in ("1f3f86", "7fa6cf", "f1ead9", "d69a2d"))
    picture = np.broadcast_to(cream, (SIDE, SIDE, 3)).copy()
    for inner, outer, colour in ((0.0, 0.10, cobalt), (0.13, 0.165, sky), (0.0, 0.022, ochre)):
        band = np.clip((outer - from_arc) * 40, 0, 1) * np.clip((from_arc - inner) * 40 + 1, 0, 1)
        wash = np.clip(0.86 + 0.13 * clouds(rng, 1.3, 40), 0, 1) * band
        picture = picture * (1 - wash[:, :, None]) + colour * wash[:, :, None]
    corner = np.minimum(np.minimum(near, far), np.minimum(np.hypot(1 - u, v), np.hypot(u, 1 - v)))
    dot = np.clip((0.105 - np.abs(corner - 0.05)) * 40, 0, 1)[:, :, None] * 0.9
    picture = picture * (1 - dot) + cobalt * dot
    fired = rng.normal(0, 0.035, (SIDE // size, SIDE // size, 1))[row, column] * (0.9, 1.0, 1.3)
    edge = np.minimum(np.minimum(u, 1 - u), np.minimum(v, 1 - v)) * size
    joint = np.clip(edge - 0.8, 0, 1)[:, :, None]
    glaze = 0.10 * shade(np.minimum(edge, 7.0) + 0.4 * clouds(rng, 1.9, 60), 0.5, 0.8)
    return (picture + fired + glaze[:, :, None]) * joint + rgb("8d8577") * (1 - joint)


def marbled(rng: np.random.Generator) -> np.ndarray:
    """Draw marbled paper: bands of colour combed on water.

    Parameters
    ----------
    rng : np.random.Generator
        Where chance comes from.

    Returns
    -------
    np.ndarray [shape=(SIDE, SIDE, 3)]
        sRGB values.
    """
    y, x = grid()
    y, x = y + 26 * clouds(rng, 2.5), x + 26 * clouds(rng, 2.5)
    for spacing, strength, phase in ((118.0, 46.0, 0.0), (59.0, 22.0, 0.5)):
        y = y + strength * np.cos(2 * np.pi * (x / spacing + phase)) ** 3
        x = x + 0.35 * strength * np.sin(2 * np.pi * y / (2.2 * spacing))
    bands = (y + 5 * clouds(rng, 1.9, 90)) / 7.5
    index = np.floor(bands).astype(int) % 97
    colours = "1d2b4f f2e6cf 8e2f2b f2e6cf d59a3a 2f5d62 f2e6cf 1d2b4f c9653c e9d8b4"
    palette = np.array([rgb(code) for code in colours.split()])
    chosen = rng.integers(0, len(palette), 97)
    picture = palette[chosen[index]]
    edge = np.minimum(bands % 1.0, 1.0 - bands % 1.0)
    picture = picture * (0.80 + 0.20 * np.clip(edge * 6.0, 0, 1))[:, :, None]
    picture = gaussian_filter(picture, (0.6, 0.6, 0))
    return picture * (0.97 + 0.35 * (paper(rng) - rgb("f3ecdd")))
