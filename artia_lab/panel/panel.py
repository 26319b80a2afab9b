"""The panel: one widget that holds a form, follows a run and shows what came of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from artia_lab import corpora, execute, experiments
from artia_lab.errors import ArtiaError, Cancelled, Failure, Mistake
from artia_lab.i18n import _, language, use_language
from artia_lab.panel import form, material, static
from artia_lab.panel.curve import Curve
from artia_lab.panel.follow import Follower
from artia_lab.panel.outcome import closing, outcome, record_of
from artia_lab.panel.plain import plainly
from artia_lab.panel.result import Result
from artia_lab.panel.words import words
from artia_lab.parameters import Parameters
from artia_lab.runs import ACTIVE, RunFolder, every_run, find_run

HERE = Path(__file__).parent


class Panel(anywidget.AnyWidget):
    """The form of an experiment, its run and its results; made with `open_panel`.

    Parameters
    ----------
    experiment : artia_lab.experiments.Experiment
        The experiment.
    corpus : str
        Id or folder of the corpus chosen at first.
    parameters : Parameters
        The values that the form shows at first.
    notebook : str
        The notebook it stands in, ``""`` when unknown.

    Attributes
    ----------
    folder : RunFolder or None
        The run it shows.
    """

    _esm = HERE / "panel.js"
    _css = HERE / "panel.css"

    language = traitlets.Unicode().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    experiment = traitlets.Dict().tag(sync=True)
    form: traitlets.List[Any] = traitlets.List().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    corpora: traitlets.List[Any] = traitlets.List().tag(sync=True)
    corpus = traitlets.Unicode().tag(sync=True)
    terms = traitlets.Dict().tag(sync=True)
    files = traitlets.Dict().tag(sync=True)
    mistakes = traitlets.Dict().tag(sync=True)
    notice = traitlets.Unicode().tag(sync=True)
    progress = traitlets.Dict().tag(sync=True)
    # The losses of a training under way; empty for other runs.
    curve = traitlets.Dict().tag(sync=True)
    # Id of a run that did not finish and can be gone on with.
    resumable = traitlets.Unicode().tag(sync=True)
    outcome = traitlets.Dict().tag(sync=True)

    def __init__(
        self, experiment: experiments.Experiment, corpus: str, parameters: Parameters, notebook: str = ""
    ) -> None:
        self._experiment, self._notebook = experiment, notebook
        self._follower: Follower | None = None
        self.folder: RunFolder | None = None
        super().__init__(
            language=language(),
            words=words(),
            experiment={
                "id": experiment.id,
                "title": str(experiment.title),
                "description": str(experiment.description),
            },
            form=form.described(experiment.parameters),
            values=parameters.to_json(),
            corpora=material.offered(experiment.media),
            corpus=corpus,
        )
        self._look_at_corpus()
        self.observe(self._heed_values, "values")
        self.observe(self._heed_corpus, "corpus")
        self.on_msg(self._heed_message)

    @property
    def parameters(self) -> Parameters:
        """What the form holds now, checked.

        Returns
        -------
        Parameters
            The values.

        Raises
        ------
        ParameterError
            If a value is not allowed.
        """
        return self._experiment.parameters.of(self.values)

    def start(self) -> RunFolder:
        """Start a run with what the form holds now, unless one is under way.

        Returns
        -------
        RunFolder
            The run.

        Raises
        ------
        Mistake
            If it cannot start as asked.
        """
        if self.folder is not None and self.folder.status() in ACTIVE:
            return self.folder
        with use_language(self.language), plainly():
            folder = execute.start(self._experiment.id, self.corpus, self.parameters, notebook=self._notebook)
        self.notice = ""
        self._attach(folder)
        return folder

    def resume(self) -> RunFolder:
        """Go on, in a new run, from the last checkpoint of the run that did not finish.

        Returns
        -------
        RunFolder
            The new run.

        Raises
        ------
        Mistake
            If there is nothing to go on from.
        """
        with use_language(self.language), plainly():
            folder = execute.resume(find_run(self.resumable), notebook=self._notebook)
        self.notice = ""
        self._attach(folder)
        return folder

    def stop(self) -> None:
        """Stop the run under way, if there is one; what it has made is kept."""
        if self.folder is not None:
            self.folder.stop()

    def result(self) -> Result:
        """Wait for the run, starting one when there is none, and leave its results in the notebook.

        Returns
        -------
        Result
            What came of it.

        Raises
        ------
        Mistake
            If the run cannot start, or something that the person can put right made it fail.
        Failure
            If it failed otherwise, or was interrupted.
        Cancelled
            If it was stopped, or if the waiting was.
        """
        with use_language(self.language), plainly():
            folder = self.folder or self.start()
            # Nobody looks at a rerun: its run is not slowed by reading how it goes over and over.
            follower = self._follower if "ARTIA_NOTEBOOK" in os.environ else None
            try:
                with follower.resting() if follower else nullcontext():
                    folder.wait()
            except KeyboardInterrupt:
                raise Cancelled(
                    _(
                        "You stopped waiting; the run itself goes on. Run this cell again to wait for it, "
                        "or press Stop in the panel to end it."
                    )
                ) from None
            # The follower hears of the end a little later, perhaps when the notebook is already saved.
            self.outcome = outcome(self._experiment, folder)
            result = Result(folder, record_of(folder), self._experiment)
            result.show()
            status = result.record["status"]
            if status == "finished":
                return result
            sentence = closing(folder, result.record)
            if status == "cancelled":
                raise Cancelled(sentence)
            kind = (result.record.get("error") or {}).get("kind")
            raise Mistake(sentence) if kind == "mistake" else Failure(sentence)

    def attach_to_last(self) -> None:
        """Take up the newest run of this notebook and experiment if it is under way; say if it was interrupted."""
        last = next((each for each in every_run() if self._is_of_here(each)), None)
        if last is None:
            return
        status = last.status()
        if status in ACTIVE:
            asked = last.request()
            self.corpus, self.values = asked.corpus_id, asked.parameters
            self._attach(last)
            return
        if status == "interrupted":
            with use_language(self.language):
                self.notice = closing(last, {"status": status})
        self._offer_to_resume(last)

    def _offer_to_resume(self, folder: RunFolder) -> None:
        self.resumable = folder.id if folder.checkpoint.is_file() else ""

    def close(self) -> None:
        """Take the panel away; a run under way goes on."""
        if self._follower is not None:
            self._follower.leave()
        super().close()

    def _is_of_here(self, folder: RunFolder) -> bool:
        try:
            asked = folder.request()
        except (OSError, ValueError, KeyError):
            # A folder that other hands emptied is no run of ours.
            return False
        return asked.notebook == self._notebook and asked.experiment == self._experiment.id

    def _attach(self, folder: RunFolder) -> None:
        if self._follower is not None:
            self._follower.leave()
        self.folder = folder
        self.outcome = {}
        self.resumable = ""
        self.curve = {}
        since, losses = (folder.path / "request.json").stat().st_mtime, Curve(folder)

        def tell(progress: dict[str, Any]) -> None:
            if self.folder is not folder:
                return
            with use_language(self.language):
                if progress["state"] not in (*ACTIVE, "gone"):
                    self.outcome = outcome(self._experiment, folder)
                    self._offer_to_resume(folder)
                if progress["state"] in ACTIVE:
                    self.curve = losses.read()
            names = ["state", "step", "steps", "energy_j", "preview", "preview_number"]
            names += ["position", "reason", "expected_s"]
            self.progress = {
                "run": folder.id,
                "seconds": round(time.time() - since, 1),
                **{name: progress[name] for name in names if name in progress},
            }

        self.progress = {"run": folder.id, "state": "queued", "seconds": round(time.time() - since, 1)}
        self._follower = Follower(folder, tell)
        self._follower.start()

    def _look_at_corpus(self) -> None:
        media = {each["medium"] for each in self.form if each["kind"] == "item"}
        corpus = material.usable(self.corpus, self._experiment.media)
        self.files = material.files(corpus, media)
        self.terms = material.terms(corpus)
        if all(each["id"] != corpus.id for each in self.corpora):
            label = f"{corpus.title} ({material.counted(corpus)})"
            self.corpora = [{"id": corpus.id, "label": label}, *self.corpora]
        self.corpus = corpus.id

    def _heed_corpus(self, _change: Any) -> None:
        with use_language(self.language):
            try:
                self._look_at_corpus()
            except ArtiaError as error:
                self.mistakes = {**self.mistakes, "corpus": str(error)}
                self.terms = {}
                return
        self.mistakes = {name: said for name, said in self.mistakes.items() if name != "corpus"}
        # A file of the corpus that was chosen before is no longer on offer.
        lost = {
            each["name"]: ""
            for each in self.form
            if each["kind"] == "item" and self.values.get(each["name"]) not in self.files[each["medium"]]
        }
        self.values = {**self.values, **lost}

    def _heed_values(self, _change: Any) -> None:
        with use_language(self.language):
            mistakes = form.checked(self._experiment.parameters, self.values)[1]
        kept = {name: said for name, said in self.mistakes.items() if name == "corpus"}
        self.mistakes = {**kept, **mistakes}

    def _heed_message(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        match content.get("kind"):
            case "run":
                self._run_as_asked(content)
            case "stop":
                # Said while the kernel was busy, it is heard later: perhaps when another run is under way.
                if self.folder is not None and self.folder.id == content.get("run"):
                    self.stop()
            case "resume":
                self._answer_with(self.resume)
            case "file":
                self._send_file(content)

    def _run_as_asked(self, content: dict[str, Any]) -> None:
        self.corpus, self.values = str(content["corpus"]), dict(content["values"])
        if self.mistakes.keys() - {""}:
            self.send({"kind": "refused"})
            return
        self._answer_with(self.start)

    def _answer_with(self, start: Callable[[], RunFolder]) -> None:
        try:
            start()
        except ArtiaError as error:
            self.mistakes = {"": str(error)}
            self.send({"kind": "refused"})
        else:
            self.mistakes = {}

    def _send_file(self, content: dict[str, Any]) -> None:
        found = None
        if self.folder is not None and self.folder.id == content.get("run"):
            found = _inside(self.folder, str(content.get("path")))
        reply = {"kind": "file", "id": content.get("id"), "found": found is not None}
        self.send(reply, [found.read_bytes()] if found else [])

    def _repr_mimebundle_(self, **_options: Any) -> Any:
        with use_language(self.language):
            html, plain = static.form_as_html(self._experiment, self.terms.get("sentence", ""), self.values)
        return static.living(super()._repr_mimebundle_(), html, plain)


def open_panel(experiment: str, *, corpus: str | Path = "", **values: object) -> Panel:
    """Open the panel of an experiment; as the last expression of a cell, it is shown.

    Parameters
    ----------
    experiment : str
        Id of the experiment, such as ``"image.self-mosaic"``.
    corpus : str or Path
        Id or folder of a corpus; by default the starter of the experiment's first medium, in the language in
        force.
    **values : object
        Parameters by name; the others keep their defaults.

    Returns
    -------
    Panel
        The panel. It takes up the run of this notebook that is under way, if there is one.

    Raises
    ------
    Mistake
        If the experiment, the corpus or a parameter does not exist or is not allowed.
    """
    with plainly():
        what = experiments.load(experiment)
        parameters = what.parameters.of(values)
        chosen = str(corpus) or corpora.starter(what.media[0])
        notebook = os.environ.get("ARTIA_NOTEBOOK") or Path(os.environ.get("JPY_SESSION_NAME", "")).name
        panel = Panel(what, chosen, parameters, notebook)
    # A rerun begins afresh, and so does a script.
    if notebook and "ARTIA_NOTEBOOK" not in os.environ:
        panel.attach_to_last()
    return panel


def _inside(folder: RunFolder, path: str) -> Path | None:
    """Find a file of a run, and nothing outside of it."""
    found = (folder.path / path).resolve()
    return found if found.is_file() and found.is_relative_to(folder.path.resolve()) else None
