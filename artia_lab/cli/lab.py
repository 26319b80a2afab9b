"""``artia lab``: JupyterLab on the notebooks, in the person's language."""

from __future__ import annotations

import argparse
from typing import Any

from artia_lab.cli.show import Printer
from artia_lab.i18n import LANGUAGES, _, language


def add_to(commands: Any) -> None:
    """Add the command.

    Parameters
    ----------
    commands : argparse action
        Where commands are added.
    """
    lab = commands.add_parser("lab", help=_("open the notebooks in JupyterLab"))
    lab.add_argument("--lang", choices=LANGUAGES, help=_("the language; by default that of this machine"))
    lab.add_argument("--port", type=int, default=8888, metavar="N", help=_("the port (default 8888)"))
    lab.add_argument("--no-browser", action="store_true", help=_("print the address, open no browser"))
    lab.set_defaults(command=_lab)


def _lab(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab.web.lab import start

    chosen = args.lang or language()
    printer.tell(_("Opening the lab. Ctrl-C twice closes it; runs that are under way go on."))
    return start(chosen, port=args.port, browser=not args.no_browser)
