"""Reading sounds, block by block, so that no header can claim more than the file holds."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, Any, BinaryIO

from artia_lab.corpora.decode_child import Refused

if TYPE_CHECKING:
    import numpy as np

MAX_MINUTES = 60
MAX_RATE_HZ = 768_000
MAX_SAMPLES = 1 << 30  # duration × rate × channels: an hour and a half of 96 kHz stereo
BLOCK_SAMPLES = 1 << 18
STREAMED_FRAMES = 1 << 62  # libsndfile's answer for a file that does not say how long it is
UNKNOWN_LENGTH = (0, 0xFFFFFFFF, 0x7FFFFFFF)  # what a program writes that streams a WAV file


def decode_sound(file: BinaryIO, kind: str, sr: int) -> np.ndarray:
    """Read a sound in mono at a sampling rate.

    Parameters
    ----------
    file : file
        Open for reading, at its start.
    kind : str
        Its format, as `artia_lab.corpora.recognise` names it.
    sr : int
        The sampling rate wanted, in Hz.

    Returns
    -------
    np.ndarray [shape=(n,)]
        The mean of its channels, float32 in [-1, 1]. A sound that goes beyond is made softer as a whole.

    Raises
    ------
    Refused
        If it is too long, has too many channels, is cut short, or holds no sound.
    """
    import numpy as np
    import soundfile

    if kind in ("WAV", "AIFF"):
        _refuse_broken_promise(file)
    os.lseek(file.fileno(), 0, os.SEEK_SET)  # the position of the descriptor, which a buffered file.seek may leave
    with soundfile.SoundFile(file.fileno(), closefd=False) as sound:
        promised = sound.frames if sound.frames < STREAMED_FRAMES else 0
        minutes = promised / sound.samplerate / 60
        if minutes > MAX_MINUTES:
            raise Refused("long", minutes=round(minutes), limit=MAX_MINUTES)
        if sound.samplerate > MAX_RATE_HZ or promised * sound.channels > MAX_SAMPLES:
            raise Refused("wide", channels=sound.channels, rate=sound.samplerate)
        blocks = _resampled(sound, sr, promised)
    y = np.concatenate(blocks)
    if not y.size:
        raise Refused("cut" if promised else "empty")
    peak = max(float(y.max()), -float(y.min()))
    if peak > 1.0:
        y /= np.float32(peak)
        np.clip(y, -1.0, 1.0, out=y)
    return y


def _resampled(sound: Any, sr: int, promised: int) -> list[np.ndarray]:
    import numpy as np
    import soxr

    rate, channels = sound.samplerate, sound.channels
    resampler = None if rate == sr else soxr.ResampleStream(rate, sr, 1, dtype="float32", quality="HQ")
    blocks: list[np.ndarray] = []
    heard = 0
    while True:
        block = sound.read(BLOCK_SAMPLES // channels or 1, dtype="float32", always_2d=True)
        heard += len(block)
        if heard > MAX_MINUTES * 60 * rate or heard * channels > MAX_SAMPLES:
            raise Refused("long", minutes=round(heard / rate / 60), limit=MAX_MINUTES)
        mono = block[:, 0] if channels == 1 else block.mean(axis=1)
        mono = np.nan_to_num(mono, nan=0.0, posinf=0.0, neginf=0.0)
        if resampler is None:
            blocks.append(mono)
        else:
            blocks.append(resampler.resample_chunk(mono, last=not len(block)))
        if not len(block):
            break
    if heard < 0.95 * promised:
        raise Refused("cut")
    return blocks


def _refuse_broken_promise(file: BinaryIO) -> None:
    """Refuse a WAV or AIFF file whose header announces more sound than follows: libsndfile reads what there is."""
    size = os.fstat(file.fileno()).st_size
    outer = file.read(12)
    order, wanted = (">", b"SSND") if outer[:4] == b"FORM" else ("<", b"data")
    while len(header := file.read(8)) == 8:
        name, length = header[:4], struct.unpack(order + "I", header[4:])[0]
        left = size - file.tell()
        if name == wanted:
            if outer[:4] != b"RF64" and length not in UNKNOWN_LENGTH and length > left + 1:
                raise Refused("cut")
            break
        file.seek(length + length % 2, os.SEEK_CUR)
    file.seek(0)
