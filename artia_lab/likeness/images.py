"""Likeness of pictures: what in a work stands in a corpus, under which alterations, and where.

Every reference is read once and looked at in three ways: corners described so as to be known again turned,
resized, mirrored or recoloured (`artia_lab.likeness.poses`); windows of colour as they are, for what is made of
many small pieces (`artia_lab.likeness.windows`); and the whole, very small (`artia_lab.likeness.wholes`). They
only propose: the few references that stand out are read again, laid over the work and compared pixel by pixel
(`artia_lab.likeness.agreement`), and only what agrees there is called a copy. Where the lines are drawn is in
`artia_lab.likeness.picture_limits`, with the calibration that drew them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from artia_lab.likeness.result import Likeness, nothing

if TYPE_CHECKING:
    from numpy.typing import NDArray

METHOD = "copy-check-1"

COMPARED_PX = 1024
"""Longest side at which a picture of a corpus is compared, wherever that is done: one work has one likeness."""
_MEASURES = dict.fromkeys(("whole", "agreeing_share", "copied_share", "l2_ratio", "plain", "windows"), 0.0)


def picture(work: NDArray, references: Mapping[str, NDArray]) -> Likeness:
    """Measure how near a picture is to a corpus of pictures, and whether it holds a copy of one.

    Parameters
    ----------
    work : np.ndarray [shape=(h, w) or (h, w, channels)]
        sRGB values, float in [0, 1] or uint8.
    references : Mapping of str to np.ndarray
        Pictures of the corpus by file name, in the same form; each is read once, those that stand out twice.

    Returns
    -------
    Likeness
        ``agreeing_share``: share of the work's texture that agrees, pixel by pixel, with one reference.
        ``copied_share``: share of its textured windows that stand in the corpus nearly as they are.
        ``l2_ratio``: median over those windows of the distance to the nearest over half the mean of the 50
        nearest (after Carlini et al., 2023; see `artia_lab.likeness.training`). ``whole``: how much of the
        work its nearest whole reference explains, squares of differences against squares of contrasts, both
        seen at 32 × 32. ``plain``: 1 when the work has too little contrast to be told from another.
        ``windows``, ``references``: how many were compared. Nearness is the largest of both shares and of
        what ``whole`` exceeds one half by, doubled. Each neighbour's kind is ``"exact"``, ``"re-encoded"``,
        ``"recoloured"``, ``"mirrored"``, ``"rotated"``, ``"cropped"`` or ``"patch"``, the one that tells most
        when there are several; empty when it merely resembles the work. Its ``at`` gives where they agree:
        ``x``, ``y``, ``width`` and ``height`` in the reference, ``of_x``, ``of_y``, ``of_width`` and
        ``of_height`` in the work, in pixels; and for a copy ``turned_deg`` (clockwise), ``scale``, and 1 or 0
        for ``mirrored``, ``recoloured`` and ``cropped``.
    """
    if not references:
        return nothing("image", METHOD, **_MEASURES, references=0)
    from artia_lab.likeness.copy_check import CopyCheck
    from artia_lab.likeness.pixels import colours

    check = CopyCheck(colours(work))
    if check.plain:
        return nothing("image", METHOD, **_MEASURES | {"plain": 1.0}, references=len(references))
    check.read(references)
    return check.likeness(references)


def pictures(
    works: Sequence[NDArray], references: Mapping[str, NDArray], crop: int | None = None
) -> list[Likeness]:
    """Measure how near small generated pictures are to what a model learnt from, going through it once.

    `picture` asks whether one work holds a copy, altered or not; this asks of a set whether its pictures are
    nearer to a training picture than chance would have it, as they are: the ratio of Carlini et al., which
    `artia_lab.likeness.training` describes.

    Parameters
    ----------
    works : sequence of np.ndarray [shape=(h, w) or (h, w, channels)]
        The generated pictures: sRGB values, float in [0, 1] or uint8.
    references : Mapping of str to np.ndarray
        What the model learnt from, by file name, in the same form; each is read once, the nearest twice.
    crop : int, optional
        Side of the crops that the model learnt from, in pixels, to compare with every crop of every reference;
        without it, whole references are brought to the size of the works.

    Returns
    -------
    list of Likeness
        ``l2``: distance to the nearest, root mean square, values in [0, 1]. ``l2_ratio``: that distance over
        half the mean of the 50 nearest. ``explained``: share of the picture's contrast that the nearest
        explains. ``copied_share``: with `crop`, share of the picture's pieces of that size that are copies.
        ``plain``: 1 when there is too little contrast to tell. ``references``: how many. The verdict is a copy
        when a piece is: `artia_lab.likeness.picture_limits` says from where. The one neighbour is the nearest,
        with where it is, as `picture` gives it. Nearness is what ``explained`` exceeds one half by, doubled.
    """
    from artia_lab.likeness.training import likenesses

    return likenesses(works, references, crop)
