"""The journal of a broker: who computed for how long and with how much energy, one JSON object a line, rotated."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


class Journal:
    """An append-only file, ``journal.jsonl``, and those before it, ``journal.1.jsonl`` and so on.

    Parameters
    ----------
    folder : Path
        Where it is.
    limit_bytes : int
        Size at which a new file is begun.
    files : int
        How many old ones are kept.
    """

    def __init__(self, folder: Path, limit_bytes: int, files: int) -> None:
        self._folder, self._limit, self._files = folder, limit_bytes, files

    def write(self, event: str, /, **details: Any) -> None:
        """Append one line; a full disk must not stop people from computing.

        Parameters
        ----------
        event : str
            Its kind: ``lease`` when a place is given back, or what a facilitator did.
        **details
            JSON types; no name of a work, no parameter and no token is ever among them.
        """
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        content = json.dumps({"time": now, "event": event, **details}, ensure_ascii=False, allow_nan=False) + "\n"
        with contextlib.suppress(OSError):
            descriptor = os.open(self._file(0), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            try:
                size = os.fstat(descriptor).st_size
                if size and size + len(content) > self._limit:
                    os.close(descriptor)
                    self._rotate()
                    descriptor = os.open(self._file(0), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                os.write(descriptor, content.encode())
            finally:
                os.close(descriptor)

    def read(self) -> Iterator[dict[str, Any]]:
        """Read what is kept.

        Yields
        ------
        dict
            Each line, the oldest first; one that a full disk cut short is left out.
        """
        for number in range(self._files, -1, -1):
            try:
                lines = self._file(number).read_text(encoding="utf-8", errors="replace").splitlines()
            except OSError:
                continue
            for each in lines:
                with contextlib.suppress(ValueError):
                    yield json.loads(each)

    def totals(self) -> list[dict[str, Any]]:
        """Sum up the leases that are kept.

        Returns
        -------
        list of dict
            ``workshop``, ``user``, ``leases``, ``slot_seconds``, ``waited_s`` and ``energy_j``.
        """
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for each in self.read():
            if each.get("event") != "lease":
                continue
            key = each["workshop"], each["user"]
            total = found.setdefault(
                key,
                {"workshop": key[0], "user": key[1], "leases": 0}
                | dict.fromkeys(("slot_seconds", "waited_s", "energy_j"), 0.0),
            )
            total["leases"] += 1
            for name in ("slot_seconds", "waited_s", "energy_j"):
                total[name] = round(total[name] + each[name], 3)
        return [found[key] for key in sorted(found)]

    def _file(self, number: int) -> Path:
        return self._folder / (f"journal.{number}.jsonl" if number else "journal.jsonl")

    def _rotate(self) -> None:
        for number in range(self._files - 1, -1, -1):
            with contextlib.suppress(FileNotFoundError):
                os.replace(self._file(number), self._file(number + 1))
