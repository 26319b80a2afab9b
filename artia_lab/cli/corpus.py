"""``artia corpus new|add|check|list|show``: describe one's material, and see what there is."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from artia_lab.cli.show import Printer
from artia_lab.errors import CorpusError
from artia_lab.i18n import _, ngettext


def add_to(commands: Any) -> None:
    """Add the command.

    Parameters
    ----------
    commands : argparse action
        Where commands are added.
    """
    group = commands.add_parser("corpus", help=_("describe one's material, and see what there is"))
    verbs = group.add_subparsers(metavar=_("VERB"), required=True)

    new = verbs.add_parser("new", help=_("describe a folder of material, in place"))
    new.add_argument("folder", type=Path, metavar=_("FOLDER"))
    new.add_argument("--title", help=_("its name, for people"))
    new.add_argument(
        "--author",
        action="append",
        default=[],
        help=_("who made the material; several times for several people"),
    )
    new.add_argument("--licence", help=_("SPDX licence, for example CC-BY-4.0 or CC0-1.0"))
    new.add_argument("--consent", help=_("how the consent of the people concerned was obtained"))
    new.add_argument("--uses", action="append", default=[], help=_("a use the consent is for; may be repeated"))
    new.add_argument("--contact", default="", help=_("whom to ask"))
    new.add_argument("--language", default="", help=_("language of the material, for example fr"))
    new.add_argument("--description", default="", help=_("what it is, in a few sentences"))
    new.add_argument(
        "--private",
        action="store_true",
        help=_("keep it to oneself; what is made from it cannot be published"),
    )
    adding = verbs.add_parser("add", help=_("copy files into a corpus"))
    adding.add_argument("corpus", metavar=_("CORPUS"))
    adding.add_argument("files", nargs="+", type=Path, metavar=_("FILE"))
    adding.add_argument("--author", default="", help=_("their author, where it is not the corpus's"))
    adding.add_argument("--licence", default="", help=_("their licence, where it is not the corpus's"))
    checking = verbs.add_parser("check", help=_("check that the files are those described, and can be used"))
    checking.add_argument("corpus", metavar=_("CORPUS"))
    listing = verbs.add_parser("list", help=_("the corpora there are"))
    showing = verbs.add_parser("show", help=_("one corpus: its datasheet and its items"))
    showing.add_argument("corpus", metavar=_("CORPUS"))
    for each, command in (
        (new, _new),
        (adding, _add),
        (checking, _check),
        (listing, _list),
        (showing, _show),
    ):
        each.add_argument("--json", action="store_true", help=_("print one JSON document"))
        each.set_defaults(command=command)


def _new(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab import corpora

    answers = {"title": args.title or "", "author": ", ".join(args.author)}
    answers |= {"licence": args.licence or "", "consent": args.consent or ""}
    _ask_what_is_missing(answers, args.private)
    made = corpora.describe(
        args.folder,
        title=answers["title"],
        authors=args.author or [answers["author"]],
        licence=answers["licence"],
        consent=answers["consent"],
        uses=args.uses,
        contact=args.contact,
        language=args.language,
        description=args.description,
        private=args.private,
    )
    for left in made.left_out:
        printer.tell(left.reason)
    printer.say(
        ngettext("“{title}” now describes {n} file of {folder}.", "“{title}” now describes {n} files of {folder}.",
                 made.count).format(title=made.title, n=made.count, folder=made.folder)
    )  # fmt: skip
    printer.document(_summary(made) | {"left_out": [{"file": e.file, "reason": e.reason} for e in made.left_out]})
    return 0


def _ask_what_is_missing(answers: dict[str, str], private: bool) -> None:
    """Ask for what a datasheet needs when someone is there to answer; say what to add when nobody is."""
    questions = {
        "title": (_("Title of the corpus:"), "--title"),
        "author": (_("Who made the material?"), "--author"),
        "licence": (_("Under which licence (SPDX, for example CC-BY-4.0)?"), "--licence"),
        "consent": (
            _("How was the consent of the people concerned obtained, and for which uses?"),
            "--consent",
        ),
    }
    needed = ("title", "author") if private else tuple(questions)
    missing = [name for name in needed if not answers[name].strip()]
    if missing and not sys.stdin.isatty():
        raise CorpusError(
            _(
                "A corpus needs more than this; add: {options}. Or mark it --private if it is not to be shared."
            ).format(options=", ".join(questions[name][1] for name in missing))
        )
    for name in missing:
        while not answers[name].strip():
            print(questions[name][0], end=" ", file=sys.stderr, flush=True)
            line = sys.stdin.readline()
            if not line:
                raise CorpusError(_("The corpus was not described: an answer is missing."))
            answers[name] = line.strip()


def _add(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab import corpora

    made = corpora.add(args.corpus, args.files, author=args.author, licence=args.licence)
    printer.say(
        ngettext("“{title}” now has {n} file.", "“{title}” now has {n} files.", made.count).format(
            title=made.title, n=made.count
        )
    )
    printer.document(_summary(made))
    return 0


def _check(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab import corpora

    report = corpora.check(args.corpus)
    for finding in report.findings:
        printer.say(finding.sentence)
    if not report.findings:
        printer.say(_("Every file is as described and can be used."))
    printer.document(
        {
            "ok": not report.findings,
            "findings": [{"file": e.file, "sentence": e.sentence} for e in report.findings],
        }
    )
    return 2 if report.findings else 0


def _list(_args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab import corpora

    found = corpora.every()
    printer.table(
        (_("corpus"), _("title"), _("media"), _("items"), _("licence")),
        [(e.id, e.title, ", ".join(e.media), str(e.count), _licence(e)) for e in found],
    )
    printer.document([_summary(each) for each in found])
    return 0


def _show(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab import corpora

    found = corpora.find(args.corpus)
    printer.say(f"{found.title} ({found.id})\n{found.description}\n")
    printer.table(
        ("", ""),
        [
            (_("authors"), ", ".join(found.authors)),
            (_("licence"), _licence(found)),
            (_("consent"), found.consent),
            (_("uses"), ", ".join(found.uses)),
            (_("contact"), found.contact),
            (_("language"), found.language),
            (_("folder"), str(found.folder)),
        ],
    )
    printer.say("")
    printer.table(
        (_("item"), _("medium"), _("author"), _("licence")),
        [(item.file, item.medium, item.author, item.licence) for item in found.items],
    )
    items = [
        {name: getattr(item, name) for name in ("file", "medium", "sha256", "author", "licence")}
        for item in found.items
    ]
    printer.document(_summary(found) | {"digest": found.digest, "items": items})
    return 0


def _licence(corpus: Any) -> str:
    return _("private") if corpus.private else str(corpus.licence)


def _summary(corpus: Any) -> dict[str, Any]:
    plain = ("id", "title", "licence", "consent", "contact", "language", "description", "private", "count")
    return {name: getattr(corpus, name) for name in plain} | {
        "folder": str(corpus.folder),
        "authors": list(corpus.authors),
        "uses": list(corpus.uses),
        "media": list(corpus.media),
        "publishable": corpus.publishable,
    }
