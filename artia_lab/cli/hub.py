"""``artia hub``: the lab for several people on this machine."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from artia_lab.cli.show import Printer
from artia_lab.i18n import _


def add_to(commands: Any) -> None:
    """Add the command.

    Parameters
    ----------
    commands : argparse action
        Where commands are added.
    """
    hub = commands.add_parser("hub", help=_("open the lab to several people on this machine"))
    hub.add_argument("--config", type=Path, metavar=_("FILE"), help=_("settings, as in hub_config/hub.toml"))
    hub.set_defaults(command=_hub)


def _hub(args: argparse.Namespace, _printer: Printer) -> int:
    from artia_lab.hub.start import start

    return start(args.config)
