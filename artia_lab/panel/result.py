"""What came of a run, kept in a notebook and usable in its later cells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from artia_lab.errors import NotFound
from artia_lab.experiments import Experiment
from artia_lab.i18n import _, ngettext
from artia_lab.panel import static
from artia_lab.panel.outcome import outcome
from artia_lab.panel.plain import plainly
from artia_lab.panel.trace import table
from artia_lab.runs import RunFolder

# What an experiment that looks at works calls the text it makes of them.
REPORT = "report"


class Result:
    """A run that has ended.

    Parameters
    ----------
    folder : RunFolder
        The run.
    record : dict
        Its record.
    experiment : artia_lab.experiments.Experiment
        What ran.

    Attributes
    ----------
    folder : RunFolder
        The run.
    record : dict
        Its record.
    """

    def __init__(self, folder: RunFolder, record: dict[str, Any], experiment: Experiment) -> None:
        self.folder, self.record = folder, record
        self._experiment = experiment

    def show(self) -> None:
        """Leave the works and what is to be said of them in the notebook, as static outputs."""
        from IPython.display import display

        told = outcome(self._experiment, self.folder)
        for each in static.works(self.folder.path, told["works"]):
            display(each, raw=True)
        display(static.report(told), raw=True)

    def show_trace(self, name: str, *, longest: str = "") -> None:
        """Leave a trace of the run, which explains a work, in the notebook as a static output.

        Parameters
        ----------
        name : str
            Name of the trace, without suffix: a picture or a table.
        longest : str
            A column of the table: its longest cells come first. By default the rows keep their order.

        Raises
        ------
        NotFound
            If the run kept no such trace.
        """
        from IPython.display import display

        with plainly():
            traces = outcome(self._experiment, self.folder)["traces"]
            shown = {Path(each["file"]).stem: each for each in traces if each["medium"] in ("image", "table")}
            if name not in shown:
                raise NotFound(
                    _("This run kept no trace “{name}”. It kept: {list}.").format(name=name, list=", ".join(shown))
                )
            trace = shown[name]
            if trace["medium"] == "image":
                display(static.work(self.folder.path, trace), raw=True)
            else:
                display(table(self.folder.path / trace["path"], longest), raw=True)

    def __repr__(self) -> str:
        """Say what was made, in words that do not change from one execution or machine to the next."""
        works = [each for each in self.record["outputs"] if each["kind"] == "work"]
        if not works:
            return _("This run made nothing.")
        said = [_described(self.folder, each) for each in works]
        items = ngettext("Made from {count} item.", "Made from {count} items.", len(self.record["items"]))
        return "\n".join([*said, items.format(count=len(self.record["items"]))])


def _described(folder: RunFolder, entry: dict[str, Any]) -> str:
    path = folder.path / entry["path"]
    if entry["medium"] == "image":
        from PIL import Image

        with Image.open(path, formats=["PNG"]) as picture:
            return _("A picture of {width} × {height} pixels.").format(width=picture.width, height=picture.height)
    if entry["medium"] == "audio":
        import soundfile

        seconds = round(soundfile.info(path).duration)
        return ngettext("A sound of about {count} second.", "A sound of about {count} seconds.", seconds).format(
            count=seconds
        )
    if path.stem == REPORT:
        return _("A report.")
    return _("A text.") if path.stat().st_size else _("An empty text.")
