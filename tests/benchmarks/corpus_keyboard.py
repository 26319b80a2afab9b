"""How well, and how fast, the corpus keyboard models a text, against its rivals on the same text in the same run.

    python tests/benchmarks/corpus_keyboard.py TEXT.txt [TEXT.txt …] [--seconds 180] [--gpt whole|all|none]

The first nine tenths of each text are learnt, the last tenth is scored once, whole, in nats per character.
Rivals: Witten-Bell and Jelinek-Mercer interpolation of the same order, written plainly here; the stock tool,
nltk.lm's Witten-Bell, where nltk is installed (on a short part, it is slow); and a small GPT trained for as long
as asked (4 layers, 4 heads, 128 dimensions, blocks of 64, batches of 12, as in nanoGPT's recipe for a CPU). The
blocks that the GPT scores overlap, so that each character after the first block has at least 48 before it.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from artia_lab.experiments.text.kneser_ney import nats_per_character, train
from artia_lab.experiments.text.ngrams import normalise
from artia_lab.experiments.text.suggestions import Keyboard

ORDER = 6
STOCK_LEARNS, STOCK_SCORES = 100_000, 1000
"""Characters that nltk is given (it takes minutes for a megabyte); it is spared those it never saw."""


class Plain:
    """Interpolated n-gram counts: Witten-Bell, or Jelinek-Mercer with one weight."""

    def __init__(self, text: str, order: int) -> None:
        self.order = order
        self.size = len(set(text)) + 1
        self.counts: list[Counter[str]] = [
            Counter(text[i : i + n] for i in range(len(text) - n + 1)) for n in range(1, order + 2)
        ]
        self.totals: defaultdict[str, int] = defaultdict(int)
        self.kinds: defaultdict[str, int] = defaultdict(int)
        for counts in self.counts:
            for gram, count in counts.items():
                self.totals[gram[:-1]] += count
                self.kinds[gram[:-1]] += 1

    def nats(self, text: str, kept: float | None = None) -> float:
        """Score a text; `kept` is Jelinek-Mercer's weight of each longer context, None for Witten-Bell."""
        loss = 0.0
        for i, character in enumerate(text):
            p = 1 / self.size
            for n in range(min(i, self.order) + 1):
                context = text[i - n : i]
                total = self.totals.get(context, 0)
                if not total:
                    break
                count = self.counts[n].get(context + character, 0)
                weight = total / (total + self.kinds[context]) if kept is None else kept
                p = weight * count / total + (1 - weight) * p
            loss -= math.log(p)
        return loss / len(text)


def nltk_witten_bell(learnt: str, scored: str) -> tuple[float, float] | None:
    """Give nltk's nats per character on a text, and its training speed in kB/s."""
    try:
        from nltk.lm import WittenBellInterpolated
        from nltk.util import everygrams
    except ImportError:
        return None
    begin = time.perf_counter()
    model = WittenBellInterpolated(ORDER + 1)
    model.fit([list(everygrams(learnt, max_len=ORDER + 1))], vocabulary_text=sorted(set(learnt)))
    speed = len(learnt.encode()) / 1e3 / (time.perf_counter() - begin)
    logs = [model.logscore(scored[i], tuple(scored[max(0, i - ORDER) : i])) for i in range(len(scored))]
    return -sum(logs) / len(logs) * math.log(2), speed


def gpt_nats(learnt: str, scored: str, seconds: float) -> tuple[float, int]:
    """Train a small GPT for some seconds; give its nats per character and the iterations it had time for."""
    import torch
    from torch import nn
    from torch.nn import functional as f

    torch.manual_seed(1337)
    block, batch, width, heads, depth = 64, 12, 128, 4, 4
    alphabet = {character: i for i, character in enumerate(sorted(set(learnt + scored)))}
    data, kept = (torch.tensor([alphabet[c] for c in text]) for text in (learnt, scored))

    class Layer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width, bias=False), nn.LayerNorm(width, bias=False)
            self.qkv, self.mix = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
            self.widen = nn.Linear(width, 4 * width, bias=False)
            self.narrow = nn.Linear(4 * width, width, bias=False)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            q, k, v = (
                part.unflatten(-1, (heads, -1)).transpose(1, 2) for part in self.qkv(self.norm1(x)).chunk(3, -1)
            )
            seen = f.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.mix(seen.transpose(1, 2).flatten(2))
            return x + self.narrow(f.gelu(self.widen(self.norm2(x))))

    class Gpt(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.token, self.place = nn.Embedding(len(alphabet), width), nn.Embedding(block, width)
            self.layers = nn.Sequential(*(Layer() for _ in range(depth)))
            self.norm = nn.LayerNorm(width, bias=False)
            for name, weights in self.named_parameters():
                if weights.dim() > 1:
                    spread = (
                        0.02 / math.sqrt(2 * depth) if name.endswith(("mix.weight", "narrow.weight")) else 0.02
                    )
                    nn.init.normal_(weights, std=spread)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            h = self.layers(self.token(x) + self.place(torch.arange(x.shape[1])))
            return self.norm(h) @ self.token.weight.T

    model = Gpt()
    optimiser = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.99), weight_decay=0.1)
    begin, iterations = time.monotonic(), 0
    while (elapsed := (time.monotonic() - begin) / seconds) < 1:
        rate = max(1e-4, 1e-3 * (0.55 + 0.45 * math.cos(math.pi * elapsed))) * min(1, (iterations + 1) / 100)
        for group in optimiser.param_groups:
            group["lr"] = rate
        places = torch.randint(len(data) - block, (batch,))
        x = torch.stack([data[i : i + block] for i in places])
        y = torch.stack([data[i + 1 : i + 1 + block] for i in places])
        loss = f.cross_entropy(model(x).flatten(0, 1), y.flatten())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        iterations += 1
    stride, total, count = block // 4, 0.0, 0
    model.eval()
    with torch.no_grad():
        for i, windows in enumerate(kept.unfold(0, block + 1, stride).split(64)):
            losses = f.cross_entropy(model(windows[:, :-1]).transpose(1, 2), windows[:, 1:], reduction="none")
            new = losses[:, -stride:].flatten()
            new = new if i else torch.cat([losses[0, :-stride], new])
            total += float(new.sum())
            count += len(new)
    return total / count, iterations


def latencies(keyboard: Keyboard, text: str, words: int) -> str:
    """Say how long a suggestion takes at 1,000 places of a text: by the clock, and of the processor's time."""
    clock, processor = [], []
    for i in range(1000):
        end = 60 + i * (len(text) - 60) // 1000
        begin = time.perf_counter(), time.thread_time()
        keyboard.suggest(text[end - 60 : end], 5, words)
        clock.append(1e3 * (time.perf_counter() - begin[0]))
        processor.append(1e3 * (time.thread_time() - begin[1]))
    median, high = statistics.median(clock), sorted(clock)[989]
    return (
        f"median {median:.2f} ms, 99th percentile {high:.2f} ms "
        f"(processor: {statistics.median(processor):.2f} and {sorted(processor)[989]:.2f} ms)"
    )


def measure(name: str, text: str, seconds: float) -> None:
    """Print one text's figures; with 0 seconds, no GPT."""
    cut = len(text) * 9 // 10
    learnt, scored = text[:cut], text[cut:]
    kilobytes = len(learnt.encode()) / 1e3
    begin = time.perf_counter()
    model = train([learnt], ORDER)
    speed = kilobytes / (time.perf_counter() - begin)
    ours = nats_per_character(model, scored)
    plain = Plain(learnt, ORDER)
    tuning = len(learnt) * 9 // 10
    inner = Plain(learnt[:tuning], ORDER)
    weight = min((0.2, 0.3, 0.4, 0.5, 0.6, 0.7), key=lambda kept: inner.nats(learnt[tuning:][:20_000], kept))
    rivals = {
        "Witten-Bell, same order": plain.nats(scored),
        f"Jelinek-Mercer, same order (weight {weight})": plain.nats(scored, weight),
    }
    if seconds:
        gpt, iterations = gpt_nats(learnt, scored, seconds)
        rivals[f"small GPT, {seconds:.0f} s, {iterations} iterations"] = gpt
    print(f"\n{name}: {kilobytes:.0f} kB learnt, {len(scored)} characters scored")
    print(f"  {'modified Kneser-Ney, order ' + str(ORDER):<52}{ours:8.4f} nats   1.000")
    for rival, nats in rivals.items():
        print(f"  {rival:<52}{nats:8.4f} nats   {ours / nats:.3f} of it")
    print(f"  training: {speed:.0f} kB/s")
    beginning = learnt[:STOCK_LEARNS]
    known = "".join(character for character in scored[:STOCK_SCORES] if character in beginning)
    stock = nltk_witten_bell(beginning, known)
    if stock:
        begin = time.perf_counter()
        small = train([beginning], ORDER)
        speed = len(beginning.encode()) / 1e3 / (time.perf_counter() - begin)
        nats = nats_per_character(small, known)
        print(f"  against nltk.lm's Witten-Bell, on {len(beginning)} characters:")
        print(f"    {nats:.4f} and {stock[0]:.4f} nats: {nats / stock[0]:.3f} of it")
        print(f"    {speed:.0f} and {stock[1]:.0f} kB/s of training: {speed / stock[1]:.0f} times as fast")
    else:
        print("  nltk is not installed: no stock tool to compare with")
    keyboard = Keyboard.of([learnt], ORDER)
    for words in (1, 3):
        print(f"  5 suggestions of {words} word(s): {latencies(keyboard, scored, words)}")


def main() -> None:
    """Measure the texts named on the command line, whole and cut to 200 kB and 50 kB."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=180.0, help="training time of the GPT")
    parser.add_argument(
        "--gpt", choices=("whole", "all", "none"), default="whole", help="where the GPT is trained"
    )
    asked = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    for path in asked.texts:
        whole = normalise(path.read_text(encoding="utf-8"))
        measure(path.name, whole, asked.seconds if asked.gpt != "none" else 0)
        for size in (200_000, 50_000):
            if len(whole) > size:
                measure(
                    f"{path.name}, first {size} characters", whole[:size], asked.seconds * (asked.gpt == "all")
                )


if __name__ == "__main__":
    main()
