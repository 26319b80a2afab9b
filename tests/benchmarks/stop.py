"""How long Stop takes, at random moments of real runs, from the call to the record on the disk.

``python tests/benchmarks/stop.py [--times 8]``
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time

from artia_lab import corpora
from artia_lab.execute import start

RUNS = {
    "image.self-mosaic": ("starter/drawings", {"width": 512}),
    "audio.sound-mosaic": ("starter/sounds", {"grain": 50}),
    "text.corpus-keyboard": ("starter/texts-en", {"length": 5000}),
}


def main() -> None:
    """Print the median and the longest for each experiment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=8)
    times = parser.parse_args().times
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as home:
        os.environ["ARTIA_HOME"] = home
        for name, (corpus, parameters) in RUNS.items():
            corpora.find(corpus).items  # noqa: B018 - made now, not while a run is timed
            found = []
            while len(found) < times:
                folder = start(name, corpus, parameters)
                time.sleep(chance.uniform(0, 6 if name.startswith("image") else 2))
                began = time.monotonic()
                if folder.stop() == "cancelled":
                    found.append(time.monotonic() - began)
            print(f"{name:22} median {statistics.median(found):.2f} s, longest {max(found):.2f} s of {times}")


if __name__ == "__main__":
    main()
