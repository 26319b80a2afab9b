"""Digests of what a file holds once decoded, which survive another encoder or another metadata block."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def file_digest(path: Path) -> str:
    """Digest the bytes of a file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
        Its SHA-256, in hexadecimal.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def content_digest(path: Path, medium: str) -> str:
    """Digest the decoded content of an output of ours.

    Parameters
    ----------
    path : Path
        The output: PNG, GIF, WAV, UTF-8 text, CSV or safetensors.
    medium : {"image", "audio", "text", "table", "model"}
        What it is.

    Returns
    -------
    str
        The SHA-256 of shapes, types and samples, in hexadecimal.
    """
    digest = hashlib.sha256(medium.encode())
    if medium == "image":
        from PIL import Image

        with Image.open(path, formats=["PNG", "GIF"]) as picture:
            for number in range(getattr(picture, "n_frames", 1)):
                picture.seek(number)
                # A frame of an animation may be stored as what changes since the last one.
                frame = picture.convert("RGB") if picture.format == "GIF" else picture
                digest.update(f"{frame.mode}{frame.size}".encode())
                digest.update(frame.tobytes())
    elif medium == "audio":
        import soundfile

        samples, rate = soundfile.read(path, dtype="int32", always_2d=True)
        digest.update(f"{rate}{samples.shape}".encode())
        digest.update(samples.tobytes())
    elif medium == "model":
        from safetensors.numpy import load_file

        for name, tensor in sorted(load_file(path).items()):
            _add(digest, name, tensor)
    else:
        digest.update(path.read_text(encoding="utf-8").encode())
    return digest.hexdigest()


def tensors_digest(tensors: Mapping[str, np.ndarray], said: str = "") -> str:
    """Digest tensors and what is said of them, to notice what a disk did to them.

    Parameters
    ----------
    tensors : mapping of str to np.ndarray
        By name.
    said : str
        What comes with them.

    Returns
    -------
    str
        The SHA-256 of names, types, shapes, values and `said`, in hexadecimal.
    """
    digest = hashlib.sha256(said.encode("utf-8", "surrogatepass"))
    for name, tensor in sorted(tensors.items()):
        _add(digest, name, tensor)
    return digest.hexdigest()


def _add(digest: hashlib._Hash, name: str, tensor: np.ndarray) -> None:
    digest.update(f"{name}{tensor.dtype}{tensor.shape}".encode())
    digest.update(tensor.tobytes())
