"""Reading pictures: upright, in sRGB, over white, whatever the file's mode."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

from artia_lab.corpora.decode_child import Pixels, Refused

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

MAX_MEGAPIXELS = 134  # a 108-megapixel telephone fits, a 40,000 × 40,000 canvas does not


def decode_picture(file: BinaryIO, kind: str, max_side: int | None) -> np.ndarray | Pixels:
    """Read a picture.

    Parameters
    ----------
    file : file
        Open for reading, at its start.
    kind : str
        Its format, as Pillow names it; no other is tried.
    max_side : int or None
        The longest side wanted, in px; larger pictures are made smaller.

    Returns
    -------
    Pixels or np.ndarray [shape=(h, w, 3)]
        sRGB values, as 8-bit pixels, or as float32 in [0, 1] when the file has more than 8 bits.

    Raises
    ------
    Refused
        If it has too many pixels, or is cut short.
    """
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # refused below, with a sentence, from the same header
    with Image.open(file, formats=[kind]) as picture:
        width, height = picture.size
        if width * height > MAX_MEGAPIXELS * 1_000_000:
            raise Refused("pixels", width=width, height=height, limit=MAX_MEGAPIXELS)
        if max_side:
            picture.draft(None, (max_side, max_side))
        try:
            picture.load()
        except (OSError, SyntaxError) as error:
            raise Refused("cut" if "truncated" in str(error).lower() else "damaged") from error
        upright = ImageOps.exif_transpose(picture)
        if upright.mode in ("I", "F") or upright.mode.startswith("I;"):
            return _grey(_smaller(_unit(upright), max_side))
        colours = _colours(_smaller(_plain(upright), max_side))
        return Pixels((colours.height, colours.width, 3), colours.tobytes())


def _smaller(picture: Image, max_side: int | None) -> Image:
    from PIL import Image

    longest = max(picture.size)
    if not max_side or longest <= max_side:
        return picture
    width, height = (max(1, round(side * max_side / longest)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _unit(picture: Image) -> Image:
    """Bring a grey picture of more than 8 bits to float values in [0, 1]."""
    import numpy as np
    from PIL import Image

    values = np.nan_to_num(np.asarray(picture, dtype=np.float32))
    if picture.mode == "F":
        ceiling = max(1.0, float(values.max()))
    else:
        ceiling = 65535.0 if values.max() <= 65535.0 else 2.0**31
    return Image.fromarray(values / np.float32(ceiling))


def _grey(picture: Image) -> np.ndarray:
    import numpy as np

    values = np.clip(np.asarray(picture, dtype=np.float32), 0.0, 1.0)
    return np.ascontiguousarray(np.repeat(values[:, :, None], 3, axis=2))


def _plain(picture: Image) -> Image:
    """Turn modes whose values cannot be averaged, such as indices into a palette, into ones whose can."""
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode in ("P", "PA") or "transparency" in picture.info:
        return picture.convert("RGBA")
    return picture


def _colours(picture: Image) -> Image:
    from PIL import Image

    picture = _srgb(picture)
    if picture.mode in ("RGBA", "LA", "La", "RGBa"):
        clear = picture.convert("RGBA")
        paper = Image.new("RGB", clear.size, "white")
        paper.paste(clear, mask=clear.getchannel("A"))
        return paper
    return picture.convert("RGB")


def _srgb(picture: Image) -> Image:
    """Follow an embedded colour profile to sRGB; a profile that cannot be followed is as good as none."""
    from PIL import ImageCms

    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "CMYK", "RGBA"):
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        changed = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
    return picture if changed is None else changed
