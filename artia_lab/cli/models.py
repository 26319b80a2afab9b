"""``artia models``: the models that were kept."""

from __future__ import annotations

import argparse
from typing import Any

from artia_lab.cli.show import Printer
from artia_lab.i18n import _


def add_to(commands: Any) -> None:
    """Add the commands.

    Parameters
    ----------
    commands : argparse action
        Where commands are added.
    """
    group = commands.add_parser("models", help=_("the models that were kept"))
    verbs = group.add_subparsers(metavar=_("VERB"), required=True)
    listing = verbs.add_parser("list", help=_("the models, the newest first"))
    showing = verbs.add_parser("show", help=_("one model: what it is and what it learnt from"))
    checking = verbs.add_parser("check", help=_("whether a model is whole and unchanged"))
    for each in (showing, checking):
        each.add_argument(
            "model", metavar=_("MODEL"), help=_("its id, the beginning or end of it, “last”, or its folder")
        )
    for each, command in ((listing, _list), (showing, _show), (checking, _check)):
        each.add_argument("--json", action="store_true", help=_("print one JSON document"))
        each.set_defaults(command=command)


def _list(_args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab import models

    found = models.every()
    printer.table(
        (_("model"), _("experiment"), _("corpus"), _("licence")),
        [(each.id, each.experiment, each.corpus["id"], each.corpus.get("licence", "")) for each in found],
    )
    if not found:
        printer.say(_("There is no model yet in “{folder}”.").format(folder=models.models_folder()))
    printer.document([_summary(each) for each in found])
    return 0


def _show(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab import models

    model = models.find(args.model)
    printer.document(_summary(model) | {"architecture": model.architecture, "record": model.record})
    numbers = sum(_count(shape) for _type, *shape in model.card["tensors"].values())
    authors = ", ".join(model.corpus.get("authors", []))
    printer.say(f"{model.id} ({model.experiment})")
    printer.say("  " + _("{n} numbers in {count} tensors").format(n=numbers, count=len(model.card["tensors"])))
    printer.say(
        "  "
        + _("learnt from “{corpus}”, by {authors}, {licence}").format(
            corpus=model.corpus["id"], authors=authors, licence=model.corpus.get("licence", "")
        )
    )
    printer.say(f"  {model.folder}")
    return 0


def _check(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab import models

    model = models.find(args.model)
    shortcomings = model.check()
    printer.document(_summary(model) | {"whole": not shortcomings, "shortcomings": shortcomings})
    for each in shortcomings:
        printer.say(each)
    if not shortcomings:
        printer.say(_("The model “{id}” is whole and unchanged.").format(id=model.id))
    return 2 if shortcomings else 0


def _summary(model: Any) -> dict[str, Any]:
    return {"id": model.id, "folder": str(model.folder), "experiment": model.experiment, "corpus": model.corpus}


def _count(shape: list[int]) -> int:
    total = 1
    for side in shape:
        total *= side
    return total
