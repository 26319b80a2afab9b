"""What an experiment keeps: the ``out`` it is given."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artia_lab.runs.digests import content_digest, file_digest
from artia_lab.runs.folder import RunFolder

if TYPE_CHECKING:
    import numpy as np

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


class Outputs:
    """Keeps the outputs of a run, each whole or not at all.

    Parameters
    ----------
    folder : RunFolder
        The run.

    Attributes
    ----------
    kept : list of dict
        The entry of each output, as the record will hold it.
    works : dict of str to object
        What each work holds, by its path, for the measure of likeness: ``[h, w, 3]`` pictures in [0, 1],
        ``(y, sr)`` sounds, texts.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self.kept: list[dict[str, Any]] = []
        self.works: dict[str, Any] = {}

    def image(self, array: np.ndarray, name: str = "picture", kind: str = "work") -> Path:
        """Keep a picture as PNG.

        Parameters
        ----------
        array : np.ndarray [shape=(h, w) or (h, w, 3)]
            sRGB values: floats in [0, 1], or uint8.
        name : str
            Name of the file, without suffix.
        kind : {"work", "trace"}
            Whether it is what was made, or explains it.

        Returns
        -------
        Path
            The file.
        """
        import numpy as np
        from PIL import Image

        pixels = to_pixels(array)
        path = self._keep(name, ".png", "image", kind, lambda aside: Image.fromarray(pixels).save(aside))
        if kind == "work":
            colour = pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
            self.works[self.kept[-1]["path"]] = colour.astype(np.float32) / 255
        return path

    def audio(self, y: np.ndarray, sr: int, name: str = "sound", kind: str = "work") -> Path:
        """Keep a sound as 24-bit WAV.

        Parameters
        ----------
        y : np.ndarray [shape=(n,) or (channels, n)]
            Samples in [-1, 1].
        sr : int > 0
            Sampling rate, in Hz.
        name : str
            Name of the file, without suffix.
        kind : {"work", "trace"}
            Whether it is what was made, or explains it.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ValueError
            If there is no sample, or one is not finite.
        """
        import numpy as np
        import soundfile

        if y.size == 0 or not np.isfinite(y).all():
            raise ValueError("a sound needs samples, all finite")
        samples = np.clip(y, -1, 1).astype(np.float32)
        # Encoded in memory: written by itself, libsndfile does not say that the disk is full.
        encoded = BytesIO()
        soundfile.write(encoded, samples.T, sr, subtype="PCM_24", format="WAV")
        path = self._keep(name, ".wav", "audio", kind, lambda aside: aside.write_bytes(encoded.getbuffer()))
        if kind == "work":
            self.works[self.kept[-1]["path"]] = (samples, sr)
        return path

    def text(self, text: str, name: str = "text", kind: str = "work") -> Path:
        """Keep a text as UTF-8.

        Parameters
        ----------
        text : str
            The text; may be empty.
        name : str
            Name of the file, without suffix.
        kind : {"work", "trace"}
            Whether it is what was made, or explains it.

        Returns
        -------
        Path
            The file.
        """
        content = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        path = self._keep(name, ".txt", "text", kind, lambda aside: aside.write_bytes(content.encode()))
        if kind == "work":
            self.works[self.kept[-1]["path"]] = content
        return path

    def table(self, rows: Sequence[Mapping[str, Any]], name: str = "table") -> Path:
        """Keep a table that explains something, as CSV.

        Parameters
        ----------
        rows : sequence of mapping
            The rows, all with the same columns; may be empty.
        name : str
            Name of the file, without suffix.

        Returns
        -------
        Path
            The file.
        """

        def _write(aside: Path) -> None:
            with aside.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, list(rows[0]) if rows else [], lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)

        return self._keep(name, ".csv", "table", "trace", _write)

    def model(
        self, tensors: Mapping[str, Any], name: str = "model", architecture: Mapping[str, Any] | None = None
    ) -> Path:
        """Keep a model as safetensors, with its architecture as JSON in the file's own metadata.

        Parameters
        ----------
        tensors : mapping of str to np.ndarray or torch.Tensor
            The weights or counts.
        name : str
            Name of the file, without suffix.
        architecture : mapping, optional
            What is needed to build the model again, as JSON types.

        Returns
        -------
        Path
            The file.
        """
        import numpy as np
        from safetensors.numpy import save

        arrays = {
            each: np.ascontiguousarray(tensor.detach().cpu().numpy() if hasattr(tensor, "detach") else tensor)
            for each, tensor in tensors.items()
        }
        metadata = {"architecture": json.dumps(dict(architecture or {}), ensure_ascii=False)}
        content = save(arrays, metadata)
        return self._keep(name, ".safetensors", "model", "trace", lambda aside: aside.write_bytes(content))

    def _keep(self, name: str, suffix: str, medium: str, kind: str, write: Callable[[Path], object]) -> Path:
        if not _NAME.fullmatch(name) or kind not in ("work", "trace"):
            raise ValueError(f"output {name!r} of kind {kind!r}")
        relative = f"outputs/{name}{suffix}"
        if any(each["path"] == relative for each in self.kept):
            raise ValueError(f"there is already an output {relative}")
        path = self._folder.keep(relative, write)
        entry = {
            "path": relative,
            "medium": medium,
            "kind": kind,
            "bytes": path.stat().st_size,
            "sha256": file_digest(path),
            "digest": content_digest(path, medium),
        }
        self.kept.append(entry)
        self._folder.say("output", output=entry)
        return path


def to_pixels(array: np.ndarray) -> np.ndarray:
    """Turn a picture into 8-bit values.

    Parameters
    ----------
    array : np.ndarray [shape=(h, w) or (h, w, 3)]
        Floats in [0, 1], or uint8.

    Returns
    -------
    np.ndarray
        The same picture as uint8.

    Raises
    ------
    ValueError
        If it has another shape, no pixel, or values that are not finite.
    """
    import numpy as np

    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] != 3) or array.size == 0:
        raise ValueError(f"a picture has shape (h, w) or (h, w, 3), not {array.shape}")
    if array.dtype == np.uint8:
        return array
    if not np.isfinite(array).all():
        raise ValueError("a picture has finite values")
    return (np.clip(array, 0, 1) * 255 + 0.5).astype(np.uint8)
