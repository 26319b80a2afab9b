"""The one join: parameters + corpus + experiment → a run folder, in this process or in one of its own.

``python -m artia_lab.execute FOLDER CLAIM`` is the worker of the ``local`` executor, which waits for its place to
compute where places are shared. It outlives whoever started it: a closed tab, a restarted kernel.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from artia_lab import corpora, experiments, slots, warm
from artia_lab.errors import ArtiaError, Cancelled, Mistake, ParameterError
from artia_lab.i18n import _, language, use_language
from artia_lab.parameters import Parameters
from artia_lab.runs import ACTIVE, Request, RunFolder, runs_folder


def start(
    experiment: str,
    corpus: str | Path,
    parameters: Parameters | Mapping[str, object] | None = None,
    *,
    executor: str = "local",
    notebook: str = "",
    out: Path | None = None,
) -> RunFolder:
    """Check everything that can be checked, then start a run.

    Parameters
    ----------
    experiment : str
        Id of the experiment.
    corpus : str or Path
        Id or folder of the corpus.
    parameters : Parameters or mapping, optional
        Values by name; the others keep their defaults.
    executor : {"local", "inline"}
        ``local`` starts a process of its own and returns at once; ``inline`` returns when the run has ended.
    notebook : str
        The notebook that asks.
    out : Path, optional
        Folder to make the run folder in; by default the person's runs.

    Returns
    -------
    RunFolder
        The run.

    Raises
    ------
    Mistake
        If the experiment, the corpus or a parameter does not exist or is not allowed, or the run cannot be kept.
    """
    if executor not in EXECUTORS:
        raise ParameterError(
            _("There is no executor “{name}”; there are: {list}.").format(name=executor, list=", ".join(EXECUTORS))
        )
    what = experiments.load(experiment)
    values = parameters if isinstance(parameters, Parameters) else what.parameters.of(parameters or {})
    material = corpora.find(corpus)
    request = Request(
        experiment=experiment,
        parameters=values.to_json(),
        corpus_id=material.id,
        corpus_digest=material.digest,
        notebook=notebook,
        language=language(),
    )
    folder, claim = RunFolder.create(request, runs_folder() if out is None else out)
    EXECUTORS[executor](folder, claim)
    return folder


def resume(run: RunFolder, *, executor: str = "local", notebook: str = "") -> RunFolder:
    """Go on from the last checkpoint of a run that was stopped, failed or was interrupted, in a new run.

    Parameters
    ----------
    run : RunFolder
        The run that did not finish; it stays as it is.
    executor : {"local", "inline"}
        Where to run.
    notebook : str
        The notebook that asks.

    Returns
    -------
    RunFolder
        The new run, beside the old one.

    Raises
    ------
    Mistake
        If the run has finished, is under way, has no checkpoint, or its corpus is no longer the same.
    """
    state = run.status()
    if state in ACTIVE:
        raise Mistake(_("The run “{run}” is still under way.").format(run=run.id))
    if not run.checkpoint.is_file():
        raise Mistake(
            _("The run “{run}” left nothing to go on from. Run the experiment again from its beginning.").format(
                run=run.id
            )
        )
    asked = run.request()
    experiments.load(asked.experiment).parameters.of(asked.parameters)
    if corpora.find(asked.corpus_id).digest != asked.corpus_digest:
        raise Mistake(
            _(
                "The corpus “{corpus}” changed since the run “{run}” began, so the rest would not follow from "
                "what was learnt. Put it back as it was, or run the experiment again from its beginning."
            ).format(corpus=asked.corpus_id, run=run.id)
        )
    request = replace(asked, resumes=run.id, notebook=notebook or asked.notebook, language=language())
    folder, claim = RunFolder.create(request, run.path.parent, run.checkpoint)
    EXECUTORS[executor](folder, claim)
    return folder


def run(
    experiment: str,
    corpus: str | Path,
    parameters: Parameters | Mapping[str, object] | None = None,
    *,
    executor: str = "local",
    notebook: str = "",
    out: Path | None = None,
) -> RunFolder:
    """Start a run and wait until it has ended.

    Parameters
    ----------
    experiment : str
        Id of the experiment.
    corpus : str or Path
        Id or folder of the corpus.
    parameters : Parameters or mapping, optional
        Values by name; the others keep their defaults.
    executor : {"local", "inline"}
        Where it runs.
    notebook : str
        The notebook that asks.
    out : Path, optional
        Folder to make the run folder in; by default the person's runs.

    Returns
    -------
    RunFolder
        The run, whatever its end; `RunFolder.status` says which.

    Raises
    ------
    Mistake
        If it could not start.
    """
    folder = start(experiment, corpus, parameters, executor=executor, notebook=notebook, out=out)
    folder.wait()
    return folder


def _inline(folder: RunFolder, claim: int) -> None:
    try:
        perform(folder)
    finally:
        os.close(claim)


def _local(folder: RunFolder, claim: int) -> None:
    try:
        worker = warm.launch(
            "artia_lab.execute",
            [str(folder.path), str(claim)],
            env=os.environ | {"ARTIA_LANG": folder.request().language},
            cwd="/",
            pass_fds=(claim,),
        )
        # No state: the worker may have said its own by now.
        reason = {"cold": worker.cold} if worker.cold else {}
        folder.say("worker", pid=worker.pid, warm=isinstance(worker, warm.Forked), **reason)
    finally:
        os.close(claim)


EXECUTORS: dict[str, Callable[[RunFolder, int], None]] = {"inline": _inline, "local": _local}


def perform(folder: RunFolder, pid: int | None = None, place: slots.Place = slots.ANYWHERE) -> None:
    """Do the work of a run that the caller has claimed, and write its record.

    Parameters
    ----------
    folder : RunFolder
        The run.
    pid : int, optional
        The process that may be ended to stop it; None when it must live on.
    place : slots.Place
        The place to compute that it holds.

    Raises
    ------
    slots.Preempted
        If it made room for somebody else: there is no record yet, and the rest is to be done later.
    """
    from artia_lab import models
    from artia_lab.energy import meter
    from artia_lab.provenance.measure import measure
    from artia_lab.runs import environment

    asked = folder.request()
    began = time.monotonic()
    timings: dict[str, float] = {}
    error: dict[str, str] | None = None
    likeness: dict[str, Any] | None = None
    reader: Any = None
    with use_language(asked.language):
        energy = meter().start()
        folder.say("state", state="running", **({} if pid is None else {"pid": pid}))
        out = place.outputs(folder)
        report = place.report(folder, energy.sofar, out)
        try:
            experiment = experiments.load(asked.experiment)
            parameters = experiment.parameters.of(asked.parameters)
            material = corpora.find(asked.corpus_id)
            if material.digest != asked.corpus_digest:
                report.warn(_("The corpus changed between the moment this run was asked for and its start."))
            with corpora.CorpusReader(material) as reader:
                experiment.run(parameters, reader, out, report)
                timings["run_s"] = time.monotonic() - began
                likeness = measure(out, reader, report)
                timings["likeness_s"] = time.monotonic() - began - timings["run_s"]
            status = "finished"
        except slots.Preempted:
            place.put_back(energy.stop())
            raise
        except (Cancelled, KeyboardInterrupt):
            status = "cancelled"
        except Exception as caught:
            status, error = "failed", _explain(caught)
        finally:
            # From here on a signal would lose the record.
            if pid is not None:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
        timings["total_s"] = time.monotonic() - began
        used = place.in_all(energy.stop())
        spent = used.to_json() | {"sentence": used.sentence()}
    record = folder.closing_record(status) | {
        "outputs": out.kept,
        "items": [_credit(item) for item in (reader.used if reader is not None else ())],
        "likeness": likeness,
        "timings": {name: round(seconds, 3) for name, seconds in timings.items()},
        "energy": spent,
        "environment": environment.describe(),
        "warnings": report.warnings,
        "error": error,
    }
    record |= place.account()
    if reader is not None:
        record["corpus"] |= _datasheet(reader.corpus)
    if out.model_used is not None:
        models.credit(record, out.model_used)
    if asked.resumes:
        record["resumes"] = asked.resumes
    if status == "finished" and out.models:
        record["models"] = _keep_models(out.models, record)
    folder.finish(record)


def _keep_models(weights: list[Path], record: dict[str, Any]) -> list[str]:
    """Put what was learnt among the person's models; a full disk must not undo the run."""
    from artia_lab import models

    kept = []
    for path in weights:
        try:
            kept.append(models.keep(path, record).id)
        except OSError as error:
            record["warnings"].append(
                _(
                    "The model stands among the outputs of this run only, as it could not be kept: {reason}."
                ).format(reason=error.strerror)
            )
    return kept


def _credit(item: Any) -> dict[str, str]:
    return {name: getattr(item, name) for name in ("file", "medium", "sha256", "author", "licence")}


def _datasheet(corpus: Any) -> dict[str, Any]:
    names = ("id", "title", "licence", "digest", "publishable")
    return {name: getattr(corpus, name) for name in names} | {"authors": list(corpus.authors)}


def _explain(error: Exception) -> dict[str, str]:
    """Turn what went wrong into a sentence, and keep the trace for whoever mends it."""
    if isinstance(error, ArtiaError):
        return {"sentence": str(error), "kind": "mistake" if isinstance(error, Mistake) else "failure"}
    trace = "".join(traceback.format_exception(error))
    if isinstance(error, MemoryError) or any(
        sign in f"{type(error).__name__}: {error}" for sign in ("OutOfMemory", "can't allocate memory")
    ):
        sentence = _("This run needs more memory than there is. Ask for something smaller, then run it again.")
    elif isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        sentence = _("The disk is full. What was already made is kept; make room, then run it again.")
    else:
        return {
            "sentence": _(
                "The experiment stopped on an error of ours ({kind}: {detail}). The record of this run holds "
                "what is needed to mend it."
            ).format(kind=type(error).__name__, detail=error),
            "kind": "failure",
            "trace": trace,
        }
    return {"sentence": sentence, "kind": "mistake", "trace": trace}


def _needs(folder: RunFolder) -> slots.Needs:
    what = experiments.load(folder.request().experiment)
    return slots.Needs(gpu=what.gpu_helps, memory_mb=what.memory_mb, seconds=what.seconds)


def _worker(path: str, claim: str) -> None:
    # Being stopped must not look like a fault to a library that was importing or trying something just then.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    folder = RunFolder(Path(path))
    try:
        with slots.place(folder, lambda: _needs(folder)) as place:
            perform(folder, os.getpid(), place)
    except slots.Preempted:
        # In a process of its own, so that nothing of this one stays on the cores or the GPU.
        _local(folder, int(claim))
    except (Cancelled, KeyboardInterrupt):
        folder.finish(folder.closing_record("cancelled"))
    except Exception as error:
        # Even what is wrong around an experiment is said in a record, not left to be guessed.
        folder.finish(folder.closing_record("failed") | {"error": _explain(error)})


if __name__ == "__main__":
    _worker(*sys.argv[1:])
