"""``artia doctor``: what this machine can do, what is missing, and the command that brings it."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from artia_lab.cli.show import Printer
from artia_lab.home import data_folder
from artia_lab.i18n import _, decimals

# Below these a default run of the library may not end.
MEMORY_NEEDED_GB = 4
DISK_NEEDED_GB = 2


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    name : str
        What, as a short key.
    state : {"ok", "missing", "optional"}
        Whether it is there; ``optional`` is absent and can be done without.
    sentence : str
        What was found.
    remedy : str
        The command or action that brings what is missing, or ``""``.
    """

    name: str
    state: str
    sentence: str
    remedy: str = ""


def add_to(commands: Any) -> None:
    """Add the command.

    Parameters
    ----------
    commands : argparse action
        Where commands are added.
    """
    doctor = commands.add_parser("doctor", help=_("what this machine can do, and what is missing"))
    doctor.add_argument("--json", action="store_true", help=_("print one JSON document"))
    doctor.set_defaults(command=_doctor)


def _doctor(_args: argparse.Namespace, printer: Printer) -> int:
    found = list(look())
    marks = {"ok": "✓", "missing": "✗", "optional": "○"}
    for each in found:
        printer.say(f"{marks[each.state]} {each.sentence}")
        if each.remedy:
            printer.say(f"    → {each.remedy}")
    well = all(each.state != "missing" for each in found)
    printer.say(_("This machine can run the lab.") if well else _("Something the lab needs is missing."))
    printer.document({"ok": well, "findings": [asdict(each) for each in found]})
    return 0 if well else 1


def look() -> Iterator[Finding]:
    """Look at this machine.

    Yields
    ------
    Finding
        One for each thing that matters.
    """
    yield _python()
    yield _torch()
    yield _packages()
    yield _processors()
    yield _memory()
    yield _disk()
    yield _gpu()
    yield _kernel()
    yield _warm()
    yield _proxy()
    yield _system_sounds()


def _python() -> Finding:
    return Finding("python", "ok", _("Python {version}.").format(version=platform.python_version()))


def _torch() -> Finding:
    import importlib.metadata

    try:
        version = importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return Finding("torch", "missing", _("PyTorch is not installed."), 'pip install "torch==2.13.*"')
    if version.startswith("2.13."):
        return Finding("torch", "ok", _("PyTorch {version}.").format(version=version))
    return Finding(
        "torch",
        "missing",
        _("PyTorch {version} is not the version that results are compared with.").format(version=version),
        'pip install "torch==2.13.*"',
    )


def _packages() -> Finding:
    from artia_lab.runs import environment

    found = environment.describe()["packages"]["unpinned"]
    if not found:
        return Finding("packages", "ok", _("The packages are those that results are compared with."))
    listing = ", ".join(f"{name} {installed} ({pinned})" for name, (installed, pinned) in found.items())
    pins = data_folder("kernels") / "artia" / "environment.txt"
    return Finding(
        "packages",
        "optional",
        _("These packages are not in the version that results are compared with: {list}.").format(list=listing),
        f'pip install -c "{pins}" {" ".join(found)}',
    )


def _processors() -> Finding:
    count = len(os.sched_getaffinity(0))
    return Finding("processors", "ok", _("Processor cores that can be used: {n}.").format(n=count))


def _memory() -> Finding:
    import psutil

    free = psutil.virtual_memory().available / 2**30
    sentence = _("Free memory: {size} GB.").format(size=decimals(f"{free:.1f}"))
    if free >= MEMORY_NEEDED_GB:
        return Finding("memory", "ok", sentence)
    return Finding("memory", "missing", sentence, _("Close other programs, or ask for smaller results."))


def _disk() -> Finding:
    from artia_lab.home import home

    place = home()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free / 2**30
    sentence = _("Free disk space for “{folder}”: {size} GB.").format(folder=home(), size=decimals(f"{free:.1f}"))
    if free >= DISK_NEEDED_GB and os.access(place, os.W_OK):
        return Finding("disk", "ok", sentence)
    return Finding("disk", "missing", sentence, _("Make room, or set ARTIA_HOME to a folder you can write to."))


def _gpu() -> Finding:
    if shutil.which("nvidia-smi"):
        asked = subprocess.run(
            ["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        if asked.returncode == 0 and asked.stdout.strip():
            return Finding("gpu", "ok", _("GPU: {name}.").format(name=asked.stdout.strip().replace("\n", "; ")))
    return Finding("gpu", "optional", _("No GPU was found; the library's default settings do without."))


def _kernel() -> Finding:
    from jupyter_client.kernelspec import KernelSpecManager

    if "artia" in KernelSpecManager().find_kernel_specs():
        return Finding("kernel", "ok", _("The “ArtIA” kernel is installed."))
    return Finding(
        "kernel",
        "missing",
        _("The “ArtIA” kernel is not installed, so notebooks cannot run."),
        "pip install --force-reinstall --no-deps artia-lab",
    )


def _warm() -> Finding:
    from artia_lab import warm

    if os.environ.get("ARTIA_WARM") == "off":
        return Finding(
            "warm", "optional", _("Warm start is switched off: each kernel and run takes seconds to start.")
        )
    reasons: list[str] = []
    with warm.hearing(reasons.append):
        ready = warm.prepare(wait=True)
    if ready:
        return Finding("warm", "ok", _("Kernels and runs start at once: what they need is imported already."))
    return Finding(
        "warm",
        "optional",
        _("Warm start does not work: each kernel and run takes seconds to start. The reason: {reason}.").format(
            reason=reasons[0] if reasons else _("no reason given")
        ),
    )


def _proxy() -> Finding:
    beside = Path(sys.executable).with_name("configurable-http-proxy")
    command = str(beside) if beside.exists() else shutil.which("configurable-http-proxy")
    if command is None:
        return Finding(
            "proxy",
            "optional",
            _("The proxy of “artia hub” is not installed; “artia lab” does without."),
            f"npm install --global --prefix {sys.prefix} configurable-http-proxy@5",
        )
    asked = subprocess.run([command, "--version"], capture_output=True, text=True, timeout=20, check=False)
    return Finding(
        "proxy", "ok", _("The proxy of “artia hub”: version {version}.").format(version=asked.stdout.strip())
    )


def _system_sounds() -> Finding:
    if Path("/usr/share/sonic-pi/samples").is_dir():
        return Finding("sounds", "ok", _("Debian's CC0 sounds are installed."))
    return Finding(
        "sounds",
        "optional",
        _("Debian's CC0 sounds are not installed; the lab's own are there."),
        "apt-get install sonic-pi-samples",
    )
