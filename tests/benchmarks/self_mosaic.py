"""Time, memory and quality of the self-mosaic, against the same denoiser weighing every patch at every scale.

Run: python tests/benchmarks/self_mosaic.py [--quick]

Each measure runs in a process of its own, so that its peak memory is its own. CPU seconds over the number of
threads are printed beside the wall clock, which other work on the machine disturbs. Quality is the sliced
Wasserstein distance between the patches of a picture and those of its source, in deviations of colour: lower
is more alike. The source enlarged from half its width shows what a loss of sharpness costs; its left half, how
much one picture differs from itself. On a busy machine set OMP_NUM_THREADS=1: waiting threads burn CPU.
"""

import multiprocessing
import resource
import sys
import time

import numpy as np
import skimage.data
import torch

from artia_lab.experiments.image import patch_diffusion, patch_search
from artia_lab.experiments.image.patch_folding import resized, unfold

RIVAL_WIDTH = 96


def photograph(width: int) -> torch.Tensor:
    """Give the picture of the benchmark at one width, [shape=(height, width, 3)]."""
    picture = torch.from_numpy(skimage.data.coffee().astype(np.float32) / 255).permute(2, 0, 1)
    height = round(picture.shape[1] * width / picture.shape[2])
    return resized(picture, height, width).clamp(0, 1).permute(1, 2, 0)


def naive_weights(distances, sigma, potentials, limit, balance):
    """Weigh every patch, without potentials."""
    return patch_search.softmax_weights(distances, sigma), potentials


def naive_distances(queries: torch.Tensor, keys: torch.Tensor) -> torch.Tensor:
    """Compare all patches in full with the stock function."""
    return torch.cdist(queries, keys).square()


def measure(width: int, rival: bool) -> dict:
    """Make one mosaic and say what it cost."""
    if rival:
        patch_diffusion.EXACT = 10**12
        patch_search.squared_distances = naive_distances
        patch_search.balanced_weights = naive_weights
    source = photograph(width)
    wall, cpu = time.perf_counter(), time.process_time()
    mosaic = patch_diffusion.regrow([source], *source.shape[:2], seed=1)
    return {
        "wall": time.perf_counter() - wall,
        "cpu": (time.process_time() - cpu) / torch.get_num_threads(),
        "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "picture": mosaic.picture.numpy(),
        "weight_sum": mosaic.weight_sum,
    }


def alone(width: int, rival: bool = False) -> dict:
    """Measure in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, (width, rival))


def patch_distance(some: torch.Tensor, others: torch.Tensor, patch: int = 7, directions: int = 128) -> float:
    """Sliced Wasserstein distance between the patches of two pictures."""
    generator = torch.Generator().manual_seed(0)
    axes = torch.randn(patch * patch * 3, directions, generator=generator)
    axes /= axes.norm(dim=0)
    quantiles = torch.linspace(0, 1, 512)
    scale = others.std()
    lines = [
        torch.quantile((unfold(each.permute(2, 0, 1) / scale, patch) @ axes)[::3], quantiles, dim=0)
        for each in (some, others)
    ]
    return float((lines[0] - lines[1]).abs().mean())


def main(widths: tuple[int, ...]) -> None:
    """Print the figures."""
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    print(f"{'width':>6} {'wall s':>8} {'CPU s/threads':>14} {'peak MB':>8} {'distance':>9}")
    results = {}
    for width in widths:
        results[width] = found = alone(width)
        distance = patch_distance(torch.from_numpy(found["picture"]), photograph(width))
        print(
            f"{width:>6} {found['wall']:>8.1f} {found['cpu']:>14.1f} {found['rss']:>8.0f} {distance:>9.3f}",
            flush=True,
        )
    ours, rival, source = alone(RIVAL_WIDTH), alone(RIVAL_WIDTH, rival=True), photograph(RIVAL_WIDTH)
    height = source.shape[0]
    halved = resized(resized(source.permute(2, 0, 1), height // 2, RIVAL_WIDTH // 2), height, RIVAL_WIDTH)
    print(f"\nAt {RIVAL_WIDTH} px, against every patch weighed at every scale (torch.cdist):")
    ratio = rival["cpu"] / ours["cpu"]
    print(f"  CPU time      ours {ours['cpu']:.2f} s, rival {rival['cpu']:.2f} s, ratio {ratio:.1f}")
    print(f"  peak memory   ours {ours['rss']:.0f} MB, rival {rival['rss']:.0f} MB")
    for name, picture in (
        ("ours", torch.from_numpy(ours["picture"])),
        ("rival", torch.from_numpy(rival["picture"])),
        ("source at half width, enlarged", halved.permute(1, 2, 0)),
        ("left half of the source", source[:, : RIVAL_WIDTH // 2]),
    ):
        print(f"  distance      {name}: {patch_distance(picture, source):.3f}")
    print(f"  weight sums   ours within {abs(ours['weight_sum'] - 1):.1e} of 1")


if __name__ == "__main__":
    main((128,) if "--quick" in sys.argv else (128, 256, 512))
