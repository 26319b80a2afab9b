"""Changes of what stands in an executed notebook, or of what is said around the works, whatever the runs hold."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from made import Made
from PIL import Image

WIDGETS = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
PICTURE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")

Apply = Callable[[Made], object]


def code(document: dict[str, Any], words: str) -> dict[str, Any]:
    """Find the cell of code that holds some words."""
    return next(
        each for each in document["cells"] if each["cell_type"] == "code" and words in "".join(each["source"])
    )


def replaced(words: str, before: str, after: str) -> Apply:
    """Change what a cell shows or prints, in every form of it."""

    def _apply(document: dict[str, Any]) -> None:
        cell = code(document, words)
        said = json.dumps(cell["outputs"], ensure_ascii=False)
        assert before in said, before
        cell["outputs"] = json.loads(said.replace(before, after))

    return lambda made: made.change_document(_apply)


def shows_nothing(words: str, number: int) -> Apply:
    """Take one output of a cell away."""
    return lambda made: made.change_document(lambda document: code(document, words)["outputs"].pop(number))


def raises(words: str) -> Apply:
    """Let a cell end in an error, and those after it unexecuted."""

    def _apply(document: dict[str, Any]) -> None:
        _cut(document, words, "ValueError", "the share of what comes from nowhere is 1.2 %")

    return lambda made: made.change_document(_apply)


def dies(words: str) -> Apply:
    """Let the kernel die in a cell, as `artia rerun` tells it, and the run it waited for end unrecorded."""

    def _apply(document: dict[str, Any]) -> None:
        _cut(document, words, "DeadKernelError", "The kernel was ended while it executed this cell.")

    def _die(made: Made) -> None:
        made.change_document(_apply)
        for each in made.runs:
            (each.path / "record.json").unlink()

    return _die


def _cut(document: dict[str, Any], words: str, name: str, sentence: str) -> None:
    stopped = code(document, words)
    after = document["cells"][document["cells"].index(stopped) :]
    for cell in after:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
            cell["metadata"]["papermill"] |= {"status": "pending", "exception": None}
    stopped["outputs"] = [{"output_type": "error", "ename": name, "evalue": sentence, "traceback": [sentence]}]
    stopped["metadata"]["papermill"] |= {"status": "failed", "exception": True}


def picture_in_cell(words: str, change: Callable[[np.ndarray], np.ndarray]) -> Apply:
    """Change the picture that a cell shows, and not the file of the run."""

    def _apply(document: dict[str, Any]) -> None:
        cell = code(document, words)
        said, count = PICTURE.subn(lambda found: _changed(found, change), json.dumps(cell["outputs"]), count=1)
        assert count
        cell["outputs"] = json.loads(said)

    return lambda made: made.change_document(_apply)


def _changed(found: re.Match[str], change: Callable[[np.ndarray], np.ndarray]) -> str:
    pixels = change(np.array(Image.open(io.BytesIO(base64.b64decode(found[1])))))
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "PNG", compress_level=1)
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode()}"


def widget(trait: str, change: Callable[[Any], Any]) -> Apply:
    """Change a trait of the widget that has it, and nothing that a cell shows."""

    def _apply(document: dict[str, Any]) -> None:
        states = document["metadata"]["widgets"][WIDGETS]["state"].values()
        found = next(each["state"] for each in states if trait in each["state"])
        before = json.dumps(found[trait])
        found[trait] = change(found[trait])
        assert json.dumps(found[trait]) != before

    return lambda made: made.change_document(_apply)


def in_output_widget(words: str) -> Apply:
    """Move what a cell shows into an `ipywidgets.Output`, as many notebooks have it."""

    def _apply(document: dict[str, Any]) -> None:
        cell = code(document, words)
        state = document["metadata"]["widgets"][WIDGETS]["state"]
        state["f0" * 16] = {
            "model_name": "OutputModel",
            "model_module": "@jupyter-widgets/output",
            "model_module_version": "1.0.0",
            "state": {"outputs": cell["outputs"], "msg_id": "", "layout": ""},
        }
        view = {"version_major": 2, "version_minor": 0, "model_id": "f0" * 16}
        shown = {VIEW: view, "text/plain": "Output()"}
        cell["outputs"] = [{"output_type": "display_data", "data": shown, "metadata": {}}]

    return lambda made: made.change_document(_apply)


def picture_in_widget(change: Callable[[np.ndarray], np.ndarray]) -> Apply:
    """Change the picture that an output widget holds."""

    def _apply(document: dict[str, Any]) -> None:
        state = document["metadata"]["widgets"][WIDGETS]["state"]["f0" * 16]["state"]
        said, count = PICTURE.subn(lambda found: _changed(found, change), json.dumps(state["outputs"]), count=1)
        assert count
        state["outputs"] = json.loads(said)

    return lambda made: made.change_document(_apply)


def another_day(made: Made) -> None:
    """Change what every execution changes: energy, times, ids, folders, dates."""

    def _later(record: dict[str, Any]) -> None:
        record["timings"] = {name: value * 3.3 for name, value in record["timings"].items()}
        sentence = record["energy"]["sentence"]
        record["energy"] |= {"joules": record["energy"]["joules"] * 2, "sentence": _more(sentence)}

    for number in range(len(made.runs)):
        made.change_record(_later, number)
    made.show_again()
    made.rename_runs()

    def _times(document: dict[str, Any]) -> None:
        document["metadata"]["papermill"] |= {
            "start_time": "2027-01-01T00:00:00+00:00",
            "end_time": "2027-01-01T00:10:00+00:00",
            "duration": 600.0,
            "output_path": "/home/somebody/reruns/today.ipynb",
        }

    made.change_document(_times)


def _more(sentence: str) -> str:
    return re.sub(r"\d+", lambda found: str(int(found[0]) + 7), sentence)


def environment(change: dict[str, Any]) -> Apply:
    """Say that the runs were made elsewhere."""

    def _apply(record: dict[str, Any]) -> None:
        for name, value in change.items():
            place, _dot, leaf = name.rpartition(".")
            part = record["environment"]
            for each in filter(None, place.split(".")):
                part = part.setdefault(each, {})
            part[leaf] = value

    def _everywhere(made: Made) -> None:
        for number in range(len(made.runs)):
            made.change_record(_apply, number)

    return _everywhere


HERE: dict[str, Any] = {}
LOWER = {"cpu.capability": "DEFAULT", "cpu.flags": ["sse4_2"], "cpu.model": "Another processor"}
GPU = {
    "device": {"kind": "cuda", "names": ["A graphics card"], "capability": ["9.0"], "cuda": "13.0", "cudnn": 91000}
}
