"""What can be seen and heard of one output, then and now, decoded by the limited process and encoded anew by us.

Nothing of a publication or of a rerun reaches the reader's browser as it was sent.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artia_lab.errors import MaterialError

if TYPE_CHECKING:
    import numpy as np

LONGEST_SIDE = 1024
FRAMES = 60
LONGEST_S = 120
# The quietest that a spectrogram shows, below the loudest.
RANGE_DB = 80


def picture(frames: np.ndarray, durations_ms: tuple[float, ...]) -> tuple[bytes, str]:
    """Encode a picture or an animation.

    Parameters
    ----------
    frames : np.ndarray [shape=(n, h, w, channels)]
        8- or 16-bit values.
    durations_ms : tuple of float
        How long each is shown.

    Returns
    -------
    tuple
        The file, and its type.
    """
    pictures = [_image(each) for each in frames[:FRAMES]]
    for each in pictures:
        each.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    encoded = BytesIO()
    if len(pictures) == 1:
        pictures[0].save(encoded, "PNG", compress_level=1)
        return encoded.getvalue(), "image/png"
    shown = [max(20, round(each)) for each in durations_ms[: len(pictures)]]
    first, *others = pictures
    first.save(encoded, "GIF", save_all=True, append_images=others, duration=shown, loop=0)
    return encoded.getvalue(), "image/gif"


def picture_difference(before: np.ndarray, after: np.ndarray) -> tuple[bytes, int, float] | None:
    """Draw where two pictures differ, the largest difference in white.

    Parameters
    ----------
    before, after : np.ndarray [shape=(n, h, w, channels)]
        Frames; of an animation, the frame that differs most is drawn.

    Returns
    -------
    tuple or None
        A PNG, the largest difference in steps of 255, the share of pixels that differ; None when shapes differ.
    """
    import numpy as np
    from PIL import Image

    if before.shape != after.shape:
        return None
    worst: Any = None
    for one, other in zip(before, after, strict=True):
        apart = np.abs(one.astype(np.float32) - other.astype(np.float32)).max(axis=2)
        if worst is None or apart.sum() > worst.sum():
            worst = apart
    scale = 257.0 if before.dtype == np.uint16 else 1.0
    most = float(worst.max())
    drawn = Image.fromarray((worst * (255 / most if most else 0)).astype(np.uint8))
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    encoded = BytesIO()
    drawn.save(encoded, "PNG")
    return encoded.getvalue(), round(most / scale), float((worst > 0).mean())


def sound(samples: np.ndarray, rate: int) -> tuple[bytes, str]:
    """Encode a sound, its first two minutes.

    Parameters
    ----------
    samples : np.ndarray [shape=(n, channels)]
        As decoded.
    rate : int
        In Hz.

    Returns
    -------
    tuple
        The file, and its type.
    """
    import soundfile

    encoded = BytesIO()
    soundfile.write(encoded, _floats(samples)[: rate * LONGEST_S, :8], rate, format="FLAC", subtype="PCM_16")
    return encoded.getvalue(), "audio/flac"


def spectrograms(before: np.ndarray, after: np.ndarray, rate: int) -> bytes:
    """Draw the spectrum of a sound then, now, and where the two differ.

    Parameters
    ----------
    before, after : np.ndarray [shape=(n, channels)]
        The sounds, of one rate.
    rate : int
        In Hz.

    Returns
    -------
    bytes
        A PNG: three rows, time in s, frequency in kHz, levels in dB.
    """
    import numpy as np
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    levels = [_levels(_floats(each).mean(axis=1), rate) for each in (before, after)]
    loudest = max(float(each.max()) for each in levels)
    length = max(each.shape[1] for each in levels)
    padded = [np.pad(each, ((0, 0), (0, length - each.shape[1])), constant_values=-200.0) for each in levels]
    quiet = loudest - RANGE_DB
    apart = np.abs(np.maximum(padded[0], quiet) - np.maximum(padded[1], quiet))
    seconds = max(len(before), len(after)) / rate
    figure = Figure(figsize=(9, 6.2), dpi=100, facecolor="white")
    rows = figure.subplots(3, 1, sharex=True)
    drawn = ((padded[0], quiet, loudest, "magma"), (padded[1], quiet, loudest, "magma"), (apart, 0, 20, "cividis"))
    for axes, label, (levels_shown, low, high, colours) in zip(rows, ("1", "2", "|1 − 2|"), drawn, strict=True):
        shown = axes.imshow(
            levels_shown,
            origin="lower",
            aspect="auto",
            extent=(0, seconds, 0, rate / 2000),
            vmin=low,
            vmax=high,
            cmap=colours,
            interpolation="nearest",
        )
        axes.set_ylabel("kHz")
        # Whole numbers, which both languages write alike.
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.set_title(label, loc="left", fontsize=11)
        figure.colorbar(shown, ax=axes, pad=0.01, label="dB")
    rows[-1].set_xlabel("s")
    figure.subplots_adjust(left=0.065, right=1.05, top=0.95, bottom=0.08, hspace=0.3)
    encoded = BytesIO()
    figure.savefig(encoded, format="png")
    return encoded.getvalue()


def opened(path: Path, medium: str) -> Any:
    """Decode a file, when it can be.

    Parameters
    ----------
    path : Path
        The file.
    medium : str
        What it is said to be.

    Returns
    -------
    Picture, Sound, Tensors, str or None
        None when it is missing or is something else.
    """
    from artia_lab.review.decoded import opened as decoded

    try:
        return decoded(path, medium)
    except MaterialError:
        return None


def _image(frame: np.ndarray) -> Any:
    import numpy as np
    from PIL import Image

    if frame.dtype == np.uint16:
        frame = (frame >> 8).astype(np.uint8)
    plain = np.ascontiguousarray(frame[..., 0] if frame.shape[2] == 1 else frame)
    return Image.fromarray(plain).convert("RGBA" if frame.shape[2] in (2, 4) else "RGB")


def _floats(samples: np.ndarray) -> np.ndarray:
    import numpy as np

    if samples.dtype == np.int32:
        return (samples / 2.0**31).astype(np.float32)
    return np.clip(np.nan_to_num(samples), -1, 1).astype(np.float32)


def _levels(samples: np.ndarray, rate: int) -> np.ndarray:
    """Short-time spectrum in dB, [frequencies, times], of at most a thousand times."""
    import numpy as np

    size = 1024
    padded = np.pad(samples[: rate * LONGEST_S], size // 2)
    step = max(256, len(padded) // 1000)
    if len(padded) < size:
        padded = np.pad(padded, (0, size - len(padded)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::step] * np.hanning(size).astype(np.float32)
    return 20 * np.log10(np.abs(np.fft.rfft(frames, axis=1)).T / (size / 4) + 1e-6)
