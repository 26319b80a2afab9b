"""``artia verify``: tell whether it is the same work, made again."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artia_lab.cli.rerun import _lines
from artia_lab.cli.show import Printer
from artia_lab.errors import Mistake, ParameterError
from artia_lab.i18n import _, ngettext

if TYPE_CHECKING:
    from artia_lab.runs import RunFolder

PASSED, FAILED, IMPOSSIBLE = 0, 1, 2


def add_to(commands: Any) -> None:
    """Add the command.

    Parameters
    ----------
    commands : argparse action
        Where commands are added.
    """
    verify = commands.add_parser(
        "verify",
        help=_("rerun notebooks and compare with their references, or compare two runs"),
        epilog=_("The exit code is 0 when all passed, 1 when something failed, 2 when it could not be compared."),
    )
    verify.add_argument(
        "named",
        nargs="+",
        metavar=_("NOTEBOOK"),
        help=_("notebooks; or two runs, the reference first: each an id, “last” or a folder"),
    )
    verify.add_argument(
        "--keep", action="store_true", help=_("rerun the notebooks, and keep what they make as their references")
    )
    verify.add_argument(
        "-p",
        dest="pairs",
        action="append",
        default=[],
        metavar=_("NAME=VALUE"),
        help=_("with --keep, set a parameter; the reference remembers it"),
    )
    verify.add_argument("--jobs", default="1", metavar="N", help=_("how many notebooks at once (default 1)"))
    verify.add_argument("--json", action="store_true", help=_("print one JSON document"))
    verify.set_defaults(command=_verify)


def _verify(args: argparse.Namespace, printer: Printer) -> int:
    notebooks = [Path(each) for each in args.named if each.endswith(".ipynb") and not Path(each).is_dir()]
    jobs = _jobs(args.jobs)
    if len(notebooks) == len(args.named):
        if args.keep:
            return _keep(notebooks, args.pairs, jobs, printer)
        if args.pairs:
            raise ParameterError(
                _(
                    "A notebook is rerun with the parameters of its reference. To keep a reference made with "
                    "others, add --keep."
                )
            )
        return _notebooks(notebooks, jobs, printer)
    if notebooks or len(args.named) != 2 or args.keep or args.pairs:
        raise Mistake(
            _(
                "What can be verified is notebooks, whose names end in .ipynb, or two runs: the reference, then "
                "the new one. “artia runs list” shows the runs there are."
            )
        )
    reference, new = args.named
    return _runs(_run(reference), _run(new), printer)


def _jobs(written: str) -> int:
    if not written.isdecimal() or not 1 <= int(written) <= 64:
        raise ParameterError(
            _("“{value}” does not suit the parameter “{name}”; it takes: {allowed}.").format(
                value=written, name="--jobs", allowed=_("{low} to {high}").format(low=1, high=64)
            )
        )
    return int(written)


def _run(name: str) -> RunFolder:
    from artia_lab.runs import RunFolder, find_run

    if (Path(name) / "request.json").is_file():
        return RunFolder(Path(name))
    return find_run(name)


def _runs(reference: RunFolder, new: RunFolder, printer: Printer) -> int:
    from artia_lab.testing.words import expectation, outputs
    from artia_lab.verify import compare_runs

    verdict = compare_runs(reference, new)
    for line in (verdict.sentence(), *outputs(verdict), *expectation(verdict)):
        printer.say(line)
    if verdict.status == "failed":
        said = _("Look at both: “{reference}” and “{new}”. What differs between their machines stands above.")
        printer.say(said.format(reference=reference.outputs_folder, new=new.outputs_folder))
    printer.document({"reference": str(reference.path), "new": str(new.path)} | verdict.to_json())
    return verdict.exit_code


def _notebooks(notebooks: list[Path], jobs: int, printer: Printer) -> int:
    from artia_lab.testing.again import verify
    from artia_lab.testing.words import lines

    with _lines(printer) as shown:
        checked = verify(notebooks, at_once=jobs, tell=shown.tell)
    for each in checked:
        printer.say("\n".join(lines(each)))
    states = [each.verdict.status for each in checked]
    if len(states) > 1:
        well = states.count("passed")
        printer.say(
            ngettext(
                "{well} of {n} notebook passed.", "{well} of {n} notebooks passed.", len(states)
            ).format(well=well, n=len(states))
        )  # fmt: skip
    status = next((each for each in ("failed", "impossible") if each in states), "passed")
    printer.document({"status": status, "notebooks": [each.to_json() for each in checked]})
    return {"passed": PASSED, "failed": FAILED, "impossible": IMPOSSIBLE}[status]


def _keep(notebooks: list[Path], pairs: list[str], jobs: int, printer: Printer) -> int:
    from artia_lab.parameters import read_assignments
    from artia_lab.testing.again import keep

    with _lines(printer) as shown:
        kept = keep(notebooks, read_assignments(pairs), at_once=jobs, tell=shown.tell)
    for _outcome, reference in kept:
        if reference is not None:
            printer.say(_("The reference stands in “{folder}”.").format(folder=reference.folder))
    printer.document(
        {
            "status": "kept" if all(reference for _outcome, reference in kept) else "failed",
            "notebooks": [
                outcome.to_json() | {"reference": str(reference.folder) if reference else ""}
                for outcome, reference in kept
            ],
        }
    )
    if any(outcome.status == "interrupted" for outcome, _reference in kept):
        return 130
    return PASSED if all(reference for _outcome, reference in kept) else FAILED
