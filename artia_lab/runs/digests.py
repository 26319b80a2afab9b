"""Digests of what a file holds once decoded, which survive another encoder or another metadata block."""

from __future__ import annotations

import hashlib
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
        The output: PNG, WAV, UTF-8 text, CSV or safetensors.
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

        with Image.open(path, formats=["PNG"]) as picture:
            digest.update(f"{picture.mode}{picture.size}".encode())
            digest.update(picture.tobytes())
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


def _add(digest: hashlib._Hash, name: str, tensor: np.ndarray) -> None:
    digest.update(f"{name}{tensor.dtype}{tensor.shape}".encode())
    digest.update(tensor.tobytes())
