"""What every command shares: reading the line, and turning any error into a sentence and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from artia_lab import i18n
from artia_lab.cli import (
    corpus,
    doctor,
    experiments,
    hub,
    lab,
    models,
    publish,
    rerun,
    review,
    runs,
    sweep,
    verify,
    workshop,
)
from artia_lab.cli.show import Printer
from artia_lab.errors import ArtiaError, Mistake
from artia_lab.i18n import _

COMMANDS = (lab, experiments, runs, models, rerun, sweep, verify, publish, review, corpus, hub, workshop, doctor)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise Mistake(
            _("This command is not understood: {reason}. “{program} --help” shows how it is written.").format(
                reason=message.rstrip("."), program=self.prog
            )
        )


def parser() -> argparse.ArgumentParser:
    """Describe the commands, in the language in force.

    Returns
    -------
    argparse.ArgumentParser
        The parser; each command leaves its function in ``command``.
    """
    # argparse looks its own sentences up under these names.
    argparse._, argparse.ngettext = i18n._, i18n.ngettext  # type: ignore[attr-defined]
    top = _Parser(
        prog="artia",
        description=_("Experiments with image, sound and text on one's own material, in notebooks or from here."),
        epilog=_("Everything you make stands under ARTIA_HOME (by default ~/artia)."),
    )
    top.add_argument("--version", action="version", version=f"artia {_version()}")
    commands = top.add_subparsers(metavar=_("COMMAND"), required=True, parser_class=_Parser)
    for module in COMMANDS:
        module.add_to(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after ``artia``; by default those of this process.

    Returns
    -------
    int
        0 when all went well, 1 for a failure of ours or of what was run, 2 for a mistake of the person's,
        130 after Ctrl-C.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    printer = Printer(json_wanted="--json" in words)
    try:
        args = parser().parse_args(words)
        code: int = args.command(args, printer)
        sys.stdout.flush()
        return code
    except ArtiaError as error:
        printer.error(str(error))
        return 2 if isinstance(error, Mistake) else 1
    except KeyboardInterrupt:
        printer.error(_("Stopped."))
        return 130
    except BrokenPipeError:
        # Whoever read our output has had enough of it; Python would complain again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("ARTIA_DEBUG"):
            raise
        printer.error(
            _(
                "Something went wrong that is ours to mend ({kind}: {detail}). With ARTIA_DEBUG=1 before the "
                "command, it says where."
            ).format(kind=type(error).__name__, detail=error)
        )
        return 1


def _version() -> str:
    from artia_lab import __version__

    return __version__
