"""``artia review``: execute a publication again, and say whether it holds."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from artia_lab.cli.show import Printer
from artia_lab.errors import ParameterError
from artia_lab.i18n import _


def add_to(commands: Any) -> None:
    """Add the command.

    Parameters
    ----------
    commands : argparse action
        Where commands are added.
    """
    review = commands.add_parser("review", help=_("execute a publication again in a sandbox, and judge it"))
    review.add_argument("bundle", type=Path, metavar=_("PUBLICATION"))
    review.add_argument("--report", type=Path, metavar=_("FOLDER"), help=_("where the report goes"))
    review.add_argument("--json", action="store_true", help=_("print one JSON document"))
    review.add_argument("--minutes", metavar="N", help=_("how long the notebook may take (default 30)"))
    review.add_argument("--memory", metavar="N", help=_("how much memory it may hold, in GB (default 4)"))
    review.add_argument(
        "--unsafe-no-sandbox", action="store_true", help=_("let the notebook do all that you could do")
    )
    review.set_defaults(command=_review)


def _review(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab.review.examine import reviewed
    from artia_lab.review.limits import Limits
    from artia_lab.review.report import default_folder, write

    limits = Limits()
    if args.minutes is not None:
        limits = replace(limits, seconds=60 * _number("--minutes", args.minutes, 10_000))
    if args.memory is not None:
        limits = replace(limits, memory_bytes=int(_number("--memory", args.memory, 4096) * 2**30))
    folder = args.report or default_folder(args.bundle)
    if args.unsafe_no_sandbox:
        printer.tell(_("Without a sandbox, this notebook can read and change all that you can."))
    with reviewed(args.bundle, limits=limits, sandboxed=not args.unsafe_no_sandbox, tell=printer.tell) as review:
        said = write(review, folder)
    from artia_lab.i18n import language

    code = language()
    printer.say(said["sentence"][code])
    for each in review.reasons:
        printer.say(f"- {each}")
    printer.say(_("The report is in “{folder}”: open index.html.").format(folder=folder))
    printer.document(said | {"report": str(folder)})
    return review.exit_code


def _number(name: str, written: str, most: int) -> float:
    try:
        value = float(written.replace(",", "."))
    except ValueError:
        value = 0.0
    if not 0 < value <= most:
        raise ParameterError(
            _("“{value}” does not suit the parameter “{name}”; it takes: {allowed}.").format(
                value=written, name=name, allowed=_("a number above 0, at most {most}").format(most=most)
            )
        )
    return value
