"""Copies planted in a corpus of pictures, originals held out of it, and what tells them apart.

Run: python tests/benchmarks/small_corpus_pictures.py [planted] [small] [held] [sets] [crops] [speed] [full]

Without a word, the first four, in some minutes; ``full`` makes pictures larger and plants more of them. The
corpus: scikit-image's pictures and our drawings. Stock tools in the same run: a perceptual hash (the 8 × 8 lowest
cosines of a 32 × 32 grey picture, signs about their median, at most 10 of 64 bits apart), the plain distance ℓ2
between 32 × 32 thumbnails (at most 0.1) and `torch.cdist`. `artia_lab.likeness.picture_limits` was drawn from the
figures printed here: the least evidence of a planted copy, the most of an original.
"""

from __future__ import annotations

import io
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path

import numpy as np
import skimage.data
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from scipy.fft import dctn
from skimage import color

from artia_lab.corpora import CorpusReader, find
from artia_lab.likeness import copy_check, picture, pictures
from artia_lab.likeness.agreement import Agreement
from artia_lab.likeness.pixels import colours, resized

Picture = NDArray[np.uint8]
Alter = Callable[[Picture, np.random.Generator], Picture]
OTHERS = (
    "astronaut.png", "camera.png", "coins.png", "color.png", "ihc.png", "logo.png", "microaneurysms.png",
    "moon.png", "motorcycle_left.png", "page.png", "phantom.png", "retina.jpg", "text.png",
)  # fmt: skip
FULL = "full" in sys.argv
EACH, SIDE, DISTRACTORS = (8, 768, 23) if FULL else (1, 384, 7)
HASH_BITS, L2 = 10, 0.1


def drawn(name: str, side: int) -> dict[str, Picture]:
    """Read the pictures of a corpus."""
    with CorpusReader(find(name)) as reader:
        return {
            item.file: np.rint(reader.picture(item, max_side=side) * 255).astype(np.uint8)
            for item in reader.items("image")
        }


def others() -> dict[str, Picture]:
    """Read pictures that come with scikit-image and are not in its Debian corpus."""
    folder = Path(skimage.data.__file__).parent
    return {name: limited(np.asarray(Image.open(folder / name).convert("RGB")), max(SIDE, 400))
            for name in OTHERS if (folder / name).exists()}  # fmt: skip


def limited(pixels: Picture, side: int) -> Picture:
    """Bring a picture within a size."""
    return scaled(pixels, min(1.0, side / max(pixels.shape[:2])))


def scaled(pixels: Picture, by: float) -> Picture:
    """Resize."""
    size = (max(8, round(pixels.shape[1] * by)), max(8, round(pixels.shape[0] * by)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def cropped(share: float) -> Alter:
    """Cut out a share of the area, where there is something to see."""

    def alter(pixels: Picture, chance: np.random.Generator) -> Picture:
        height, width = (round(side * share**0.5) for side in pixels.shape[:2])
        return most_textured(pixels, height, width, chance, 4)

    return alter


def most_textured(pixels: Picture, height: int, width: int, chance: np.random.Generator, tries: int) -> Picture:
    """Cut out the most contrasted of a few pieces."""
    pieces = []
    for _try in range(tries):
        y, x = chance.integers(pixels.shape[0] - height + 1), chance.integers(pixels.shape[1] - width + 1)
        pieces.append(pixels[y : y + height, x : x + width])
    return max(pieces, key=lambda piece: float(piece.std(axis=(0, 1)).mean()))


def turned(degrees: float, fill: int | None) -> Alter:
    """Turn a little, with a border of a colour or cut to what is inside."""

    def alter(pixels: Picture, _chance: np.random.Generator) -> Picture:
        whole = np.asarray(
            Image.fromarray(pixels).rotate(degrees, Image.Resampling.BICUBIC, fillcolor=(fill or 0,) * 3)
        )
        if fill is not None:
            return whole
        height, width = pixels.shape[:2]
        angle = np.radians(abs(degrees))
        inside = 1 / (np.cos(angle) + max(height / width, width / height) * np.sin(angle))
        y, x = int(height * (1 - inside) / 2) + 2, int(width * (1 - inside) / 2) + 2
        return whole[y : height - y, x : width - x]

    return alter


def in_hsv(change: Callable[[NDArray], None]) -> Alter:
    """Change hue, saturation or value."""

    def alter(pixels: Picture, _chance: np.random.Generator) -> Picture:
        hsv = color.rgb2hsv(pixels)
        change(hsv)
        return np.rint(color.hsv2rgb(hsv) * 255).astype(np.uint8)

    return alter


def hue(by: float) -> Alter:
    """Turn the hue."""
    return in_hsv(lambda hsv: np.copyto(hsv[..., 0], (hsv[..., 0] + by) % 1))


def saturation(by: float) -> Alter:
    """Scale the saturation."""
    return in_hsv(lambda hsv: np.copyto(hsv[..., 1], np.clip(hsv[..., 1] * by, 0, 1)))


def gamma(by: float) -> Alter:
    """Lighten or darken."""
    return lambda pixels, _chance: np.rint((pixels / 255) ** by * 255).astype(np.uint8)


def jpeg(quality: int) -> Alter:
    """Save as JPEG."""

    def alter(pixels: Picture, _chance: np.random.Generator) -> Picture:
        file = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(pixels)).save(file, "JPEG", quality=quality)
        return np.asarray(Image.open(file))

    return alter


def grey(pixels: Picture, _chance: np.random.Generator) -> Picture:
    """Take the colours away."""
    return np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).convert("L").convert("RGB"))


def noisy(pixels: Picture, chance: np.random.Generator) -> Picture:
    """Add noise."""
    return np.clip(pixels + chance.normal(0, 0.03 * 255, pixels.shape), 0, 255).astype(np.uint8)


def blurred(pixels: Picture, _chance: np.random.Generator) -> Picture:
    """Soften by a pixel."""
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(1)))


def pasted(side: int | float, hosts: list[Picture]) -> Alter:
    """Paste a piece of so many pixels, or of such a share of the area, in another picture."""

    def alter(pixels: Picture, chance: np.random.Generator) -> Picture:
        host = hosts[chance.integers(len(hosts))]
        width = min(384, *host.shape[:2])
        work = most_textured(host, width, width, chance, 1).copy()
        length = side if isinstance(side, int) else round(width * side**0.5)
        length = min(length, *pixels.shape[:2])
        y, x = chance.integers(width - length + 1, size=2)
        work[y : y + length, x : x + length] = most_textured(pixels, length, length, chance, 12)
        return work

    return alter


def then(*alterations: Alter) -> Alter:
    """Do one after the other."""

    def alter(pixels: Picture, chance: np.random.Generator) -> Picture:
        for one in alterations:
            pixels = one(pixels, chance)
        return pixels

    return alter


def plantings(hosts: list[Picture]) -> dict[str, tuple[str, Alter]]:
    """Name every way of planting a copy, with the kind that should be told."""

    def mirrored(pixels: Picture, _chance: np.random.Generator) -> Picture:
        return pixels[:, ::-1]

    def inverted(pixels: Picture, _chance: np.random.Generator) -> Picture:
        return 255 - pixels

    def quarter(k: int) -> Alter:
        return lambda pixels, _chance: np.rot90(pixels, k)

    def size(by: float) -> Alter:
        return lambda pixels, _chance: scaled(pixels, by)

    return {
        "exact": ("exact", lambda pixels, _chance: pixels),
        "half of it": ("cropped", cropped(0.5)),
        "a quarter of it": ("cropped", cropped(0.25)),
        "mirrored": ("mirrored", mirrored),
        "upside down": ("mirrored", lambda pixels, _chance: pixels[::-1]),
        "turned 90°": ("rotated", quarter(1)),
        "turned 180°": ("rotated", quarter(2)),
        "turned 270°": ("rotated", quarter(3)),
        "turned 3°, cut": ("rotated", turned(3, None)),
        "turned -6° on black": ("rotated", turned(-6, 0)),
        "turned 10° on white": ("rotated", turned(10, 255)),
        "turned 33° on white": ("rotated", turned(33, 255)),
        "turned 137° on black": ("rotated", turned(137, 0)),
        "hue + 1/3": ("recoloured", hue(1 / 3)),
        "saturation × 0.4": ("recoloured", saturation(0.4)),
        "saturation × 1.8": ("recoloured", saturation(1.8)),
        "gamma 0.5": ("recoloured", gamma(0.5)),
        "gamma 2": ("recoloured", gamma(2)),
        "grey": ("recoloured", grey),
        "colours exchanged": ("recoloured", lambda pixels, _chance: pixels[..., [2, 0, 1]]),
        "negative": ("recoloured", inverted),
        "JPEG 20": ("re-encoded", jpeg(20)),
        "JPEG 60": ("re-encoded", jpeg(60)),
        "JPEG 95": ("re-encoded", jpeg(95)),
        "size × 0.25": ("re-encoded", size(0.25)),
        "size × 0.6": ("re-encoded", size(0.6)),
        "size × 2": ("re-encoded", size(2)),
        "blurred by 1 px": ("re-encoded", blurred),
        "noise of 3 %": ("re-encoded", noisy),
        "64 px of it pasted": ("patch", pasted(64, hosts)),
        "10 % pasted": ("patch", pasted(0.1, hosts)),
        "quarter + mirrored": ("mirrored", then(cropped(0.25), mirrored)),
        "half + JPEG 30": ("cropped", then(cropped(0.5), jpeg(30))),
        "half + grey": ("cropped", then(cropped(0.5), grey)),
        "half + negative": ("cropped", then(cropped(0.5), inverted)),
        "half + turned 8°": ("rotated", then(cropped(0.5), turned(8, None))),
        "quarter + size × 2": ("cropped", then(cropped(0.25), size(2))),
        "half + size × 0.5": ("cropped", then(cropped(0.5), size(0.5))),
        "mirrored + hue": ("mirrored", then(mirrored, hue(1 / 3))),
        "turned 90° + JPEG 20": ("rotated", then(quarter(1), jpeg(20))),
        "turned 5° + gamma 1.6": ("rotated", then(turned(5, None), gamma(1.6))),
        "size × 0.5 + JPEG 30": ("re-encoded", then(size(0.5), jpeg(30))),
        "10 % pasted + JPEG 50": ("patch", then(pasted(0.1, hosts), jpeg(50))),
        "10 % pasted + grey": ("patch", then(pasted(0.1, hosts), grey)),
        "10 % mirrored, pasted": ("patch", then(mirrored, pasted(0.1, hosts))),
        "64 px pasted + JPEG 70": ("patch", then(pasted(64, hosts), jpeg(70))),
    }  # fmt: skip


class Stock:
    """What a perceptual hash and a plain distance of thumbnails say."""

    def __init__(self, corpus: Mapping[str, Picture]) -> None:
        self.names = list(corpus)
        self.hashes = np.array([self.hash(pixels) for pixels in corpus.values()])
        self.thumbs = np.array([self.thumb(pixels) for pixels in corpus.values()])

    @staticmethod
    def hash(pixels: Picture) -> NDArray[np.bool_]:
        """The signs of the lowest cosines."""
        small = np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).convert("L").resize((32, 32)), float)
        low = dctn(small)[:8, :8].ravel()
        return low > np.median(low)

    @staticmethod
    def thumb(pixels: Picture) -> NDArray[np.float32]:
        """Its thumbnail."""
        return resized(colours(pixels), 32, 32).ravel()

    def says(self, pixels: Picture) -> tuple[str, str]:
        """Name the item that each takes for a copy's source, or nothing."""
        bits = (self.hashes != self.hash(pixels)).sum(axis=1)
        apart = np.sqrt(((self.thumbs - self.thumb(pixels)) ** 2).mean(axis=1))
        return (
            self.names[int(bits.argmin())] if bits.min() <= HASH_BITS else "",
            self.names[int(apart.argmin())] if apart.min() <= L2 else "",
        )


class Evidence:
    """Note the most evidence that the check sees for each item."""

    def __init__(self) -> None:
        self.most: dict[str, float] = {}
        self.item = ""
        self._close, self._holds = copy_check.CopyCheck._close, copy_check._holds

    def __enter__(self) -> dict[str, float]:
        def close(check, item, *others):  # type: ignore[no-untyped-def]
            self.item = item
            return self._close(check, item, *others)

        def holds(found: Agreement) -> bool:
            self.most[self.item] = max(self.most.get(self.item, 0.0), found.evidence)
            return self._holds(found)

        copy_check.CopyCheck._close, copy_check._holds = close, holds  # type: ignore[method-assign]
        return self.most

    def __exit__(self, *_error: object) -> None:
        copy_check.CopyCheck._close, copy_check._holds = self._close, self._holds  # type: ignore[method-assign]


def planted() -> None:
    """Copies planted: found with their source, and named; the same by a perceptual hash and by plain ℓ2."""
    corpus, outside = known(), others()
    hosts = [pixels for pixels in outside.values() if min(pixels.shape[:2]) >= 256]
    stock, names, turn = Stock(corpus), list(corpus), count()
    total = Counter[str]()
    least: list[tuple[float, str, str]] = []
    print(f"  {'':24s}{'found':>9s}{'named':>9s}{'hash':>8s}{'l2':>8s}   CPU s each")
    for title, (kind, alter) in plantings(hosts).items():
        tally = Counter[str]()
        began = time.process_time()
        for _each in range(EACH):
            k = next(turn)
            first = (k * 7) % len(names)
            item = names[first]
            among = {name: corpus[name] for name in sorted((names[first:] + names[:first])[: DISTRACTORS + 1])}
            work = np.ascontiguousarray(alter(corpus[item], np.random.default_rng(k)))
            with Evidence() as most:
                found = picture(work, among)
            nearest = found.nearest[0] if found.nearest else None
            right = found.verdict == "copy" and nearest is not None and nearest.item == item
            tally["found"] += right
            tally["named"] += (
                right and nearest is not None and nearest.kind in {kind, same_pixels(work, corpus[item])}
            )
            by_hash, by_l2 = stock.says(work)
            tally["hash"] += by_hash == item
            tally["l2"] += by_l2 == item
            if most.get(item):
                least.append((most[item], title, item))
            if not right:
                print(f"    missed: {title} of {item}: {found.verdict}, {nearest and nearest.item}")
        total += tally
        cells = "".join(f"{tally[name]:>{width}d}/{EACH}" for name, width in
                        (("found", 7), ("named", 7), ("hash", 6), ("l2", 6)))  # fmt: skip
        print(f"  {title:24s}{cells}{(time.process_time() - began) / EACH:12.2f}", flush=True)
    planted_in_all = EACH * len(plantings(hosts))
    print("  " + ", ".join(f"{name} {total[name]}/{planted_in_all}" for name in ("found", "named", "hash", "l2")))
    print(
        "  least evidence:",
        ", ".join(f"{value:.1f} ({title} of {item})" for value, title, item in sorted(least)[:5]),
    )


def same_pixels(work: Picture, reference: Picture) -> str:
    """Name what a recolouring comes to where there was nothing to recolour."""
    if work.shape != reference.shape:
        return ""
    return "exact" if np.abs(work.astype(int) - reference).max() <= 1 else "re-encoded"


def known() -> dict[str, Picture]:
    """The corpus that copies are planted in."""
    return drawn("system/scikit-image", SIDE) | drawn("starter/drawings", SIDE)


def held() -> None:
    """Originals held out: each picture against all others, and its pieces and near-duplicates with ``full``."""
    corpus, outside = known(), others()
    every = corpus | outside
    flagged, near, works, by_hash, by_l2 = [], 0, 0, 0, 0
    most_of_all: list[tuple[float, str, str]] = []
    for k, (name, pixels) in enumerate(every.items()):
        rest = {item: other for item, other in every.items() if item != name}
        stock = Stock(rest)
        chance = np.random.default_rng(k)
        pieces = {"whole": pixels}
        if FULL:
            pieces |= {"a quarter": cropped(0.25)(pixels, chance), "a tenth": cropped(0.1)(pixels, chance)}
        for title, work in pieces.items():
            with Evidence() as most:
                found = picture(work, rest)
            works += 1
            near += found.verdict == "near"
            if found.verdict == "copy":
                flagged.append(f"{title} of {name} as {found.nearest[0].kind} of {found.nearest[0].item}")
            said = stock.says(np.ascontiguousarray(work))
            by_hash, by_l2 = by_hash + bool(said[0]), by_l2 + bool(said[1])
            most_of_all += [(value, f"{title} of {name}", item) for item, value in most.items()]
    print(f"  flagged {len(flagged)}/{works} (hash {by_hash}, l2 {by_l2}), said to be near {near}/{works}")
    for line in flagged:
        print(f"    {line}")
    top = sorted(most_of_all, reverse=True)[:5]
    print("  most evidence:", ", ".join(f"{value:.1f} ({work} in {item})" for value, work, item in top))
    if FULL:
        near_duplicates(every)


def near_duplicates(every: Mapping[str, Picture]) -> None:
    """Halves of one picture, of which only what repeats should be found; and a stereo pair."""
    same = []
    for name, pixels in every.items():
        middle = pixels.shape[1] // 2
        found = picture(pixels[:, middle:], {name: pixels[:, :middle]})
        if found.verdict == "copy":
            same.append(f"{name} ({found.nearest[0].kind}, {found.nearest[0].measure:.0%})")
    print(f"  halves found in their other half {len(same)}/{len(every)}, patterns that repeat: {'; '.join(same)}")
    folder = Path(skimage.data.__file__).parent
    left, right = (
        np.asarray(Image.open(folder / f"motorcycle_{side}.png").convert("RGB")) for side in ("left", "right")
    )
    found = picture(left, {"motorcycle_right.png": right})
    print(
        f"  a stereo pair, one scene from two places: {found.verdict}, {found.nearest[0].kind}, {found.sentence()}"
    )


def tiles(corpus: Mapping[str, Picture], side: int, number: int, seed: int) -> dict[str, Picture]:
    """Cut square pieces out and bring them to a size, one or more of each picture."""
    chance, names, cut = np.random.default_rng(seed), list(corpus), {}
    for k in range(number):
        pixels = corpus[names[k % len(names)]]
        length = round(min(pixels.shape[:2]) * (1 if k < len(names) else 0.5))
        piece = Image.fromarray(np.ascontiguousarray(most_textured(pixels, length, length, chance, 3)))
        cut[f"{k} {names[k % len(names)]}"] = np.asarray(piece.resize((side, side), Image.Resampling.LANCZOS))
    return cut


def small() -> None:
    """Pictures as small as a model makes them, among others as small: copies planted, originals held out."""
    for side in (64, 32):
        learnt, unseen = tiles(known(), side, 24, 0), tiles(others(), side, 26, 1)
        hosts, names, turn = list(unseen.values()), list(learnt), count()

        def same_size(pixels: Picture, _chance: np.random.Generator, side: int = side) -> Picture:
            return np.asarray(
                Image.fromarray(np.ascontiguousarray(pixels)).resize((side, side), Image.Resampling.BICUBIC)
            )

        def in_another(
            pixels: Picture, chance: np.random.Generator, side: int = side, hosts: list[Picture] = hosts
        ) -> Picture:
            work, length = hosts[chance.integers(len(hosts))].copy(), side * 5 // 8
            y, x = chance.integers(side - length + 1, size=2)
            work[y : y + length, x : x + length] = most_textured(pixels, length, length, chance, 8)
            return work

        alterations: dict[str, Alter] = {
            "exact": lambda pixels, _chance: pixels,
            "mirrored": lambda pixels, _chance: pixels[:, ::-1],
            "turned 90°": lambda pixels, _chance: np.rot90(pixels),
            "turned 10°, cut": then(turned(10, None), same_size),
            "turned 33° on white": turned(33, 255),
            "turned 137° on black": turned(137, 0),
            "half of it": cropped(0.5),
            "half of it, resized": then(cropped(0.5), same_size),
            "hue + 1/3": hue(1 / 3),
            "grey": grey,
            "negative": lambda pixels, _chance: 255 - pixels,
            "gamma 2": gamma(2),
            "JPEG 60": jpeg(60),
            "noise of 3 %": noisy,
            "a piece pasted": in_another,
        }
        found = Counter[str]()
        for title, alter in alterations.items():
            for _each in range(EACH):
                k = next(turn)
                item = names[(k * 7) % len(names)]
                said = picture(np.ascontiguousarray(alter(learnt[item], np.random.default_rng(k))), learnt)
                found[title] += said.verdict == "copy" and said.nearest[0].item == item
        missed = [f"{title} {found[title]}/{EACH}" for title in alterations if found[title] < EACH]
        print(f"  {side} px: found {found.total()}/{EACH * len(alterations)} {'; '.join(missed)}", flush=True)
        flagged = [name for name, work in unseen.items() if picture(work, learnt).verdict == "copy"]
        print(
            f"  {side} px: originals flagged {len(flagged)}/{len(unseen)} {'; '.join(flagged)}",
            flush=True,
        )


class Made(Mapping[str, Picture]):
    """Pictures drawn when they are asked for, and not kept: a corpus larger than memory."""

    def __init__(self, number: int, side: int) -> None:
        self.number, self.side = number, side

    def __getitem__(self, file: str) -> Picture:
        return drawing(int(file.split(".")[0]), self.side)

    def __iter__(self) -> Iterator[str]:
        return (f"{k}.png" for k in range(self.number))

    def __len__(self) -> int:
        return self.number


def drawing(seed: int, side: int) -> Picture:
    """Draw a few soft waves, unlike those of any other seed."""
    chance = np.random.default_rng(seed)
    axis = np.linspace(0, 1, side)
    waves = chance.normal(size=(6, 5))
    layers = sum(
        w[4] * np.sin(9 * w[0] * axis[:, None] + 9 * w[1] * axis + 6 * w[2])[..., None] * chance.random(3)
        for w in waves
    )
    return (np.clip(0.5 + 0.2 * np.asarray(layers), 0, 1) * 255).astype(np.uint8)


def sets() -> None:
    """Sets of small pictures: 64 of 64 px against whole references, as after training."""
    works = [drawing(100_000 + k, 64) for k in range(62)] + [drawing(5, 64), drawing(7, 64)[:, ::-1]]
    for number in (1000, 4000):
        kept = dict(Made(number, 64))
        wall, cpu = time.perf_counter(), time.process_time()
        found = pictures(works, kept)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        began = time.perf_counter()
        learnt, made = (
            torch.tensor(np.stack([one.ravel() for one in some])) / 255 for some in (kept.values(), works)
        )
        torch.cdist(made, learnt).topk(50, largest=False)
        stock = time.perf_counter() - began
        tracemalloc.start()
        pictures(works, Made(number, 64))
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        copies = sum(one.verdict == "copy" for one in found)
        print(f"  {number} references: {wall:5.2f} s ({cpu:.2f} s of CPU), torch.cdist {stock:5.2f} s, "
              f"{wall / stock:.2f} times as long; peak {peak:5.1f} MiB; "
              f"copies {copies}, planted 2", flush=True)  # fmt: skip


def crops() -> None:
    """Sets of small pictures against every crop of a corpus: 32 px, as after training on random crops."""
    learnt = {name: limited(pixels, 256) for name, pixels in known().items()}
    unseen = {name: limited(pixels, 256) for name, pixels in others().items()}
    chance = np.random.default_rng(0)

    def cut(corpus: Mapping[str, Picture], number: int) -> list[Picture]:
        names = list(corpus)
        return [
            most_textured(corpus[names[chance.integers(len(names))]], 32, 32, chance, 3) for _k in range(number)
        ]

    for title, works in {
        "crops it learnt": cut(learnt, 64),
        "mirrored": [work[:, ::-1] for work in cut(learnt, 64)],
        "with noise of 3 %": [noisy(work, chance) for work in cut(learnt, 64)],
        "saved as JPEG 60": [jpeg(60)(work, chance) for work in cut(learnt, 64)],
        "of other pictures": cut(unseen, 256),
    }.items():
        found = pictures(works, learnt, crop=32)
        ratios = np.array([one.measures["l2_ratio"] for one in found if not one.measures["plain"]])
        explained = np.array([one.measures["explained"] for one in found if not one.measures["plain"]])
        copies = sum(one.verdict == "copy" for one in found)
        spans = [
            f"{name} {of.min():.2f} to {of.max():.2f}"
            for name, of in (("ratio", ratios), ("explained", explained))
        ]
        print(
            f"  {title:20s} copies {copies}/{len(ratios)} (plain {len(works) - len(ratios)}); {', '.join(spans)}"
        )
    works = cut(unseen, 24)
    few = dict(list(learnt.items())[::4])
    found = pictures(works, few, crop=32)
    exact = [every_crop(work, few) for work in works]
    nearer = np.array([one.measures["l2"] for one in found]) / np.array([near for near, _ratio in exact])
    ratio = np.array([one.measures["l2_ratio"] for one in found]) / np.array([ratio for _near, ratio in exact])
    print(f"  against every crop one by one: distance × {np.median(nearer):.3f} (at most {nearer.max():.3f}), "
          f"ratio × {np.median(ratio):.3f} ({ratio.min():.3f} to {ratio.max():.3f})")  # fmt: skip
    many = dict(Made(500, 256))
    wall, cpu = time.perf_counter(), time.process_time()
    pictures(cut(unseen, 64), many, crop=32)
    print(f"  64 against every crop of 500 pictures of 256 px: {time.perf_counter() - wall:.1f} s "
          f"({time.process_time() - cpu:.1f} s of CPU)")  # fmt: skip


def every_crop(work: Picture, corpus: Mapping[str, Picture]) -> tuple[float, float]:
    """The nearest of all crops and its ratio, one by one, over the same cells; crowds 8 cells apart."""
    nearest, crowd = np.inf, []
    for pixels in corpus.values():
        maps = []
        for asked in (work, work[:, ::-1]):
            cells = resized(colours(asked), 8, 8)
            whole = colours(pixels)
            rows = sum(whole[k : len(whole) - 3 + k] for k in range(4))
            mean = sum(rows[:, k : rows.shape[1] - 3 + k] for k in range(4)) / 16
            height, width = mean.shape[0] - 28, mean.shape[1] - 28
            total = np.zeros((height, width))
            for y in range(8):
                for x in range(8):
                    total += ((mean[4 * y : 4 * y + height, 4 * x : 4 * x + width] - cells[y, x]) ** 2).sum(axis=2)
            maps.append(np.sqrt(total / 192))
        best = np.minimum(*maps)
        nearest = min(nearest, float(best.min()))
        tiles = np.minimum.reduceat(
            np.minimum.reduceat(best, np.arange(0, height, 32), 0), np.arange(0, width, 32), 1
        )
        crowd += tiles.ravel().tolist()
    return nearest, nearest / (0.5 * float(np.mean(sorted(crowd)[:50])))


def speed() -> None:
    """A work of 384 px against corpora, decoded beforehand."""
    drawings, photographs = drawn("starter/drawings", 768), drawn("system/scikit-image", 768)
    every = list((drawings | photographs | others()).values())
    chance = np.random.default_rng(0)
    many = {}
    for k in range(200):
        pixels = every[k % len(every)][:, :: (-1) ** (k // len(every))]
        many[f"{k}.png"] = np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).resize((768, 576)))
    work = pasted(64, [drawings["lichens.png"] if "lichens.png" in drawings else every[0]])(every[0], chance)
    for title, corpus in {"14 drawings": drawings, "10 photographs": photographs, "200 of 768 px": many}.items():
        wall, cpu = time.perf_counter(), time.process_time()
        found = picture(work, corpus)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(f"  {title:16s}{wall:6.2f} s ({cpu:.2f} s of CPU): {found.verdict}")


if __name__ == "__main__":
    parts = (planted, small, held, sets, crops, speed)
    chosen = [word for word in sys.argv[1:] if word != "full"]
    for part in parts:
        if part.__name__ in (chosen or ["planted", "small", "held", "sets"]):
            print(part.__doc__)
            part()
