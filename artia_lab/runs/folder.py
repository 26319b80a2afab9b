"""A run on disk. `RunFolder` owns every path in it, and nothing else writes there."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from artia_lab.errors import Failure, Mistake
from artia_lab.i18n import _
from artia_lab.runs import events
from artia_lab.runs.files import write_atomically, write_json
from artia_lab.runs.request import Request

ACTIVE = ("queued", "running")
STATES = (*ACTIVE, "finished", "failed", "cancelled", "interrupted")
RUN_ID = re.compile(r"\d{8}-\d{6}-[a-z0-9_.-]+-[0-9a-f]{6}")

# Room kept aside so that a run which filled the disk can still say so.
RESERVE_BYTES = 65_536
_OF_WAITING = ("position", "reason", "why", "expected_s")
# A worker that has not said that it stopped after this long is ended.
STOP_GRACE_S = 0.7


class RunFolder:
    """One execution, as a folder; the truth about it is on the disk alone.

    Parameters
    ----------
    path : Path
        The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path).absolute()

    @property
    def id(self) -> str:
        """The run's id, which is the folder's name.

        Returns
        -------
        str
            For example ``20261122-142530-image.self-mosaic-3f9a1c``.
        """
        return self.path.name

    @property
    def outputs_folder(self) -> Path:
        """Where outputs are.

        Returns
        -------
        Path
            The folder ``outputs``.
        """
        return self.path / "outputs"

    @property
    def diary(self) -> Path:
        """Where events are.

        Returns
        -------
        Path
            The file ``events.jsonl``.
        """
        return self.path / "events.jsonl"

    @property
    def checkpoint(self) -> Path:
        """Where work that takes long can be taken up again.

        Returns
        -------
        Path
            A safetensors file, if the experiment has written one.
        """
        return self.path / "checkpoint.safetensors"

    @property
    def _record(self) -> Path:
        return self.path / "record.json"

    @property
    def _reserve(self) -> Path:
        return self.path / ".reserve"

    @classmethod
    def create(cls, request: Request, parent: Path, checkpoint: Path | None = None) -> tuple[Self, int]:
        """Make the folder of a new run, already claimed by the caller.

        Parameters
        ----------
        request : Request
            What is asked.
        parent : Path
            The folder to make it in.
        checkpoint : Path, optional
            The checkpoint of an earlier run, which this one goes on from.

        Returns
        -------
        folder : RunFolder
            The new run, queued.
        claim : int
            The descriptor that says somebody works on it; whoever does keeps it open.

        Raises
        ------
        Mistake
            If the place cannot be written to, or the disk is full.
        """
        parent = Path(parent).absolute()
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
        name = f"{stamp}-{request.experiment}-{secrets.token_hex(3)}"
        aside = parent / f".{name}"
        try:
            (aside / "outputs").mkdir(parents=True)
            folder = cls(aside)
            folder._reserve.write_bytes(bytes(RESERVE_BYTES))
            write_json(aside / "request.json", request.to_json())
            if checkpoint is not None:
                shutil.copyfile(checkpoint, folder.checkpoint)
            folder.diary.touch()
            claimed = events.claim(folder.diary)
            events.append(folder.diary, "state", state="queued")
            # It appears whole and claimed, so that nobody takes it for interrupted.
            os.rename(aside, parent / name)
        except OSError as error:
            shutil.rmtree(aside, ignore_errors=True)
            raise Mistake(
                _(
                    "The run cannot be kept in “{folder}”: {reason}. Make room there, or choose another folder."
                ).format(folder=parent, reason=os.strerror(error.errno or 0))
            ) from error
        if claimed is None:
            raise Failure(_("The new run “{name}” was taken by another process.").format(name=name))
        return cls(parent / name), claimed

    def request(self) -> Request:
        """Read what was asked.

        Returns
        -------
        Request
            The request.
        """
        return Request.from_json(json.loads((self.path / "request.json").read_text(encoding="utf-8")))

    def record(self) -> dict[str, Any] | None:
        """Read what came of it.

        Returns
        -------
        dict or None
            The record, or None while there is none.
        """
        try:
            record: dict[str, Any] = json.loads(self._record.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return record

    def events(self, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Read the events since an offset.

        Parameters
        ----------
        offset : int
            Where the last reading ended, in bytes.

        Returns
        -------
        events : list of dict
            What happened since.
        offset : int
            Where this reading ended.
        """
        return events.read(self.diary, offset)

    def status(self) -> str:
        """Say the state of the run.

        Returns
        -------
        str
            One of `STATES`.
        """
        record = self.record()
        if record is None:
            if events.worked_on(self.diary):
                states = [each["state"] for each in self.events()[0] if each["event"] == "state"]
                return states[-1] if states else "queued"
            # It may have been written between the two looks.
            record = self.record()
        return "interrupted" if record is None else str(record["status"])

    def progress(self) -> dict[str, Any]:
        """Sum up the events for a view.

        Returns
        -------
        dict
            ``state``; ``step``, ``steps`` and ``metrics`` of the last step; ``preview``, ``outputs``,
            ``warnings``, ``pid`` and ``energy_j`` as far as they are known. While it waits for a place to compute,
            ``position`` in the queue, ``reason`` in a sentence and ``why`` in a word, and ``expected_s``, about
            how long it still takes, in s; None for what nobody can tell.
        """
        known: dict[str, Any] = {
            "state": self.status(),
            "step": 0,
            "steps": 0,
            "metrics": {},
            "outputs": [],
            "warnings": [],
        }
        for each in self.events()[0]:
            match each["event"]:
                case "step":
                    known |= {name: each[name] for name in ("step", "steps", "metrics")}
                case "output":
                    known["outputs"].append(each["output"])
                case "warning":
                    known["warnings"].append(each["message"])
                case "preview":
                    known |= {"preview": each["path"], "preview_number": each["number"]}
            if each["event"] in ("state", "slot"):
                # It waits no longer, or waits anew.
                known = {name: value for name, value in known.items() if name not in _OF_WAITING}
            known |= {name: each[name] for name in ("pid", "energy_j", *_OF_WAITING) if name in each}
        return known

    def say(self, event: str, /, **details: Any) -> int:
        """Append an event.

        Parameters
        ----------
        event : str
            Its kind.
        **details
            What else there is to say.

        Returns
        -------
        int
            How many bytes were appended.
        """
        return events.append(self.diary, event, **details)

    def keep(self, name: str, write: Callable[[Path], object]) -> Path:
        """Write one file of the run atomically.

        Parameters
        ----------
        name : str
            Its path inside the folder.
        write : callable
            Given the path to write to.

        Returns
        -------
        Path
            Where it stands.
        """
        path = self.path / name
        write_atomically(path, write)
        return path

    def finish(self, record: dict[str, Any]) -> None:
        """Write the record, which ends the run.

        Parameters
        ----------
        record : dict
            What came of it.
        """
        self._reserve.unlink(missing_ok=True)
        if record["status"] == "finished":
            self.checkpoint.unlink(missing_ok=True)
        for preview in self.path.glob("preview.*"):
            if record["status"] == "finished":
                preview.unlink(missing_ok=True)
        write_json(self._record, record)

    def stop(self) -> str:
        """Stop the work, whatever it is doing, within a second; what it has made is kept.

        Returns
        -------
        str
            The state afterwards.
        """
        if self.status() not in ACTIVE:
            return self.status()
        self.say("stop")
        progress = self.progress()
        pid = progress.get("pid")
        if pid is None:
            # Run inside a program of the person's, which sees the event at its next step and lives on.
            return self.wait(STOP_GRACE_S)
        _signal(pid, signal.SIGTERM)
        if self.wait(STOP_GRACE_S) in ACTIVE:
            _signal(pid, signal.SIGKILL)
            self.wait(STOP_GRACE_S)
        with events.held(self.diary) as nobody_works:
            if nobody_works and self.record() is None:
                self.finish(self.closing_record("cancelled"))
        return self.status()

    def closing_record(self, status: str) -> dict[str, Any]:
        """Make the record of a run whose worker is no longer there to write it.

        Parameters
        ----------
        status : str
            How it ended.

        Returns
        -------
        dict
            The record, with the outputs already kept.
        """
        asked, progress = self.request(), self.progress()
        return {
            "format": 1,
            "id": self.id,
            "status": status,
            "experiment": asked.experiment,
            "parameters": asked.parameters,
            "seed": asked.parameters.get("seed", 0),
            "language": asked.language,
            "corpus": {"id": asked.corpus_id, "digest": asked.corpus_digest},
            "outputs": progress["outputs"],
            "items": [],
            "likeness": None,
            "timings": {},
            "energy": None,
            "environment": None,
            "warnings": progress["warnings"],
            "error": None,
        }

    def wait(self, timeout_s: float | None = None) -> str:
        """Wait until the run has ended.

        Parameters
        ----------
        timeout_s : float, optional
            How long at most, in seconds.

        Returns
        -------
        str
            The state then.
        """
        began = time.monotonic()
        end = None if timeout_s is None else began + timeout_s
        # The whole diary need not be read to know that the work goes on.
        while not self._record.exists() and events.worked_on(self.diary):
            if end is not None and time.monotonic() >= end:
                break
            # The end is known late by a fiftieth of the time it took, or by 5 ms, and never by more than 50.
            time.sleep(min(max(0.005, (time.monotonic() - began) / 50), 0.05))
        return self.status()


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        # Gone already, or not ours: the lock tells which.
        return
