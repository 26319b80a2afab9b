"""Reading a file exactly as it stands: every frame, every channel, every sample, nothing brought to another form.

What is read for comparing must not have been made alike first. The answer is one line of JSON that describes the
numbers, then the numbers themselves.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, BinaryIO

from artia_lab.corpora.decode_child import Refused
from artia_lab.corpora.decode_picture import MAX_MEGAPIXELS
from artia_lab.corpora.decode_sound import BLOCK_SAMPLES, MAX_RATE_HZ, _refuse_broken_promise
from artia_lab.corpora.decode_text import MAX_MEGABYTES
from artia_lab.corpora.recognise import HEAD_BYTES, recognise

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

MAX_DECODED_BYTES = 512 << 20
MAX_FRAMES = 10_000
DEEP_MODES = {"I;16": "uint16", "I;16L": "uint16", "I;16B": "uint16", "I": "int32", "F": "float32"}


def decode_exactly(file: BinaryIO, medium: str) -> bytes:
    """Read a file without changing what it holds.

    Parameters
    ----------
    file : file
        Open for reading, at its start.
    medium : {"image", "audio", "text", "table", "model"}
        What it is said to be.

    Returns
    -------
    bytes
        A line of JSON, then numbers: ``frames`` of a picture, [n, h, w, channels]; ``samples`` of a sound,
        [n, channels]; the tensors of a model, one after the other; the UTF-8 of a text or a table.

    Raises
    ------
    Refused
        If it is something else, too large once decoded, cut short or damaged.
    """
    if medium == "model":
        return _tensors(file)
    if medium in ("text", "table"):
        return _text(file)
    kind = recognise(file.read(HEAD_BYTES))
    file.seek(0)
    if kind.medium != medium:
        raise Refused("not-" + medium)
    return _frames(file, kind.name) if medium == "image" else _samples(file, kind.name)


def _answer(facts: dict[str, Any], content: Any) -> bytes:
    return b"".join([json.dumps(facts).encode("ascii"), b"\n", content])


def _array(facts: dict[str, Any], array: np.ndarray) -> bytes:
    facts |= {"dtype": str(array.dtype), "shape": list(array.shape)}
    # A view of nothing cannot be cast.
    return _answer(facts, array.data.cast("B") if array.size else b"")


def _text(file: BinaryIO) -> bytes:
    size = os.fstat(file.fileno()).st_size
    if size > MAX_MEGABYTES * 1_000_000:
        raise Refused("large", size=round(size / 1e6), limit=MAX_MEGABYTES)
    raw = file.read(size)
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("not-text") from None
    return _answer({}, raw)


def _frames(file: BinaryIO, kind: str) -> bytes:
    import numpy as np
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # refused below, with the numbers, from the same header
    with Image.open(file, formats=[kind]) as picture:
        width, height = picture.size
        count = getattr(picture, "n_frames", 1)
        if width * height > MAX_MEGAPIXELS * 1_000_000:
            raise Refused("pixels", width=width, height=height, limit=MAX_MEGAPIXELS)
        if count > MAX_FRAMES or width * height * count * 4 > MAX_DECODED_BYTES:
            raise Refused("memory")
        frames, durations = [], []
        for number in range(count):
            try:
                picture.seek(number)
                picture.load()
            except (OSError, SyntaxError, EOFError) as error:
                raise Refused("cut" if "truncated" in str(error).lower() else "damaged") from error
            durations.append(float(picture.info.get("duration", 0) or 0))
            frames.append(_pixels(picture))
        loop = int(picture.info.get("loop", -1))
    deepest = max(each.shape[2] for each in frames)
    array = np.stack([_with_channels(each, deepest) for each in frames])
    return _array({"durations_ms": durations, "loop": loop, "kind": kind}, array)


def _pixels(picture: Image) -> np.ndarray:
    import numpy as np

    if picture.mode in DEEP_MODES:
        return np.asarray(picture).astype(DEEP_MODES[picture.mode])[..., None]
    if "transparency" in picture.info or picture.mode in ("PA", "La", "RGBa"):
        picture = picture.convert("RGBA")
    elif picture.mode == "1":
        picture = picture.convert("L")
    elif picture.mode not in ("L", "LA", "RGB", "RGBA"):
        picture = picture.convert("RGB")
    pixels = np.asarray(picture)
    return pixels[..., None] if pixels.ndim == 2 else pixels


def _with_channels(pixels: np.ndarray, channels: int) -> np.ndarray:
    """Bring a frame to the channels of the others: grey is three equal colours, no alpha is opaque."""
    import numpy as np

    if pixels.shape[2] == channels:
        return pixels
    alpha = pixels[..., -1:] if pixels.shape[2] in (2, 4) else np.full_like(pixels[..., :1], 255)
    colour = pixels[..., :1].repeat(3, axis=2) if pixels.shape[2] < 3 and channels > 2 else pixels[..., :3]
    return colour if channels == 3 else np.concatenate([colour, alpha], axis=2)


def _samples(file: BinaryIO, kind: str) -> bytes:
    import numpy as np
    import soundfile

    if kind in ("WAV", "AIFF"):
        _refuse_broken_promise(file)
    os.lseek(file.fileno(), 0, os.SEEK_SET)  # the position of the descriptor, which a buffered file.seek may leave
    with soundfile.SoundFile(file.fileno(), closefd=False) as sound:
        rate, channels, subtype = sound.samplerate, sound.channels, sound.subtype
        if rate > MAX_RATE_HZ or channels > BLOCK_SAMPLES:
            raise Refused("wide", channels=channels, rate=rate)
        # 32 bits hold every PCM sample as it is.
        exact = subtype.startswith("PCM")
        dtype = "int32" if exact else "float64" if subtype == "DOUBLE" else "float32"
        blocks, held = [np.zeros((0, channels), dtype)], 0
        while len(block := sound.read(max(1, BLOCK_SAMPLES // channels), dtype=dtype, always_2d=True)):
            held += block.nbytes
            if held > MAX_DECODED_BYTES:
                raise Refused("memory")
            blocks.append(block)
    samples = np.ascontiguousarray(np.concatenate(blocks))
    lossy = not exact and subtype not in ("FLOAT", "DOUBLE")
    return _array({"rate": rate, "lossy": lossy, "kind": kind}, samples)


def _tensors(file: BinaryIO) -> bytes:
    from safetensors import SafetensorError, deserialize

    size = os.fstat(file.fileno()).st_size
    if size > MAX_DECODED_BYTES:
        raise Refused("memory")
    raw = file.read(size)
    try:
        deserialize(raw)
    except SafetensorError:
        raise Refused("not-model") from None
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    metadata = header.pop("__metadata__", None) or {}
    return _answer({"tensors": header, "metadata": metadata}, memoryview(raw)[8 + length :])
