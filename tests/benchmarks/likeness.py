"""How long it takes to measure likeness, against the plain stock way of looking for the same thing.

Run it with ``python tests/benchmarks/likeness.py``. Each line: our CPU seconds, the stock way's, the ratio.
The stock ways look for less: whole pictures or frames one by one, and one longest block of text.
"""

from __future__ import annotations

import difflib
import random
import time
from collections.abc import Callable

import numpy as np
from scipy.spatial.distance import cdist

from artia_lab.likeness import picture, pictures, sound, text

SR = 22050


def seconds(work: Callable[[], object]) -> float:
    """Time one call in CPU seconds of all threads, which other people's work on the machine changes little."""
    start = time.process_time()
    work()
    return time.process_time() - start


def say(what: str, ours: float, stock: float | None = None, how: str = "") -> None:
    """Print one line."""
    rival = f"   {how}: {stock:8.2f} s, {stock / ours:6.1f} times ours" if stock is not None else ""
    print(f"{what:58s}{ours:7.2f} s{rival}", flush=True)


def scenes(count: int, side: int) -> dict[str, np.ndarray]:
    """Make pictures of a few soft shapes, each unlike the others."""
    axis = np.linspace(0, 1, side)
    made = {}
    for k in range(count):
        chance = np.random.default_rng(k)
        waves = chance.normal(size=(12, 5))
        layers = [
            w[4]
            * np.sin(9 * w[0] * axis[:, None] + 9 * w[1] * axis[None] + 6 * w[2])[..., None]
            * chance.random(3)
            for w in waves
        ]
        made[f"{k}.png"] = (np.clip(0.5 + 0.15 * sum(layers), 0, 1) * 255).astype(np.uint8)
    return made


def of_pictures() -> None:
    """Pictures."""
    references = scenes(4000, 64)
    outputs = list(scenes(4064, 64).values())[4000:]

    def stock() -> None:
        flat = np.stack([p.ravel() for p in references.values()]) / 255
        cdist(np.stack([p.ravel() for p in outputs]) / 255, flat).min(axis=1)

    say("64 pictures of 64 px against 4,000", seconds(lambda: pictures(outputs, references)), seconds(stock),
        "cdist on whole pictures")  # fmt: skip
    large = scenes(100, 512)
    output = scenes(101, 256)["100.png"]
    one = {"0.png": large["0.png"]}

    def stock_one() -> None:
        asked = np.stack(
            [output[y : y + 32, x : x + 32].ravel() for y in range(0, 256, 32) for x in range(0, 256, 32)]
        )
        views = np.lib.stride_tricks.sliding_window_view(large["0.png"], (32, 32), axis=(0, 1))[::4, ::4]
        cdist(asked / 255, views.reshape(-1, 3072) / 255).min(axis=1)

    say("256 px against 1 picture of 512 px", seconds(lambda: picture(output, one)), seconds(stock_one),
        "cdist on windows of 32 px, every 4 px")  # fmt: skip
    say("256 px against 100 pictures of 512 px", seconds(lambda: picture(output, large)))


def of_sounds() -> None:
    """Sounds."""
    chance = np.random.default_rng(0)
    envelope = np.repeat(chance.random(31 * 60 * 8), SR // 8 + 1)
    whole = (chance.standard_normal(31 * 60 * SR) * envelope[: 31 * 60 * SR]).astype(np.float32)
    references = {f"{k}.wav": whole[k * 180 * SR : (k + 1) * 180 * SR] for k in range(10)}
    output = np.concatenate([whole[-15 * SR :], references["4.wav"][SR * 60 : SR * 75]])

    def frames(y: np.ndarray) -> np.ndarray:
        views = np.lib.stride_tricks.sliding_window_view(y, 1024)[::256]
        return np.log(
            np.abs(np.fft.rfft(views * np.hanning(1024)))[:, :512].reshape(len(views), 32, 16).sum(2) + 1e-6
        )

    def stock() -> None:
        from sklearn.neighbors import NearestNeighbors

        corpus = np.concatenate([frames(y) for y in references.values()])
        NearestNeighbors(n_neighbors=1, algorithm="brute").fit(corpus).kneighbors(frames(output))

    ours = seconds(lambda: sound(output, SR, references))
    print(f"    found: {sound(output, SR, references).sentence()}")
    say("30 s against 30 min at 22.05 kHz", ours, seconds(stock), "NearestNeighbors on frames")


def of_texts() -> None:
    """Texts."""
    chance = random.Random(0)
    vocabulary = ["".join(chance.choices("aeioulmnprst", k=chance.randint(2, 9))) for _ in range(6000)]
    corpus = " ".join(chance.choices(vocabulary, k=180_000))[:1_000_000]
    for name, output in {
        "copied": corpus[400_000:410_000],
        "unrelated": " ".join(chance.choices(vocabulary, k=2000))[:10_000],
    }.items():
        short = output[:1000]
        stock = seconds(
            lambda short=short: difflib.SequenceMatcher(None, corpus[:100_000], short, False).find_longest_match()
        )
        ours = seconds(lambda short=short: text(short, {"corpus.txt": corpus[:100_000]}))
        say(f"1 kB {name} against 100 kB", ours, stock, "difflib")
        say(f"10 kB {name} against 1 MB", seconds(lambda output=output: text(output, {"corpus.txt": corpus})))
    large = " ".join(chance.choices(vocabulary, k=3_300_000))
    say(f"10 kB unrelated against {len(large) / 1e6:.0f} MB", seconds(lambda: text(output, {"large.txt": large})))


if __name__ == "__main__":
    for part in (of_texts, of_sounds, of_pictures):
        print(part.__doc__)
        part()
