"""Changes of one file that a run made: of pictures, animations, sounds, texts, tables and models."""

from __future__ import annotations

import csv
import io
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from PIL import Image, PngImagePlugin
from safetensors import safe_open
from safetensors.numpy import save_file

Change = Callable[[Path], object]
Array = np.ndarray


def picture(change: Callable[[Array], Array]) -> Change:
    """Change the pixels of a picture, uint8 of shape (h, w, 3)."""

    def _change(path: Path) -> None:
        with Image.open(path) as opened:
            pixels = np.array(opened)
        Image.fromarray(change(pixels)).save(path)

    return _change


def one_pixel(by: int) -> Change:
    def _change(pixels: Array) -> Array:
        value = int(pixels[40, 50, 0])
        pixels[40, 50, 0] = value + by if value + by <= 255 else max(0, value - by)
        return pixels

    return picture(_change)


def rounding(share: float = 2e-5) -> Change:
    """What another instruction set does: a few values out of a hundred thousand differ by 1."""

    def _change(pixels: Array) -> Array:
        random = np.random.default_rng(0)
        steps = random.choice([-1, 1], pixels.shape) * (random.random(pixels.shape) < max(share, 3 / pixels.size))
        return np.clip(pixels.astype(np.int16) + steps, 0, 255).astype(np.uint8)

    return picture(_change)


def pasted(side: int) -> Change:
    def _change(pixels: Array) -> Array:
        pixels[20 : 20 + side, 20 : 20 + side] = 0
        return pixels

    return picture(_change)


def jpeg(quality: int) -> Change:
    def _change(pixels: Array) -> Array:
        lossy = io.BytesIO()
        Image.fromarray(pixels).save(lossy, "JPEG", quality=quality)
        return np.array(Image.open(lossy))

    return picture(_change)


def grey(pixels: Array) -> Array:
    mean = pixels.mean(axis=2, keepdims=True).astype(np.uint8)
    return np.repeat(mean, 3, axis=2)


def noise_picture(pixels: Array) -> Array:
    return np.random.default_rng(0).integers(0, 256, pixels.shape, dtype=np.uint8)


def encoded(**options: Any) -> Change:
    """Write the same pixels otherwise."""

    def _change(path: Path) -> None:
        with Image.open(path) as opened:
            opened.load()
            opened.save(path, "PNG", **options)

    return _change


def described(path: Path) -> None:
    """Put words in the metadata of a PNG."""
    said = PngImagePlugin.PngInfo()
    said.add_text("Author", "Somebody")
    said.add_itxt("Description", "Tout à fait la même image")
    encoded(pnginfo=said, dpi=(300, 300))(path)


def frames(change: Callable[[list[Image.Image], list[int]], tuple[list[Image.Image], list[int]]]) -> Change:
    """Change the frames of a GIF and how long each is shown, in ms."""

    def _change(path: Path) -> None:
        with Image.open(path) as opened:
            pictures, durations = [], []
            for number in range(opened.n_frames):
                opened.seek(number)
                pictures.append(opened.convert("RGB"))
                durations.append(int(opened.info["duration"]))
        pictures, durations = change(pictures, durations)
        # Colours keep their values: each frame has at most 256.
        first, *others = (each.quantize(256, dither=Image.Dither.NONE) for each in pictures)
        first.save(path, save_all=True, append_images=others, duration=durations, loop=0, disposal=1)

    return _change


def duration_of_gif(ms: int) -> Change:
    """Change how long the frames of a GIF are shown, and nothing else in the file."""

    def _change(path: Path) -> None:
        content = bytearray(path.read_bytes())
        start = 0
        while (start := content.find(b"\x21\xf9\x04", start)) >= 0:
            content[start + 4 : start + 6] = struct.pack("<H", ms // 10)
            start += 8
        path.write_bytes(content)

    return _change


def sound(change: Callable[[Array, int], Array]) -> Change:
    """Change the samples of a sound, floats in [-1, 1]."""

    def _change(path: Path) -> None:
        samples, sr = soundfile.read(path)
        soundfile.write(path, np.clip(change(samples, sr), -1, 1), sr, subtype="PCM_24", format="WAV")

    return _change


def noise(db: float) -> Change:
    """Add white noise of that root mean square, in dB under full scale."""
    return sound(lambda y, _sr: y + np.random.default_rng(0).normal(0, 10 ** (db / 20), y.shape))


def transposed(semitones: float) -> Change:
    import librosa

    return sound(lambda y, sr: librosa.effects.pitch_shift(y, sr=sr, n_steps=semitones))


def gain(db: float) -> Change:
    return sound(lambda y, _sr: y * 10 ** (db / 20))


def silenced(start_s: float, length_s: float) -> Change:
    """Drop a grain."""

    def _change(y: Array, sr: int) -> Array:
        y[int(start_s * sr) : int((start_s + length_s) * sr)] = 0
        return y

    return sound(_change)


def dulled(y: Array, sr: int) -> Array:
    from scipy.signal import butter, sosfiltfilt

    return np.asarray(sosfiltfilt(butter(6, 1500, fs=sr, output="sos"), y))


def rewritten(**options: Any) -> Change:
    """Write the same samples otherwise; 24 bits stand in floats of 32 bits as well."""

    def _change(path: Path) -> None:
        samples, sr = soundfile.read(path, dtype="int32")
        if options.get("subtype") == "FLOAT":
            samples = samples.astype(np.float64) / 2**31
        soundfile.write(path, samples, options.pop("sr", sr), format="WAV", **options)

    return _change


def tagged(path: Path) -> None:
    """Append a chunk of text to a WAV."""
    content = path.read_bytes()
    said = b"INFOINAM" + struct.pack("<I", 4) + b"same"
    content += b"LIST" + struct.pack("<I", len(said)) + said
    path.write_bytes(content[:4] + struct.pack("<I", len(content) - 8) + content[8:])


def text(change: Callable[[str], str]) -> Change:
    return lambda path: path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def rows(change: Callable[[list[list[str]]], list[list[str]]]) -> Change:
    """Change the rows of a table, but for its headings."""

    def _change(path: Path) -> None:
        heading, *body = csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows([heading, *change(body)])

    return _change


def number_changed(body: list[list[str]]) -> list[list[str]]:
    """Change the first number that has a point by a hundredth of it, at least by 0.01."""
    for row in body:
        for column, cell in enumerate(row):
            if "." in cell and cell.replace(".", "").isdigit():
                row[column] = f"{float(cell) * 1.01 + 0.01:.4f}"
                return body
    raise AssertionError("no number")


def tensors(change: Callable[[dict[str, Array]], dict[str, Array]]) -> Change:
    def _change(path: Path) -> None:
        with safe_open(path, framework="numpy") as file:
            found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            metadata = file.metadata()
        save_file(change(found), path, metadata)

    return _change


def _largest(found: dict[str, Array]) -> str:
    floats = {name: each for name, each in found.items() if each.dtype.kind == "f" and each.size}
    return max(floats or found, key=lambda name: found[name].size)


def one_value(found: dict[str, Array]) -> dict[str, Array]:
    changed = found[_largest(found)].reshape(-1)
    changed[changed.size // 2] += 1
    return found


def undefined(found: dict[str, Array]) -> dict[str, Array]:
    name = next(name for name, each in found.items() if each.dtype.kind == "f" and each.size)
    found[name].reshape(-1)[0] = np.nan
    return found


def without_largest(found: dict[str, Array]) -> dict[str, Array]:
    found.pop(_largest(found))
    return found


def tripled(found: dict[str, Array]) -> dict[str, Array]:
    return {name: each * 3 if each.dtype.kind == "f" else each for name, each in found.items()}


def other_order(path: Path) -> None:
    """Write the same tensors in another order, in a file laid out otherwise."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header, body = json.loads(content[8 : 8 + length]), content[8 + length :]
    metadata = header.pop("__metadata__", {})
    written, blob = {"__metadata__": metadata}, b""
    for name in sorted(header, reverse=True):
        start, end = header[name]["data_offsets"]
        written[name] = header[name] | {"data_offsets": [len(blob), len(blob) + end - start]}
        blob += body[start:end]
    head = json.dumps(written).encode()
    head += b" " * (-len(head) % 8)
    path.write_bytes(struct.pack("<Q", len(head)) + head + blob)
