"""A small model on a GPU: pictures per second, how busy it is, what is drawn, and how far a CPU agrees with it.

Run: python tests/benchmarks/small_corpus_gpu.py [--seconds 600] [--out FOLDER]

Without a GPU it says so and ends well.
"""

from __future__ import annotations

import argparse
import math
import shutil
import subprocess
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from small_corpus import pictures

from artia_lab.experiments.image.flow_material import Material, Views, _at_sizes
from artia_lab.experiments.image.flow_nearness import Neighbourhood
from artia_lab.experiments.image.flow_network import Architecture, suited
from artia_lab.experiments.image.flow_parts import side_by_side
from artia_lab.experiments.image.flow_sampling import as_pictures, draw, grid, noise
from artia_lab.experiments.image.flow_training import Training
from artia_lab.experiments.image.small_model import BATCH
from artia_lab.experiments.threads import one_thread
from artia_lab.runs.outputs import to_pixels

AGREED_STEPS = 50


def material(size: int) -> Material:
    """Cut scikit-image's photographs into pieces of twice the size drawn."""
    shown, tile = [], 2 * size
    for picture in pictures("photographs"):
        for row in range(0, picture.shape[0] - tile + 1, tile):
            for column in range(0, picture.shape[1] - tile + 1, tile):
                shown.append(_at_sizes(picture[row : row + tile, column : column + tile], size, 1.5)[0])
    return Material(tuple(map(str, range(len(shown)))), Views(shown, size), None, "")


def utilisation() -> float:
    """Ask the driver how busy the GPU is, in %; nan where nobody tells."""
    if not shutil.which("nvidia-smi"):
        return math.nan
    asked = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]
    return float(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()[0])


def trained(size: int, seconds: float, out: Path) -> None:
    """Train for so long, and keep a sheet of draws."""
    learnt, architecture = material(size), suited(str(size), "auto", "cuda")
    with side_by_side() as pool:
        training = Training(architecture, learnt, 200_000, BATCH["cuda"], True, 0, "cuda", pool)
        for _step in range(10):
            assert training.advance()
        torch.cuda.synchronize()
        began, busy, asked = time.perf_counter(), [], 0.0
        while (spent := time.perf_counter() - began) < seconds:
            assert training.advance()
            if spent - asked > 5:
                asked, _ = spent, busy.append(utilisation())
        torch.cuda.synchronize()
        per_second = (training.step - 10) * BATCH["cuda"] / (time.perf_counter() - began)
        drawn = draw(training.averaged, noise(size, 0, 16))
    sheet = out / f"gpu-{size}.png"
    Image.fromarray(to_pixels(grid(as_pictures(drawn)))).save(sheet)
    nearest = max(Neighbourhood(learnt).nearness(drawn))
    print(
        f"{size} px, {architecture.precision}: {per_second:.0f} pictures/s, {training.step} steps, GPU "
        f"{np.mean(busy or [math.nan]):.0f} % busy, loss {training.loss:.3f}, nearest draw {nearest:.2f}; look at "
        f"{sheet}",
        flush=True,
    )


def agreement() -> None:
    """Train the same network from the same seed on both, in 32-bit numbers, and compare what is drawn."""
    learnt, drawn = material(32), {}
    architecture = Architecture(32, 2, (64, 64), 1, "float32")
    for device in ("cpu", "cuda"):
        with one_thread() if device == "cpu" else nullcontext(), side_by_side() as pool:
            training = Training(architecture, learnt, AGREED_STEPS, 16, True, 0, device, pool)
            while training.step < AGREED_STEPS:
                assert training.advance()
            drawn[device] = to_pixels(as_pictures(draw(training.averaged, noise(32, 0, 16)))).astype(float)
    gap = drawn["cpu"] - drawn["cuda"]
    noise_db = 10 * math.log10(255**2 / max(float((gap**2).mean()), 1e-12))
    tier = "identical" if not gap.any() else "numerically equal" if abs(gap).max() <= 1 else "perceptually equal"
    tier = tier if noise_db >= 40 else "statistically alike"
    print(
        f"the same seed on CPU and GPU, {AGREED_STEPS} steps: {(gap != 0).mean():.1%} of the values differ, by "
        f"{abs(gap).max():.0f} at most, PSNR {noise_db:.1f} dB: {tier}"
    )


if __name__ == "__main__":
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--seconds", type=float, default=600)
    wanted.add_argument("--out", type=Path, default=Path("."))
    given = wanted.parse_args()
    if not torch.cuda.is_available():
        print("no GPU here")
    else:
        print(torch.cuda.get_device_name())
        for side in (64, 128):
            trained(side, given.seconds, given.out)
        agreement()
