"""Opening what is compared, and decoding it exactly, by the limited child process of the corpora."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from artia_lab.corpora.decoder import Decoder
from artia_lab.i18n import _, visible
from artia_lab.verify.plain_files import Unreadable, open_bytes, open_file, open_inside

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Picture", "Sound", "Tensors", "Unreadable", "decode", "open_bytes", "open_file", "open_inside"]

MAX_HEADER_BYTES = 16 << 20
DTYPES = ("uint8", "uint16", "int32", "float32", "float64")
TENSOR_DTYPES = {
    "BOOL": "bool", "U8": "uint8", "I8": "int8", "U16": "uint16", "I16": "int16", "U32": "uint32", "I32": "int32",
    "U64": "uint64", "I64": "int64", "F16": "float16", "F32": "float32", "F64": "float64",
}  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """A picture, or an animation.

    Attributes
    ----------
    frames : np.ndarray [shape=(n, h, w, channels)]
        Every frame as the file holds it: grey, grey and alpha, RGB or RGBA.
    durations_ms : tuple of float
        How long each is shown.
    loop : int
        How often it repeats; 0 for ever, -1 when it does not say.
    """

    frames: np.ndarray
    durations_ms: tuple[float, ...]
    loop: int


@dataclass(frozen=True)
class Sound:
    """A sound.

    Attributes
    ----------
    samples : np.ndarray [shape=(n, channels)]
        As the file holds them: int32 for PCM, floats else.
    rate : int
        Sampling rate, in Hz.
    lossy : bool
        Whether its encoding loses something, as MP3 does.
    """

    samples: np.ndarray
    rate: int
    lossy: bool


@dataclass(frozen=True)
class Tensors:
    """A model.

    Attributes
    ----------
    tensors : dict of str to np.ndarray
        By name.
    dtypes : dict of str to str
        As the file names them.
    metadata : dict of str to str
        What else the file says.
    """

    tensors: dict[str, np.ndarray]
    dtypes: dict[str, str]
    metadata: dict[str, str]


def decode(descriptor: int, medium: str, name: str) -> Picture | Sound | Tensors | str:
    """Decode an open file exactly.

    Parameters
    ----------
    descriptor : int
        The file.
    medium : {"image", "audio", "text", "table", "model"}
        What it is said to be.
    name : str
        How a sentence calls it.

    Returns
    -------
    Picture, Sound, Tensors or str
        What it holds.

    Raises
    ------
    Unreadable
        If it is something else, too large, cut short or damaged.
    """
    return _opener(os.getpid()).read(descriptor, medium, name)


@cache
def _opener(_process: int) -> _Opener:
    return _Opener()


class _Opener(Decoder):
    """The child process of the corpora, asked for exact contents of files that are already open."""

    def read(self, descriptor: int, medium: str, name: str) -> Picture | Sound | Tensors | str:
        with self._one_at_a_time:
            try:
                os.lseek(descriptor, 0, os.SEEK_SET)
                said, payload = self._ask(descriptor, {"medium": medium, "exactly": True})
                if "refused" not in said and "lacks" not in said:
                    return _understood(payload, medium)
            except TimeoutError:
                self._stop()
                said = {"refused": "time"}
            except (ConnectionError, EOFError, ValueError, KeyError, TypeError, RecursionError):
                self._stop()
                said = {"refused": "crash"}
            except BaseException:  # interrupted half-way through an answer: the next one needs a fresh channel
                self._stop()
                raise
        raise Unreadable(_why(str(said.get("refused", "lacks")), name, said))


def _understood(payload: Any, medium: str) -> Picture | Sound | Tensors | str:
    """Read an answer of the child, which a hostile file may have taken over: nothing is believed unchecked."""
    import numpy as np

    end = payload.index(b"\n", 0, MAX_HEADER_BYTES)
    facts = json.loads(payload[:end])
    content = memoryview(payload)[end + 1 :]
    if medium in ("text", "table"):
        return bytes(content).decode("utf-8")
    if medium == "model":
        return _tensors(facts, content)
    shape = tuple(int(n) for n in facts["shape"])
    if facts["dtype"] not in DTYPES or len(shape) != (4 if medium == "image" else 2) or min(shape) < 0:
        raise ValueError(facts)
    array = np.frombuffer(content, facts["dtype"]).reshape(shape)
    if medium == "audio":
        if not shape[1] or int(facts["rate"]) <= 0:
            raise ValueError(facts)
        return Sound(array, int(facts["rate"]), bool(facts["lossy"]))
    durations = tuple(float(each) for each in facts["durations_ms"])
    if not 1 <= shape[3] <= 4 or not array.size or len(durations) != shape[0]:
        raise ValueError(facts)
    return Picture(array, durations, int(facts["loop"]))


def _tensors(facts: dict[str, Any], content: memoryview) -> Tensors:
    import numpy as np

    tensors, dtypes = {}, {}
    for name, entry in facts["tensors"].items():
        begin, end = (int(n) for n in entry["data_offsets"])
        if not 0 <= begin <= end <= len(content):
            raise ValueError(name)
        part, dtypes[name] = content[begin:end], str(entry["dtype"])
        if dtypes[name] == "BF16":
            wide = np.frombuffer(part, np.uint16).astype(np.uint32) << 16
            tensors[name] = wide.view(np.float32).reshape(entry["shape"])
        elif dtypes[name] in TENSOR_DTYPES:
            tensors[name] = np.frombuffer(part, TENSOR_DTYPES[dtypes[name]]).reshape(entry["shape"])
        else:  # a type that numpy lacks: only its bytes can be compared
            tensors[name] = np.frombuffer(part, np.uint8)
    return Tensors(tensors, dtypes, {str(key): str(value) for key, value in facts["metadata"].items()})


def _why(code: str, name: str, said: dict[str, Any]) -> str:
    sentences = {
        "not-image": _("“{file}” does not hold a picture."),
        "not-audio": _("“{file}” does not hold a sound."),
        "not-text": _("“{file}” does not hold UTF-8 text."),
        "not-table": _("“{file}” does not hold UTF-8 text."),
        "not-model": _("“{file}” is no safetensors file, the only format of models that is opened."),
        "cut": _("“{file}” is cut short."),
        "pixels": _("“{file}” has more pixels than are decoded here."),
        "long": _("“{file}” holds more sound than is decoded here."),
        "wide": _("“{file}” has more channels or a higher rate than are decoded here."),
        "large": _("“{file}” is larger than what is decoded here."),
        "memory": _("“{file}” needs more memory, once decoded, than one file may take here."),
        "time": _("“{file}” takes too long to decode."),
        "crash": _("“{file}” stopped the program that opens files."),
        "lacks": _("“{file}” cannot be opened without the Python package {name}."),
    }
    template = sentences.get(code, _("“{file}” is damaged."))
    return template.format(file=visible(name), name=said.get("lacks", ""))
