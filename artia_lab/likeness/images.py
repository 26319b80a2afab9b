"""Likeness of pictures: the whole against whole references, and its pieces against every piece of the corpus.

The pieces follow Carlini et al., "Extracting Training Data from Diffusion Models" (USENIX Security 2023). Theirs:
the distance ℓ2 to the nearest training picture is divided by half the mean of the distances to its 50 nearest,
and less than 1 says memorised, because the nearest stands out from a crowd that is merely alike. (The factor
1/2, the 50 and the division were checked against a published implementation and reports of the paper, not
against its own text.) Ours: it is applied to windows of the output and of the references rather than to
whole pictures, since a corpus here may be one picture, and to windows apart from one another for the crowd;
the windows are compared as 8 × 8 cells, at the references' own scale and brought to the output's size, straight
and mirrored; and a window must besides be well explained by its nearest, which no ratio of distances says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from artia_lab.likeness.result import Likeness, Neighbour, nothing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from artia_lab.likeness.patches import Floats, Found, Scaled
    from artia_lab.likeness.wholes import Whole

METHOD = "copied-windows-1"
LARGEST_OUTPUT, LARGEST_REFERENCE = 512, 2048
LARGEST_FACTOR = 4
WINDOWS_ACROSS = 12
PLAIN = 0.02
EXPLAINED, SURELY = 0.9, 0.98
NEAREST = 5


def picture(output: NDArray, references: Mapping[str, NDArray]) -> Likeness:
    """Measure how near a picture is to a corpus of pictures.

    Parameters
    ----------
    output : np.ndarray [shape=(h, w) or (h, w, channels)]
        sRGB values, float in [0, 1] or uint8.
    references : Mapping of str to np.ndarray
        Pictures of the corpus by file name, in the same form; each is read at most a few times.

    Returns
    -------
    Likeness
        As `pictures` describes.
    """
    return pictures([output], references)[0]


def pictures(outputs: Sequence[NDArray], references: Mapping[str, NDArray]) -> list[Likeness]:
    """Measure how near each of several pictures is to a corpus, going through the corpus once.

    Parameters
    ----------
    outputs : sequence of np.ndarray [shape=(h, w) or (h, w, channels)]
        sRGB values, float in [0, 1] or uint8.
    references : Mapping of str to np.ndarray
        Pictures of the corpus by file name, in the same form.

    Returns
    -------
    list of Likeness
        ``whole``: how much of the picture its nearest whole reference explains, squares of differences
        against squares of contrasts, both seen at 32 × 32. ``mirrored``: 1 if that reference is best seen
        in a mirror. ``copied_share``: share of the windows with some texture that stand in the corpus
        nearly as they are. ``l2_ratio``: median of the ratio of Carlini et al. over those windows.
        ``windows``, ``references``: how many were compared. Nearness is the larger of ``copied_share`` and
        what ``whole`` exceeds one half by, doubled. Each neighbour's ``at`` gives its best window: ``x``,
        ``y``, ``width`` and ``height`` in the reference, ``of_x`` and ``of_y`` in the output, in pixels.
    """
    if not references or not outputs:
        return [_nothing() for _output in outputs]
    from artia_lab.likeness.wholes import wholes

    ready = [_Output(output) for output in outputs]
    nearest, sizes = wholes([output.thumbnail for output in ready], references)
    groups: dict[tuple[int, int, float], list[int]] = {}
    for k, output in enumerate(ready):
        groups.setdefault((output.factor, max(output.picture.shape[:2]), output.scale), []).append(k)
    found: dict[int, list[_Window]] = {}
    for members in groups.values():
        found |= dict(zip(members, _windows([ready[k] for k in members], references, sizes), strict=True))
    return [_likeness(whole, found[k], sizes) for k, whole in enumerate(nearest)]


class _Window(NamedTuple):
    """A window with texture, and the window of the corpus nearest to it."""

    item: str
    at: dict[str, float | int | list[float]]
    explained: float
    ratio: float

    @property
    def copied(self) -> bool:
        return self.explained >= SURELY or (self.explained >= EXPLAINED and self.ratio < 1)


class _Output:
    """An output made ready: its size brought within bounds, its windows straight and mirrored."""

    def __init__(self, output: NDArray) -> None:
        import numpy as np

        from artia_lab.likeness.patches import CELLS, DIMENSIONS, cells, windows_at
        from artia_lab.likeness.pixels import colours, resized
        from artia_lab.likeness.wholes import thumbnail

        whole = colours(output)
        self.scale = min(1.0, LARGEST_OUTPUT / max(whole.shape[:2]))
        shrunk = resized(whole, *(max(1, round(side * self.scale)) for side in whole.shape[:2]))
        self.thumbnail = thumbnail(whole)
        self.picture = np.pad(shrunk, [*((0, max(0, CELLS - side)) for side in shrunk.shape[:2]), (0, 0)], "edge")
        height, width = self.picture.shape[:2]
        self.factor = max(1, min(LARGEST_FACTOR, min(height, width) // CELLS))
        window = self.factor * CELLS
        spread = [
            np.rint(np.linspace(0, side - window, min(WINDOWS_ACROSS, -(-side // window)))).astype(np.intp)
            for side in (height, width)
        ]
        self.rows, self.columns = (axis.ravel() for axis in np.meshgrid(*spread, indexing="ij"))
        straight = windows_at(cells(self.picture, self.factor), self.rows, self.columns, self.factor)
        seen = straight.reshape(-1, CELLS**2, 3)
        contrast = ((seen - seen.mean(axis=1, keepdims=True)) ** 2).sum(axis=(1, 2))
        textured = contrast >= PLAIN**2 * DIMENSIONS
        straight, self.contrast = straight[textured], contrast[textured]
        self.rows, self.columns = self.rows[textured], self.columns[textured]
        mirrored = straight.reshape(-1, CELLS, CELLS, 3)[:, :, ::-1].reshape(straight.shape)
        self.asked = np.concatenate([straight, mirrored])


def _windows(
    outputs: list[_Output], references: Mapping[str, NDArray], sizes: dict[str, tuple[int, int]]
) -> list[list[_Window]]:
    """For outputs of one size, what was found for each window with texture."""
    import numpy as np

    from artia_lab.likeness.patches import CELLS, Scaled, nearest
    from artia_lab.likeness.pixels import colours, resized

    factor, scale, side = outputs[0].factor, outputs[0].scale, max(outputs[0].picture.shape[:2])
    window = factor * CELLS
    sources = [
        Scaled(item, one)
        for item, size in sizes.items()
        for one in _scales(scale, side / max(size), LARGEST_REFERENCE / max(size))
    ]

    def load(source: Scaled) -> Floats:
        height, width = sizes[source.item]
        return resized(
            colours(references[source.item]),
            max(window, round(height * source.scale)),
            max(window, round(width * source.scale)),
        )

    asked = np.concatenate([output.asked for output in outputs])
    if not len(asked):
        return [[] for _output in outputs]
    found = nearest(asked, factor, sources, load)
    every, first = [], 0
    for output in outputs:
        every.append(_with_texture(output, found, first, sizes))
        first += len(output.asked)
    return every


def _scales(same: float, fitted: float, largest: float) -> list[float]:
    """At the output's own scale, and with the longer sides made equal where that is another scale."""
    same = min(same, largest)
    return [same] if abs(fitted / same - 1) < 0.1 or fitted > 2 else [same, min(fitted, largest)]


def _with_texture(output: _Output, found: Found, first: int, sizes: dict[str, tuple[int, int]]) -> list[_Window]:
    import numpy as np

    from artia_lab.likeness.patches import CELLS

    count, window = len(output.rows), output.factor * CELLS
    windows = []
    for k in range(count):
        straight, mirrored = first + k, first + k + count
        best = mirrored if found.squared[mirrored] < found.squared[straight] else straight
        source = found.sources[found.source[best]]
        height, width = sizes[source.item]
        row, column = (found.at[best] / source.scale).tolist()
        at: dict[str, float | int | list[float]] = {
            "x": min(round(column), width - 1),
            "y": min(round(row), height - 1),
            "width": min(width, round(window / source.scale)),
            "height": min(height, round(window / source.scale)),
            "of_x": round(output.columns[k] / output.scale),
            "of_y": round(output.rows[k] / output.scale),
        }
        distance = float(np.sqrt(found.squared[best]))
        ratio = distance / max(float(found.crowd[best]) / 2, 1e-6)
        windows.append(_Window(source.item, at, 1 - distance**2 / float(output.contrast[k]), ratio))
    return windows


def _likeness(whole: Whole, windows: list[_Window], sizes: dict[str, tuple[int, int]]) -> Likeness:
    import numpy as np

    copied = [window for window in windows if window.copied]
    share = len(copied) / len(windows) if windows else 0.0
    nearest = [
        Neighbour(item, max((w for w in copied if w.item == item), key=lambda w: w.explained).at, n / len(windows))
        for item, n in Counter(window.item for window in copied).most_common(NEAREST)
    ]
    if whole.likeness > share or not nearest:
        height, width = sizes[whole.item]
        nearest = [found for found in nearest if found.item != whole.item]
        nearest.insert(
            0, Neighbour(whole.item, {"x": 0, "y": 0, "width": width, "height": height}, whole.explained)
        )
    return Likeness(
        "image",
        METHOD,
        max(whole.likeness, share),
        {
            "whole": whole.explained,
            "mirrored": float(whole.mirrored and whole.explained > 0),
            "copied_share": share,
            "l2_ratio": float(np.median([window.ratio for window in windows])) if windows else 0.0,
            "windows": len(windows),
            "references": len(sizes),
        },
        tuple(nearest[:NEAREST]),
    )


def _nothing() -> Likeness:
    return nothing(
        "image", METHOD, whole=0.0, mirrored=0.0, copied_share=0.0, l2_ratio=0.0, windows=0, references=0
    )
