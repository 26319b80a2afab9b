"""A process told from another that got its number later: by when the system started it."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

# The place of the start time among what follows the name in /proc/PID/stat.
STARTED = 19


@dataclass(frozen=True, kw_only=True)
class Identity:
    """One process, whatever happens to its number afterwards.

    Attributes
    ----------
    pid : int
        Its number.
    began : str
        Which start of the machine, and when since then, in the system's ticks.
    """

    pid: int
    began: str

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """Look at a process.

        Parameters
        ----------
        pid : int
            Its number.

        Returns
        -------
        Identity or None
            None if there is no such process, or it has ended and only waits to be buried.
        """
        try:
            words = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except OSError:
            return None
        return None if words[0] in "ZX" else cls(pid=pid, began=f"{boot}:{words[STARTED]}")

    def lives(self) -> bool:
        """Tell whether it is still there.

        Returns
        -------
        bool
            False when it has ended, even if another process has its number.
        """
        return Identity.of(self.pid) == self

    def signal(self, number: int) -> bool:
        """Send it a signal, and never to another process.

        Parameters
        ----------
        number : int
            Which one; 0 only looks.

        Returns
        -------
        bool
            Whether it was there.
        """
        try:
            handle = os.pidfd_open(self.pid)
        except OSError:
            return False
        try:
            # The handle is of whatever has the number now: looked at after it is held.
            if not self.lives():
                return False
            signal.pidfd_send_signal(handle, number)
        except ProcessLookupError:
            return False
        finally:
            os.close(handle)
        return True
