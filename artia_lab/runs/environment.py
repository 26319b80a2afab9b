"""What a run was made with: Python, packages, processor, threads, device; and what differs between two of them.

Whoever re-executes a run needs to know whether the machine promises the same bits. Nothing here names a
person, a host or a folder, so that a record can be published as it is.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import sys
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from artia_lab.home import data_folder

DISTRIBUTION = "artia-lab"
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
NUMPY_LEVELS = ("X86_V2", "X86_V3", "X86_V4", "AVX512_ICL", "AVX512_SPR", "ASIMD", "ASIMDHP", "SVE", "VSX4", "VX")
CPU_FLAGS = ("sse4_2", "avx", "avx2", "fma", "avx512f", "avx512_bf16", "amx_tile", "amx_bf16", "asimd", "sve")


class Difference(NamedTuple):
    """One thing that is not the same in two environments.

    Attributes
    ----------
    name : str
        Dotted name of the thing, such as ``"packages.numpy"``.
    before, after : Any
        Its value in the first and in the second environment; None where it is absent.
    """

    name: str
    before: Any
    after: Any


def describe() -> dict[str, Any]:
    """Describe the environment of this process.

    Libraries that are not loaded are not loaded for this: what only torch can tell is left out of a
    process that never imported torch.

    Returns
    -------
    dict
        JSON: ``python``, ``platform``, ``packages``, ``cpu``, ``threads``, ``device`` and ``memory_mb``
        (whole machine, MiB). ``packages`` holds the version of each distribution ArtIA Lab depends on,
        the sha256 of the sorted list of everything installed, and under ``unpinned`` those that are not in the
        version of the pinned environment, as ``[installed, pinned]``.
    """
    return {
        "python": {"version": platform.python_version(), "implementation": platform.python_implementation()},
        "platform": {
            "system": platform.system(),
            "release": platform.release(),
            "machine": platform.machine(),
            "libc": " ".join(platform.libc_ver()).strip(),
        },
        "packages": _packages(),
        "cpu": {
            "model": cpu_model(),
            "capability": _capability(),
            **_computing(),
            "flags": [flag for flag in CPU_FLAGS if flag in _cpuinfo().get("flags", "").split()],
            "count": os.cpu_count(),
        },
        "threads": _threads(),
        "device": _device(),
        "memory_mb": _memory_mb(),
    }


def differences(a: dict[str, Any], b: dict[str, Any]) -> list[Difference]:
    """List what differs between two environments.

    Parameters
    ----------
    a, b : dict
        What `describe` gave, perhaps read back from a record. A part that one of them lacks counts as
        absent, not as an error.

    Returns
    -------
    list of Difference
        Sorted by name; empty when the two are alike. Lists are compared whole.
    """
    before, after = dict(_flat(a)), dict(_flat(b))
    names = sorted(before.keys() | after.keys())
    return [
        Difference(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]


def cpu_model() -> str:
    """Name the processor as it names itself.

    Returns
    -------
    str
        Such as ``"Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz"``; empty when it does not say.
    """
    return _cpuinfo().get("model name") or platform.processor()


def virtual() -> bool:
    """Say whether this is a virtual machine, which sees only some of its processor.

    Returns
    -------
    bool
        True when the processor's flags name a hypervisor.
    """
    return "hypervisor" in _cpuinfo().get("flags", "").split()


def package_threads() -> int:
    """Count the hardware threads of one processor package.

    Returns
    -------
    int
        0 when the processor does not say.
    """
    siblings = _cpuinfo().get("siblings", "")
    return int(siblings) if siblings.isdigit() else 0


def _flat(tree: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    leaves: list[tuple[str, Any]] = []
    for key, value in tree.items():
        if isinstance(value, dict):
            leaves += _flat(value, f"{prefix}{key}.")
        else:
            leaves.append((f"{prefix}{key}", value))
    return leaves


@cache
def _cpuinfo() -> dict[str, str]:
    try:
        first = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split("\n\n")[0]
    except OSError:
        return {}
    lines = (line.split(":", 1) for line in first.splitlines() if ":" in line)
    facts = {key.strip(): value.strip() for key, value in lines}
    facts.setdefault("flags", facts.get("Features", ""))  # what Arm processors call theirs
    return facts


@cache
def _installed() -> dict[str, str]:
    # Not `Distribution.metadata`: it parses each as an e-mail, which takes ten times as long.
    heads = (_head(found.read_text("METADATA") or found.read_text("PKG-INFO") or "") for found in _distributions())
    return {_canonical(head["name"]): head.get("version", "") for head in heads if "name" in head}


def _distributions() -> Iterable[metadata.Distribution]:
    # The first one found is the one that is imported.
    return reversed(list(metadata.distributions()))


def _head(text: str) -> dict[str, str]:
    """Read the name and the version in the first paragraph of a package's metadata."""
    found = re.findall(r"^(Name|Version):[ \t]*(.*?)[ \t\r]*$", text.partition("\n\n")[0], re.M | re.I)
    return {key.lower(): value for key, value in reversed(found)}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _packages() -> dict[str, Any]:
    installed = _installed()
    try:
        required = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:  # a checkout that was never installed
        required = []
    needed = (line for line in required if "extra ==" not in line)
    own = {_canonical(match[0]) for line in needed if (match := re.match(r"[A-Za-z0-9._-]+", line))}
    own |= {"artia-lab", "numpy", "scipy", "torch"}
    listing = "\n".join(f"{name}=={version}" for name, version in sorted(installed.items()))
    versions = {name: installed[name] for name in sorted(own) if name in installed}
    return {
        "versions": versions,
        "unpinned": unpinned(versions),
        "installed": len(installed),
        "sha256": hashlib.sha256(listing.encode()).hexdigest(),
    }


def unpinned(versions: dict[str, str], pins: Path | None = None) -> dict[str, list[str]]:
    """Compare versions with those of the pinned environment, which published results are made in.

    Parameters
    ----------
    versions : dict of str to str
        Installed versions by distribution.
    pins : Path, optional
        The pinned environment, one ``name==version`` a line; by default that of the ArtIA kernel.

    Returns
    -------
    dict of str to list
        ``[installed, pinned]`` for each that differs. A local build, such as ``+cpu``, is no difference.
    """
    path = data_folder("kernels") / "artia" / "environment.txt" if pins is None else pins
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    pairs = (line.partition("==") for line in lines)
    pinned = {_canonical(name): version for name, _equals, version in pairs if version}
    return {
        name: [version, pinned[name]]
        for name, version in versions.items()
        if name in pinned and version.partition("+")[0] != pinned[name]
    }


def _capability() -> str | None:
    """The instruction set torch computes with, which decides the last bits of a result."""
    torch = sys.modules.get("torch")
    return None if torch is None else str(torch.backends.cpu.get_cpu_capability())


def _computing() -> dict[str, Any]:
    """The instruction sets of numpy and OpenBLAS, which variables can force lower than the processor's."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return {}
    import threadpoolctl

    pools = threadpoolctl.threadpool_info()
    used: dict[str, Any] = {"blas": sorted({str(p["architecture"]) for p in pools if p.get("architecture")})}
    features = getattr(numpy._core._multiarray_umath, "__cpu_features__", {})
    return used | {"numpy": [name for name in NUMPY_LEVELS if features.get(name)]}


def _threads() -> dict[str, Any]:
    threads: dict[str, Any] = {name: os.environ[name] for name in THREAD_VARIABLES if name in os.environ}
    if (torch := sys.modules.get("torch")) is not None:
        threads["torch"] = int(torch.get_num_threads())
    if "numpy" in sys.modules:
        import threadpoolctl

        pools = {str(pool["internal_api"]): int(pool["num_threads"]) for pool in threadpoolctl.threadpool_info()}
        threads |= dict(sorted(pools.items()))
    return threads


def _device() -> dict[str, Any]:
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():  # asking more would wake the GPU for nothing
        return {"kind": "cpu"}
    devices = range(torch.cuda.device_count())
    return {
        "kind": "cuda",
        "names": [torch.cuda.get_device_name(i) for i in devices],
        "capability": [".".join(map(str, torch.cuda.get_device_capability(i))) for i in devices],
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
        "driver": _driver(),
    }


def _driver() -> str | None:
    try:
        return Path("/sys/module/nvidia/version").read_text(encoding="ascii").strip()
    except OSError:
        return None


def _memory_mb() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
