"""What a run costs in electricity: measured where the machine has counters, estimated elsewhere, and which.

A run is charged its share of the machine, since thirty people may be working on it:

- processor: the RAPL counters of its packages times this process's share of the machine's busy time,
  *measured*; where they cannot be read, CPU seconds times the watts of one hardware thread, *estimated*
  from codecarbon's table of thermal design powers, or 4 W (codecarbon's fallback) for a processor that the
  table lacks and for a virtual machine, which does not know how large its processor is;
- graphics: the energy counters (NVML) of the GPUs this process may use, *measured*, if it used them;
- memory: 3 W for 8 GB, for the memory this process holds; always *estimated*, and small.

Grams of CO2e come from codecarbon's offline tables for the region. Its tracker is left aside: measured, it
took 1.4 s of wall time (0.4 s of CPU) to start, ran other programs to look around, kept two timer threads,
and charged every run the memory of the whole machine. This meter starts in milliseconds, starts no thread
and no process, writes no file, opens no socket and logs nothing.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from artia_lab.energy.carbon import intensity
from artia_lab.energy.counters import Graphics, Packages, busy_seconds, cpu_seconds, held_gb, thread_watts
from artia_lab.i18n import _, decimals, ngettext

__all__ = ["DEFAULT_REGION", "Energy", "Meter", "meter"]

DEFAULT_REGION = "CAN/quebec"
LED_BULB_WATTS = 9.0
MEMORY_WATTS_PER_GB = 3 / 8


@dataclass(frozen=True)
class Energy:
    """Electricity that a piece of work used.

    Attributes
    ----------
    joules : float
        All of it, in joules.
    co2e_g : float or None
        Grams of CO2 equivalent; None when the region has no known figure, which `source` explains.
    duration_s : float
        Wall-clock seconds.
    method : str
        ``"measured"`` when the processor, and the GPU if one was used, were read from their counters;
        ``"estimated"`` otherwise.
    region : str
        Country (ISO 3166 alpha-3), then, where there is one, a slash and the region.
    parts : dict of str to float
        Joules of ``processor``, ``graphics`` and ``memory``.
    source : dict of str to str
        Where each part's figure comes from.
    """

    joules: float
    co2e_g: float | None
    duration_s: float
    method: str
    region: str
    parts: dict[str, float]
    source: dict[str, str]

    @property
    def kwh(self) -> float:
        """The same energy in kilowatt-hours.

        Returns
        -------
        float
            Kilowatt-hours.
        """
        return self.joules / 3.6e6

    def to_json(self) -> dict[str, Any]:
        """Give a plain JSON document, for the record of a run.

        Returns
        -------
        dict
            Finite numbers only; ``co2e_g`` may be null.
        """
        return {
            "joules": self.joules,
            "kwh": self.kwh,
            "co2e_g": self.co2e_g,
            "duration_s": self.duration_s,
            "method": self.method,
            "region": self.region,
            "parts": dict(self.parts),
            "source": dict(self.source),
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Energy:
        """Read back what `to_json` gave.

        Parameters
        ----------
        document : dict
            From a record.

        Returns
        -------
        Energy
            Equal to the one that was written.
        """
        return cls(**{name: value for name, value in document.items() if name != "kwh"})

    def sentence(self) -> str:
        """Say it in the language in force.

        Returns
        -------
        str
            One sentence, with what a 9 W LED bulb would do with as much.
        """
        measured = self.method == "measured"
        if self.joules < LED_BULB_WATTS:
            if measured:
                return _("Hardly any electricity, measured: less than a LED bulb uses in one second.")
            return _("Hardly any electricity, by estimate: less than a LED bulb uses in one second.")
        message = (
            _("About {energy} Wh of electricity, measured: as much as a LED bulb in {duration}.")
            if measured
            else _("About {energy} Wh of electricity, by estimate: as much as a LED bulb in {duration}.")
        )
        return message.format(
            energy=_two_figures(self.joules / 3600), duration=_duration(self.joules / LED_BULB_WATTS)
        )


class Meter:
    """A meter for what this process uses from `start` to `stop`, without ever failing the work it measures.

    Parameters
    ----------
    region : str, optional
        Such as ``"CAN/quebec"`` or ``"FRA"``; by default ``ARTIA_ENERGY_REGION``, or Québec.
    """

    def __init__(self, region: str | None = None) -> None:
        self.region = region or os.environ.get("ARTIA_ENERGY_REGION", "").strip() or DEFAULT_REGION
        self._running = False
        self._energy: Energy | None = None

    def start(self) -> Meter:
        """Begin to count.

        Returns
        -------
        Meter
            This meter.
        """
        self._packages, self._graphics = Packages(), Graphics()
        self._watts, self._watts_source = thread_watts()
        self._parts = {"processor": 0.0, "graphics": 0.0, "memory": 0.0}
        self._started = self._last = perf_counter()
        self._cpu, self._busy = cpu_seconds(), busy_seconds()
        self._running, self._energy = True, None
        return self

    def sofar(self) -> float:
        """Give the energy used since `start`, for live events.

        Returns
        -------
        float
            Joules; 0.0 before the start, the final figure after the end.
        """
        if not self._running:
            return self._energy.joules if self._energy else 0.0
        now, cpu, busy = perf_counter(), cpu_seconds(), busy_seconds()
        used = max(0.0, cpu - self._cpu)
        packages = self._packages.used()
        if packages is None:
            self._parts["processor"] += used * self._watts
        elif busy > self._busy:
            self._parts["processor"] += packages * min(1.0, used / (busy - self._busy))
        self._parts["graphics"] += self._graphics.used()
        self._parts["memory"] += held_gb() * MEMORY_WATTS_PER_GB * (now - self._last)
        self._last, self._cpu, self._busy = now, cpu, busy
        return math.fsum(self._parts.values())

    def stop(self) -> Energy:
        """Stop counting.

        Returns
        -------
        Energy
            What was used; the same again when the meter had already stopped.

        Raises
        ------
        RuntimeError
            If the meter was never started.
        """
        if self._energy is not None:
            return self._energy
        if not self._running:
            raise RuntimeError("this meter was never started")
        joules = self.sofar()
        grams_per_kwh, where = intensity(self.region)
        self._energy = Energy(
            joules=joules,
            co2e_g=None if grams_per_kwh is None else joules / 3.6e6 * grams_per_kwh,
            duration_s=self._last - self._started,
            method="measured" if self._measured() else "estimated",
            region=self.region,
            parts=dict(self._parts),
            source={
                "processor": self._packages.source or self._watts_source,
                "graphics": self._graphics.source,
                "memory": "estimated: 3 W for 8 GB held by this process",
                "co2e": where,
            },
        )
        self._running = False
        return self._energy

    def _measured(self) -> bool:
        return bool(self._packages.source) and self._graphics.complete

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def meter(region: str | None = None) -> Meter:
    """Make a meter, to be used in a `with` statement or with `Meter.start` and `Meter.stop`.

    Parameters
    ----------
    region : str, optional
        Such as ``"CAN/quebec"`` or ``"FRA"``; by default ``ARTIA_ENERGY_REGION``, or Québec.

    Returns
    -------
    Meter
        Not yet started.
    """
    return Meter(region)


def _two_figures(value: float) -> str:
    digits = max(0, 1 - math.floor(math.log10(value)))
    text = f"{round(value, digits):.{digits}f}" if digits else str(int(float(f"{value:.2g}")))
    return decimals(text)


def _duration(seconds: float) -> str:
    if seconds < 100:
        n = round(seconds)
        return ngettext("{n} second", "{n} seconds", n).format(n=n)
    if seconds < 100 * 60:
        n = round(seconds / 60)
        return ngettext("{n} minute", "{n} minutes", n).format(n=n)
    n = round(seconds / 3600)
    return ngettext("{n} hour", "{n} hours", n).format(n=n)
