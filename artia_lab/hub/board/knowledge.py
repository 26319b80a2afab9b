"""What the board knows at this moment: what seats, the hub, the broker and the workshops said last."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from artia_lab.hub.board.reports import Report
from artia_lab.hub.board.rows import NEED_HELP, Seen, row


class Knowledge:
    """Puts together what comes from all sides.

    Attributes
    ----------
    seats : dict of str to dict
        By user: ``state`` (``"open"``, ``"starting"``, ``"stopping"`` or ``""``) and ``since``.
    reports : dict of str to (Report, float)
        By user, what their seat said last; with when it was last heard, in seconds since 1970.
    places : dict
        What the broker tells to a facilitator; empty where places are not shared, or it is away.
    shared : bool
        Whether places are shared here at all.
    names : dict of str to (str, str)
        By user, the name that is shown and the workshop.
    workshops : list of dict
        ``name``, ``title``, ``seats``, ``joined``, ``expires``, ``state``, ``language`` and ``facilitators``.
    facilitators : tuple of str
        Those of the hub.
    machine : dict
        ``memory_mb``, ``memory_total_mb``, ``load`` and ``cores``.
    hub : bool
        Whether the hub answers.
    """

    def __init__(self) -> None:
        self.seats: dict[str, dict[str, Any]] = {}
        self.reports: dict[str, tuple[Report, float]] = {}
        self.places: dict[str, Any] = {}
        self.shared = False
        self.names: dict[str, tuple[str, str]] = {}
        self.workshops: list[dict[str, Any]] = []
        self.facilitators: tuple[str, ...] = ()
        self.machine: dict[str, float] = {}
        self.hub = False

    def heard(self, user: str, report: Report | None) -> bool:
        """Take note of a seat that says something.

        Parameters
        ----------
        user : str
            Whose.
        report : Report or None
            What is new; None when nothing is.

        Returns
        -------
        bool
            False when the whole report is needed, after the board was started again.
        """
        if report is None and user not in self.reports:
            return False
        self.reports[user] = (report or self.reports[user][0], time.time())
        return True

    def concerns(self, facilitator: str, user: str) -> bool:
        """Say whether somebody is a facilitator's to help.

        Parameters
        ----------
        facilitator : str
            Who facilitates.
        user : str
            Somebody here.

        Returns
        -------
        bool
            False for the participants of a workshop that others facilitate; True for whoever came to the board by
            another right, that of an administrator.
        """
        _name, workshop = self.names.get(user, (user, ""))
        return all(each["name"] != workshop or self._leads(facilitator, each) for each in self.workshops)

    def rows(self) -> dict[str, dict[str, Any]]:
        """Sum up everybody.

        Returns
        -------
        dict of str to dict
            By user, as `artia_lab.hub.board.rows.row` gives them.
        """
        now = time.time()
        waiting, leases = _by_user(self.places, "waiting"), _by_user(self.places, "leases")
        boosts: Mapping[str, float] = self.places.get("boosts", {})
        used = self._energy()
        found = {}
        for user in sorted({*self.seats, *self.names}):
            seat = self.seats.get(user, {})
            name, workshop = self.names.get(user, (user, ""))
            report, heard = self.reports.get(user, (None, 0.0))
            seen = Seen(
                user=user,
                name=name,
                workshop=workshop,
                seat=seat.get("state", ""),
                seat_since=seat.get("since", 0.0),
                report=report,
                heard=heard,
                waiting=tuple(waiting.get(user, ())),
                leases=tuple(leases.get(user, ())),
                first_s=boosts.get(user, 0.0),
                energy_j=used.get(user, 0.0),
            )
            found[user] = row(seen, now)
        return found

    def facts(self, rows: Mapping[str, Mapping[str, Any]], facilitator: str) -> dict[str, Any]:
        """Sum up the machine, the queue and the workshops.

        Parameters
        ----------
        rows : mapping
            As `rows` gives them, those to be counted.
        facilitator : str
            Whose workshops to list.

        Returns
        -------
        dict
            What stands above the list of people.
        """
        places = self.places
        leases = places.get("leases", [])
        here = [each for each in rows.values() if each["seat"] == "open"]
        waiting = {kind: [e for e in places.get("waiting", []) if e["kind"] == kind] for kind in ("cpu", "gpu")}
        return {
            "hub": self.hub,
            "people": len(rows),
            "here": len(here),
            "starting": sum(each["seat"] == "starting" for each in rows.values()),
            "help": sum(each["status"] in NEED_HELP for each in rows.values()),
            "shared": self.shared,
            "queue": bool(places),
            "paused": bool(places.get("paused")),
            "waiting": len(places.get("waiting", [])),
            "waiting_cpu": len(waiting["cpu"]),
            "waiting_gpu": len(waiting["gpu"]),
            "cores": places.get("cores", 0),
            "cores_held": sum(len(each["cores"]) for each in leases),
            "gpus": len(places.get("gpus", [])),
            "gpu_mb": sum(each["memory_mb"] for each in places.get("gpus", [])),
            "gpu_mb_held": sum(each["memory_mb"] for each in leases),
            "energy_j": round(sum(self._energy().values()), -1),
            "memory_mb": round(self.machine.get("memory_mb", 0.0), -2),
            "memory_total_mb": round(self.machine.get("memory_total_mb", 0.0), -2),
            "load": round(self.machine.get("load", 0.0)),
            "processors": self.machine.get("cores", 0),
            "workshops": [each for each in self.workshops if self._leads(facilitator, each)],
        }

    def _leads(self, facilitator: str, workshop: Mapping[str, Any]) -> bool:
        return facilitator in workshop["facilitators"] or facilitator not in self.facilitators

    def _energy(self) -> dict[str, float]:
        used: dict[str, float] = {}
        for each in (*self.places.get("totals", []), *self.places.get("leases", [])):
            used[each["user"]] = used.get(each["user"], 0.0) + each["energy_j"]
        return used


def _by_user(places: Mapping[str, Any], what: str) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for each in places.get(what, ()):
        found.setdefault(each["user"], []).append(each)
    return found
