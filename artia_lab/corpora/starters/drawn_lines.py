"""Drawings made of lines: ink and brush."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from artia_lab.corpora.starters.brushes import (
    SIDE,
    Line,
    Stroke,
    at,
    clouds,
    grid,
    ink,
    paint,
    paper,
    ramp,
    rgb,
    shade,
)


def hatching(rng: np.random.Generator) -> np.ndarray:
    """Draw hills in hatchings, crossed under each ridge where the shade is deepest.

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
    columns = np.arange(SIDE)
    tone, hill = 0.10 * y[::-1] / SIDE, np.full((SIDE, SIDE), -1)
    sheet, outlines = paper(rng, "efe6d2"), []
    for k, base in enumerate(np.linspace(150, 640, 8)):
        steep = clouds(rng, 2.1, 240)
        ridge = (
            base
            + (16 + 5 * k) * at(clouds(rng, 2.3), np.full(SIDE, 9.0), columns)
            - 30 * np.sin(columns / 97 + 2 * k)
        )
        below = y - ridge[None, :]
        tone = np.where(below > 0, 0.95 * np.exp(-below / (26.0 + 7 * k)) + 0.10 * steep + 0.06 * k / 8, tone)
        hill = np.where(below > 0, k, hill)
        outlines.append((k, np.stack([ridge, columns], axis=1)))
    lines: list[Line] = []
    for k in range(-1, 8):
        slope = 0.03 if k < 0 else rng.uniform(0.5, 1.1) * (1 if k % 2 else -1)
        for angle, above in ((slope, 0.06), (slope + 0.55, 0.34), (slope - 0.9, 0.62)):
            lines += _hatched(rng, np.where(hill == k, tone, -1.0), angle, above)
    for k, points in outlines:
        lines += [(part, 1.7) for part in _pieces(points, at(hill, points[:, 0] + 2, points[:, 1]) == k)]
    return ink(rng, sheet, lines, "1e1b22", 0.88)


def _hatched(rng: np.random.Generator, tone: np.ndarray, angle: float, above: float) -> list[Line]:
    """Rule parallel lines by hand wherever a tone is dark enough."""
    direction, side = np.array([np.sin(angle), np.cos(angle)]), np.array([np.cos(angle), -np.sin(angle)])
    along, offsets = np.arange(-SIDE, SIDE, 4.0), np.arange(-SIDE, SIDE, 4.4)
    aside = offsets[:, None] + rng.normal(0, 0.6, (len(offsets), 1))
    aside = aside + np.cumsum(rng.normal(0, 0.10, (len(offsets), len(along))), axis=1)
    points = SIDE / 2 + along[None, :, None] * direction + aside[:, :, None] * side
    inside = ((points > 0) & (points < SIDE - 1)).all(axis=2)
    dark = at(tone, points[:, :, 0], points[:, :, 1]) + rng.normal(0, 0.02, inside.shape) > above
    strokes = [part for line, keep in zip(points, dark & inside, strict=True) for part in _pieces(line, keep)]
    return list(zip(strokes, rng.uniform(0.8, 1.5, len(strokes)), strict=True))


def _pieces(points: np.ndarray, keep: np.ndarray) -> list[np.ndarray]:
    """Cut a line where it is not kept."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], keep.astype(np.int8), [0]])))
    return [points[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True) if end - start > 1]


def contours(rng: np.random.Generator) -> np.ndarray:
    """Draw the map of an imaginary archipelago, with its lines of height and depth.

    Parameters
    ----------
    rng : np.random.Generator
        Where chance comes from.

    Returns
    -------
    np.ndarray [shape=(SIDE, SIDE, 3)]
        sRGB values.
    """
    ground = clouds(rng, 2.15)
    picture = ramp((ground + 2.2) / 4.6, "4f86a0 6fa3b5 98c2c6 c4dcd2 e9e2bd d6c58b b79a63 95704a 7a5942 efe9e2")
    picture *= (0.95 + 0.20 * shade(ground, 14.0))[:, :, None]
    steep = np.hypot(*np.gradient(ground)) + 1e-6
    for step, width, code in ((0.12, 0.55, "5a4636"), (0.60, 1.05, "3a2b22")):
        nearest = np.abs((ground / step + 0.5) % 1.0 - 0.5) * step / steep
        line = np.clip(width + 0.5 - nearest, 0.0, 1.0)[:, :, None] * 0.75
        picture = picture * (1 - line) + rgb(code) * line
    shore = np.clip(1.9 - np.abs(ground + 0.35) / steep, 0.0, 1.0)[:, :, None]
    picture = picture * (1 - shore) + rgb("20303a") * shore
    return picture * (0.94 + 0.9 * (paper(rng) - rgb("f3ecdd")))


def currents(rng: np.random.Generator) -> np.ndarray:
    """Paint long brush strokes that follow a current.

    Parameters
    ----------
    rng : np.random.Generator
        Where chance comes from.

    Returns
    -------
    np.ndarray [shape=(SIDE, SIDE, 3)]
        sRGB values.
    """
    heading = 1.5 * clouds(rng, 2.9) + 0.5
    sheet = paper(rng, "16263a")
    codes = ["12304f", "1f5673", "2f8189", "7fb3a2", "e9d9a6", "d98a4b", "b8442f", "f3ecdd", "1b2b45", "4b9aa0"]
    hue = clouds(rng, 2.4)
    starts = rng.uniform(-20, SIDE + 20, (2600, 2))
    walked = [starts]
    for _step in range(26):
        turn = at(heading, walked[-1][:, 0], walked[-1][:, 1])
        walked.append(walked[-1] + 4.2 * np.stack([np.sin(turn), np.cos(turn)], axis=1))
    paths = np.stack(walked, axis=1)
    chosen = (at(hue, starts[:, 0], starts[:, 1]) * 1.9 + rng.normal(0, 0.9, len(starts))).astype(int) % len(codes)
    widest = np.linspace(6.5, 2.6, len(paths))
    strokes = [
        (path, rng.uniform(1.2, wide), codes[k]) for path, wide, k in zip(paths, widest, chosen, strict=True)
    ]
    return paint(rng, sheet, strokes, 0.92)


def writing(rng: np.random.Generator) -> np.ndarray:
    """Write a page in a hand that no one reads.

    Parameters
    ----------
    rng : np.random.Generator
        Where chance comes from.

    Returns
    -------
    np.ndarray [shape=(SIDE, SIDE, 3)]
        sRGB values.
    """
    sheet = paper(rng, "f0e7d0")
    strokes: list[Line] = []
    letters = [rng.normal(0, 1, (rng.integers(4, 8), 2)) * (0.62, 0.30) for _letter in range(22)]
    for base in np.arange(46.0, SIDE - 20, 25.0):
        cursor = 34.0 + rng.normal(0, 3)
        while cursor < SIDE - 60:
            word: list[np.ndarray] = []
            for _letter in range(rng.integers(2, 9)):
                shape = letters[rng.integers(len(letters))]
                tall = 15.0 if rng.random() < 0.2 else 7.0
                word += [
                    np.array([base + tall * dy, cursor + 7.0 * (k / len(shape) + dx)])
                    for k, (dy, dx) in enumerate(shape)
                ]
                cursor += rng.uniform(6.5, 9.5)
            points = _smooth(np.array(word))
            points[:, 1] -= 0.25 * (points[:, 0] - base)
            for first, second in pairwise(np.array_split(points, max(1, len(points) // 3))):
                downward = float(second[0, 0] - first[0, 0])
                strokes.append((np.vstack([first, second[:1]]), 1.0 + np.clip(0.28 * downward, -0.2, 1.3)))
            cursor += rng.uniform(7, 13)
    return ink(rng, sheet, strokes, "3a2416", 0.9)


def _smooth(points: np.ndarray) -> np.ndarray:
    """Round a line's corners, by the corner cutting of Chaikin (1974)."""
    for _pass in range(3):
        first, second = points[:-1], points[1:]
        points = np.stack([0.75 * first + 0.25 * second, 0.25 * first + 0.75 * second], axis=1).reshape(-1, 2)
    return points


def meadow(rng: np.random.Generator) -> np.ndarray:
    """Draw a meadow in autumn, blade by blade.

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
    sheet = paper(rng, "e8e2cf") * ramp(y / SIDE, "e9e6da dfe0cd b9bd92 6d7448")
    breeze = clouds(rng, 2.4)
    strokes: list[Stroke] = []
    greens = ["5c6b3a", "8a8f4c", "b3a55a", "3e5136", "c98f3c", "74402c", "2b3a2a", "d9c98a"]
    for depth in np.linspace(0.0, 1.0, 14):
        roots = np.stack(
            [np.full(170, 230 + 430 * depth) + rng.normal(0, 12, 170), rng.uniform(-30, SIDE + 30, 170)]
        )
        blades: list[Line] = []
        for root_y, root_x in roots.T:
            tall = rng.uniform(40, 150) * (0.45 + 0.75 * depth)
            lean = 0.45 * float(at(breeze, np.array(root_y), np.array(root_x))) + rng.normal(0, 0.22)
            t = np.linspace(0.0, 1.0, 9)
            blade = np.stack([root_y - tall * t, root_x + tall * lean * t**2], axis=1)
            blades.append((blade, rng.uniform(0.8, 1.2 + 1.6 * depth)))
            if rng.random() < 0.12:
                seeds = blade[-1] + rng.normal(0, 1, (7, 2)) * (5 + 5 * depth, 1.5 + depth)
                blades += [(np.array([seed, seed + np.array([2.0, 0.6])]), 1.2 + 1.6 * depth) for seed in seeds]
        dyes = rng.choice(len(greens), 3, replace=False)
        strokes += [(points, width, _hazy(greens[rng.choice(dyes)], depth)) for points, width in blades]
    return paint(rng, sheet, strokes, 0.92)


def _hazy(code: str, nearness: float) -> str:
    colour = rgb("d5d3b4") + (rgb(code) - rgb("d5d3b4")) * (0.35 + 0.65 * nearness)
    return "".join(f"{round(255 * value):02x}" for value in colour)
