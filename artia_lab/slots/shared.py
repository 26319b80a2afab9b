"""A worker's place: waiting for it, computing in it, and giving it back.

A run that has to make room raises `Preempted` at its next step, keeps its checkpoint and its folder, and goes back
into the queue in a process of its own, which takes up the checkpoint. Only a run that has a checkpoint and has not
begun to keep its outputs is ever asked to.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from artia_lab.errors import Cancelled, Failure
from artia_lab.i18n import _
from artia_lab.runs import Request, RunFolder
from artia_lab.runs.outputs import Outputs
from artia_lab.runs.report import Report
from artia_lab.slots import line, words
from artia_lab.slots.anywhere import Place, Preempted
from artia_lab.slots.lines import Line
from artia_lab.slots.needs import Needs

# How often a worker that waits looks whether it was stopped, and tries a broker that is away, in s.
LOOK_S, RETRY_S, MANY_S = 0.5, 0.5, 3.0
# How often one that computes listens to the broker and tells it what it used, in s.
LISTEN_S, TELL_S = 0.1, 2.0
# The broker has this long to say that a place that we take is ours, in s.
PATIENCE_S = 5.0


class Shared(Place):
    """A place that a broker gives.

    Parameters
    ----------
    folder : RunFolder
        The run.
    needs : Needs
        What it needs.
    where : str
        The broker's socket.
    """

    def __init__(self, folder: RunFolder, needs: Needs, where: str) -> None:
        self._folder, self._needs, self._where = folder, needs, where
        self._line: Line | None = None
        self._granted: dict[str, Any] | None = None
        self._said: tuple[Any, ...] = ()
        self._read, self._waited_s = 0, 0.0
        self._earlier: list[dict[str, Any]] = []
        self._next_listen = self._next_tell = 0.0
        self._resumable = self._forgotten = False

    def wait(self) -> dict[str, Any] | None:
        """Wait for it.

        Returns
        -------
        dict or None
            What was granted; None where the broker is away and nobody shares.

        Raises
        ------
        Cancelled
            If the person stopped the run meanwhile.
        Failure
            If it will never be granted.
        """
        began = time.monotonic()
        while True:
            self._heed_stop()
            try:
                self._granted = self._ask()
            except OSError:
                if os.environ.get("ARTIA_SLOTS_ALONE"):
                    return None
                self._say("away")
                self._pause(RETRY_S)
                continue
            if self._granted is not None:
                break
            self._say("many")
            self._pause(MANY_S)
        self._waited_s = time.monotonic() - began
        self._folder.say("slot", **self._described())
        return self._granted

    def give_back(self) -> None:
        """Hang up: whoever is next begins."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def outputs(self, folder: RunFolder) -> Outputs:
        """Give what the experiment keeps its results with, and its checkpoint if it made room before.

        Parameters
        ----------
        folder : RunFolder
            The run.

        Returns
        -------
        Outputs
            Where results are kept.
        """
        return Outputs(_TakenUp(folder.path) if self._earlier and folder.checkpoint.is_file() else folder)

    def report(self, folder: RunFolder, sofar: Callable[[], float | None], out: Outputs) -> Report:
        """Give what the experiment says with how it goes; each step also listens to the broker.

        Parameters
        ----------
        folder : RunFolder
            The run.
        sofar : callable
            Gives the joules used so far.
        out : Outputs
            Where results are kept.

        Returns
        -------
        Report
            A report whose steps may raise `Preempted`.
        """
        before = sum(each["joules"] for each in self._earlier)

        def _in_all() -> float | None:
            now = sofar()
            return None if now is None else now + before

        return _Listening(folder, _in_all, lambda: self._listen(sofar, out))

    def put_back(self, energy: Any) -> None:
        """Say that the run made room, and is waiting again.

        Parameters
        ----------
        energy : artia_lab.energy.Energy
            What it used so far.
        """
        self._folder.say("preempted", energy=energy.to_json())
        self._folder.say("state", state="queued", reason=words.made_room())

    def in_all(self, energy: Any) -> Any:
        """Add what a run used before it made room.

        Parameters
        ----------
        energy : artia_lab.energy.Energy
            What it used since.

        Returns
        -------
        artia_lab.energy.Energy
            What it used.
        """
        for each in self._earlier:
            grams = None if energy.co2e_g is None or each["co2e_g"] is None else energy.co2e_g + each["co2e_g"]
            energy = replace(
                energy,
                joules=energy.joules + each["joules"],
                co2e_g=grams,
                duration_s=energy.duration_s + each["duration_s"],
                parts={name: joules + each["parts"].get(name, 0.0) for name, joules in energy.parts.items()},
            )
        return energy

    def account(self) -> dict[str, Any]:
        """Give what the record shall say of the place.

        Returns
        -------
        dict
            ``slot``: ``kind``, ``cores``, ``waited_s`` since it last asked, ``made_room`` and ``earlier_s``.
        """
        earlier = sum(each["duration_s"] for each in self._earlier)
        counts = {"made_room": len(self._earlier), "earlier_s": round(earlier, 3)}
        return {"slot": self._described() | counts} if self._granted is not None else {}

    def _described(self) -> dict[str, Any]:
        granted = self._granted or {}
        where: dict[str, Any] = {"kind": "cpu", "cores": len(granted.get("cores", ()))}
        if granted.get("gpu"):
            where = {"kind": "gpu", "memory_mb": granted["memory_mb"]}
        return where | {"waited_s": round(self._waited_s, 3)}

    def _ask(self) -> dict[str, Any] | None:
        """Ask, and wait for as long as the broker answers; None for the moment, where too many of ours wait."""
        needs = {field.name: getattr(self._needs, field.name) for field in fields(Needs)}
        self.give_back()
        self._line = line.connect(self._where)
        self._line.send({"ask": {"run": self._folder.id, **needs}, **line.credentials()})
        while True:
            message = self._line.receive(LOOK_S)
            if message is None:
                self._heed_stop()
            elif "wait" in message:
                turn = message["wait"]
                self._say(turn["reason"], turn["position"], turn["expected_s"])
            elif "granted" in message:
                self._line.send({"here": True})
                if "go" not in (self._line.receive(PATIENCE_S) or {}):
                    raise ConnectionResetError("the place was given to somebody else")
                granted: dict[str, Any] = message["granted"]
                return granted
            elif message.get("refused") == "many":
                return None
            elif "refused" in message:
                raise Failure(words.refused(message["refused"]))

    def _listen(self, sofar: Callable[[], float | None], out: Outputs) -> None:
        """Hear whether to make room; a broker that is away does not disturb the work."""
        now = time.monotonic()
        if now < self._next_listen or self._granted is None or self._forgotten:
            return
        self._next_listen = now + LISTEN_S
        try:
            if self._line is None:
                self._return()
            if now >= self._next_tell:
                self._next_tell = now + TELL_S
                self._tell(sofar, out)
            self._hear(out)
        except OSError:
            self.give_back()
            self._next_listen, self._next_tell = now + RETRY_S, 0.0

    def _return(self) -> None:
        """Find the broker that came after the one who gave us this place."""
        granted = self._granted or {}
        self._line = line.connect(self._where)
        held = {"run": self._folder.id, "held": granted["id"], "proof": granted["proof"]}
        self._line.send({"ask": held, **line.credentials()})
        answer = self._line.receive(PATIENCE_S) or {}
        if "refused" in answer:
            # It knows nothing of us: the work goes on to its end all the same.
            self._forgotten = True
            self.give_back()

    def _tell(self, sofar: Callable[[], float | None], out: Outputs) -> None:
        if self._line is not None:
            self._resumable = self._can_leave(out)
            self._line.send({"used_j": round(sofar() or 0.0, 2), "resumable": self._resumable})

    def _hear(self, out: Outputs) -> None:
        while self._line is not None and (message := self._line.receive(0.0)) is not None:
            match message.get("leave"):
                case "freed":
                    raise Cancelled(words.freed())
                case "turn":
                    if self._can_leave(out):
                        raise Preempted(words.made_room())
                    self._line.send({"stays": True})

    def _can_leave(self, out: Outputs) -> bool:
        # What was kept already would be kept twice.
        return not out.kept and self._folder.checkpoint.is_file()

    def _say(self, reason: str, position: int | None = None, expected_s: int | None = None) -> None:
        said = reason, position, expected_s
        if said != self._said:
            self._said = said
            self._folder.say(
                "queued", position=position, reason=words.waiting(reason), why=reason, expected_s=expected_s
            )

    def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (rest := end - time.monotonic()) > 0:
            self._heed_stop()
            time.sleep(min(rest, LOOK_S))

    def _heed_stop(self) -> None:
        found, self._read = self._folder.events(self._read)
        self._earlier += [each["energy"] for each in found if each["event"] == "preempted"]
        if any(each["event"] == "stop" for each in found):
            raise Cancelled(_("The run was stopped."))


class _Listening(Report):
    """A report that listens to the broker at each step."""

    def __init__(self, folder: RunFolder, sofar: Callable[[], float | None], listen: Callable[[], None]) -> None:
        super().__init__(folder, sofar)
        self._listen = listen

    def step(self, i: int, n: int, **metrics: float) -> None:
        super().step(i, n, **metrics)
        self._listen()


class _TakenUp(RunFolder):
    """The folder of a run that made room, and goes on from its own checkpoint."""

    def request(self) -> Request:
        return replace(super().request(), resumes=self.id)
