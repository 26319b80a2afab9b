"""Figures for Prometheus: places to compute, waits, seats, energy and runs; by workshop, never by person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from artia_lab.hub.board.knowledge import Knowledge
from artia_lab.hub.board.live import Live
from artia_lab.hub.board.rows import STATUSES
from artia_lab.runs.folder import STATES

SEATS = ("open", "starting", "stopping")
KINDS = ("cpu", "gpu")


class Metrics:
    """Counts what the board knows at the moment it is asked.

    Parameters
    ----------
    knowledge : Knowledge
        What is known.
    live : Live
        The pages that watch.
    """

    content_type = CONTENT_TYPE_PLAIN_0_0_4

    def __init__(self, knowledge: Knowledge, live: Live) -> None:
        self._knowledge, self._live = knowledge, live
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def text(self) -> bytes:
        """Write the figures.

        Returns
        -------
        bytes
            In Prometheus's text format.
        """
        return bytes(generate_latest(self._registry))

    def collect(self) -> Iterator[Any]:
        """Count.

        Yields
        ------
        prometheus_client.Metric
            Each figure.
        """
        known = self._knowledge
        rows = known.rows()
        yield from self._places()
        yield from self._used()
        seats = Counter(each["seat"] for each in rows.values())
        yield _gauge("artia_seats", "Seats by state.", "state", {state: seats[state] for state in SEATS})
        statuses = Counter(each["status"] for each in rows.values())
        people = {status: statuses[status] for status in STATUSES}
        yield _gauge("artia_people", "People by what the board shows of them.", "status", people)
        runs: Counter[str] = Counter()
        for report, _heard in known.reports.values():
            runs.update(report.counts)
        yield _gauge("artia_runs", "Runs in open seats, by state.", "state", {name: runs[name] for name in STATES})
        memory = sum(report.memory_mb for report, _heard in known.reports.values())
        yield GaugeMetricFamily("artia_seats_memory_bytes", "Memory of all seats.", value=memory * 2**20)
        yield GaugeMetricFamily("artia_workshops", "Workshops that are not closed.", value=len(known.workshops))
        yield GaugeMetricFamily("artia_boards", "Pages of the board that watch.", value=self._live.pages)

    def _places(self) -> Iterator[Any]:
        places = self._knowledge.places
        leases, waiting = places.get("leases", []), places.get("waiting", [])
        yield GaugeMetricFamily("artia_queue_up", "Whether the broker of places answers.", value=bool(places))
        yield GaugeMetricFamily("artia_queue_paused", "Whether it is paused.", value=bool(places.get("paused")))
        yield GaugeMetricFamily("artia_cores", "Cores that are shared.", value=places.get("cores", 0))
        held = sum(len(each["cores"]) for each in leases)
        yield GaugeMetricFamily("artia_cores_held", "Cores that somebody holds.", value=held)
        memory = sum(each["memory_mb"] for each in places.get("gpus", [])) * 2**20
        yield GaugeMetricFamily("artia_gpu_memory_bytes", "Memory of GPUs that are shared.", value=memory)
        held = sum(each["memory_mb"] for each in leases) * 2**20
        yield GaugeMetricFamily("artia_gpu_memory_held_bytes", "Memory of GPUs that somebody holds.", value=held)
        counts = {kind: sum(each["kind"] == kind for each in leases) for kind in KINDS}
        yield _gauge("artia_slots_held", "Places to compute that somebody holds.", "kind", counts)
        counts = {kind: sum(each["kind"] == kind for each in waiting) for kind in KINDS}
        yield _gauge("artia_slots_waiting", "Runs that wait for a place.", "kind", counts)
        longest = {kind: max((e["waited_s"] for e in waiting if e["kind"] == kind), default=0.0) for kind in KINDS}
        yield _gauge("artia_slots_longest_wait_seconds", "The longest wait now.", "kind", longest)

    def _used(self) -> Iterator[Any]:
        totals: dict[str, Counter[str]] = {}
        for each in self._knowledge.places.get("totals", []):
            counter = totals.setdefault(each["workshop"], Counter())
            for name in ("leases", "slot_seconds", "waited_s", "energy_j"):
                counter[name] += each[name]
        for name, of, text in (
            ("artia_leases", "leases", "Places that were given back."),
            ("artia_slot_seconds", "slot_seconds", "Core-seconds of places that were given back."),
            ("artia_waited_seconds", "waited_s", "Seconds that runs waited for those places."),
            ("artia_energy_joules", "energy_j", "Energy that runs used in those places."),
        ):
            family = CounterMetricFamily(name, text, labels=["workshop"])
            for workshop, counter in totals.items():
                family.add_metric([workshop], float(counter[of]))
            yield family


def _gauge(name: str, text: str, label: str, values: Mapping[str, float]) -> Any:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
