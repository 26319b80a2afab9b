"""A small model against diffusers' own unconditional training, on the same pictures, network and time.

Run: python tests/benchmarks/small_corpus.py [--steps 600] [--seeds 3] [--pictures photographs|drawings]
     python tests/benchmarks/small_corpus.py --resume

The rival follows diffusers' example of unconditional generation, scaled to 32 px: UNet2DModel with as many
weights, a DDPMScheduler of 1000 steps, AdamW at 1e-4 with betas 0.95 and 0.999 and weight decay 1e-6, a warmup
of a twentieth of the steps (its 500 of 10,000) then a cosine, EMAModel with its inverse gamma, random crops and
flips, batch 16, float32. It draws by 50 DDIM steps: a thousand would take longer than its training. Both have all
cores, the rival by torch's own threads, for the same time on the clock: that of our whole session, its ten looks
and its checkpoints among the rest, while the rival only trains, its number of steps being guessed from the first
twenty. Drawing at the end is not counted.

Quality is the sliced Wasserstein distance between 7-px patches of the draws and of views of pictures held out, in
deviations of colour: lower is more alike. Views of the pictures learnt from show what the best possible copy gets.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import tempfile
import time
from pathlib import Path

import numpy as np
import skimage.data
import torch
from diffusers import DDIMScheduler, DDPMScheduler, UNet2DModel
from diffusers.optimization import get_cosine_schedule_with_warmup
from diffusers.training_utils import EMAModel
from safetensors import safe_open

from artia_lab import execute, models
from artia_lab.experiments.image.flow_chance import chance
from artia_lab.experiments.image.flow_material import Material, Views, _at_sizes
from artia_lab.experiments.image.flow_nearness import Neighbourhood
from artia_lab.experiments.image.flow_network import suited
from artia_lab.experiments.image.flow_parts import side_by_side
from artia_lab.experiments.image.flow_sampling import draw, noise
from artia_lab.experiments.image.flow_session import Session
from artia_lab.experiments.image.flow_training import Training
from artia_lab.experiments.image.patch_folding import unfold
from artia_lab.experiments.image.small_model import Parameters
from artia_lab.experiments.threads import one_thread
from artia_lab.runs import ACTIVE, Request, RunFolder
from artia_lab.runs.outputs import Outputs
from artia_lab.runs.report import Report

SIZE, BATCH, DRAWS, TILE = 32, 16, 64, 128
PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket", "hubble_deep_field", "retina", "immunohistochemistry")


def pictures(which: str) -> list[np.ndarray]:
    """Give pictures in [0, 1]."""
    if which == "photographs":
        return [getattr(skimage.data, name)()[..., :3] / 255 for name in PHOTOGRAPHS]
    from artia_lab import corpora

    with corpora.CorpusReader(corpora.find("starter-drawings")) as reader:
        return [reader.picture(item, max_side=600) for item in reader.items("image")]


def material(which: str) -> Material:
    """Cut the pictures into tiles, as many small pictures of the same kinds, and hold out every fourth."""
    shown, aside = [], []
    for picture in pictures(which):
        for row in range(0, picture.shape[0] - TILE + 1, TILE):
            for column in range(0, picture.shape[1] - TILE + 1, TILE):
                tile = _at_sizes(picture[row : row + TILE, column : column + TILE], SIZE, 1.5)[0]
                (aside if (len(shown) + len(aside)) % 4 == 3 else shown).append(tile)
    return Material(tuple(map(str, range(len(shown)))), Views(shown, SIZE), Views(aside, SIZE), "")


def ours(learnt: Material, steps: int, seed: int, folder: RunFolder) -> tuple[torch.Tensor, float]:
    """Train as the experiment does, its looks and checkpoints among the rest; give the draws and the seconds."""
    architecture, parameters = suited("32", "auto", "cpu"), Parameters(seed=seed)
    began = time.perf_counter()
    with one_thread(), side_by_side() as pool:
        training = Training(architecture, learnt, steps, BATCH, True, seed, "cpu", pool)
        plan = {"parameters": {}, "architecture": {}, "material": {"aside": True}}
        session = Session(
            training, Neighbourhood(learnt), parameters, steps, plan, Outputs(folder), Report(folder)
        )
        session.learn()
        seconds = time.perf_counter() - began
        return draw(training.averaged, noise(SIZE, seed, DRAWS)), seconds


def rival(learnt: Material, seconds: float, seed: int) -> tuple[torch.Tensor, int]:
    """Train diffusers' recipe for as long."""
    torch.manual_seed(seed)
    unet = UNet2DModel(
        sample_size=SIZE,
        block_out_channels=(32, 64, 64),
        layers_per_block=1,
        norm_num_groups=8,
        down_block_types=("DownBlock2D",) * 3,
        up_block_types=("UpBlock2D",) * 3,
        add_attention=False,
    )
    scheduler = DDPMScheduler(1000)
    optimiser = torch.optim.AdamW(unet.parameters(), 1e-4, (0.95, 0.999), weight_decay=1e-6)

    def step(number: int) -> None:
        clean = learnt.shown.draw(BATCH, True, chance(seed, "rival", number))
        added, when = torch.randn_like(clean), torch.randint(0, 1000, (BATCH,))
        loss = (unet(scheduler.add_noise(clean, added, when), when).sample - added).square().mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(unet.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()

    before = {name: each.clone() for name, each in unet.state_dict().items()}
    step(0)
    began = time.perf_counter()
    for number in range(20):
        step(number)
    steps = max(1, int(seconds * 20 / (time.perf_counter() - began)))
    unet.load_state_dict(before)
    optimiser = torch.optim.AdamW(unet.parameters(), 1e-4, (0.95, 0.999), weight_decay=1e-6)
    # 500 of its 10,000 steps and more: as large a share of these.
    rate = get_cosine_schedule_with_warmup(optimiser, max(1, steps // 20), steps)
    average = EMAModel(unet.parameters(), use_ema_warmup=True, inv_gamma=1.0, power=0.75, decay=0.9999)
    for number in range(steps):
        step(number)
        rate.step()
        average.step(unet.parameters())
    average.copy_to(unet.parameters())
    drawing = DDIMScheduler(1000)
    drawing.set_timesteps(50)
    x = noise(SIZE, seed, DRAWS)
    with torch.inference_mode():
        for when in drawing.timesteps:
            x = drawing.step(unet(x, when).sample, when, x).prev_sample
    return x.clamp(-1, 1), steps


def distance(some: torch.Tensor, others: torch.Tensor, patch: int = 7, directions: int = 128) -> float:
    """Sliced Wasserstein distance between the patches of two handfuls of pictures."""
    axes = torch.randn(patch * patch * 3, directions, generator=torch.Generator().manual_seed(0))
    axes /= axes.norm(dim=0)
    quantiles = torch.linspace(0, 1, 512)
    lines = [
        torch.quantile(
            torch.cat([unfold(each / others.std(), patch)[::9] for each in handful]) @ axes, quantiles, 0
        )
        for handful in (some, others)
    ]
    return float((lines[0] - lines[1]).abs().mean())


def compare(which: str, steps: int, seeds: int) -> None:
    """Print the figures of both."""
    learnt = material(which)
    assert learnt.aside is not None
    unseen = learnt.aside.draw(256, True, chance(0, "unseen"))
    seen = learnt.shown.draw(DRAWS, True, chance(0, "seen"))
    threshold = Parameters().threshold
    near = Neighbourhood(learnt)
    print(f"{which}: {len(learnt.shown.pictures)} pictures, {steps} steps of ours, as many seconds for the rival")
    best, worst = distance(seen, unseen), distance(noise(SIZE, 9, DRAWS), unseen)
    print(f"  views learnt from: distance {best:.3f}; noise: {worst:.3f}")
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as kept:
            asked = Request(experiment="image.small-model", parameters={}, corpus_id="", corpus_digest="")
            folder, claim = RunFolder.create(asked, Path(kept))
            mine, seconds = ours(learnt, steps, seed, folder)
            os.close(claim)
        theirs, their_steps = rival(learnt, seconds, seed)
        gaps = distance(mine, unseen), distance(theirs, unseen)
        nearness = near.nearness(mine)
        kept_draws = [each for each in nearness if each < threshold]
        print(
            f"  seed {seed}: {seconds:.0f} s; ours {gaps[0]:.3f}, rival {gaps[1]:.3f} ({their_steps} steps), "
            f"ratio {gaps[1] / gaps[0]:.2f}; {DRAWS - len(kept_draws)} draws of {DRAWS} set aside, the nearest "
            f"kept {max(kept_draws, default=0):.2f}, threshold {threshold:.2f}",
            flush=True,
        )


def resume(times: int = 10, steps: int = 150, work: str = "") -> None:
    """Stop and kill real runs at random moments, go on through the lab, and compare models, draws and curves."""
    chance, asked = random.Random(0), {"steps": steps, "samples": 4, "precision": "float32"}
    with tempfile.TemporaryDirectory(dir=work or None) as home:
        os.environ["ARTIA_HOME"] = home
        run = execute.start("image.small-model", "starter/drawings", asked)
        assert run.wait() == "finished", run.record() or run.progress()
        whole, lost = run, {"stop": [], "kill": []}
        run = execute.start("image.small-model", "starter/drawings", asked)
        for number in range(times):
            until = round(steps * (number + chance.random()) / times)
            while run.status() in ACTIVE and run.progress()["step"] < until:
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.2))
            if run.status() not in ACTIVE:
                break
            reached, how = run.progress()["step"], ("stop", "kill")[number % 2]
            if how == "stop":
                run.stop()
            else:
                os.killpg(run.progress()["pid"], signal.SIGKILL)
                run.wait()
            with safe_open(run.checkpoint, framework="numpy") as file:
                lost[how].append(max(0, reached - json.loads(file.metadata()["state"])["step"]))
            run = execute.resume(run)
        assert run.wait() == "finished", run.record() or run.progress()
        ours, theirs = (models.find(each.id).tensors() for each in (run, whole))
        same = all(np.array_equal(ours[name], theirs[name]) for name in theirs)
        files = [
            each["path"]
            for each, other in zip(run.record()["outputs"], whole.record()["outputs"], strict=True)
            if each["sha256"] != other["sha256"]
        ]
    print(
        f"ended {len(lost['stop'])} times by Stop, {len(lost['kill'])} times by SIGKILL, at random moments of "
        f"{steps} steps: the same bits {'in every weight' if same else 'NOT everywhere'}; outputs that differ: "
        f"{files or 'none'}; steps done again after Stop {lost['stop']}, after SIGKILL {lost['kill']}"
    )


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--steps", type=int, default=600)
    asked.add_argument("--seeds", type=int, default=3)
    asked.add_argument("--pictures", choices=("photographs", "drawings"), default="photographs")
    asked.add_argument("--resume", action="store_true")
    given = asked.parse_args()
    if given.resume:
        resume()
    else:
        compare(given.pictures, given.steps, given.seeds)
