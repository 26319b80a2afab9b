"""``artia sweep``: rerun a notebook with every combination of some values."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artia_lab.cli.show import Printer
from artia_lab.errors import ParameterError
from artia_lab.i18n import _, decimals, ngettext, visible

if TYPE_CHECKING:
    from artia_lab.rerun import Progress
    from artia_lab.sweep import Cell, Grid, Result, Standing


def add_to(commands: Any) -> None:
    """Add the command.

    Parameters
    ----------
    commands : argparse action
        Where commands are added.
    """
    sweep = commands.add_parser(
        "sweep",
        help=_("execute a notebook with every combination of some values, and make a contact sheet"),
        epilog=_(
            "VALUES are separated by commas: seed=1,2,5. Between numbers, 1..8 stands for all of them and "
            "0..1..0.25 goes by that step; decimals are written with a point. A value that holds a comma stands "
            "between double quotes. The same command again makes only what is missing."
        ),
    )
    sweep.add_argument("notebook", type=Path, metavar=_("NOTEBOOK"))
    sweep.add_argument(
        "-p", dest="pairs", action="append", default=[], metavar=_("NAME=VALUES"), help=_("what a parameter takes")
    )
    sweep.add_argument("--jobs", default="1", metavar="N", help=_("how many notebooks at once (default 1)"))
    sweep.add_argument("--out", type=Path, metavar=_("FOLDER"), help=_("where the sweep stands, or goes on"))
    sweep.add_argument("--json", action="store_true", help=_("print one JSON document"))
    sweep.set_defaults(command=_sweep)


def _sweep(args: argparse.Namespace, printer: Printer) -> int:
    from artia_lab.sweep import folder_for, read_grid, sweep

    if not args.jobs.isdecimal() or not 1 <= int(args.jobs) <= 64:
        raise ParameterError(
            _("“{value}” does not suit the parameter “{name}”; it takes: {allowed}.").format(
                value=args.jobs, name="--jobs", allowed=_("{low} to {high}").format(low=1, high=64)
            )
        )
    grid = read_grid(args.notebook, args.pairs)
    folder = args.out or folder_for(args.notebook, grid)
    with _line(grid, printer) as line:
        result = sweep(grid, folder, at_once=int(args.jobs), begin=line.begin, tell=line.tell)
    _conclude(result, printer)
    if result.count("finished") == len(grid):
        return 0
    return 1 if result.count("failed") + result.count("finished") == len(grid) else 130


def _conclude(result: Result, printer: Printer) -> None:
    from artia_lab.sweep.table import NAME, row

    total, well = len(result.cells), result.count("finished")
    printer.say(
        ngettext("{well} of {n} run is made.", "{well} of {n} runs are made.", total).format(well=well, n=total)
    )
    if well < total:
        printer.say(_("The same command makes those that are missing."))
    printer.say(_("The contact sheet: {path}").format(path=result.page))
    printer.document(
        {
            "status": "finished" if well == total else "failed",
            "folder": str(result.folder),
            "sheet": str(result.page),
            "table": str(result.folder / NAME),
            "reused": result.reused,
            "cells": [{"values": cell.values} | row(result.folder, cell, facts) for cell, facts in result.cells],
        }
    )


def _line(grid: Grid, printer: Printer) -> AbstractContextManager[Any]:
    """One line for the whole sweep where a terminal can show it; elsewhere, one as each cell ends."""
    if sys.stderr.isatty():
        from rich.console import Console

        console = Console(stderr=True)
        if console.is_interactive:
            return _Live(grid, console)
    return nullcontext(_Plain(grid, printer.tell))


class _Plain:
    def __init__(self, grid: Grid, say: Any) -> None:
        self._grid, self._say = grid, say
        self.done = 0

    def begin(self, standing: Standing) -> None:
        """Say what is done already, and what was but no longer counts."""
        self.done = sum(each.status == "finished" for each in standing.cells)
        for count, sentence in (
            (
                standing.other_notebook,
                ngettext(
                    "The notebook has changed: {n} run that was made with it before is made again.",
                    "The notebook has changed: {n} runs that were made with it before are made again.",
                    standing.other_notebook,
                ),
            ),
            (
                standing.other_corpus,
                ngettext(
                    "The corpus has changed: {n} run that was made from it before is made again.",
                    "The corpus has changed: {n} runs that were made from it before are made again.",
                    standing.other_corpus,
                ),
            ),
            (
                self.done,
                ngettext("{n} run was made before.", "{n} runs were made before.", self.done),
            ),
        ):
            if count:
                self._say(sentence.format(n=count))

    def tell(self, cell: Cell, progress: Progress) -> None:
        """Say that a cell has ended."""
        if progress.outcome is None or (progress.outcome.status == "interrupted" and not progress.outcome.seconds):
            return
        well = progress.outcome.status == "finished"
        self.done += well
        line = _("{mark} {name} ({seconds} s)").format(
            mark="✓" if well else "✗",
            name=visible(self._grid.name_of(cell.values)),
            seconds=decimals(f"{progress.outcome.seconds:.1f}"),
        )
        self._say(f"{line} {visible(progress.outcome.sentence)}".rstrip())


class _Live(_Plain):
    """One line at the bottom of the terminal; cells that did not succeed stand above."""

    def __init__(self, grid: Grid, console: Any) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        super().__init__(grid, lambda line: console.print(line, markup=False, highlight=False, soft_wrap=True))
        self._bar = Progress(
            BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False),
            console=console, transient=True,
        )  # fmt: skip
        self._task = self._bar.add_task("", total=len(grid))
        self._working: dict[int, str] = {}
        self._ended, self._began, self._before = 0, time.monotonic(), 0

    def __enter__(self) -> _Live:
        self._bar.start()
        return self

    def __exit__(self, *_ended: object) -> None:
        self._bar.stop()

    def begin(self, standing: Standing) -> None:
        super().begin(standing)
        self._ended = self._before = self.done
        self._bar.update(self._task, completed=self._ended)

    def tell(self, cell: Cell, progress: Progress) -> None:
        if progress.outcome is None:
            self._working[cell.number] = self._grid.name_of(cell.values)
        else:
            self._working.pop(cell.number, None)
            self._ended += 1
            if progress.outcome.status == "failed":
                super().tell(cell, progress)
        told = [self._left(), *list(self._working.values())[:1]]
        self._bar.update(self._task, completed=self._ended, description=visible(" · ".join(filter(None, told))))

    def _left(self) -> str:
        made = self._ended - self._before
        if not made:
            return ""
        seconds = round((time.monotonic() - self._began) / made * (len(self._grid) - self._ended))
        minutes, seconds = divmod(seconds, 60)
        told = _("{minutes} min {seconds} s") if minutes else _("{seconds} s")
        return _("about {time} left").format(time=told.format(minutes=minutes, seconds=seconds))
