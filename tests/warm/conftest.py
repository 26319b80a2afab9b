"""A fork server of the test's own, with a short list of imports."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

import artia_lab
from artia_lab.warm import launch, prepare

# What a child finds out about itself, as one JSON document on its standard output.
PROBE = """
import json, os, random, resource, signal, sys
print(json.dumps({
    "argv": sys.argv[1:], "main": __name__, "cwd": os.getcwd(), "path": sys.path[0], "env": dict(os.environ),
    "leads": os.getsid(0) == os.getpid() == os.getpgid(0), "umask": oct(os.umask(0)),
    "nice": os.getpriority(os.PRIO_PROCESS, 0), "files": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
    "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd"))[:-1],
    "interrupt": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
    "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "hangup": signal.getsignal(signal.SIGHUP) == 0,
    "draw": random.random(), "stdin": sys.stdin.read(), "modules": sorted(sys.modules),
}))
"""


@dataclass(frozen=True)
class Place:
    """Where one test's fork server lives."""

    runtime: Path
    modules: Path
    settings: Path

    def configure(self, imports: list[str], idle_seconds: float = 60.0) -> None:
        """Write the list of imports."""
        self.settings.write_text(f"imports = {imports!r}\nidle_seconds = {idle_seconds}\n")

    def servers(self) -> list[psutil.Process]:
        """List the fork servers that live."""
        # Listed by number: process_iter may itself fail on a process that ends meanwhile.
        return [each for each in map(_process, psutil.pids()) if each is not None and self._is_server(each)]

    def _is_server(self, process: psutil.Process) -> bool:
        try:
            line = process.cmdline()
        except psutil.Error:
            return False
        # A forked child has its server's command line, and has a name of its own.
        return (
            "artia_lab.warm.server" in line and str(self.runtime / "artia") in line and process.name() != "probe"
        )


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.Error:
        return None


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Keep this test's fork server apart from any other."""
    # The name of a Unix socket must be short: pytest's own folders are too deep.
    runtime = Path(tempfile.mkdtemp(prefix="aw-", dir="/tmp"))
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "probe.py").write_text(PROBE)
    found = Place(runtime, modules, tmp_path / "warm.toml")
    found.configure(["decimal", "random"])
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("ARTIA_WARM", str(found.settings))
    # The package under test, wherever another one may be installed.
    monkeypatch.setenv("PYTHONPATH", f"{modules}{os.pathsep}{Path(artia_lab.__file__).parents[1]}")
    yield found
    for each in found.servers():
        each.kill()
        each.wait(10)
    shutil.rmtree(runtime)


@pytest.fixture
def warmed(place: Place) -> Place:
    """Have the server ready."""
    assert prepare(wait=True)
    return place


@pytest.fixture
def until() -> Callable[..., None]:
    """Wait for something to become true."""

    def wait(condition: Callable[[], object], seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it did not happen"
            time.sleep(0.02)

    return wait


@pytest.fixture
def run_module(place: Place) -> Callable[..., str]:
    """Give what a module prints when it is launched."""

    def run(module: str, *args: str, **options: object) -> str:
        read, write = os.pipe()
        try:
            process = launch(module, args, stdout=write, **options)  # type: ignore[arg-type]
        finally:
            os.close(write)
        with os.fdopen(read) as said:
            text = said.read()
        process.wait(30)
        return text

    return run
