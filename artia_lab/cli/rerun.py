"""``artia rerun``: execute notebooks headlessly."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

from artia_lab.cli.show import Printer
from artia_lab.errors import ParameterError
from artia_lab.i18n import Text, _, ngettext

STATUSES = {
    "finished": Text(fr="terminé", en="finished"),
    "failed": Text(fr="échoué", en="failed"),
    "interrupted": Text(fr="interrompu", en="interrupted"),
}


def add_to(commands: Any) -> None:
    """Add the command.

    Parameters
    ----------
    commands : argparse action
        Where commands are added.
    """
    rerun = commands.add_parser("rerun", help=_("execute notebooks again, without a browser"))
    rerun.add_argument("notebooks", nargs="+", type=Path, metavar=_("NOTEBOOK"))
    rerun.add_argument(
        "-p", dest="pairs", action="append", default=[], metavar=_("NAME=VALUE"), help=_("set a parameter")
    )
    rerun.add_argument("--jobs", default="1", metavar="N", help=_("how many notebooks at once (default 1)"))
    rerun.add_argument(
        "--out", type=Path, metavar=_("FOLDER"), help=_("where the executed notebooks and their runs go")
    )
    rerun.add_argument("--json", action="store_true", help=_("print one JSON document"))
    rerun.set_defaults(command=_rerun)


def _rerun(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab.home import home
    from artia_lab.parameters import read_assignments
    from artia_lab.rerun import prepare, rerun

    if not args.jobs.isdecimal() or not 1 <= int(args.jobs) <= 64:
        raise ParameterError(
            _("“{value}” does not suit the parameter “{name}”; it takes: {allowed}.").format(
                value=args.jobs, name="--jobs", allowed=_("{low} to {high}").format(low=1, high=64)
            )
        )
    written = read_assignments(args.pairs)
    jobs = [prepare(notebook, written) for notebook in args.notebooks]
    out = args.out or home() / "notebooks" / "reruns" / datetime.now().strftime("%Y%m%d-%H%M%S")

    def tell(name: str, outcome: Any) -> None:
        if outcome is None:
            printer.tell(f"… {name}")
        else:
            mark = "✓" if outcome.status == "finished" else "✗"
            printer.tell(f"{mark} {name}: {STATUSES[outcome.status]} ({outcome.seconds:.1f} s) {outcome.sentence}")

    outcomes = rerun(jobs, out, at_once=int(args.jobs), tell=tell)
    well = sum(each.status == "finished" for each in outcomes)
    printer.say(
        ngettext("{well} of {n} notebook finished; it stands in “{folder}”.",
                 "{well} of {n} notebooks finished; they stand in “{folder}”.", len(outcomes))
        .format(well=well, n=len(outcomes), folder=out)
    )  # fmt: skip
    printer.document(
        {"status": "finished" if well == len(outcomes) else "failed", "folder": str(out)}
        | {"notebooks": [each.to_json() for each in outcomes]}
    )
    if any(each.status == "interrupted" for each in outcomes):
        return 130
    return 0 if well == len(outcomes) else 1
