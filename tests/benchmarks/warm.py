"""What the fork server changes: kernels, memory, reruns and runs, each against the stock tool in the same session.

``python tests/benchmarks/warm.py [ready] [memory] [rerun] [panel] [--kernels 20] [--repeats 5] [--only I1 A4 T1]``

Each figure is a ratio of medians over the repeats; `memory` and `rerun`, which take minutes, have repeats of their
own (``--rounds``). The stock tools are ipykernel, and a shell loop over papermill with it, in this environment.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client import KernelManager

from artia_lab import warm
from artia_lab.execute import start
from artia_lab.home import data_folder

MEDIA_STACK = (
    "import torch, diffusers, librosa, matplotlib.pyplot\n"
    "diffusers.UNet2DModel, diffusers.DDPMScheduler\n"
    "librosa.load, librosa.stft, librosa.feature.melspectrogram, librosa.onset.onset_detect"
)
WARM, STOCK = "artia", "artia-benchmark-stock"


@contextmanager
def stock_kernel() -> Iterator[None]:
    """Register ipykernel as anyone would, beside ours."""
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "kernels" / STOCK
        place.mkdir(parents=True)
        (place / "kernel.json").write_text(
            json.dumps({"argv": command, "display_name": "stock", "language": "python"})
        )
        os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [folder, os.environ.get("JUPYTER_PATH")]))
        yield


def started(name: str, *, politely: bool = False) -> tuple[float, KernelManager, Any]:
    """Start a kernel; give the seconds until it has answered a cell that imports the media stack.

    ``politely`` waits as `jupyter_client` does before it sends the cell: until nothing more has come for 0.2 s.
    """
    began = time.perf_counter()
    manager = KernelManager(kernel_name=name)
    manager.start_kernel(stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    if politely:
        client.wait_for_ready(timeout=120)
    client.execute(MEDIA_STACK)
    while (answer := client.get_shell_msg(timeout=120))["msg_type"] != "execute_reply":
        pass
    seconds = time.perf_counter() - began
    assert answer["content"]["status"] == "ok", answer["content"]
    return seconds, manager, client


def ended(manager: KernelManager, client: Any) -> None:
    """End a kernel at once."""
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def ready(repeats: int) -> None:
    """Print how soon a kernel answers."""
    for politely, what in ((False, "first answer"), (True, "first answer after wait_for_ready")):
        seconds: dict[str, list[float]] = {WARM: [], STOCK: []}
        for _ in range(repeats):
            for name in seconds:
                spent, *kernel = started(name, politely=politely)
                ended(*kernel)
                seconds[name].append(spent)
        ours, theirs = statistics.median(seconds[WARM]), statistics.median(seconds[STOCK])
        print(f"{what}: {ours:.3f} s warm, {theirs:.2f} s ipykernel: {theirs / ours:.1f} times sooner", flush=True)


def pss_mb(pid: int) -> float:
    """Read a process's share of the memory, in MB of 10**6 bytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / 1e6


def memory(kernels: int, rounds: int) -> None:
    """Print what idle kernels hold, the fork server included."""
    held: dict[str, list[float]] = {WARM: [], STOCK: []}
    for _round in range(rounds):
        for name, kept in held.items():
            with ThreadPoolExecutor(4) as pool:
                crowd = list(pool.map(lambda _, name=name: started(name)[1:], range(kernels)))
            time.sleep(2)
            pids = {manager.provisioner.pid for manager, _client in crowd}
            if name == WARM:
                pids |= {parent(pid) for pid in pids}
            kept.append(sum(pss_mb(pid) for pid in pids))
            for kernel in crowd:
                ended(*kernel)
    ours, theirs = statistics.median(held[WARM]), statistics.median(held[STOCK])
    print(
        f"{kernels} idle kernels: {ours:.0f} MB warm with their server, {theirs:.0f} MB ipykernel: "
        f"1/{theirs / ours:.1f} ({rounds} rounds)",
        flush=True,
    )


def parent(pid: int) -> int:
    """Name the process that a process was forked from."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def rerun(jobs: int, only: tuple[str, ...], rounds: int) -> None:
    """Print the time of the library, or of some notebooks, and what of it is not the experiments' own."""
    notebooks = sorted((data_folder("notebooks") / "fr").glob("*.ipynb"))
    notebooks += sorted((data_folder("notebooks") / "en").glob("*.ipynb"))
    notebooks = [each for each in notebooks if each.name.startswith(only or "")]
    spent = [rerun_once(jobs, notebooks) for _round in range(rounds)]
    theirs, ours, own = (statistics.median(column) for column in zip(*spent, strict=True))
    print(
        f"{len(notebooks)} notebooks: {ours:.1f} s by artia rerun --jobs {jobs}, {theirs:.1f} s by a loop over "
        f"papermill: {theirs / ours:.1f} times faster; the experiments alone {own:.1f} s: "
        f"overhead {100 * (ours / own - 1):.0f} % ({rounds} rounds)",
        flush=True,
    )


def rerun_once(jobs: int, notebooks: list[Path]) -> tuple[float, float, float]:
    """Give the seconds of a loop over papermill, of ours, and of the experiments alone."""
    artia, papermill = (str(Path(sys.executable).parent / name) for name in ("artia", "papermill"))
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        for number, each in enumerate(notebooks):
            environment = os.environ | {"ARTIA_RUNS": f"{folder}/stock-runs", "ARTIA_WARM": "off"}
            command = [papermill, "-k", STOCK, "--no-progress-bar", str(each), f"{folder}/{number}.ipynb"]
            subprocess.run(command, check=True, env=environment, stderr=subprocess.DEVNULL)
        theirs = time.perf_counter() - began
        began = time.perf_counter()
        command = [artia, "rerun", *map(str, notebooks), "--jobs", str(jobs), "--out", f"{folder}/ours"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ours = time.perf_counter() - began
        asked = [json.loads(each.read_text()) for each in Path(folder, "ours").rglob("request.json")]
        began = time.perf_counter()
        with ThreadPoolExecutor(jobs) as pool:
            # The same runs, as many at a time, and nothing else: no notebook, no kernel.
            list(pool.map(lambda one: alone(one, Path(folder, "alone")), asked))
        own = time.perf_counter() - began
    return theirs, ours, own


def alone(asked: dict[str, Any], out: Path) -> None:
    """Do one run by itself."""
    folder = start(asked["experiment"], asked["corpus_id"], asked["parameters"], out=out)
    folder.wait()


def panel(repeats: int) -> None:
    """Print the time from a press on Run to the first step of the run."""
    corpora = {"image.self-mosaic": "starter/drawings", "audio.sound-mosaic": "starter/sounds",
               "text.corpus-keyboard": "starter/texts-fr"}  # fmt: skip
    for experiment, corpus in corpora.items():
        seconds: dict[str, list[float]] = {"warm": [], "off": []}
        for number in range(repeats + 1):
            for state, kept in seconds.items():
                os.environ.pop("ARTIA_WARM", None)
                if state == "off":
                    os.environ["ARTIA_WARM"] = "off"
                with tempfile.TemporaryDirectory() as out:
                    spent = first_step(experiment, corpus, Path(out))
                # The very first one reads the corpus and the licences, once for a panel's life.
                if number:
                    kept.append(spent)
        os.environ.pop("ARTIA_WARM", None)
        ours, theirs = statistics.median(seconds["warm"]), statistics.median(seconds["off"])
        print(f"{experiment}: first step after {ours:.2f} s warm, {theirs:.2f} s cold: {theirs / ours:.1f} times")


def first_step(experiment: str, corpus: str, out: Path) -> float:
    """Start a run, and stop it at its first step."""
    began = time.perf_counter()
    folder = start(experiment, corpus, {}, out=out)
    while not any(each["event"] == "step" for each in folder.events()[0]):
        time.sleep(0.002)
    spent = time.perf_counter() - began
    folder.stop()
    folder.wait()
    return spent


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", choices=["ready", "memory", "rerun", "panel"])
    parser.add_argument("--kernels", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", nargs="*", default=[], help="ids of notebooks")
    args = parser.parse_args()
    assert warm.prepare(wait=True), "there is no warm start here"
    with stock_kernel():
        if not args.what or "panel" in args.what:
            panel(args.repeats)
        if not args.what or "ready" in args.what:
            ready(args.repeats)
        if not args.what or "rerun" in args.what:
            rerun(args.jobs, tuple(args.only), args.rounds)
        if not args.what or "memory" in args.what:
            memory(args.kernels, args.rounds)


if __name__ == "__main__":
    main()
