"""``artia workshop``: open a workshop, see who joined, and close it."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artia_lab.cli.show import Printer
from artia_lab.i18n import LANGUAGES, _, ngettext

if TYPE_CHECKING:
    from artia_lab.hub.settings import Settings
    from artia_lab.hub.workshops.records import Workshop


def add_to(commands: Any) -> None:
    """Add the commands.

    Parameters
    ----------
    commands : argparse action
        Where commands are added.
    """
    group = commands.add_parser("workshop", help=_("a group that joins with a code, on the hub of this machine"))
    verbs = group.add_subparsers(metavar=_("VERB"), required=True)
    opening = verbs.add_parser("open", help=_("open a workshop: a link, a code and its picture"))
    opening.add_argument("--seats", type=int, required=True, metavar="N", help=_("how many may join"))
    opening.add_argument(
        "--hours", type=float, required=True, metavar="H", help=_("for how many hours the code lets people in")
    )
    opening.add_argument(
        "--title", default="", metavar=_("TITLE"), help=_("what people read; by default its name")
    )
    opening.add_argument(
        "--notebook",
        default="",
        metavar=_("NOTEBOOK"),
        help=_("the notebook it opens on, such as I1 or I1-….ipynb"),
    )
    opening.add_argument(
        "--lang", choices=LANGUAGES, help=_("language of its seats; by default that of the hub's settings")
    )
    opening.add_argument(
        "--facilitator",
        action="append",
        default=[],
        metavar=_("PERSON"),
        help=_("who facilitates it, among the “facilitators” of the settings; by default all of them"),
    )
    listing = verbs.add_parser("list", help=_("the workshops, the newest first"))
    showing = verbs.add_parser("show", help=_("a workshop: its link, its code, and who joined"))
    readmitting = verbs.add_parser("readmit", help=_("give a participant another key, in place of one they lost"))
    closing = verbs.add_parser(
        "close", help=_("stop its seats, show the works, hand out the files, then remove accounts and data")
    )
    for each in (opening, showing, readmitting, closing):
        each.add_argument("name", metavar=_("NAME"), help=_("its name: small letters, digits and hyphens"))
    readmitting.add_argument(
        "participant", metavar=_("PARTICIPANT"), help=_("the name that is shown, or the one of the system")
    )
    verbs_and_commands = (
        (opening, _open),
        (listing, _list),
        (showing, _show),
        (readmitting, _readmit),
        (closing, _close),
    )
    for each, command in verbs_and_commands:
        each.add_argument(
            "--config", type=Path, metavar=_("FILE"), help=_("settings of the hub, as for “artia hub”")
        )
        each.add_argument("--json", action="store_true", help=_("print one JSON document"))
        each.set_defaults(command=command)


def _open(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab.hub.settings import load
    from artia_lab.hub.workshops import opening

    settings = load(args.config)
    workshop = opening.open_workshop(
        settings,
        name=args.name,
        title=args.title,
        seats=args.seats,
        hours=args.hours,
        language=args.lang or settings.seat_language,
        notebook=args.notebook,
        facilitators=tuple(args.facilitator),
    )
    _present(settings, workshop, printer)
    return 0


def _list(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab.hub.settings import load
    from artia_lab.hub.workshops import store

    settings = load(args.config)
    found = [(each, len(store.participants(settings.state, each.name))) for each in store.every(settings.state)]
    printer.table(
        (_("workshop"), _("title"), _("state"), _("seats")),
        [(each.name, each.title, _state(each), f"{joined} / {each.seats}") for each, joined in found],
    )
    if not found:
        printer.say(_("There is no workshop. “artia workshop open NAME --seats 30 --hours 3” opens one."))
    printer.document([_document(each) | {"joined": joined} for each, joined in found])
    return 0


def _show(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab.hub.settings import load
    from artia_lab.hub.workshops import store

    settings = load(args.config)
    workshop = store.find(settings.state, args.name)
    _present(settings, workshop, printer)
    there = store.participants(settings.state, workshop.name)
    if there:
        printer.say("")
    printer.table(
        (_("participant"), _("name for the system"), _("joined")),
        [(each.shown_name, each.user, _time(each.joined)) for each in there],
    )
    return 0


def _present(settings: Settings, workshop: Workshop, printer: Printer) -> None:
    """Say how people join, while they can."""
    from artia_lab.hub.workshops import link, store

    there = store.participants(settings.state, workshop.name)
    document = _document(workshop) | {
        "joined": len(there),
        "participants": [
            {"user": each.user, "shown_name": each.shown_name, "joined": each.joined.isoformat()} for each in there
        ],
    }
    if workshop.code:
        url = link.join_url(settings, workshop)
        svg, png = link.save_pictures(settings.state, workshop, url)
        document |= {"url": url, "code": workshop.code, "qr_svg": str(svg), "qr_png": str(png)}
        printer.say(f"{workshop.title} ({_state(workshop)})")
        printer.say(link.terminal_picture(url))
        printer.say(_("Link: {url}").format(url=url))
        printer.say(_("Code: {code}, to type at {url}").format(code=workshop.code, url=url.partition("#")[0]))
        printer.say(
            _("It lets {n} people in until {time}.").format(n=workshop.seats, time=_time(workshop.expires))
        )
        printer.say(_("The picture to print or project: {svg} or {png}").format(svg=svg, png=png))
    else:
        printer.say(f"{workshop.title} ({_state(workshop)})")
    printer.document(document)


def _readmit(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab.hub.settings import load
    from artia_lab.hub.workshops import changes, link

    settings = load(args.config)
    participant, secret = changes.readmit(settings.state, args.name, args.participant)
    url = f"{link.public_url(settings)}hub/return"
    printer.say(
        _("{name} comes back in at {url} with: {secret}").format(
            name=participant.shown_name, url=url, secret=secret
        )
    )
    printer.say(_("It is shown once, and the one they had before is worth nothing now."))
    printer.document(
        {"user": participant.user, "shown_name": participant.shown_name, "url": url, "secret": secret}
    )
    return 0


def _close(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab.hub.settings import load
    from artia_lab.hub.workshops import closing

    closed = closing.close_workshop(load(args.config), args.name, tell=printer.tell)
    printer.say(
        ngettext(
            "The exhibition shows {n} work: {page}", "The exhibition shows {n} works: {page}", len(closed.works)
        ).format(n=len(closed.works), page=closed.exhibition)
    )
    for refused in closed.refused:
        printer.say(_("Not shown: {file}. {reason}").format(file=refused.file, reason=refused.reason))
    printer.say(
        ngettext(
            "The files of {n} participant are in {folder}.",
            "The files of {n} participants are in {folder}.",
            len(closed.exports),
        ).format(n=len(closed.exports), folder=closed.exports_folder)
    )
    printer.say(_("Their accounts and data are removed from this machine."))
    printer.document(closed.to_json())
    return 0


def _state(workshop: Workshop) -> str:
    from artia_lab.hub.workshops.records import now

    if workshop.closed:
        return _("closed on {time}").format(time=_time(workshop.closed))
    if workshop.closing:
        return _("closing was interrupted: close it again")
    if not workshop.accepts(now()):
        return _("the code expired on {time}").format(time=_time(workshop.expires))
    return _("open until {time}").format(time=_time(workshop.expires))


def _time(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def _document(workshop: Workshop) -> dict[str, Any]:
    from artia_lab.hub.workshops.records import now

    kept = {name: value for name, value in workshop.to_json().items() if name not in ("format", "code")}
    return kept | {"open": workshop.accepts(now())}
