"""``artia rerun``: execute notebooks headlessly."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artia_lab.cli.show import Printer
from artia_lab.errors import ParameterError
from artia_lab.i18n import Text, _, decimals, ngettext, visible

if TYPE_CHECKING:
    from artia_lab.rerun import Outcome, Progress
    from artia_lab.runs import RunFolder

STATUSES = {
    "finished": Text(fr="terminé", en="finished"),
    "failed": Text(fr="échoué", en="failed"),
    "interrupted": Text(fr="interrompu", en="interrupted"),
}

# How often the lines of a terminal are drawn again, per second.
REFRESHES = 4


def add_to(commands: Any) -> None:
    """Add the command.

    Parameters
    ----------
    commands : argparse action
        Where commands are added.
    """
    rerun = commands.add_parser("rerun", help=_("execute notebooks again, without a browser"))
    rerun.add_argument("notebooks", nargs="+", type=Path, metavar=_("NOTEBOOK"))
    rerun.add_argument(
        "-p", dest="pairs", action="append", default=[], metavar=_("NAME=VALUE"), help=_("set a parameter")
    )
    rerun.add_argument("--jobs", default="1", metavar="N", help=_("how many notebooks at once (default 1)"))
    rerun.add_argument(
        "--out", type=Path, metavar=_("FOLDER"), help=_("where the executed notebooks and their runs go")
    )
    rerun.add_argument("--json", action="store_true", help=_("print one JSON document"))
    rerun.set_defaults(command=_rerun)


def _rerun(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab.home import home
    from artia_lab.parameters import read_assignments
    from artia_lab.rerun import prepare, rerun

    if not args.jobs.isdecimal() or not 1 <= int(args.jobs) <= 64:
        raise ParameterError(
            _("“{value}” does not suit the parameter “{name}”; it takes: {allowed}.").format(
                value=args.jobs, name="--jobs", allowed=_("{low} to {high}").format(low=1, high=64)
            )
        )
    written = read_assignments(args.pairs)
    jobs = [prepare(notebook, written) for notebook in args.notebooks]
    out = args.out or home() / "notebooks" / "reruns" / datetime.now().strftime("%Y%m%d-%H%M%S")
    with _lines(printer) as lines:
        outcomes = rerun(jobs, out, at_once=int(args.jobs), tell=lines.tell)
    well = sum(each.status == "finished" for each in outcomes)
    printer.say(
        ngettext("{well} of {n} notebook finished; it stands in “{folder}”.",
                 "{well} of {n} notebooks finished; they stand in “{folder}”.", len(outcomes))
        .format(well=well, n=len(outcomes), folder=out)
    )  # fmt: skip
    printer.document(
        {"status": "finished" if well == len(outcomes) else "failed", "folder": str(out)}
        | {"notebooks": [each.to_json() for each in outcomes]}
    )
    if any(each.status == "interrupted" for each in outcomes):
        return 130
    return 0 if well == len(outcomes) else 1


def _lines(printer: Printer) -> AbstractContextManager[Any]:
    """One line per notebook: as it goes where a terminal can show it, once it has ended elsewhere."""
    if sys.stderr.isatty():
        from rich.console import Console

        console = Console(stderr=True)
        if console.is_interactive:
            return _Live(console)
    return nullcontext(_Plain(printer))


def _last_line(name: str, outcome: Outcome) -> str:
    line = _("{mark} {name}: {state} ({seconds} s)").format(
        mark="✓" if outcome.status == "finished" else "✗",
        name=visible(name),
        state=STATUSES[outcome.status],
        seconds=decimals(f"{outcome.seconds:.1f}"),
    )
    return f"{line} {visible(outcome.sentence)}".rstrip()


class _Plain:
    def __init__(self, printer: Printer) -> None:
        self._printer = printer

    def tell(self, progress: Progress) -> None:
        if progress.outcome is not None:
            self._printer.tell(_last_line(progress.name, progress.outcome))


class _Live:
    """The notebooks at work, a line each at the bottom of the terminal; those that have ended stand above."""

    def __init__(self, console: Any) -> None:
        from rich.live import Live

        self._working: dict[int, _Working] = {}
        self._live = Live(console=console, get_renderable=self._show, refresh_per_second=REFRESHES, transient=True)

    def __enter__(self) -> _Live:
        self._live.start()
        return self

    def __exit__(self, *_ended: object) -> None:
        self._live.stop()

    def tell(self, progress: Progress) -> None:
        if progress.outcome is not None:
            self._working.pop(progress.number, None)
            line = _last_line(progress.name, progress.outcome)
            self._live.console.print(line, markup=False, highlight=False, soft_wrap=True)
        elif progress.number in self._working:
            self._working[progress.number].progress = progress
        else:
            self._working[progress.number] = _Working(progress)

    def _show(self) -> Any:
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text as Plain

        shown = Table.grid(padding=(0, 1))
        shown.add_column(no_wrap=True, overflow="ellipsis")
        for _column in range(3):
            shown.add_column(no_wrap=True)
        for each in list(self._working.values()):
            done, total, where = each.where()
            bar = ProgressBar(total=total, completed=done, width=20)
            shown.add_row(Plain(visible(each.progress.name)), bar, Plain(where), each.elapsed())
        return shown


class _Working:
    """One notebook at work."""

    def __init__(self, progress: Progress) -> None:
        from artia_lab.runs import every_run

        self.progress = progress
        self._began = time.monotonic()
        self._seen = {each.id for each in every_run(progress.runs)}
        self._run: RunFolder | None = None
        self._offset = self._step = self._steps = 0

    def elapsed(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        return f"{minutes}:{seconds:02d}"

    def where(self) -> tuple[int, int, str]:
        """Say how much is done of how much: of the run at work, else of the cells."""
        try:
            self._look()
        except OSError:
            # The folder went away between two looks; the next one finds out.
            self._run = None
        if self._run is not None and self._steps:
            return self._step, self._steps, _("step {step} of {steps}").format(step=self._step, steps=self._steps)
        cell, cells = self.progress.cell, self.progress.cells
        return (
            max(0, cell - 1),
            max(1, cells),
            _("cell {cell} of {cells}").format(cell=cell, cells=cells) if cell else "",
        )

    def _look(self) -> None:
        from artia_lab.runs import every_run

        new = [each for each in every_run(self.progress.runs) if each.id not in self._seen]
        if new:
            self._seen |= {each.id for each in new}
            self._run, self._offset, self._step, self._steps = new[0], 0, 0, 0
        if self._run is not None and self._run.record() is not None:
            self._run = None
        if self._run is not None:
            events, self._offset = self._run.events(self._offset)
            for each in events:
                if each["event"] == "step":
                    self._step, self._steps = each["step"], each["steps"]
