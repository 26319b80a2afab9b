"""Does the library make its references again, wherever it is rerun?  `python tests/benchmarks/library.py [NAME…]`

Each notebook of the library, in French and in English, is rerun by ``artia verify`` with one thread and with two,
with lower instruction sets forced upon torch, numpy and OpenBLAS, from a warm start and from a cold one. What is
printed of each is its verdict and the tier to expect; a name such as ``I1`` keeps to notebooks that begin with it.
The exit code is 0 when everything passed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from calibration import INSTRUCTIONS, THREADS

from artia_lab.home import data_folder

CIRCUMSTANCES: dict[str, dict[str, str]] = {
    "warm": {},
    "cold": {"ARTIA_WARM": "off"},
    **THREADS,
    **INSTRUCTIONS,
}


def verified(notebooks: list[Path], variables: dict[str, str]) -> list[dict[str, Any]]:
    """Verify notebooks in a process of its own, and give what is said of each."""
    with tempfile.TemporaryDirectory() as home:
        said = subprocess.run(
            [sys.executable, "-m", "artia_lab.cli", "verify", "--json", *map(str, notebooks)],
            env=os.environ | {"ARTIA_HOME": home} | variables,
            stdout=subprocess.PIPE,
            check=False,
        )
    found: list[dict[str, Any]] = json.loads(said.stdout)["notebooks"]
    return found


def main(names: tuple[str, ...]) -> int:
    """Verify everything everywhere and print a line for each notebook."""
    library = data_folder("notebooks")
    notebooks = sorted(each for language in ("fr", "en") for each in (library / language).glob("*.ipynb")
                       if each.name.startswith(names or ("",)))  # fmt: skip
    passed = total = 0
    for circumstance, variables in CIRCUMSTANCES.items():
        for each in verified(notebooks, variables):
            place = Path(each["notebook"])
            well = each["status"] == "passed"
            passed, total = passed + well, total + 1
            works, traces = each["expected"]["tier"], each["expected"]["traces"]
            tiers = f"{each['verdict']}, expected {works}" + f" (traces: {traces})" * (traces != works)
            print(f"{circumstance:10} {place.parent.name}/{place.stem:24} {each['status']:10} {tiers}", flush=True)
            if not well:
                print(f"{'':11}{each['reason']}", flush=True)
    print(f"{passed} of {total} passed")
    return int(passed < total)


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:])))
