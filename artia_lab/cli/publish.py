"""``artia publish``: freeze a run or a notebook with all that it came from, signed, in one file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from artia_lab.cli.show import Printer
from artia_lab.errors import Mistake, ParameterError
from artia_lab.i18n import _, ngettext

if TYPE_CHECKING:
    from artia_lab.cli.publishing import Made
    from artia_lab.corpora import Corpus
    from artia_lab.provenance import Terms
    from artia_lab.runs import RunFolder


def add_to(commands: Any) -> None:
    """Add the command.

    Parameters
    ----------
    commands : argparse action
        Where commands are added.
    """
    publish = commands.add_parser(
        "publish",
        help=_("freeze a run or a notebook with all that it came from, in one file that others can check"),
    )
    publish.add_argument(
        "subject",
        metavar=_("RUN_OR_NOTEBOOK"),
        help=_("a run (its id, the beginning or end of it, “last”, or its folder), or a notebook"),
    )
    publish.add_argument(
        "--to",
        type=Path,
        metavar=_("FOLDER"),
        help=_("where the publication goes (default ARTIA_HOME/publications)"),
    )
    publish.add_argument("--title", default="", help=_("its title"))
    publish.add_argument(
        "--author", action="append", default=[], dest="authors", help=_("whose it is; may be repeated")
    )
    publish.add_argument(
        "--licence", default="", metavar="SPDX", help=_("its licence, as SPDX writes it (CC-BY-4.0, for instance)")
    )
    corpus = publish.add_mutually_exclusive_group()
    corpus.add_argument(
        "--with-corpus", action="store_true", default=None, help=_("put the items of the corpus in it")
    )
    corpus.add_argument(
        "--corpus-digest-only",
        action="store_false",
        dest="with_corpus",
        help=_("put the corpus's fingerprint alone in it (default)"),
    )
    publish.add_argument(
        "--allow-training", action="store_true", help=_("allow others to train models on it and to mine it")
    )
    publish.add_argument(
        "-p",
        dest="pairs",
        action="append",
        default=[],
        metavar=_("NAME=VALUE"),
        help=_("set a parameter of the notebook"),
    )
    publish.add_argument("--yes", action="store_true", help=_("do not ask whether to publish"))
    publish.add_argument("--json", action="store_true", help=_("print one JSON document"))
    publish.set_defaults(command=_publish)


def _publish(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab.home import home
    from artia_lab.parameters import read_assignments

    _refuse_missing(args)
    to = args.to or home() / "publications"
    written = read_assignments(args.pairs)
    with TemporaryDirectory(prefix="artia-publish-") as folder:
        if args.subject.endswith(".ipynb"):
            made, terms = _notebook(args, written, Path(folder), to, printer)
        elif written:
            raise ParameterError(_("A run is published as it was made: -p is for notebooks."))
        else:
            made, terms = _run(args, Path(folder), to, printer)
        if not _agreed(args, terms, printer):
            raise Mistake(_("Nothing was published."))
        return _write(made, terms, to, printer)


def _run(args: argparse.Namespace, out: Path, to: Path, printer: Printer) -> tuple[Made, Terms]:
    """Ask and check all that can be before the work starts, then make the run again."""
    from artia_lab.cli.publishing import corpus_of, refuse_unfinished, remade
    from artia_lab.provenance import rules
    from artia_lab.runs import find_run

    run = find_run(args.subject)
    refuse_unfinished(run)
    corpus, record = corpus_of(run), run.record() or {}
    terms = _asked(args, run, corpus, to)
    rules.refuse(corpus, record, terms.licence)
    printer.tell(_("The run is being made again, through its notebook…"))
    return remade(run, out), terms


def _notebook(
    args: argparse.Namespace, written: dict[str, str], out: Path, to: Path, printer: Printer
) -> tuple[Made, Terms]:
    from artia_lab.cli.publishing import corpus_of, executed

    printer.tell(_("The notebook is being read, and executed unless its runs stand beside it…"))
    made = executed(Path(args.subject), written, out)
    return made, _asked(args, made.main, corpus_of(made.main), to)


def _write(made: Made, terms: Terms, to: Path, printer: Printer) -> int:
    from artia_lab.cli.publishing import material_of
    from artia_lab.provenance import Identity, publish

    place = publish(material_of(made), terms, to)
    fingerprint = Identity.of_this_lab().root_fingerprint
    printer.say(_("Published: {path}").format(path=place))
    printer.say(_("Whoever receives it checks it with: artia review {file}").format(file=place.name))
    printer.say(
        _("The fingerprint of your root, to be read to them: {fingerprint}").format(fingerprint=fingerprint)
    )
    printer.document(
        {
            "status": "published",
            "file": str(place),
            "bytes": place.stat().st_size,
            "title": terms.title,
            "authors": list(terms.authors),
            "licence": terms.licence,
            "training_mining": "allowed" if terms.allow_training else "notAllowed",
            "corpus_included": terms.with_corpus,
            "run": made.main.id,
            "runs": [each.id for each in made.runs],
            "root_fingerprint": fingerprint,
        }
    )
    return 0


def _refuse_missing(args: argparse.Namespace) -> None:
    """Where nobody is there to answer, say which options are missing before any work."""
    options = {"--title": args.title.strip(), "--author": any(map(str.strip, args.authors)),
               "--licence": args.licence.strip()}  # fmt: skip
    missing = [option for option, given in options.items() if not given]
    if missing and not sys.stdin.isatty():
        raise Mistake(_("A publication needs more than this; add: {options}.").format(options=", ".join(missing)))


def _asked(args: argparse.Namespace, run: RunFolder, corpus: Corpus, to: Path) -> Terms:
    """Take the terms from the command line, ask for those that are missing, and check them."""
    from artia_lab import experiments
    from artia_lab.provenance import Terms, archive, place_of, rules

    record = run.record() or {}
    rules.refuse_corpus(corpus, record)
    title, authors, licence, with_corpus = args.title, args.authors, args.licence, args.with_corpus
    if not title.strip():
        title = _answer(_("Title?"), f"{experiments.load(run.request().experiment).title} — {corpus.title}")
    if not any(map(str.strip, authors)):
        authors = _answer(_("Whose is it? (several names: commas between)"), ", ".join(corpus.authors)).split(",")
    if not licence.strip():
        licence = _answer(_("Under which licence, as SPDX writes it?"), rules.suggestion(corpus, record))
    if with_corpus is None:
        with_corpus = sys.stdin.isatty() and _yes(
            ngettext(
                "Put the {count} item of the corpus in the publication? Otherwise its fingerprint alone.",
                "Put the {count} items of the corpus in the publication? Otherwise its fingerprint alone.",
                corpus.count,
            ).format(count=corpus.count)
        )
    terms = Terms(
        title=title,
        authors=tuple(authors),
        licence=licence,
        allow_training=args.allow_training,
        with_corpus=with_corpus,
    ).checked()
    if (place := place_of(to, terms.title)).exists():
        raise archive.there_already(place)
    return terms


def _agreed(args: argparse.Namespace, terms: Terms, printer: Printer) -> bool:
    if args.yes or not sys.stdin.isatty():
        return True
    printer.tell(
        _("“{title}”, by {authors}, under {licence}.").format(
            title=terms.title, authors=", ".join(terms.authors), licence=terms.licence
        )
    )
    printer.tell(
        _("Others may train models on it and mine it.") if terms.allow_training
        else _("It asks others not to train models on it, nor to mine it.")
    )  # fmt: skip
    return _yes(_("Publish it? What is published cannot be taken back from those who have it."))


def _answer(question: str, suggested: str) -> str:
    """Ask until there is an answer; Enter takes what is suggested."""
    while True:
        shown = f"{question} [{suggested}] " if suggested else f"{question} "
        print(shown, end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            raise Mistake(_("Nothing was published: an answer is missing."))
        if line.strip() or suggested:
            return line.strip() or suggested


def _yes(question: str) -> bool:
    print(_("{question} (y/N)").format(question=question), end=" ", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes", "o", "oui")
