"""What an experiment keeps: the ``out`` it is given."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artia_lab.errors import MaterialError
from artia_lab.i18n import _
from artia_lab.runs.digests import content_digest, file_digest, tensors_digest
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
    models : list of Path
        The models that join the person's when the run has finished.
    works : dict of str to object
        What each work holds, by its path, for the measure of likeness: ``[h, w, 3]`` pictures in [0, 1],
        ``(y, sr)`` sounds, texts.
    measured : dict of str to Likeness
        The likeness of works whose experiment measured it, by their path.
    model_used : dict or None
        The kept model that the works were drawn from, when there is one.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self.kept: list[dict[str, Any]] = []
        self.models: list[Path] = []
        self.works: dict[str, Any] = {}
        self.measured: dict[str, Any] = {}
        self.model_used: dict[str, Any] | None = None

    def image(self, array: np.ndarray, name: str = "picture", kind: str = "work", likeness: Any = None) -> Path:
        """Keep a picture as PNG.

        Parameters
        ----------
        array : np.ndarray [shape=(h, w) or (h, w, 3)]
            sRGB values: floats in [0, 1], or uint8.
        name : str
            Name of the file, without suffix.
        kind : {"work", "trace"}
            Whether it is what was made, or explains it.
        likeness : Likeness, optional
            Of a work, when the experiment knows better than a measure against whole items what it is near to.

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
            self._note(colour.astype(np.float32) / 255, likeness)
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
            self._note((samples, sr))
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
            self._note(content)
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

    def animation(
        self,
        frames: np.ndarray,
        fps: float,
        name: str = "animation",
        kind: str = "work",
        likeness: Any = None,
    ) -> Path:
        """Keep an animation as a GIF that repeats.

        Parameters
        ----------
        frames : np.ndarray [shape=(n, h, w, 3)]
            sRGB values: floats in [0, 1], or uint8; all frames are brought to one palette of 256 colours.
        fps : float > 0
            Frames per second, at most 50.
        name : str
            Name of the file, without suffix.
        kind : {"work", "trace"}
            Whether it is what was made, or explains it.
        likeness : Likeness, optional
            Of a work; by default that of its middle frame is measured.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ValueError
            If there is no frame.
        """
        import numpy as np
        from PIL import Image

        if len(frames) == 0 or not 0 < fps <= 50:
            raise ValueError(f"an animation of {len(frames)} frames at {fps} per second")
        pictures = [Image.fromarray(to_pixels(each)) for each in frames]
        # One palette for all: frames with palettes of their own flicker.
        strip = Image.fromarray(np.concatenate([np.asarray(each) for each in pictures]))
        palette = strip.quantize(256, method=Image.Quantize.MEDIANCUT)
        first, *others = (each.quantize(palette=palette, dither=Image.Dither.NONE) for each in pictures)
        encoded = BytesIO()
        first.save(
            encoded,
            "GIF",
            save_all=True,
            append_images=others,
            duration=round(1000 / fps),
            loop=0,
            optimize=False,
            disposal=1,
        )
        path = self._keep(name, ".gif", "image", kind, lambda aside: aside.write_bytes(encoded.getbuffer()))
        if kind == "work":
            middle = to_pixels(frames[len(frames) // 2])
            self._note(middle.astype(np.float32) / 255, likeness)
        return path

    def model(
        self,
        tensors: Mapping[str, Any],
        name: str = "model",
        architecture: Mapping[str, Any] | None = None,
        *,
        kept: bool = False,
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
        kept : bool
            Whether it joins the person's models when the run has finished, to be opened by its id.

        Returns
        -------
        Path
            The file.
        """
        from safetensors.numpy import save

        metadata = {"architecture": json.dumps(dict(architecture or {}), ensure_ascii=False)}
        content = save(as_arrays(tensors), metadata)
        path = self._keep(name, ".safetensors", "model", "trace", lambda aside: aside.write_bytes(content))
        if kept:
            self.models.append(path)
        return path

    def drawn_from(self, model: Mapping[str, Any]) -> None:
        """Say which kept model the works come from, so that the record names it and credits what it learnt from.

        Parameters
        ----------
        model : mapping
            As `artia_lab.models.source` gives it.
        """
        self.model_used = dict(model)

    def checkpoint(self, tensors: Mapping[str, Any], state: Mapping[str, Any]) -> None:
        """Keep what is needed to take the work up again, in place of what was kept before.

        Parameters
        ----------
        tensors : mapping of str to np.ndarray or torch.Tensor
            Weights, the optimiser's moments, the states of generators.
        state : mapping
            Everything else, as JSON types.
        """
        from safetensors.numpy import save

        arrays, said = as_arrays(tensors), json.dumps(dict(state), ensure_ascii=False)
        content = save(arrays, {"state": said, "digest": tensors_digest(arrays, said)})
        self._folder.keep(self._folder.checkpoint.name, lambda aside: aside.write_bytes(content))

    def resumed(self) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
        """Give the checkpoint that this run goes on from.

        Returns
        -------
        tuple or None
            What was given to `checkpoint`, tensors as arrays; None for a run that begins.

        Raises
        ------
        MaterialError
            If the checkpoint is damaged; this run's copy of it is thrown away then, so that nobody is offered to
            go on from it again.
        """
        if not self._folder.request().resumes:
            return None
        from artia_lab.runs.tensors import read_tensors

        try:
            tensors, metadata = read_tensors(self._folder.checkpoint)
            said = metadata.get("state", "")
            if tensors_digest(tensors, said) != metadata.get("digest"):
                raise MaterialError(
                    _(
                        "The checkpoint was damaged since it was written, so the work cannot go on from there. "
                        "Run the experiment again from its beginning."
                    )
                )
        except MaterialError:
            self._folder.checkpoint.unlink(missing_ok=True)
            raise
        state: dict[str, Any] = json.loads(said)
        return tensors, state

    def _note(self, work: Any, likeness: Any = None) -> None:
        """Hold the work that was kept last, to be compared with the corpus."""
        path = self.kept[-1]["path"]
        self.works[path] = work
        if likeness is not None:
            self.measured[path] = likeness

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


def as_arrays(tensors: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Bring tensors to the memory of the CPU, in one piece each.

    Parameters
    ----------
    tensors : mapping of str to np.ndarray or torch.Tensor
        Of any device and layout.

    Returns
    -------
    dict of str to np.ndarray
        The same values.
    """
    import numpy as np

    return {
        name: np.ascontiguousarray(tensor.detach().cpu().numpy() if hasattr(tensor, "detach") else tensor)
        for name, tensor in tensors.items()
    }


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
