"""Smaller copies of pictures and sounds, so that a page that holds many of them still opens."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from PIL.Image import Image

COMFORTABLE_SIDE = 640
# Up to these sizes the file itself stands in a page.
PICTURE_BYTES = 200_000
ANIMATION_BYTES = 600_000
SOUND_BYTES = 100_000

LISTENING_HZ = 44_100
# Rates that an MP3 may have; another is brought to LISTENING_HZ.
MP3_RATES = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
COLUMNS = 160


def picture_copy(path: Path, longest: int = COMFORTABLE_SIDE) -> tuple[bytes, str, tuple[int, int]]:
    """Give a picture as a page can hold it.

    Parameters
    ----------
    path : Path
        A PNG or a GIF.
    longest : int > 0
        The longest side that its copy may have, in pixels.

    Returns
    -------
    content : bytes
        The file itself when it is small, else a copy.
    kind : str
        ``"image/png"``, ``"image/gif"`` or ``"image/jpeg"``.
    size : tuple of int
        Width and height of what is given, in pixels.

    Raises
    ------
    OSError
        If it is no such picture.
    """
    from PIL import Image

    with Image.open(path, formats=["PNG", "GIF"]) as picture:
        moves = getattr(picture, "n_frames", 1) > 1
        kind = "image/gif" if picture.format == "GIF" else "image/png"
        fits = path.stat().st_size <= (ANIMATION_BYTES if moves else PICTURE_BYTES)
        if fits and max(picture.size) <= longest:
            # A file that is cut short must not stand in a page as if it were whole.
            picture.load()
            return path.read_bytes(), kind, picture.size
        copy = BytesIO()
        if moves:
            first, *others = frames = _smaller_frames(picture, longest)
            pause = int(picture.info.get("duration", 100))
            first.save(copy, "GIF", save_all=True, append_images=others, duration=pause, loop=0)
            return copy.getvalue(), "image/gif", frames[0].size
        still = _on_white(picture)
        still.thumbnail((longest, longest))
        still.save(copy, "JPEG", quality=86, optimize=True)
        return copy.getvalue(), "image/jpeg", still.size


def sound_copy(path: Path) -> tuple[bytes, str]:
    """Give a sound as a page can hold it.

    Parameters
    ----------
    path : Path
        A WAV.

    Returns
    -------
    content : bytes
        The file itself when it is small, else an MP3, mono or stereo.
    kind : str
        ``"audio/wav"`` or ``"audio/mpeg"``.

    Raises
    ------
    OSError or RuntimeError
        If it is no sound.
    """
    import soundfile

    if path.stat().st_size > SOUND_BYTES:
        return listening_copy(path), "audio/mpeg"
    # A file that is cut short must not stand in a page as if it were whole.
    soundfile.read(path, dtype="float32")
    return path.read_bytes(), "audio/wav"


def listening_copy(path: Path) -> bytes:
    """Make a small copy of a sound, to be heard in a page or a notebook.

    Parameters
    ----------
    path : Path
        A WAV.

    Returns
    -------
    bytes
        An MP3, mono or stereo.

    Raises
    ------
    OSError or RuntimeError
        If it is no sound.
    """
    import soundfile

    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    samples = samples[:, :2]
    if rate not in MP3_RATES:
        import soxr

        samples, rate = soxr.resample(samples, rate, LISTENING_HZ), LISTENING_HZ
    file = BytesIO()
    soundfile.write(file, samples, rate, format="MP3", subtype="MPEG_LAYER_III")
    return file.getvalue()


def waveform(path: Path) -> Markup:
    """Draw the waveform of a sound, in the colour of the text around it.

    Parameters
    ----------
    path : Path
        A WAV.

    Returns
    -------
    Markup
        A decorative ``svg``.

    Raises
    ------
    OSError or RuntimeError
        If it is no sound.
    """
    import numpy as np
    import soundfile

    samples, _rate = soundfile.read(path, dtype="float32", always_2d=True)
    sound = samples.mean(axis=1)
    parts = np.array_split(sound, max(1, min(COLUMNS, len(sound))))
    heights = [float(np.abs(part).max(initial=0.0)) for part in parts]
    loudest = max(max(heights), 1e-6)
    # A thread remains where there is silence.
    halves = [max(0.5, 28 * each / loudest) for each in heights]
    strokes = "".join(f"M{x * 3 + 1.5:g} {30 - half:.1f}v{2 * half:.1f}" for x, half in enumerate(halves))
    return Markup(
        '<svg class="waveform" viewBox="0 0 {} 60" preserveAspectRatio="none" aria-hidden="true">'
        '<path d="{}" stroke="currentColor" stroke-width="2" fill="none"/></svg>'
    ).format(len(parts) * 3, strokes)


def _smaller_frames(picture: Image, longest: int) -> list[Image]:
    frames = []
    for number in range(picture.n_frames):  # type: ignore[attr-defined]
        picture.seek(number)
        frame = _on_white(picture)
        frame.thumbnail((longest, longest))
        frames.append(frame)
    return frames


def _on_white(picture: Image) -> Image:
    from PIL import Image as Pillow

    if not picture.has_transparency_data:
        return picture.convert("RGB")
    with_alpha = picture.convert("RGBA")
    white = Pillow.new("RGBA", with_alpha.size, "white")
    return Pillow.alpha_composite(white, with_alpha).convert("RGB")
