"""A workshop on this machine: how soon everybody's first cell has run, and what it takes of memory.

``python tests/benchmarks/hub [--clients 30] [--stock] [--merge 120] [--idle 150] [--cell torch|media]``

People join within 5 s, wait for their seat as the pages make them wait, open a kernel over a websocket that they
keep open, and run a first cell: ``torch`` imports it and multiplies, ``media`` imports what the library's
notebooks use. ``--stock`` does the same with JupyterHub as it comes: SimpleLocalProcessSpawner, ipykernel, and
timeouts raised to ten minutes. ``--merge`` lets Linux merge the memory of ours (``merge_memory``; as root), and
measures it, and that of JupyterHub, once more after so many seconds during which people stay. ``--idle`` opens so
many seats, leaves them for a minute, and asks each again.

Memory is the PSS of all seats, kernels and, for ours, both fork servers; hub, proxy, board and broker are apart.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent))
from people import Person

CELLS = {
    "torch": "import torch\nx = torch.randn(256, 256)\n(x @ x).sum().item()",
    "media": (
        "import torch, diffusers, librosa, matplotlib.pyplot\n"
        "diffusers.UNet2DModel, librosa.stft, librosa.feature.melspectrogram\n"
        "x = torch.randn(256, 256)\n(x @ x).sum().item()"
    ),
}
WITHIN_S, IDLE_S, OPEN_S, PATIENCE_S = 5.0, 60.0, 120.0, 600.0
PASSWORD = "a-password-for-a-benchmark"
# What a hub has besides seats and kernels.
APART = (
    *("jupyterhub_config", "configurable-http-proxy", "artia_lab.hub", "artia_lab.slots", "bin/artia hub"),
    "stock.py",
)

STOCK = """
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{ports[1]}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.ConfigurableHTTPProxy.command = {proxy!r}
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "{password}"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/homes/{{username}}"
c.Spawner.cmd = [{python!r}, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root", "--ServerApp.jpserver_extensions={{'artia_lab.web': False}}"]
c.Spawner.default_url = "/lab"
c.Spawner.environment = {{"ARTIA_WARM": "off", "XDG_RUNTIME_DIR": "{folder}/run"}}
c.Spawner.start_timeout = c.Spawner.http_timeout = 600
c.JupyterHub.log_level = "WARN"
"""


@dataclass
class Hub:
    """A hub in a process of its own."""

    url: str
    password: str
    kernel: str
    folder: Path


def ports(count: int) -> list[int]:
    """Find ports that nobody listens on."""
    probes = [socket.socket() for _each in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    found = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return found


@contextmanager
def ours(people: int, at_once: int, merge: bool = False) -> Iterator[Hub]:
    """Open ours, as a facilitator does, and let its fork servers import."""
    with place() as folder:
        port, hub_port, proxy_port = ports(3)
        wanted = {
            "port": port,
            "hub_port": hub_port,
            "proxy_port": proxy_port,
            "seats": people + 5,
            "language": "fr",
        }
        wanted |= {
            "state_folder": str(folder / "state"),
            "mode": "shared-account",
            "root_seats": os.geteuid() == 0,
            "merge_memory": merge,
        }
        if at_once:
            wanted["starts_at_once"] = at_once
        file = folder / "hub.toml"
        file.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in wanted.items()))
        command = [str(Path(sys.executable).with_name("artia")), "hub", "--config", str(file)]
        with running(command, folder):
            wait(lambda: reached(hub_port) and len(list((folder / "run").glob("artia/warm-*.sock"))) == 2)
            yield Hub(f"http://127.0.0.1:{port}", (folder / "state/password").read_text().strip(), "artia", folder)


@contextmanager
def stock() -> Iterator[Hub]:
    """Open JupyterHub as it comes."""
    from artia_lab.hub import proxy

    with place() as folder:
        numbers = ports(3)
        file = folder / "stock.py"
        file.write_text(
            STOCK.format(
                ports=numbers, proxy=proxy.command(), password=PASSWORD, folder=folder, python=sys.executable
            )
        )
        with running([sys.executable, "-m", "jupyterhub", "--config", str(file)], folder):
            wait(lambda: reached(numbers[1]))
            yield Hub(f"http://127.0.0.1:{numbers[0]}", PASSWORD, "python3", folder)


@contextmanager
def place() -> Iterator[Path]:
    """Make a folder that everything of one hub is in, with a short name for its sockets."""
    folder = Path(tempfile.mkdtemp(prefix="bh-", dir="/tmp"))
    (folder / "run").mkdir(mode=0o700)
    try:
        yield folder
    finally:
        for each in members(folder):
            with suppress(psutil.Error):
                each.kill()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(command: list[str], folder: Path) -> Iterator[None]:
    """Run a hub, and close it as a service manager does."""
    environment = os.environ | {"XDG_RUNTIME_DIR": str(folder / "run"), "ARTIA_HOME": str(folder / "artia")}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(OPEN_S)


def wait(happened) -> None:
    """Wait until something has happened."""
    until = time.monotonic() + OPEN_S
    while not happened():
        assert time.monotonic() < until, "the hub did not open"
        time.sleep(0.2)


def reached(port: int) -> bool:
    """Tell whether somebody listens."""
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    return False


def members(folder: Path) -> list[psutil.Process]:
    """List the processes of a hub: what it was started with names its folder, and what is forked keeps that."""
    found = []
    for each in psutil.process_iter():
        with suppress(psutil.Error):
            if each.pid != os.getpid() and any(str(folder) in value for value in each.environ().values()):
                found.append(each)
    return found


def memory_mb(folder: Path) -> tuple[float, float, int]:
    """Give the PSS of seats, kernels and fork servers, that of the rest, and how many the first are."""
    taken, apart, count = 0.0, 0.0, 0
    for each in members(folder):
        with suppress(psutil.Error, OSError, StopIteration):
            lines = Path(f"/proc/{each.pid}/smaps_rollup").read_text().splitlines()
            held = next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
            words = " ".join(each.cmdline())
            if any(word in words for word in APART):
                apart += held
            else:
                taken, count = taken + held, count + 1
    return taken, apart, count


async def workshop(
    hub: Hub, people: int, cell: str, compute: bool = True, patience_s: float = PATIENCE_S
) -> list[Person]:
    """Let everybody come within 5 s, and wait until the last one is served or has failed."""
    order = random.Random(0)
    crowd = [Person(hub.url, f"person{number}", hub.password, hub.kernel, patience_s) for number in range(people)]
    await asyncio.gather(*(each.come(order.uniform(0, WITHIN_S), cell, compute) for each in crowd))
    return crowd


async def measure(
    hub: Hub, what: str, people: int, cell: str, patience_s: float, later_s: float = 0.0
) -> tuple[float, float]:
    """Run one workshop; give the seconds until the last one served had run a first cell, and the memory in MB."""
    began = time.monotonic()
    crowd = await workshop(hub, people, cell, patience_s=patience_s)
    await asyncio.sleep(1)
    taken, apart, count = memory_mb(hub.folder)
    served = [each for each in crowd if not each.failed]
    last = max((each.since(began) + each.took["computed"] for each in served), default=float("inf"))
    steps = {name: [each.took[name] for each in served] for name in ("joined", "seated", "connected", "computed")}
    said = ", ".join(
        f"{name} {statistics.median(all_of_them):.1f}" for name, all_of_them in steps.items() if all_of_them
    )
    print(
        f"{what}: {len(served)} of {people} served, the last of them after {last:.1f} s (medians since "
        f"each came, in s: {said}); {taken:.0f} MB in {count} processes, {apart:.0f} MB for hub, proxy and so on",
        flush=True,
    )
    if later_s:
        await asyncio.sleep(later_s)
        taken, apart, count = memory_mb(hub.folder)
        available = psutil.virtual_memory().available / 2**20
        print(
            f"  {later_s:.0f} s later: {taken:.0f} MB in {count} processes, {apart:.0f} MB for hub, proxy and so "
            f"on; {available:.0f} MB of the machine are left",
            flush=True,
        )
    for reason in sorted({each.failed for each in crowd if each.failed}):
        print(f"  failed: {reason}")
    for each in crowd:
        await each.leave()
    return last, taken


async def idle(hub: Hub, people: int) -> None:
    """Open seats, leave them alone, and ask each again."""
    began = time.monotonic()
    crowd = await workshop(hub, people, "", compute=False)
    seconds = time.monotonic() - began
    await asyncio.sleep(IDLE_S)
    available = psutil.virtual_memory().available / 2**20
    taken, apart, count = memory_mb(hub.folder)
    answered = 0
    for each in crowd:
        with suppress(Exception):
            async with each._browser.get(f"{hub.url}/user/{each.name}/api/status") as answer:
                answered += answer.status == 200
        await each.leave()
    print(
        f"{people} idle seats: {sum(not each.failed for each in crowd)} open after {seconds:.0f} s, {answered} "
        f"answer after a minute; {taken:.0f} MB in {count} processes ({taken / people:.0f} MB each), "
        f"{apart:.0f} MB for hub, proxy and so on; {available:.0f} MB of the machine are left",
        flush=True,
    )


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=30)
    parser.add_argument("--stock", action="store_true", help="do the same with JupyterHub as it comes")
    parser.add_argument("--idle", type=int, default=0, help="only open so many seats, and leave them alone")
    parser.add_argument("--cell", choices=CELLS, default="torch")
    parser.add_argument(
        "--at-once", type=int, default=0, help="how many seats start at once; by default the usual"
    )
    parser.add_argument(
        "--patience", type=float, default=PATIENCE_S, help="how long people wait for an answer, in s"
    )
    parser.add_argument("--merge", type=float, default=0.0, help="merge memory, and measure after so many s")
    args = parser.parse_args()
    # A benchmark that is stopped must not leave thirty seats behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if args.idle:
        with ours(args.idle, args.at_once) as hub:
            asyncio.run(idle(hub, args.idle))
        return
    cell = CELLS[args.cell]
    common = (args.clients, cell, args.patience, args.merge)
    with ours(args.clients, args.at_once, bool(args.merge)) as hub:
        ours_s, ours_mb = asyncio.run(measure(hub, "ArtIA Lab", *common))
    if args.stock:
        with stock() as hub:
            theirs_s, theirs_mb = asyncio.run(measure(hub, "JupyterHub", *common))
        print(f"{theirs_s / ours_s:.1f} times sooner, 1/{theirs_mb / ours_mb:.1f} of the memory", flush=True)


if __name__ == "__main__":
    main()
