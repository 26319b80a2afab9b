"""What the starter drawings are drawn with: paper, clouds of noise, ink and washes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image, ImageDraw

SIDE = 640
FINE = 2  # lines are drawn this many times larger, then brought down, so that their edges are soft

Colour = Sequence[float]
Line = tuple[np.ndarray, float]
Stroke = tuple[np.ndarray, float, str]


def rgb(code: str) -> np.ndarray:
    """Read a colour written as in HTML.

    Parameters
    ----------
    code : str
        Such as ``"2b3a55"``.

    Returns
    -------
    np.ndarray [shape=(3,)]
        sRGB values in [0, 1].
    """
    return np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)]) / 255.0


def grid() -> tuple[np.ndarray, np.ndarray]:
    """Give the coordinates of the pixels.

    Returns
    -------
    y, x : np.ndarray [shape=(SIDE, SIDE)]
        In px, from the top left corner.
    """
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float64)
    return y, x


def clouds(rng: np.random.Generator, roughness: float = 1.8, largest: float = SIDE) -> np.ndarray:
    """Draw noise whose amplitude falls with frequency, like clouds or terrain.

    Parameters
    ----------
    rng : np.random.Generator
        Where chance comes from.
    roughness : float
        Exponent of the fall: 1 is rough, 3 is smooth.
    largest : float
        Size of the largest forms, in px.

    Returns
    -------
    np.ndarray [shape=(SIDE, SIDE)]
        Zero mean, unit standard deviation; its edges join.
    """
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None, :])
    spectrum = np.fft.rfft2(rng.standard_normal((SIDE, SIDE)))
    spectrum *= np.maximum(frequency, 1.0 / largest) ** -roughness
    spectrum[0, 0] = 0.0
    field = np.fft.irfft2(spectrum, (SIDE, SIDE))
    return field / field.std()


def at(field: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Read a field at the nearest pixels, going round at the edges.

    Parameters
    ----------
    field : np.ndarray [shape=(SIDE, SIDE)]
        What to read.
    y, x : np.ndarray
        Where, in px.

    Returns
    -------
    np.ndarray
        Its values, in the shape of `y`.
    """
    return field[np.rint(y).astype(int) % SIDE, np.rint(x).astype(int) % SIDE]


def ramp(values: np.ndarray, codes: str) -> np.ndarray:
    """Colour a field.

    Parameters
    ----------
    values : np.ndarray
        In [0, 1]; what lies beyond takes the end colours.
    codes : str
        Colours, as in HTML, separated by spaces, from 0 to 1.

    Returns
    -------
    np.ndarray [shape=(..., 3)]
        sRGB values in [0, 1].
    """
    colours = np.array([rgb(code) for code in codes.split()])
    stops = np.linspace(0.0, 1.0, len(colours))
    return np.stack([np.interp(values, stops, channel) for channel in colours.T], axis=-1)


def paper(rng: np.random.Generator, code: str = "f3ecdd") -> np.ndarray:
    """Make a sheet of paper, with its fibres and its unevenness.

    Parameters
    ----------
    rng : np.random.Generator
        Where chance comes from.
    code : str
        Its colour, as in HTML.

    Returns
    -------
    np.ndarray [shape=(SIDE, SIDE, 3)]
        sRGB values in [0, 1].
    """
    tooth = 0.012 * clouds(rng, 0.6, 12) + 0.010 * clouds(rng, 2.0)
    return np.clip(rgb(code) + tooth[:, :, None], 0.0, 1.0)


def ink(
    rng: np.random.Generator, sheet: np.ndarray, lines: Iterable[Line], code: str, strength: float = 0.9
) -> np.ndarray:
    """Draw lines on a sheet, with a pen that catches in the paper.

    Parameters
    ----------
    rng : np.random.Generator
        Where chance comes from.
    sheet : np.ndarray [shape=(SIDE, SIDE, 3)]
        sRGB values in [0, 1].
    lines : iterable of (points, width)
        Points as y, x in px [shape=(n, 2)]; width in px.
    code : str
        The ink's colour, as in HTML.
    strength : float
        How much of the paper it hides, in [0, 1].

    Returns
    -------
    np.ndarray [shape=(SIDE, SIDE, 3)]
        sRGB values in [0, 1].
    """
    plate = Image.new("L", (SIDE * FINE, SIDE * FINE))
    pen = ImageDraw.Draw(plate)
    for points, width in lines:
        flat = (points[:, ::-1] * FINE).ravel().tolist()
        pen.line(flat, fill=255, width=max(1, round(width * FINE)), joint="curve")
    laid = np.asarray(plate.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float64) / 255.0
    laid *= np.clip(strength + 0.10 * clouds(rng, 0.7, 20), 0.0, 1.0)
    return sheet + (rgb(code) - sheet) * laid[:, :, None]


def paint(
    rng: np.random.Generator, sheet: np.ndarray, strokes: Iterable[Stroke], strength: float = 0.9
) -> np.ndarray:
    """Lay brush strokes on a sheet, each over those before it.

    Parameters
    ----------
    rng : np.random.Generator
        Where chance comes from.
    sheet : np.ndarray [shape=(SIDE, SIDE, 3)]
        sRGB values in [0, 1].
    strokes : iterable of (points, width, colour)
        Points as y, x in px [shape=(n, 2)]; width in px; colour as in HTML.
    strength : float
        How much of the sheet they hide, in [0, 1].

    Returns
    -------
    np.ndarray [shape=(SIDE, SIDE, 3)]
        sRGB values in [0, 1].
    """
    size = (SIDE * FINE, SIDE * FINE)
    plate = Image.fromarray(np.rint(np.clip(sheet, 0, 1) * 255).astype(np.uint8)).resize(size)
    brush = ImageDraw.Draw(plate)
    for points, width, code in strokes:
        flat = (points[:, ::-1] * FINE).ravel().tolist()
        brush.line(flat, fill=f"#{code}", width=max(1, round(width * FINE)), joint="curve")
    laid = np.asarray(plate.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float64) / 255.0
    hidden = np.clip(strength + 0.10 * clouds(rng, 0.7, 20), 0.0, 1.0)[:, :, None]
    return sheet + (laid - sheet) * hidden


def shade(field: np.ndarray, height: float, blur: float = 0.0) -> np.ndarray:
    """Light a relief from the upper left.

    Parameters
    ----------
    field : np.ndarray [shape=(SIDE, SIDE)]
        Heights.
    height : float
        How much they are raised.
    blur : float
        Softness, in px.

    Returns
    -------
    np.ndarray [shape=(SIDE, SIDE)]
        About 0 where flat, positive in the light, negative in the shade; within [-1, 1].
    """
    from scipy.ndimage import gaussian_filter

    if blur:
        field = gaussian_filter(field, blur, mode="wrap")
    down, across = np.gradient(field * height)
    return (-down - across) / np.sqrt(1.0 + down**2 + across**2) / np.sqrt(2.0)
