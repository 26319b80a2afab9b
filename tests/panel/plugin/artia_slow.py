"""A third party's experiment, as slow and as faulty as a test wants: it lightens a grey square step by step."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from typing import Any

from artia_lab import parameters as p
from artia_lab.errors import MaterialError
from artia_lab.experiments import Experiment
from artia_lab.i18n import Text

# A package that is slow to import, as those that bring a neural network are.
time.sleep(float(os.environ.get("ARTIA_SLOW_IMPORT", "0")))


def _same(words: str) -> Text:
    return Text(fr=words, en=words)


@dataclass(frozen=True, kw_only=True)
class Parameters(p.Parameters):
    """What can be set: one control of each kind."""

    width: int = p.whole(16, 4, 64, step=4, unit="px", label=_same("Width"), help=_same("Side of the square."))
    light: float = p.real(0.5, 0.0, 1.0, 0.05, label=_same("Light"), help=_same("How light it ends."))
    steps: int = p.whole(3, 1, 600, label=_same("Steps"), help=_same("How many steps, a tenth of a second each."))
    source: str = p.item("image", label=_same("Picture"), help=_same("The picture it starts from."))
    ending: str = p.choice(
        "well",
        {"well": _same("Well"), "mistake": _same("Mistake"), "error": _same("Error"), "killed": _same("Killed")},
        label=_same("Ending"),
        help=_same("How it ends."),
    )
    sound: bool = p.switch(False, label=_same("Sound"), help=_same("Whether it makes a sound too."))
    words: str = p.line("", 200, label=_same("Words"), help=_same("What it writes."))


def run(parameters: Parameters, corpus: Any, out: Any, report: Any) -> None:
    """Make the square."""
    import numpy as np

    item = corpus.item(parameters.source, "image") if parameters.source else corpus.items("image")[0]
    corpus.picture(item, max_side=32)
    square = np.zeros((parameters.width, parameters.width, 3), dtype=np.float32)
    for number in range(1, parameters.steps + 1):
        time.sleep(0.1)
        square += parameters.light / parameters.steps
        report.preview(square)
        report.step(number, parameters.steps, loss=1 / number)
        if number == 1:
            out.table([{"light": parameters.light}], name="levels")
    if parameters.ending == "mistake":
        raise MaterialError(f"“{item.file}” is too dark. Choose another.")
    if parameters.ending == "error":
        raise ZeroDivisionError("a fault in the experiment")
    if parameters.ending == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    out.image(square)
    if parameters.words:
        out.text(parameters.words)
    if parameters.sound:
        out.audio(0.3 * np.sin(np.linspace(0, 800, 8000, dtype=np.float32)), 8000)


EXPERIMENT = Experiment(
    id="image.slow",
    title=_same("Slow square"),
    description=_same("Lightens a square, slowly."),
    medium="image",
    cluster="one-work",
    notebook="",
    memory_mb=50,
    seconds=5,
    gpu_helps=False,
    parameters=Parameters,
    run=run,
)
