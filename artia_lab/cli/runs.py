"""``artia run`` and ``artia runs``: make a run, and look at those there are."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from artia_lab.cli.show import Printer
from artia_lab.i18n import Text, _

# The states a view may name; the words are those of the panel too.
STATES = {
    "queued": Text(fr="en attente", en="queued"),
    "running": Text(fr="en cours", en="running"),
    "finished": Text(fr="terminé", en="finished"),
    "failed": Text(fr="échoué", en="failed"),
    "cancelled": Text(fr="annulé", en="cancelled"),
    "interrupted": Text(fr="interrompu", en="interrupted"),
}


def add_to(commands: Any) -> None:
    """Add the commands.

    Parameters
    ----------
    commands : argparse action
        Where commands are added.
    """
    run = commands.add_parser("run", help=_("run an experiment on a corpus"))
    run.add_argument("experiment", metavar=_("EXPERIMENT"), help=_("its id; “artia experiments list” shows them"))
    run.add_argument(
        "--corpus", required=True, metavar=_("CORPUS"), help=_("its folder, or its id in “artia corpus list”")
    )
    run.add_argument(
        "-p", dest="pairs", action="append", default=[], metavar=_("NAME=VALUE"), help=_("set a parameter")
    )
    run.add_argument("--seed", metavar="N", help=_("where chance starts from; the same as -p seed=N"))
    run.add_argument("--out", type=Path, metavar=_("FOLDER"), help=_("make the run folder in this folder"))
    run.add_argument("--json", action="store_true", help=_("print one JSON document"))
    run.set_defaults(command=_run)

    group = commands.add_parser("runs", help=_("the runs already made"))
    verbs = group.add_subparsers(metavar=_("VERB"), required=True)
    listing = verbs.add_parser("list", help=_("the runs, the newest first"))
    showing = verbs.add_parser("show", help=_("one run: what was asked and what came of it"))
    stopping = verbs.add_parser("stop", help=_("stop a run; what it made is kept"))
    resuming = verbs.add_parser("resume", help=_("go on with a run that did not finish, from its last checkpoint"))
    for each in (showing, stopping, resuming):
        each.add_argument(
            "run", metavar=_("RUN"), help=_("its id, the beginning or end of it, “last”, or its folder")
        )
    for each, command in (
        (listing, _list),
        (showing, _show),
        (stopping, _stop),
        (resuming, _resume),
    ):
        each.add_argument("--json", action="store_true", help=_("print one JSON document"))
        each.set_defaults(command=command)


def _run(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab import execute, experiments
    from artia_lab.parameters import read_assignments

    written = read_assignments(args.pairs)
    if args.seed is not None:
        written["seed"] = args.seed
    parameters = experiments.load(args.experiment).parameters.parsed(written)
    return _see_through(execute.start(args.experiment, args.corpus, parameters, out=args.out), printer)


def _resume(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab import execute
    from artia_lab.runs import find_run

    return _see_through(execute.resume(find_run(args.run)), printer)


def _see_through(folder: Any, printer: Printer) -> int:
    """Follow a run to its end, say what came of it, and give the exit code."""
    try:
        _follow(folder, printer)
    except KeyboardInterrupt:
        folder.stop()
    record = folder.record()
    if record is None:
        printer.error(_interrupted(folder))
        return 1
    printer.document(record | {"folder": str(folder.path)})
    _print_record(folder, record, printer)
    if record["status"] == "failed":
        return 2 if record["error"]["kind"] == "mistake" else 1
    return 0 if record["status"] == "finished" else 130


def _follow(folder: Any, printer: Printer) -> None:
    """Show a progress bar where there is a terminal, and the warnings wherever."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from artia_lab.runs import ACTIVE

    console = Console(stderr=True)
    offset = 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as bars:
        bar = bars.add_task(str(STATES["queued"]), total=None)
        while True:
            state = folder.wait(0.15)
            found, offset = folder.events(offset)
            for each in found:
                if each["event"] == "step":
                    bars.update(bar, completed=each["step"], total=each["steps"])
                elif each["event"] == "state":
                    bars.update(bar, description=str(STATES[each["state"]]))
                elif each["event"] == "warning":
                    console.print(each["message"], markup=False, highlight=False)
            if state not in ACTIVE:
                return


def _list(_args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab.runs import every_run, runs_folder

    found = [(each, each.status(), each.request()) for each in every_run()]
    printer.table(
        (_("run"), _("state"), _("experiment"), _("corpus")),
        [(each.id, str(STATES[state]), asked.experiment, asked.corpus_id) for each, state, asked in found],
    )
    if not found:
        printer.say(_("There is no run yet in “{folder}”.").format(folder=runs_folder()))
    printer.document(
        [
            {"id": each.id, "folder": str(each.path), "status": state, "experiment": asked.experiment,
             "corpus": asked.corpus_id}
            for each, state, asked in found
        ]
    )  # fmt: skip
    return 0


def _show(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab.runs import find_run

    folder = find_run(args.run)
    record = folder.record()
    if record is not None:
        printer.document(record | {"folder": str(folder.path)})
        _print_record(folder, record, printer)
        return 0
    state = folder.status()
    progress = folder.progress()
    printer.document(
        {"id": folder.id, "folder": str(folder.path), "status": state, "request": folder.request().to_json()}
        | {"progress": progress, "outputs": progress["outputs"], "likeness": None}
    )
    printer.say(f"{folder.id}: {STATES[state]}")
    if state == "interrupted":
        printer.say(_interrupted(folder))
    elif progress["steps"]:
        printer.say(_("step {step} of {steps}").format(**progress))
    return 0


def _stop(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab.runs import find_run

    folder = find_run(args.run)
    state = folder.stop()
    printer.say(f"{folder.id}: {STATES[state]}")
    printer.document({"id": folder.id, "folder": str(folder.path), "status": state})
    return 0


def _interrupted(folder: Any) -> str:
    return _(
        "The run was interrupted before its end: its process was killed, or the machine stopped. What it had "
        "made stands in “{folder}”; run it again to have the rest."
    ).format(folder=folder.path)


def _print_record(folder: Any, record: dict[str, Any], printer: Printer) -> None:
    printer.say(f"{record['id']}: {STATES[record['status']]}")
    for entry in record["outputs"]:
        printer.say(f"  {folder.path / entry['path']}")
        if "likeness" in entry:
            printer.say(f"    {entry['likeness']['sentence']}")
    if record["energy"]:
        printer.say(f"  {record['energy']['sentence']}")
    if record["error"]:
        printer.tell(f"artia: {record['error']['sentence']}")
