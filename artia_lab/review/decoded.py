"""The digest of what a file holds, as `artia_lab.runs.digests` has it, of a file that nobody here trusts."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from artia_lab.verify.opening import Picture, Sound, Tensors, decode
from artia_lab.verify.plain_files import open_file

MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def opened(path: Path, medium: str) -> Picture | Sound | Tensors | str:
    """Decode a file in the process that is limited to that.

    Parameters
    ----------
    path : Path
        The file.
    medium : {"image", "audio", "text", "table", "model"}
        What it is said to be.

    Returns
    -------
    Picture, Sound, Tensors or str
        What it holds.
    """
    descriptor = open_file(path)
    try:
        return decode(descriptor, medium, path.name)
    finally:
        os.close(descriptor)


def decoded_digest(path: Path, medium: str) -> str:
    """Digest what a file holds.

    Parameters
    ----------
    path : Path
        The file.
    medium : {"image", "audio", "text", "table", "model"}
        What it is said to be.

    Returns
    -------
    str
        As `artia_lab.runs.digests.content_digest` gives it for a file of ours.
    """
    digest = hashlib.sha256(medium.encode())
    found = opened(path, medium)
    if isinstance(found, Picture):
        for frame in found.frames:
            colour = frame[..., :3] if path.suffix == ".gif" else frame
            digest.update(f"{MODES[colour.shape[2]]}{(colour.shape[1], colour.shape[0])}".encode())
            digest.update(colour.tobytes())
    elif isinstance(found, Sound):
        digest.update(f"{found.rate}{found.samples.shape}".encode())
        digest.update(found.samples.tobytes())
    elif isinstance(found, Tensors):
        for name, tensor in sorted(found.tensors.items()):
            digest.update(f"{name}{tensor.dtype}{tensor.shape}".encode())
            digest.update(tensor.tobytes())
    else:
        digest.update(found.encode())
    return digest.hexdigest()
