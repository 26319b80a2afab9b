"""Copies planted in texts, originals held out of a corpus of texts, and what tells them apart.

Run it with ``python tests/benchmarks/small_corpus_texts.py [FOLDER]``: it measures on the texts of FOLDER, public
domain books for instance, and on the starters. The last quarter of each text is held out, and lends the texts
around the planted passages; the corpus is the rest of all of them. The stock tool in the same run is the set of
the corpus's 5-grams of words, as Python's own ``set``, with the best threshold it could have: the largest share of
an original. The figures printed here are those that the limits of `artia_lab.likeness.texts` were drawn from: the
least bits of a planted copy, the most of an original.
"""

from __future__ import annotations

import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import artia_lab
from artia_lab.corpora import CorpusReader, find
from artia_lab.experiments.text.ngrams import normalise
from artia_lab.experiments.text.suggestions import Keyboard
from artia_lab.experiments.text.writing import write
from artia_lab.likeness import Likeness, text

HELD, EACH = 0.75, 6
MEMORY = 7
SIZES = (300, 1500, 6000)
STARTERS = ("starter/texts-en", "starter/texts-fr")
Alter = Callable[[list[str], random.Random, list[str]], list[str]]


def texts(folder: str | None) -> dict[str, str]:
    """Read the texts of a folder, and the starters."""
    read: dict[str, str] = {}
    for name in STARTERS:
        with CorpusReader(find(name)) as reader:
            read |= {item.file: reader.text(item) for item in reader.items("text")}
    if folder:
        read |= {path.name: path.read_text("utf-8") for path in sorted(Path(folder).glob("*.txt"))}
    return read


def changed(every: int) -> Alter:
    """Replace one word in so many by another word of the texts."""

    def alter(words: list[str], chance: random.Random, others: list[str]) -> list[str]:
        return [chance.choice(others) if k % every == every - 1 else word for k, word in enumerate(words)]

    return alter


def gone_or_more(every: int) -> Alter:
    """Leave out a word, or add one, every so many."""

    def alter(words: list[str], chance: random.Random, others: list[str]) -> list[str]:
        out = []
        for k, word in enumerate(words):
            if k % every < every - 1 or chance.random() < 0.5:
                out.append(word)
            if k % every == every - 1 and chance.random() < 0.5:
                out.append(chance.choice(others))
        return out

    return alter


def disguised(words: list[str], _chance: random.Random, _others: list[str]) -> list[str]:
    """Put in capitals, without punctuation."""
    return re.sub(r"[^\w\s]+", " ", " ".join(words)).upper().split()


def as_it_is(words: list[str], _chance: random.Random, _others: list[str]) -> list[str]:
    """Change nothing."""
    return words


PLANTED: dict[str, tuple[str, int, Alter]] = {
    "12 words": ("verbatim", 12, as_it_is),
    "16 words": ("verbatim", 16, as_it_is),
    "24 words": ("verbatim", 24, as_it_is),
    "80 words": ("verbatim", 80, as_it_is),
    "40 words in capitals, without punctuation": ("verbatim", 40, disguised),
    "40 words, each 10th replaced": ("near-verbatim", 40, changed(10)),
    "40 words, each 8th replaced": ("near-verbatim", 40, changed(8)),
    "80 words, each 6th replaced": ("near-verbatim", 80, changed(6)),
    "60 words, each 9th gone or one more": ("near-verbatim", 60, gone_or_more(9)),
}


def grams(words: list[str]) -> set[tuple[str, ...]]:
    """Give the set of 5-grams of words."""
    return set(zip(*(words[k:] for k in range(5)), strict=False))


def stock_words(some: str) -> list[str]:
    """Cut a text into words as anyone would."""
    return re.findall(r"\w+", some.lower())


def planted(held: Mapping[str, str], kept: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Plant passages of the corpus in texts held out: how, of which text, and what came of it."""
    chance = random.Random(0)
    for how, (_kind, length, alter) in PLANTED.items():
        for name, source in kept.items():
            words, around = source.split(), held[name].split()
            for _time in range(EACH):
                start, place = chance.randrange(len(words) - length), chance.randrange(len(around) - 200)
                passage = alter(words[start : start + length], chance, around)
                lent = around[place : place + 120]
                yield how, name, " ".join([*lent[:60], *passage, *lent[60:]])


def originals(held: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Take excerpts of the texts held out, and the whole of what is held out."""
    chance = random.Random(1)
    for name, source in held.items():
        yield f"{name}, all of it", source
        for size in SIZES:
            for _time in range(EACH):
                start = chance.randrange(max(1, len(source) - size))
                yield f"{name}, {size} characters", source[start : start + size]


def generated(kept: Mapping[str, str], length: int = 2000) -> Iterator[tuple[str, str]]:
    """Write texts with the corpus keyboard, one corpus for each text."""
    for name, source in kept.items():
        keyboard = Keyboard.of([normalise(source)], MEMORY)
        for seed in range(4):
            yield name, write(keyboard.model, keyboard.before(seed), "", length, 0.8, 0.1, seed)


def of_detection(read: Mapping[str, str]) -> None:
    """Planted copies found, and originals called copies."""
    kept = {name: one[: int(len(one) * HELD)] for name, one in read.items()}
    held = {name: one[int(len(one) * HELD) :] for name, one in read.items()}
    known = set().union(*(grams(stock_words(one)) for one in kept.values()))

    def share(one: str) -> float:
        own = grams(stock_words(one))
        return len(own & known) / max(1, len(own))

    found = [(name, text(one, kept), share(one)) for name, one in originals(held)]
    _of_originals("held out", [(name, one) for name, one, _share in found])
    limit = max(share for _name, _found, share in found)
    print(f"  5-grams in a set: the most of an original {limit:.3f}, its threshold here")
    print(f"  {'planted':44}      found  right item  right kind  least bits  5-grams in a set")
    every = [(how, name, text(one, kept), share(one)) for how, name, one in planted(held, kept)]
    for how, (kind, _length, _alter) in PLANTED.items():
        some = [each for each in every if each[0] == how]
        copies = [each for each in some if each[2].verdict == "copy"]
        right = [each for each in copies if each[2].nearest[0].item == each[1]]
        told = [each for each in right if each[2].nearest[0].kind == kind]
        stock = sum(each[3] > limit for each in some)
        least = min(each[2].measures["evidence"] for each in some)
        print(
            f"  {how:44}{len(copies):4} of {len(some):3}{len(right):10}{len(told):12}{least:12.0f}"
            f"{stock:11} of {len(some)}"
        )
    written = [(name, text(one, kept)) for name, one in generated(kept)]
    _of_originals(f"written by the corpus keyboard, memory of {MEMORY}", written)


def _of_originals(what: str, found: list[tuple[str, Likeness]]) -> None:
    flagged = [(name, one) for name, one in found if one.verdict == "copy"]
    near = sum(one.verdict == "near" for _name, one in found)
    most = max(one.measures["evidence"] for _name, one in found)
    longest = max(one.measures["longest_characters"] for _name, one in found)
    share = max(one.measures["copied_share"] for _name, one in found)
    print(
        f"  {what}: {len(flagged)} of {len(found)} called copies, {near} near; "
        f"at most {most:.0f} bits, {longest:.0f} characters, share {share:.2f}"
    )
    for name, one in flagged:
        at = one.nearest[0].at
        print(
            f"    {name}: {one.measures['evidence']:.0f} bits, {at['length']} characters of {one.nearest[0].item}"
        )


SPEED = """
import random, sys, time, tracemalloc
from pathlib import Path
how, million, memory, names = sys.argv[1], float(sys.argv[2]), sys.argv[3] == "memory", sys.argv[4:]
chance = random.Random(0)
words = " ".join(Path(name).read_text("utf-8") for name in names).split()
output = " ".join(chance.choices(words, k=400_000))[:1_000_000]
corpus, size = {}, 0
while size < million * 1e6:
    some = " ".join(chance.sample(words, min(len(words), 300_000)))[: int(million * 1e6) - size]
    if not size:
        output = some[200_000:300_000] + output[100_000:]
    corpus[f"{len(corpus)}.txt"] = some
    size += len(some)
if how == "ours":
    from artia_lab.likeness import text
    text("so many words to load what is needed", {"a": "and so many words"})
if memory:
    tracemalloc.start()
began, cpu = time.perf_counter(), time.process_time()
if how == "ours":
    found = text(output, corpus)
    said = f"{found.verdict}, share {found.measures['copied_share']:.3f}"
else:
    import re
    def grams(one):
        some = re.findall(r"\\w+", one.lower())
        return set(zip(*(some[k:] for k in range(5))))
    known = set()
    for one in corpus.values():
        known |= grams(one)
    own = grams(output)
    said = f"share {len(own & known) / len(own):.3f}"
took = time.perf_counter() - began, time.process_time() - cpu
print(tracemalloc.get_traced_memory()[1] / 1e6 if memory else 0, *took, said, sep="|")
"""


def of_speed(folder: str | None) -> None:
    """Time and memory beyond the texts themselves, of 1 MB, of which a tenth is quoted, against shuffled words."""
    read = Path(folder) if folder else Path(artia_lab.__file__).parent / "corpora" / "starters"
    names = sorted(str(path) for path in read.glob("*.txt"))
    stock: list[float] = []
    for how, million in (("5-grams in a set", 10.0), ("ours", 2.5), ("ours", 5.0), ("ours", 10.0)):
        figures = []
        for measured in ("time", "memory"):
            asked = [sys.executable, "-c", SPEED, how, str(million), measured, *names]
            figures.append(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split("|"))
        seconds, cpu, peak = float(figures[0][1]), float(figures[0][2]), float(figures[1][0])
        stock = stock or [cpu, peak]
        print(
            f"  {how:18}{million:5} MB: {seconds:.2f} s, {cpu:.2f} s of CPU ({cpu / stock[0]:.2f} of the set's), "
            f"{peak:5.0f} MB ({peak / stock[1]:4.2f}); {figures[0][3].strip()}"
        )


if __name__ == "__main__":
    began = time.perf_counter()
    given = sys.argv[1] if len(sys.argv) > 1 else None
    print(of_detection.__doc__)
    of_detection(texts(given))
    print(of_speed.__doc__)
    of_speed(given)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"in all {time.perf_counter() - began:.0f} s, {peak:.0f} MB at most")
