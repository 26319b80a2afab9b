"""``artia experiments list|show``: what can be tried."""

from __future__ import annotations

import argparse
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
    group = commands.add_parser("experiments", help=_("what can be tried"))
    verbs = group.add_subparsers(metavar=_("VERB"), required=True)
    listing = verbs.add_parser("list", help=_("the experiments, and what each does"))
    showing = verbs.add_parser("show", help=_("one experiment and its parameters"))
    showing.add_argument("experiment", metavar=_("EXPERIMENT"))
    for each, command in ((listing, _list), (showing, _show)):
        each.add_argument("--json", action="store_true", help=_("print one JSON document"))
        each.set_defaults(command=command)


def _list(_args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab import experiments

    found = [experiments.load(name) for name in experiments.names()]
    printer.table(
        (_("experiment"), _("title"), _("what it does")),
        [(each.id, str(each.title), str(each.description)) for each in found],
    )
    printer.document([_summary(each) for each in found])
    return 0


def _show(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab import experiments
    from artia_lab.parameters import fields

    found = experiments.load(args.experiment)
    declared = fields(found.parameters)
    printer.say(f"{found.title} ({found.id})\n{found.description}\n")
    printer.table(
        (_("parameter"), _("takes"), _("default"), _("what it changes")),
        [
            (name, field.allowed(), str(field.default), f"{field.label}. {field.help}")
            for name, field in declared.items()
        ],
    )
    parameters = [
        {
            "name": name,
            "kind": field.kind,
            "default": field.default,
            "label": str(field.label),
            "help": str(field.help),
            "allowed": field.allowed(),
            "unit": field.unit,
        }
        | ({"low": field.low, "high": field.high, "step": field.step} if field.kind in ("whole", "real") else {})
        | ({"choices": {value: str(label) for value, label in field.choices.items()}} if field.choices else {})
        for name, field in declared.items()
    ]
    printer.document(_summary(found) | {"parameters": parameters})
    return 0


def _summary(experiment: Any) -> dict[str, Any]:
    return {
        "id": experiment.id,
        "title": str(experiment.title),
        "description": str(experiment.description),
        "medium": experiment.medium,
        "cluster": experiment.cluster,
        "notebook": experiment.notebook,
        "memory_mb": experiment.memory_mb,
        "seconds": experiment.seconds,
        "gpu_helps": experiment.gpu_helps,
    }
