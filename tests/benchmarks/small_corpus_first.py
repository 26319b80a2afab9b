"""How soon a small model draws something recognisable, and what numbers and layouts make it fastest here.

Run: python tests/benchmarks/small_corpus_first.py

The run is a real one, from pressing Run (`artia_lab.execute.start`, a process of its own) on a folder of 128-px
pieces of scikit-image's photographs. Each preview it shows is measured: the draws are recognisable once their
sliced Wasserstein distance to pictures held out lies below halfway from that of noise to that of the final draws.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from small_corpus import BATCH, SIZE, TILE, distance, pictures

from artia_lab import corpora, execute
from artia_lab.experiments.image.flow_chance import chance
from artia_lab.experiments.image.flow_material import Views, gather
from artia_lab.experiments.image.flow_network import Architecture, Network, suited
from artia_lab.experiments.image.flow_sampling import noise
from artia_lab.runs import ACTIVE


class Silent:
    """Takes what a run has already said."""

    def warn(self, _sentence: str) -> None: ...

    def step(self, *_told: object, **_metrics: object) -> None: ...


def described(folder: Path) -> corpora.Corpus:
    """Make a corpus of the pieces."""
    for number, picture in enumerate(pictures("photographs")):
        for row in range(0, picture.shape[0] - TILE + 1, TILE):
            for column in range(0, picture.shape[1] - TILE + 1, TILE):
                tile = (picture[row : row + TILE, column : column + TILE] * 255).astype(np.uint8)
                Image.fromarray(tile).save(folder / f"{number}-{row}-{column}.png")
    return corpora.describe(folder, title="Pieces", authors=["scikit-image"], licence="CC0-1.0", consent="Public.")


def of_grid(path: Path) -> torch.Tensor:
    """Take the draws out of the sheet that shows them."""
    sheet = torch.from_numpy(np.asarray(Image.open(path).convert("RGB")).copy())
    cell = (sheet.shape[0] + 4) // 4
    scale = (cell - 4) // SIZE
    found = [
        sheet[row * cell : row * cell + SIZE * scale : scale, column * cell : column * cell + SIZE * scale : scale]
        for row in range(4)
        for column in range(4)
    ]
    return torch.stack(found).permute(0, 3, 1, 2) / 127.5 - 1


def first_recognisable() -> None:
    """Print when each preview came, and how near it was to what was held out."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["ARTIA_HOME"] = home
        folder = Path(home) / "pieces"
        folder.mkdir()
        corpus = described(folder)
        with corpora.CorpusReader(corpus) as reader:
            aside = gather(SIZE, 1.5, 0.1, 0, reader, Silent(), 1).aside
        assert isinstance(aside, Views)
        unseen = aside.draw(256, True, chance(0, "unseen"))
        run, began, told, shown = execute.start("image.small-model", folder), time.perf_counter(), [], 0
        while run.status() in ACTIVE:
            progress = run.progress()
            if progress.get("preview_number", 0) > shown:
                shown = progress["preview_number"]
                seconds = time.perf_counter() - began
                told.append((seconds, progress["step"], distance(of_grid(run.path / "preview.png"), unseen)))
            time.sleep(0.1)
        whole = time.perf_counter() - began
        assert run.status() == "finished", run.record()
        final = of_grid(run.outputs_folder / "samples.png")
        last, worst = distance(final, unseen), distance(noise(SIZE, 9, 16), unseen)
        limit = (last + worst) / 2
        for seconds, step, gap in told:
            print(f"  after {seconds:5.1f} s, step {step:3}: distance {gap:.3f}")
        first = next((seconds for seconds, _step, gap in told if gap <= limit), float("nan"))
        print(
            f"noise {worst:.3f}, final draws {last:.3f}, halfway {limit:.3f}: recognisable {first:.1f} s after "
            f"Run (60 s asked for); the whole run took {whole:.1f} s"
        )


def fastest() -> None:
    """Print how long the gradients of one part of a batch take, on one core."""
    torch.set_num_threads(1)
    own = suited("32", "float32", "cpu")
    print("gradients of 8 pictures of 32 px, one core:")
    for precision in ("float32", "bfloat16"):
        for layout in (torch.channels_last, torch.contiguous_format):
            network = Network(Architecture(own.size, own.fold, own.channels, own.layers, precision))
            network.unet.to(memory_format=layout)
            x, t = torch.randn(BATCH // 2, 3, SIZE, SIZE).to(memory_format=layout), torch.rand(BATCH // 2)
            weights, took = [*network.unet.parameters()], []
            for _time in range(9):
                began = time.process_time()
                torch.autograd.grad(network.velocity(x, t).square().mean(), weights)
                took.append(time.process_time() - began)
            print(
                f"  {precision}, {str(layout).removeprefix('torch.'):17}: {1000 * float(np.median(took)):.0f} ms"
            )
    chosen = suited("32", "auto", "cpu").precision
    print(f"  chosen on this processor: {chosen}, channels_last; AMX tiles: {torch.cpu._is_amx_tile_supported()}")


if __name__ == "__main__":
    fastest()
    first_recognisable()
