"""Counters of energy and of processor time, read from the kernel and from NVML."""

from __future__ import annotations

import csv
import os
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

from artia_lab.energy.carbon import tables
from artia_lab.runs.environment import cpu_model, package_threads, virtual

POWERCAP = Path("/sys/class/powercap")
NVIDIA = (Path("/dev/nvidiactl"), Path("/dev/dxg"))
DEFAULT_THREAD_WATTS = 4.0
SAME_COUNTER_JOULES = 1.0


class Packages:
    """The RAPL counters of the machine's processor packages.

    Parameters
    ----------
    root : Path, optional
        The powercap folder.
    """

    def __init__(self, root: Path = POWERCAP) -> None:
        self._counters: dict[Path, float] = {}
        self._wraps: dict[Path, float] = {}
        for folder in sorted(root.glob("intel-rapl:*")):
            if re.fullmatch(r"intel-rapl:\d+", folder.name):
                self._add(folder)
        self.source = f"measured: RAPL, {len(self._counters)} package(s)" if self._counters else ""

    def used(self) -> float | None:
        """Read the energy that the packages used since the last reading.

        Returns
        -------
        float or None
            Joules of the whole machine; None where there are no readable counters.
        """
        if not self._counters:
            return None
        total = 0.0
        for folder, before in self._counters.items():
            try:
                now = _joules(folder / "energy_uj")
            except (OSError, ValueError):
                continue  # a reading lost is made up for by the next: counters are cumulative
            total += now - before if now >= before else now - before + self._wraps[folder]
            self._counters[folder] = now
        return total

    def _add(self, folder: Path) -> None:
        try:
            if not (folder / "name").read_text().startswith("package"):
                return
            now = _joules(folder / "energy_uj")
            wrap = _joules(folder / "max_energy_range_uj")
        except (OSError, ValueError):  # on many machines only the administrator may read them
            return
        # The dies of some AMD processors all show the counter of their socket.
        if any(abs(now - other) < SAME_COUNTER_JOULES for other in self._counters.values() if now > 0):
            return
        self._counters[folder], self._wraps[folder] = now, wrap


class Graphics:
    """The energy counters of the GPUs that this process may use, counted only if it uses them."""

    def __init__(self) -> None:
        self._nvml: Any = None
        self._counters: dict[str, tuple[Any, float]] = {}
        self._unmetered = 0
        if any(path.exists() for path in NVIDIA):
            self._open()

    def used(self) -> float:
        """Read the energy that the GPUs used since the last reading.

        Returns
        -------
        float
            Joules; 0.0 while this process has not used a GPU.
        """
        total = 0.0
        for name, (handle, before) in self._counters.items():
            try:
                now = self._nvml.nvmlDeviceGetTotalEnergyConsumption(handle) / 1000
            except self._nvml.NVMLError:
                continue
            self._counters[name] = (handle, now)
            total += max(0.0, now - before)
        return total if _uses_gpu() else 0.0

    @property
    def complete(self) -> bool:
        """Whether no GPU that was used went unmetered.

        Returns
        -------
        bool
            True also when no GPU was used.
        """
        return not _uses_gpu() or (bool(self._counters) and not self._unmetered)

    @property
    def source(self) -> str:
        """Where the figure comes from, for a person who checks it.

        Returns
        -------
        str
            A few words, in English.
        """
        if not _uses_gpu():
            return "no GPU was used"
        if not self._counters:
            return "not counted: the GPU has no energy counter that can be read"
        missing = f", {self._unmetered} without a counter not counted" if self._unmetered else ""
        return f"measured: NVML, {len(self._counters)} whole GPU(s){missing}"

    def _open(self) -> None:
        try:
            import pynvml
        except ImportError:
            return
        try:
            pynvml.nvmlInit()
        except pynvml.NVMLError:  # no driver, or no right to ask it
            return
        self._nvml = pynvml
        for name in _visible(pynvml.nvmlDeviceGetCount()):
            try:
                handle = (
                    pynvml.nvmlDeviceGetHandleByIndex(int(name))
                    if name.isdigit()
                    else pynvml.nvmlDeviceGetHandleByUUID(name)
                )
                joules = pynvml.nvmlDeviceGetTotalEnergyConsumption(handle) / 1000
            except pynvml.NVMLError:
                self._unmetered += 1
                continue
            self._counters[name] = (handle, joules)


def cpu_seconds() -> float:
    """Give the processor time that this process and its finished children took.

    Returns
    -------
    float
        Seconds, since the process began.
    """
    return sum(os.times()[:4])


def busy_seconds(stat: Path = Path("/proc/stat")) -> float:
    """Give the time that all processors of the machine were busy.

    Parameters
    ----------
    stat : Path, optional
        The kernel's statistics.

    Returns
    -------
    float
        Seconds since the machine began; 0.0 where the kernel does not say.
    """
    try:
        fields = [int(field) for field in stat.read_text().split("\n", 1)[0].split()[1:]]
    except (OSError, ValueError):
        return 0.0
    user, nice, system, _idle, _iowait, irq, softirq, *_rest = [*fields, *[0] * 7]
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def held_gb() -> float:
    """Give the memory that this process holds now.

    Returns
    -------
    float
        Gigabytes (GiB); 0.0 where the kernel does not say.
    """
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**30


@cache
def thread_watts() -> tuple[float, str]:
    """Estimate the power of one busy hardware thread of this machine.

    Returns
    -------
    tuple of (float, str)
        Watts, and where the figure comes from.
    """
    name, threads = _plain(cpu_model()), package_threads()
    if not virtual() and threads:
        watts = _design_powers().get(name)
        if watts:
            return watts / threads, f"estimated: CPU seconds, {watts:g} W TDP over {threads} threads"
    return DEFAULT_THREAD_WATTS, f"estimated: CPU seconds, {DEFAULT_THREAD_WATTS:g} W for each busy thread"


def _design_powers() -> dict[str, float]:
    """The thermal design power (W) of the processors that codecarbon's table lists."""
    powers: dict[str, float] = {}
    try:
        with open(tables() / "hardware" / "cpu_power.csv", encoding="utf-8") as table:
            for row in csv.DictReader(table):
                if re.fullmatch(r"\d+(\.\d+)?", row["TDP"] or ""):  # some rows hold no number
                    powers[_plain(row["Name"])] = float(row["TDP"])
    except (OSError, KeyError):
        return powers
    return powers


def _plain(name: str) -> str:
    """A processor's name as tables spell it: no marks, no clock speed, no count of cores."""
    bare = re.sub(r"\((R|TM)\)|\bCPU\b|\bProcessor\b|\d+-Core|@.*|\bwith Radeon.*", " ", name, flags=re.I)
    return " ".join(bare.lower().split())


def _visible(count: int) -> list[str]:
    asked = os.environ.get("CUDA_VISIBLE_DEVICES")
    if asked is None:
        return [str(i) for i in range(count)]
    return [name.strip() for name in asked.split(",") if name.strip() not in ("", "-1")]


def _uses_gpu() -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and bool(torch.cuda.is_initialized())


def _joules(path: Path) -> float:
    return int(path.read_text()) / 1e6
