"""Figures of the sound mosaic: run `python tests/benchmarks/sound_mosaic.py [minutes]`.

A corpus of 30 minutes is laid from real sounds where Debian's sonic-pi-samples are installed, and from the
lab's own starter sounds, each repeated at other speeds. The rival does the same task in the usual way, in the
same run: librosa's melspectrogram, one brute-force nearest neighbour per moment with scipy's cdist, a Python
loop of overlap-add.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from artia_lab.corpora.starters import sounds
from artia_lab.experiments.audio.mosaic import SR, Palette, answer
from artia_lab.experiments.audio.overlap_add import play
from artia_lab.experiments.audio.recording import Cut, Recording, analyse
from artia_lab.experiments.audio.sound_mosaic import Parameters

SAMPLES = Path("/usr/share/sonic-pi/samples")
TARGET_S = 30
PARAMETERS = Parameters()
CUT = Cut.of(SR, PARAMETERS.grain, PARAMETERS.crossfade)


def material() -> list[np.ndarray]:
    """Read the real sounds there are.

    Returns
    -------
    list of ndarray
        float32 [n] each, mono at 44.1 kHz.
    """
    import soundfile

    found = [
        soundfile.read(path, dtype="float32", always_2d=True)[0].mean(axis=1)
        for path in sorted(SAMPLES.glob("*.flac"))
    ]
    return found + [sounds.compose(file).astype(np.float32) for file in sounds.FILES]


def corpus(sources: list[np.ndarray], minutes: float) -> Iterator[tuple[str, np.ndarray]]:
    """Lay sounds until they last long enough, each round at another speed.

    Parameters
    ----------
    sources : list of ndarray
        Sounds to start from.
    minutes : float
        Duration to reach.

    Yields
    ------
    tuple of str and ndarray
        Name and sound.
    """
    left, number = round(minutes * 60 * SR), 0
    while left > 0:
        source = sources[number % len(sources)]
        speed = 1 + 0.13 * (number // len(sources))
        y = np.interp(np.arange(0, len(source) - 1, speed), np.arange(len(source)), source).astype(np.float32)[
            :left
        ]
        yield f"{number}.wav", y
        left, number = left - len(y), number + 1


def timed(work: Callable[[], Any], times: int = 3) -> tuple[float, float, Any]:
    """Time a piece of work, by the clock and by the processor, which other programs disturb less.

    Parameters
    ----------
    work : callable
        What to do.
    times : int
        How many times; the best counts.

    Returns
    -------
    seconds : float
        Shortest duration by the clock.
    processor : float
        Shortest time of processor.
    result : Any
        What it returned last.
    """
    clock = processor = float("inf")
    for _ in range(times):
        start, busy = time.perf_counter(), time.process_time()
        result = work()
        clock, processor = (
            min(clock, time.perf_counter() - start),
            min(processor, time.process_time() - busy),
        )
    return clock, processor, result


def analyse_all(laid: Iterable[tuple[str, np.ndarray]]) -> list[Recording]:
    """Analyse a corpus.

    Parameters
    ----------
    laid : iterable of tuple
        Names and sounds.

    Returns
    -------
    list of Recording
        Those that are not silent.
    """
    analysed = [analyse(file, y, CUT) for file, y in laid]
    return [recording for recording in analysed if recording]


def memory(sources: list[np.ndarray], minutes: float, answers: Any) -> None:
    """Send the growth of memory that a corpus asks for, in MB; to be run in its own process.

    Parameters
    ----------
    sources : list of ndarray
        Sounds to start from.
    minutes : float
        Duration of the corpus.
    answers : Connection
        Receives the figure.
    """
    voice = np.resize(sounds.compose("fredon.wav").astype(np.float32), TARGET_S * SR)
    before = psutil.Process().memory_info().rss
    palette = Palette.of(analyse_all(corpus(sources, minutes)))
    mosaic(voice, palette)
    answers.send((psutil.Process().memory_info().rss - before) / 1e6)


def mosaic(voice: np.ndarray, palette: Palette) -> np.ndarray:
    """Describe the sound that drives, choose and play, as the experiment does.

    Parameters
    ----------
    voice : ndarray
        The sound that drives.
    palette : Palette
        The sounds that answer.

    Returns
    -------
    ndarray
        The mosaic.
    """
    driving = analyse("voice", voice, CUT)
    assert driving
    slots = len(voice) // CUT.hop
    played, _ = answer(PARAMETERS, driving, palette, False, CUT, slots, lambda done: None)
    return play(played, palette.recordings, CUT, slots)


def rival(target: np.ndarray, laid: list[tuple[str, np.ndarray]]) -> tuple[float, float]:
    """Make a mosaic the usual way.

    Parameters
    ----------
    target : ndarray
        The sound that drives.
    laid : list of tuple
        The corpus.

    Returns
    -------
    analysis : float
        Seconds to describe the corpus.
    synthesis : float
        Seconds to describe the target, choose and play.
    """
    import warnings

    import librosa
    from scipy.spatial.distance import cdist

    def features(y: np.ndarray) -> np.ndarray:
        mel = librosa.feature.melspectrogram(y=y, sr=SR, n_fft=CUT.hop, hop_length=CUT.stride, n_mels=48)
        return librosa.power_to_db(mel).T

    warnings.filterwarnings("ignore", "n_fft=.* is too large")
    features(target[:SR])
    start = time.perf_counter()
    described = [features(y) for _, y in laid]
    analysis = time.perf_counter() - start
    start = time.perf_counter()
    owners = np.repeat(np.arange(len(laid)), [len(d) for d in described])
    places = np.concatenate([np.arange(len(d)) for d in described]) * CUT.stride
    nearest = cdist(features(target)[::2], np.concatenate(described)).argmin(axis=1)
    out = np.zeros((len(nearest) + 2) * CUT.hop, dtype=np.float32)
    window = np.hanning(CUT.grain)
    for i, n in enumerate(nearest):
        part = laid[owners[n]][1][places[n] : places[n] + CUT.grain]
        out[i * CUT.hop : i * CUT.hop + len(part)] += part * window[: len(part)]
    return analysis, time.perf_counter() - start


def main(minutes: float) -> None:
    """Print the figures.

    Parameters
    ----------
    minutes : float
        Duration of the corpus.
    """
    sources = material()
    spawn = multiprocessing.get_context("spawn")
    for share in (1 / 3, 2 / 3, 1):
        here, there = spawn.Pipe()
        child = spawn.Process(target=memory, args=(sources, minutes * share, there))
        child.start()
        print(f"memory for {minutes * share:4.0f} minutes of corpus: {here.recv():6.0f} MB")
        child.join()
    laid = list(corpus(sources, minutes))
    voice = np.resize(sounds.compose("fredon.wav").astype(np.float32), TARGET_S * SR)
    print(f"corpus: {minutes:g} minutes at {SR} Hz, {len(laid)} files; target: {TARGET_S} s")

    def show(what: str, clock: float, processor: float, seconds_of_sound: float) -> None:
        speeds = f"{seconds_of_sound / clock:.0f} and {seconds_of_sound / processor:.0f} times real time"
        print(f"{what:<24}{clock:.3f} s, {processor:.3f} s of processor ({speeds})")

    analysis, busy, recordings = timed(lambda: analyse_all(laid))
    show("analysis of the corpus:", analysis, busy, minutes * 60)
    indexing, busy, palette = timed(lambda: Palette.of(recordings))
    show("components and index:", indexing, busy, minutes * 60)
    synthesis, busy, made = timed(lambda: mosaic(voice, palette))
    show("target to mosaic:", synthesis, busy, len(made) / SR)
    rival_analysis, rival_synthesis = rival(voice, laid)
    print(f"usual way, analysis:    {rival_analysis:.2f} s; ours takes {analysis / rival_analysis:.2f} of it")
    print(
        f"usual way, to mosaic:   {rival_synthesis:.2f} s; ours takes {synthesis / rival_synthesis:.2f} of it, "
        f"{(synthesis + indexing) / rival_synthesis:.2f} with the index"
    )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30)
