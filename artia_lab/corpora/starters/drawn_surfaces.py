"""Drawings made of surfaces: each is computed for all its pixels at once."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter, zoom
from scipy.spatial import cKDTree

from artia_lab.corpora.starters.brushes import SIDE, at, clouds, grid, ramp, rgb, shade


def snow(rng: np.random.Generator) -> np.ndarray:
    """Draw a snow field under a low sun.

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
    phase = (y + 0.35 * x + 40 * clouds(rng, 2.6)) / 36.0
    crests = (1.0 - np.abs(np.sin(phase))) ** 2 * np.clip(0.5 + 0.5 * clouds(rng, 2.4), 0, 1.4)
    relief = 30 * clouds(rng, 3.2, 420) + 6 * crests + 0.7 * clouds(rng, 1.8, 60)
    for step, walked in enumerate(np.arange(-20, SIDE + 20, 13.0)):
        cx, cy = walked, 430 - 0.32 * walked + 38 * np.sin(walked / 105) + (6 if step % 2 else -6)
        top, bottom, left, right = _window(cy, cx, 12)
        near = np.hypot(y[top:bottom, left:right] - cy, (x[top:bottom, left:right] - cx) / 1.5)
        relief[top:bottom, left:right] -= 5.0 * np.exp(-((near / 3.6) ** 4))
    light = shade(relief, 0.8, 1.0) + 0.02 * clouds(rng, 0.3, 4)
    picture = ramp(0.58 + 0.75 * light, "2b3d6b 5673a8 93add1 c9d8ea eceff2 fff6e6 ffe6bd")
    glints = rng.random((SIDE, SIDE)) > 0.9985
    picture[glints & (light > 0.1)] = 1.0
    return picture


def lichens(rng: np.random.Generator) -> np.ndarray:
    """Grow lichens on a stone, by the reaction-diffusion of Gray and Scott (as in Pearson, 1993).

    Parameters
    ----------
    rng : np.random.Generator
        Where chance comes from.

    Returns
    -------
    np.ndarray [shape=(SIDE, SIDE, 3)]
        sRGB values.
    """
    side = SIDE // 4
    food = np.ones((side, side), dtype=np.float32)
    growth = np.zeros_like(food)
    for cy, cx in rng.integers(0, side, (130, 2)):
        growth[cy : cy + 4, cx : cx + 4] = 0.9
    region = gaussian_filter(rng.standard_normal((side, side)), 22, mode="wrap")
    feed = (0.034 + 0.008 * region / np.abs(region).max()).astype(np.float32)
    for _step in range(1500):
        eaten = food * growth * growth
        food += 0.16 * _spread(food) - eaten + feed * (1.0 - food)
        growth += 0.08 * _spread(growth) + eaten - (feed + 0.061) * growth
    thallus = np.clip(zoom(growth, SIDE / side, order=3, mode="grid-wrap") / 0.36, 0.0, 1.0)
    grain = clouds(rng, 0.9, 40)
    stone = ramp(0.5 + 0.16 * grain + 0.10 * clouds(rng, 2.0), "3b3a3d 6a6763 8d8880 b3aca0")
    kinds = 0.5 + 0.30 * clouds(rng, 2.6) + 0.05 * grain
    skin = ramp(kinds, "c65a1e e0a02c d9cf7a a9b98c 7f9a86 dfe0d2")
    skin = skin * (0.93 + 0.07 * grain[:, :, None]) + 0.55 * shade(thallus + 0.05 * grain, 6.0)[:, :, None]
    cover = np.clip((thallus - 0.28) * 6.0, 0.0, 1.0)[:, :, None]
    shadow = 1.0 - 0.5 * gaussian_filter(np.roll(cover[:, :, 0], (3, 3), (0, 1)), 2.5)[:, :, None] * (1 - cover)
    return stone * shadow * (1 - cover) + skin * cover


def _spread(field: np.ndarray) -> np.ndarray:
    sides = np.roll(field, 1, 0) + np.roll(field, -1, 0) + np.roll(field, 1, 1) + np.roll(field, -1, 1)
    return sides - 4.0 * field


def rain(rng: np.random.Generator) -> np.ndarray:
    """Draw rain falling on a lake at dusk.

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
    water = 0.22 * gaussian_filter(clouds(rng, 1.4, 80), (1, 7), mode="wrap")
    for _drop in range(70):
        cy, cx = rng.uniform(-20, SIDE + 20, 2)
        far = 0.35 + 0.65 * cy / SIDE
        ring, age = rng.uniform(12, 150) * far, rng.uniform(0.25, 0.8)
        top, bottom, left, right = _window(cy, cx, 1.5 * ring)
        distance = np.hypot((y[top:bottom, left:right] - cy) * 1.7, x[top:bottom, left:right] - cx)
        envelope = np.exp(-(((distance - 0.55 * ring) / (0.34 * ring)) ** 2)) * age
        water[top:bottom, left:right] += envelope * np.sin(distance * 2 * np.pi / (7.0 * far + 2.0))
    light = shade(water, 1.5)
    sky = ramp(np.clip(y / SIDE + 0.05 * clouds(rng, 2.2), 0, 1), "e8b98a b98a8c 6d6f8c 3c4f6e 22384f 16283a")
    return sky + 0.60 * light[:, :, None] * rgb("ffe9c9") + 0.012 * clouds(rng, 0.3, 4)[:, :, None]


def _window(cy: float, cx: float, reach: float) -> tuple[int, int, int, int]:
    low = [int(np.clip(centre - reach, 0, SIDE)) for centre in (cy, cx)]
    high = [int(np.clip(centre + reach + 1, 0, SIDE)) for centre in (cy, cx)]
    return low[0], high[0], low[1], high[1]


def wood(rng: np.random.Generator) -> np.ndarray:
    """Draw old boards, each with the grain of its own tree.

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
    edges = np.array([0, 138, 255, 411, 520, SIDE])
    board = np.searchsorted(edges, x[0], side="right") - 1
    heart_x = (edges[:-1] + rng.uniform(0.1, 0.9, 5) * np.diff(edges))[board]
    heart_y = rng.uniform(-200, SIDE + 200, 5)[board]
    slant = rng.uniform(0.03, 0.10, 5)[board]
    bend = clouds(rng, 2.5)[:, (np.arange(SIDE) + 131 * board) % SIDE]
    radius = np.hypot(x - heart_x + 7 * bend, slant * (y - heart_y)) + 1.2 * clouds(rng, 1.8, 80)
    year = (radius / rng.uniform(5.5, 9.0, 5)[board] + 0.6 * np.sin(radius / 23.0)) % 1.0
    late = gaussian_filter(np.minimum(year, 7.0 * (1.0 - year)), (0.0, 0.7))
    fibres = gaussian_filter(clouds(rng, 0.3, 30), (16, 0.6), mode="wrap")
    tone = (
        0.78 - 0.34 * late + 0.09 * fibres / fibres.std() + rng.normal(0, 0.08, 5)[board] + 0.04 * clouds(rng, 2.2)
    )
    picture = ramp(tone, "2c1a12 5b3520 8a5731 b5804f d6ae7f e8d0a8") + 0.10 * shade(late, 1.5)[:, :, None]
    cracks = gaussian_filter(clouds(rng, 0.8, 200), (30, 0.8), mode="wrap")
    picture *= (1.0 - 0.7 * (cracks > 2.8 * cracks.std()))[:, :, None]
    gap = np.min(np.abs(x[:, :, None] + 1.2 * bend[:, :, None] - edges[1:-1]), axis=-1)
    return picture * np.clip(gap / 3.5, 0.12, 1.0)[:, :, None]


def stones(rng: np.random.Generator) -> np.ndarray:
    """Draw a dry stone wall.

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
    rows = np.arange(-20, SIDE + 40, 46)
    centres = np.array(
        [(row + rng.uniform(-9, 9), cx + rng.uniform(-16, 16)) for row in rows for cx in range(-40, SIDE + 60, 74)]
    )
    centres[:, 1] += np.repeat(rng.uniform(-37, 37, len(rows)), len(centres) // len(rows))
    bend = 5.0 * clouds(rng, 1.9, 90)
    places = np.stack([(y + bend) * 1.55, x + np.roll(bend, 200)], axis=-1)
    distance, which = cKDTree(centres * (1.55, 1.0)).query(places, k=2)
    gap = distance[:, :, 1] - distance[:, :, 0]
    body = 1.0 - np.exp(-np.maximum(gap - 3.0, 0.0) / 9.0)
    grain = clouds(rng, 1.0, 60)
    light = shade(body * 9.0 + 0.5 * grain, 1.1, 0.7)
    tints = np.clip(rng.normal(0.5, 0.24, len(centres)), 0, 1)
    tone = tints[which[:, :, 0]] + 0.06 * grain
    stone = ramp(tone, "5d5a57 7d7468 9c8d78 a89a8c b7a58a c9bfae 8d95a0")
    stone = stone * (0.86 + 0.06 * grain)[:, :, None] + 0.42 * light[:, :, None]
    moss = np.clip((clouds(rng, 1.7) - 0.9 + 0.5 * (gap < 12)) * 1.5, 0, 1)[:, :, None]
    stone = stone * (1 - 0.7 * moss) + 0.7 * moss * ramp(0.5 + 0.2 * grain, "3d4a26 6d7d3a 9aa356")
    joint = np.clip((gap - 2.0) / 4.0, 0, 1)[:, :, None]
    return rgb("17140f") * (1 - joint) + stone * joint


def aurora(rng: np.random.Generator) -> np.ndarray:
    """Draw northern lights above black spruces.

    Parameters
    ----------
    rng : np.random.Generator
        Where chance comes from.

    Returns
    -------
    np.ndarray [shape=(SIDE, SIDE, 3)]
        sRGB values.
    """
    y, _x = grid()
    picture = ramp(y / SIDE, "060a1c 0b1733 12304a 1d4a55")
    for base, hue, reach in ((300, "5df0a0", 210), (370, "46c8b0", 150), (225, "b06fd0", 170)):
        column = np.arange(SIDE)
        fold = (
            base
            + 46 * np.sin(column / rng.uniform(70, 110) + rng.uniform(0, 6))
            + 20 * at(clouds(rng, 1.7), np.full(SIDE, 5.0), column)
        )
        rays = 0.55 + 0.30 * gaussian_filter(clouds(rng, 0.8, 90), (40, 1.1), mode="wrap") / 0.25
        above = (fold[None, :] - y) / reach
        veil = np.where(above > 0, np.exp(-2.6 * above), np.exp(above * 14.0)) * np.clip(rays, 0.05, 1.6)
        picture = picture + 0.62 * veil[:, :, None] * rgb(hue)
    stars = (rng.random((SIDE, SIDE)) > 0.9985) * rng.random((SIDE, SIDE)) ** 2
    picture = picture + gaussian_filter(stars, 0.6)[:, :, None] * 2.4
    tops = np.full(SIDE, 600.0)
    for cx in rng.uniform(-10, SIDE + 10, 90):
        tall = rng.uniform(30, 130)
        steps = tall - np.abs(np.arange(SIDE) - cx) * 5.2
        jagged = steps - 7.0 * ((steps / 9.0) % 1.0) * (steps > 0)
        tops = np.minimum(tops, 612.0 - np.maximum(jagged, 0.0))
    trees = np.clip(y - tops[None, :] + 1.5 * clouds(rng, 0.5, 6), 0, 1)[:, :, None]
    return picture * (1 - trees) + rgb("05080c") * trees + 0.008 * clouds(rng, 0.3, 4)[:, :, None]
