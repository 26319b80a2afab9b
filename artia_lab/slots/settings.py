"""What may be set for a broker: one frozen object, read from a TOML file, that refuses what it does not know."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from artia_lab.errors import Mistake
from artia_lab.i18n import _
from artia_lab.toml import read_settings

UNIX, SHARED = "unix", "shared"
_RANGES: dict[str, tuple[float, float]] = {
    "cores": (0, 4096),
    "cores_each": (1, 4096),
    "gpu_share_mb": (0, 10_000_000),
    "gpu_weight": (0.0, 10_000.0),
    "half_life_s": (1.0, 100_000_000.0),
    "minimum_run_s": (0.0, 86_400.0),
    "places_each": (0, 10_000),
    "waiting_each": (1, 10_000),
    "connections": (8, 100_000),
    "connections_each": (1, 100_000),
    "journal_mb": (1, 10_000),
    "journal_files": (1, 1000),
}


@dataclass(frozen=True, kw_only=True)
class Quota:
    """What one workshop may take.

    Attributes
    ----------
    places : int
        How many places its people may hold at the same time; 0 for as many as there are.
    slot_seconds : float
        How much it may compute in all, in core-seconds (a GPU counts ``gpu_weight`` cores); 0 for no limit.
    """

    places: int = 0
    slot_seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How one machine shares its places to compute.

    Attributes
    ----------
    socket : str
        Where the broker listens; workers are told by ``ARTIA_SLOTS``.
    state_folder : str
        Where it keeps its leases, its journal and, where accounts are shared, the tokens.
    accounts : {"unix", "shared"}
        How people are told apart: by their Unix account, or by the token their seat was given.
    cores : int
        How many CPU cores are shared; 0 for all those that the broker itself may use.
    cores_each : int
        How many a run gets that asks for no number.
    gpus : tuple of str
        GPUs to share, by number or UUID, each perhaps with its memory in MB: ``("0", "1:24000")``.
    gpu_share_mb : int
        The smallest share of a GPU's memory to lease, in MB; 0 to lease whole GPUs only.
    gpu_weight : float
        How many cores a whole GPU counts for, when use is compared.
    half_life_s : float
        After how long what somebody used counts half, in s.
    minimum_run_s : float
        How long a run computes at least before it must make room, in s.
    places_each : int
        How many places one person may hold at the same time; 0 for as many as there are.
    waiting_each : int
        How many runs of one person may wait at the same time.
    connections, connections_each : int
        How many connections there may be in all, and, with Unix accounts, for each account.
    journal_mb, journal_files : int
        Size at which the journal begins a new file, in MB, and how many old ones are kept.
    workshops : dict of str to Quota
        Quotas by workshop.

    Raises
    ------
    Mistake
        If a value is not allowed; the sentence names it and says what is.
    """

    socket: str
    state_folder: str
    accounts: str = UNIX
    cores: int = 0
    cores_each: int = 1
    gpus: tuple[str, ...] = ()
    gpu_share_mb: int = 0
    gpu_weight: float = 8.0
    half_life_s: float = 600.0
    minimum_run_s: float = 15.0
    places_each: int = 0
    waiting_each: int = 32
    connections: int = 4096
    connections_each: int = 256
    journal_mb: int = 16
    journal_files: int = 4
    workshops: dict[str, Quota] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for each in fields(self):
            value, kind = getattr(self, each.name), each.type
            if kind == "float" and type(value) is int:
                object.__setattr__(self, each.name, float(value))
            elif kind in ("int", "str") and type(value).__name__ != kind:
                _refuse(each.name, value)
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if type(value) not in (int, float) or not low <= value <= high:
                _refuse(name, value, f"{low:g} – {high:g}")
        if self.accounts not in (UNIX, SHARED):
            _refuse("accounts", self.accounts, f"“{UNIX}”, “{SHARED}”")
        for name in ("socket", "state_folder"):
            if not os.path.isabs(getattr(self, name)):
                _refuse(name, getattr(self, name), "“/…”")
        if len(os.fsencode(self.socket)) > 107:
            _refuse("socket", self.socket, "107")
        for gpu in self.gpus:
            if type(gpu) is not str or not gpu.partition(":")[0] or not _memory_of(gpu).isdigit():
                _refuse("gpus", gpu, "“0”, “0:24000”")


def load(path: str | os.PathLike[str]) -> Settings:
    """Read settings from a file.

    Parameters
    ----------
    path : path
        A TOML file.

    Returns
    -------
    Settings
        What it sets, and the defaults for the rest.

    Raises
    ------
    NotFound
        If there is no such file.
    Mistake
        If it cannot be read, or sets something that does not exist or is not allowed.
    """
    given = read_settings(Path(path), [each.name for each in fields(Settings)])
    for name in ("socket", "state_folder"):
        if name not in given:
            _refuse(name, "", "“/…”")
    given["workshops"] = _quotas(given.get("workshops", {}))
    return Settings(**given)


def gpu_memory(gpu: str) -> tuple[str, int]:
    """Tell the parts of one of the setting's GPUs.

    Parameters
    ----------
    gpu : str
        Such as ``"0"`` or ``"1:24000"``.

    Returns
    -------
    name : str
        Its number or UUID.
    memory_mb : int
        Its memory, in MB; asked from its driver where the setting does not say.

    Raises
    ------
    Mistake
        If nobody knows how much there is.
    """
    name, told = gpu.partition(":")[0], int(_memory_of(gpu))
    if told:
        return name, told
    try:
        import pynvml

        pynvml.nvmlInit()
        handle = (
            pynvml.nvmlDeviceGetHandleByIndex(int(name))
            if name.isdigit()
            else pynvml.nvmlDeviceGetHandleByUUID(name)
        )
        return name, int(pynvml.nvmlDeviceGetMemoryInfo(handle).total) // 2**20
    except Exception as error:
        sentence = _(
            "The memory of the GPU “{name}” is unknown ({reason}). Write it after its name: {name}:24000."
        )
        raise Mistake(sentence.format(name=name, reason=error)) from error


def _memory_of(gpu: str) -> str:
    return gpu.partition(":")[2] or "0"


def _quotas(tables: Any) -> dict[str, Quota]:
    if not isinstance(tables, dict):
        _refuse("workshops", tables, "[workshops.…]")
    found = {}
    for name, table in tables.items():
        if not isinstance(table, dict) or not table.keys() <= {"places", "slot_seconds"}:
            _refuse(f"workshops.{name}", table, "places, slot_seconds")
        for value in table.values():
            if type(value) not in (int, float) or not 0 <= value < 1e12:
                _refuse(f"workshops.{name}", value, "≥ 0")
        found[name] = Quota(places=int(table.get("places", 0)), slot_seconds=float(table.get("slot_seconds", 0)))
    return found


def _refuse(name: str, value: object, allowed: str = "") -> None:
    if allowed:
        sentence = _("The setting “{name}” of the places to compute is {value}; it may be: {allowed}.")
    else:
        sentence = _("The setting “{name}” of the places to compute is {value}, which is of another kind.")
    raise Mistake(sentence.format(name=name, value=repr(value), allowed=allowed))
