"""What a review costs beside the plain rerun of the same notebook, and how many attempts leave the sandbox.

``python tests/benchmarks/review.py [time] [escapes] [--only I1 A4 T1] [--repeats 5]``

Each repeat times, one after the other: ``artia rerun`` cold (``ARTIA_WARM=off``, as a review starts from nothing
too), and ``artia review`` of the publication of that notebook, with its checks, its comparison and its report. The
warm rerun is printed as well.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from artia_lab import warm
from artia_lab.home import data_folder
from artia_lab.review.limits import Limits
from artia_lab.review.sandbox import Sandbox
from artia_lab.review.watch import watched

ARTIA = str(Path(sys.executable).parent / "artia")
PROBES = Path(__file__).parent.parent / "review" / "probes.py"


def seconds(*words: str, allowed: tuple[int, ...] = (0,), **variables: str) -> tuple[float, int]:
    """Time one command; give its exit code too."""
    began = time.perf_counter()
    done = subprocess.run([ARTIA, *words], env=os.environ | variables, capture_output=True, text=True)
    spent = time.perf_counter() - began
    assert done.returncode in allowed, (done.stdout, done.stderr)
    if done.returncode:
        print(done.stdout, flush=True)
    return spent, done.returncode


def cost(notebook: Path, repeats: int, folder: Path) -> None:
    """Print the ratio for one notebook."""
    title = notebook.name.partition("-")[0]
    words = ["publish", str(notebook), "--to", str(folder), "--title", title, "--author", "ArtIA Lab"]
    seconds(*words, "--licence", "CC0-1.0", "--with-corpus", "--yes")
    bundle = folder / f"{title.lower()}.zip"
    spent: dict[str, list[float]] = {"cold": [], "review": [], "warm": []}
    codes = []
    for number in range(repeats):
        out = str(folder / f"{title}-{number}")
        spent["cold"].append(seconds("rerun", str(notebook), "--out", f"{out}-cold", ARTIA_WARM="off")[0])
        taken, code = seconds("review", str(bundle), "--report", f"{out}-report", allowed=(0, 1))
        spent["review"].append(taken)
        codes.append(code)
    assert warm.prepare(wait=True), "there is no warm start here"
    for number in range(repeats):
        spent["warm"].append(seconds("rerun", str(notebook), "--out", str(folder / f"{title}-{number}-warm"))[0])
    cold, review, quick = (statistics.median(spent[name]) for name in ("cold", "review", "warm"))
    # Of pairs made one after the other, so that what else the machine does weighs on both.
    ratio = statistics.median(b / a for a, b in zip(spent["cold"], spent["review"], strict=True))
    print(
        f"{notebook.stem}: review {review:.1f} s, cold rerun {cold:.1f} s, warm rerun {quick:.1f} s; "
        f"{codes.count(0)} of {len(codes)} passed; review / cold rerun {ratio:.2f} (pairs: "
        f"{', '.join(f'{b / a:.2f}' for a, b in zip(spent['cold'], spent['review'], strict=True))})",
        flush=True,
    )


def escapes() -> None:
    """Print how many attempts from inside the sandbox succeed; what bombs come to is in tests/review."""
    planted = dict.fromkeys(("key", "socket", "tmp"), __file__) | {
        "ssh": os.path.expanduser("~/.ssh/id_rsa"),
        "home": os.path.expanduser("~"),
        "secret": "artia-benchmark-secret",
        "marker": "artia-benchmark-marker",
        "abstract": "artia-benchmark",
        "port": 9,
        "victim": os.getpid(),
        "shown": [],
        "files": [],
    }
    os.environ["JUPYTERHUB_API_TOKEN"] = planted["secret"]
    shown = {"/input/probes.py": PROBES}
    sandbox = Sandbox(limits=Limits(seconds=60), shown=shown, written={"/input/planted.json": json.dumps(planted)})
    out = io.BytesIO()
    with sandbox.command([sys.executable, "/input/probes.py", "/input/planted.json"]) as (command, files):
        watched(command, files, sandbox.limits, out)
    found = json.loads(out.getvalue())
    escaped = [name for name, got in found.items() if got.startswith("escaped")]
    print(f"{len(found)} probes, {len(escaped)} succeeded {escaped or ''}", flush=True)


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", default=["time", "escapes"], help="time, escapes, or both")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=["I1"], help="ids of notebooks")
    args = parser.parse_args()
    if "escapes" in args.what:
        escapes()
    if "time" in args.what:
        notebooks = sorted((data_folder("notebooks") / "en").glob("*.ipynb"))
        with tempfile.TemporaryDirectory(prefix="artia-benchmark-") as folder:
            for notebook in notebooks:
                if notebook.name.partition("-")[0] in args.only:
                    cost(notebook, args.repeats, Path(folder))


if __name__ == "__main__":
    main()
