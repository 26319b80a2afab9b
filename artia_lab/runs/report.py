"""How the work goes: the ``report`` an experiment is given."""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artia_lab.errors import Cancelled
from artia_lab.i18n import _
from artia_lab.runs.folder import RunFolder
from artia_lab.runs.outputs import to_pixels

if TYPE_CHECKING:
    import numpy as np

# Views cannot show more than this, and the diary stays small.
STEPS_PER_SECOND = 8
PREVIEW_INTERVAL_S = 0.4


class Report:
    """Writes steps, previews and warnings into the diary of a run, and stops the work when it is asked to.

    Parameters
    ----------
    folder : RunFolder
        The run.
    energy_so_far : callable, optional
        Gives the joules used so far, or None when nobody knows.
    """

    def __init__(self, folder: RunFolder, energy_so_far: Callable[[], float | None] | None = None) -> None:
        self._folder = folder
        self._energy_so_far = energy_so_far
        self._read = folder.diary.stat().st_size
        self._stopped = False
        self._last_step = self._last_preview = float("-inf")
        self._previews = 0
        self.warnings: list[str] = []

    def step(self, i: int, n: int, **metrics: float) -> None:
        """Say that step `i` of `n` is done.

        Parameters
        ----------
        i, n : int
            This step, from 1, and how many there are.
        **metrics
            Finite numbers worth watching.

        Raises
        ------
        Cancelled
            If the person stopped the run.
        """
        self._heed_stop()
        now = time.monotonic()
        if i < n and now - self._last_step < 1 / STEPS_PER_SECOND:
            return
        self._last_step = now
        details: dict[str, Any] = {"step": int(i), "steps": int(n)}
        details["metrics"] = {name: round(float(value), 6) for name, value in metrics.items()}
        joules = self._energy_so_far() if self._energy_so_far else None
        if joules is not None:
            details["energy_j"] = round(joules, 2)
        self._folder.say("step", **details)

    def preview(self, content: np.ndarray | str, sr: int | None = None) -> None:
        """Show what there is so far; the last preview is what remains of a run that is stopped.

        Parameters
        ----------
        content : np.ndarray or str
            A picture ``[h, w, 3]``, a sound ``[n]`` with its `sr`, or a text.
        sr : int, optional
            Sampling rate of a sound, in Hz.

        Raises
        ------
        Cancelled
            If the person stopped the run.
        """
        self._heed_stop()
        now = time.monotonic()
        if now - self._last_preview < PREVIEW_INTERVAL_S:
            return
        self._last_preview = now
        self._previews += 1
        name, write = _preview_file(content, sr)
        self._folder.keep(name, write)
        self._folder.say("preview", path=name, number=self._previews)

    def warn(self, sentence: str) -> None:
        """Tell the person something that did not stop the work.

        Parameters
        ----------
        sentence : str
            A whole sentence in the language in force.
        """
        self.warnings.append(sentence)
        self._folder.say("warning", message=sentence)

    def _heed_stop(self) -> None:
        if not self._stopped and self._folder.diary.stat().st_size > self._read:
            found, self._read = self._folder.events(self._read)
            self._stopped = any(each["event"] == "stop" for each in found)
        if self._stopped:
            raise Cancelled(_("The run was stopped."))


def _preview_file(content: Any, sr: int | None) -> tuple[str, Callable[[Path], object]]:
    if isinstance(content, str):
        return "preview.txt", lambda aside: aside.write_text(content, encoding="utf-8")
    if sr is not None:
        import soundfile

        encoded = BytesIO()
        soundfile.write(encoded, content.T, sr, subtype="PCM_16", format="WAV")
        return "preview.wav", lambda aside: aside.write_bytes(encoded.getbuffer())
    from PIL import Image

    pixels = to_pixels(content)
    return "preview.png", lambda aside: Image.fromarray(pixels).save(aside, compress_level=1)
