"""How long ``artia --help`` takes, against the help of the stock tools, in CPU seconds of the whole process.

``python tests/benchmarks/command_line.py [--runs 9]``
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(sys.executable).parent
HEAVY = ("torch", "diffusers", "librosa")


def cpu_seconds(command: list[str]) -> float:
    """Run a command to its end; give the processor time of the process and its children."""
    before = os.times()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    """Print the medians and their ratio to ours."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    commands = {
        "artia --help": [str(HERE / "artia"), "--help"],
        "artia experiments list": [str(HERE / "artia"), "experiments", "list"],
        "papermill --help": [str(HERE / "papermill"), "--help"],
        "jupyter lab --help": [str(HERE / "jupyter"), "lab", "--help"],
    }
    for command in commands.values():
        cpu_seconds(command)
    found = {
        name: statistics.median(cpu_seconds(command) for _ in range(runs)) for name, command in commands.items()
    }
    ours = found["artia --help"]
    for name, seconds in found.items():
        print(f"{name:24} {seconds:6.3f} s of CPU   {seconds / ours:5.1f} times artia --help")
    code = f"import sys, artia_lab.cli.entry as cli; cli.parser(); print(*(set({HEAVY}) & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    print(f"of {', '.join(HEAVY)}, it loads: {loaded.strip() or 'none'}")


if __name__ == "__main__":
    main()
