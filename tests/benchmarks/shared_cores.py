"""What a default mosaic costs from asking to record, alone and in company, by how long threads spin.

``python tests/benchmarks/shared_cores.py [--busy 4]``
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time

from artia_lab import corpora
from artia_lab.execute import run

# None is what the lab sets by itself; 300,000 is libgomp's own default.
SPINS = (None, "300000", "0")


def measured(spins: str | None) -> tuple[float, float]:
    """Run once; give the seconds from asking to record, and the joules."""
    os.environ.pop("GOMP_SPINCOUNT", None)
    if spins is not None:
        os.environ["GOMP_SPINCOUNT"] = spins
    began = time.monotonic()
    record = run("image.self-mosaic", "system/scikit-image", {"picture": "chelsea.png"}).record()
    assert record is not None and record["status"] == "finished"
    return time.monotonic() - began, record["energy"]["joules"]


def main() -> None:
    """Print one line for each setting, alone and in company."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--busy", type=int, default=4)
    count = parser.parse_args().busy
    with tempfile.TemporaryDirectory() as home:
        os.environ["ARTIA_HOME"] = home
        began = time.monotonic()
        corpora.find("starter/drawings").items  # noqa: B018 - made at first use
        print(f"starter drawings, made at first use: {time.monotonic() - began:.1f} s")
        for company in (0, count):
            busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(company)]
            try:
                for spins in SPINS:
                    seconds, joules = measured(spins)
                    setting = spins or "as the lab sets"
                    print(f"beside {company} busy: spin {setting:16} {seconds:5.1f} s {joules:5.0f} J")
            finally:
                for each in busy:
                    each.kill()
                    each.wait()


if __name__ == "__main__":
    main()
