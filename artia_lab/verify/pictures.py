"""Two pictures or animations: which of the five tiers they reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from artia_lab.i18n import _, decimals
from artia_lab.verify.finding import DIFFERENT, IDENTICAL, NUMERIC, PERCEPTUAL, STATISTICAL, Finding, within
from artia_lab.verify.opening import Picture
from artia_lab.verify.thresholds import PICTURE_NUMERIC, PICTURE_PERCEPTUAL, PICTURE_STATISTICAL

if TYPE_CHECKING:
    import numpy as np

PAPERS = (1.0, 0.0)
"""What transparent pictures are laid on: what is seen must be equal on white and on black."""

MOST_STATISTICAL_FRAMES = 16


def compare_pictures(reference: Picture, new: Picture) -> Finding:
    """Compare two pictures, or two animations frame by frame.

    Parameters
    ----------
    reference, new : Picture
        As `artia_lab.verify.opening.decode` gives them.

    Returns
    -------
    Finding
        The tier, its measures and why.
    """
    a, b = reference.frames, new.frames
    if len(a) != len(b):
        said = _("Frames: {new}, and {reference} in the reference.")
        return Finding(DIFFERENT, {}, said.format(new=len(b), reference=len(a)))
    if a.shape[1:3] != b.shape[1:3]:
        said = _("It is {new} pixels where the reference is {reference}.")
        return Finding(DIFFERENT, {}, said.format(new=_size(b), reference=_size(a)))
    if reference.durations_ms != new.durations_ms or reference.loop != new.loop:
        return Finding(
            DIFFERENT, {}, _("Its frames are not shown for as long, or not as often, as the reference's.")
        )
    if a.dtype != b.dtype:
        a, b = _unit(a), _unit(b)
    if a.shape[3] != b.shape[3]:
        counts = {a.shape[3], b.shape[3]}
        channels = (3 if max(counts) > 2 else 1) + (1 if counts & {2, 4} else 0)
        a, b = _with_channels(a, channels), _with_channels(b, channels)
    return _compare(a, b)


def _compare(a: np.ndarray, b: np.ndarray) -> Finding:
    import numpy as np

    from artia_lab.verify.picture_measures import of_values

    if np.array_equal(a, b):
        return Finding(IDENTICAL, {}, _("Every pixel is the same."))
    measures = of_values(a, b)
    if within(measures, PICTURE_NUMERIC):
        said = _("No value differs by more than {most} of 255, and PSNR is {psnr} dB.")
        figures = {"most": f"{measures['max_difference']:.0f}", "psnr": decimals(f"{measures['psnr_db']:.1f}")}
        return Finding(NUMERIC, measures, said.format(**figures))
    measures |= _sight(a, b)
    figures = {
        "ssim": decimals(f"{measures['ssim']:.3f}"),
        "lowest": decimals(f"{measures['ssim_lowest']:.2f}"),
        "colour": decimals(f"{measures['colour_largest']:.1f}"),
    }
    if within(measures, PICTURE_PERCEPTUAL):
        said = _(
            "The eye sees the same: SSIM is {ssim} (lowest {lowest}), no colour differs by more than {colour}."
        )
        return Finding(PERCEPTUAL, measures, said.format(**figures))
    measures |= _matter(a, b)
    if within(measures, PICTURE_STATISTICAL):
        said = _("The eye sees another picture of the same matter: SSIM is {ssim} (lowest {lowest}).")
        return Finding(STATISTICAL, measures, said.format(**figures))
    said = _("It is another picture: SSIM is {ssim} (lowest {lowest}), and its matter is not the same.")
    return Finding(DIFFERENT, measures, said.format(**figures))


def _sight(a: np.ndarray, b: np.ndarray) -> dict[str, float]:
    """Measure every frame on every paper, and keep the worst of each measure."""
    import numpy as np

    from artia_lab.verify.picture_measures import of_sight

    papers = PAPERS if a.shape[-1] in (2, 4) else PAPERS[:1]
    found: list[dict[str, float]] = []
    for one, other in zip(a, b, strict=True):
        if np.array_equal(one, other):
            found.append({"ssim": 1.0, "ssim_lowest": 1.0, "colour": 0.0, "colour_largest": 0.0, "hash_bits": 0.0})
        else:
            found += [of_sight(seen(one, paper), seen(other, paper)) for paper in papers]
    names = found[0]
    return {name: (min if name.startswith("ssim") else max)(each[name] for each in found) for name in names}


def _matter(a: np.ndarray, b: np.ndarray) -> dict[str, float]:
    import numpy as np

    from artia_lab.verify.picture_statistics import of_matter

    step = -(-len(a) // MOST_STATISTICAL_FRAMES)
    return of_matter(*(np.stack([seen(frame, PAPERS[0]) for frame in each[::step]]) for each in (a, b)))


def seen(frame: np.ndarray, paper: float) -> np.ndarray:
    """Bring a frame to what is seen of it.

    Parameters
    ----------
    frame : np.ndarray [shape=(h, w, channels)]
        As the file holds it.
    paper : float
        The grey it is laid on where it is transparent, in [0, 1].

    Returns
    -------
    np.ndarray [shape=(h, w, 3)]
        sRGB values in [0, 1], float32.
    """
    import numpy as np

    unit = _unit(frame)
    colour, alpha = unit[..., :3], None
    if unit.shape[-1] in (2, 4):
        colour, alpha = unit[..., :-1], unit[..., -1:]
    if colour.shape[-1] == 1:
        colour = np.repeat(colour, 3, axis=-1)
    return colour if alpha is None else np.asarray(colour * alpha + np.float32(paper) * (1 - alpha))


def _unit(values: np.ndarray) -> np.ndarray:
    import numpy as np

    most = {"uint8": 255.0, "uint16": 65535.0, "int32": 65535.0}.get(str(values.dtype), 1.0)
    return np.clip(np.nan_to_num(values.astype(np.float32) / np.float32(most)), 0, 1)


def _with_channels(frames: np.ndarray, channels: int) -> np.ndarray:
    """Bring frames to more channels: grey is three equal colours, and what has no alpha is opaque."""
    import numpy as np

    if frames.shape[-1] in (1, 2) and channels > 2:
        alpha = frames[..., 1:]
        frames = np.concatenate([frames[..., :1].repeat(3, axis=-1), alpha], axis=-1)
    if frames.shape[-1] == channels:
        return frames
    opaque = np.full_like(frames[..., :1], np.iinfo(frames.dtype).max if frames.dtype.kind in "ui" else 1)
    return np.concatenate([frames, opaque], axis=-1)


def _size(frames: np.ndarray) -> str:
    return f"{frames.shape[2]} × {frames.shape[1]}"
