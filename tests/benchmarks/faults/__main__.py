"""Score verdicts on planted faults and on honest reruns: ours, and on the same cases those of the stock tools.

``python tests/benchmarks/faults [--quick] [--work FOLDER] [--only WORD] [--ours]``

Each case is a real rerun of a notebook of the library, in most of them changed as a faulty execution would have
changed it, and compared with the reference. A *false pass* is a fault that a tool lets through; a *false failure*
an honest rerun that it refuses. The exit code is 1 when one of our answers is wrong.

The stock tools, nbval, nbval with nbdime and nbmake, are asked about the very outputs that ours are asked about:
how stands in `tools`. nbval is told to disregard run ids and energy, as a careful user would.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

import reruns
from cases import Case, every
from cells import in_output_widget
from made import Made
from tools import Answer, ours, stock, write_case


def main() -> int:
    """Build the cases, ask, print the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--quick", action="store_true", help="only the notebooks I1, A4 and T1")
    asked.add_argument("--work", type=Path, help="folder where reruns are kept for the next time")
    asked.add_argument("--only", default="", help="only the cases whose name holds this")
    asked.add_argument("--ours", action="store_true", help="do not ask the stock tools")
    options = asked.parse_args()
    names = reruns.QUICK if options.quick else tuple(reruns.NOTEBOOKS)
    with tempfile.TemporaryDirectory(prefix="artia-faults-") as aside:
        work = (options.work or Path(aside) / "work").absolute()
        began = time.perf_counter()
        made = reruns.all_of(names, work)
        print(f"{len(made)} reruns: {time.perf_counter() - began:.0f} s", file=sys.stderr)
        cases = [each for each in every(names) if options.only in title(each)]
        began = time.perf_counter()
        answers = {"artia verify": _ours(cases, made, Path(aside))}
        print(f"{len(cases)} cases, ours: {time.perf_counter() - began:.0f} s", file=sys.stderr)
        if not options.ours:
            answers |= stock(cases, Path(aside) / "cases")
    _table(cases, answers)
    return _wrong(cases, answers["artia verify"])


def title(case: Case) -> str:
    return f"{case.notebook} {case.title}"


def _ours(cases: list[Case], made: dict[tuple[str, str], Made], aside: Path) -> list[Answer]:
    answers = []
    for number, case in enumerate(cases):
        reference = made[case.notebook, case.language.rstrip("*")]
        if case.language.endswith("*"):
            # Both sides hold what a cell shows in a widget.
            reference = reference.copy(aside / f"reference{number}")
            in_output_widget('show_trace("source-map")')(reference)
        new = (made[case.notebook, case.made] if case.made else reference).copy(aside / f"new{number}")
        for change in case.changes:
            change(new)
        if not case.passes and _contents(new) == _contents(reference):
            raise SystemExit(f"nothing was planted in: {title(case)}")
        write_case(number, reference, new, aside / "cases")
        answers.append(ours(reference, new))
        shutil.rmtree(new.folder)
    return answers


def _contents(made: Made) -> dict[str, bytes]:
    places = [
        made.notebook,
        *(made.folder / "runs" / made.stem).rglob("outputs/*"),
    ]
    return {str(each.relative_to(made.folder)): each.read_bytes() for each in places}


def _table(cases: list[Case], answers: dict[str, list[Answer]]) -> None:
    faults = sum(not case.passes for case in cases)
    print(f"{len(cases)} cases: {faults} faults, {len(cases) - faults} honest reruns\n")
    print(f"{'tool':20}{'false passes':>16}{'false failures':>18}{'right':>10}")
    for name, given in answers.items():
        passes = sum(answer.passes and not case.passes for case, answer in zip(cases, given, strict=True))
        failures = sum(case.passes and not answer.passes for case, answer in zip(cases, given, strict=True))
        right = len(cases) - passes - failures
        honest = len(cases) - faults
        print(f"{name:20}{f'{passes} of {faults}':>16}{f'{failures} of {honest}':>18}{right / len(cases):>10.0%}")


def _wrong(cases: list[Case], given: list[Answer]) -> int:
    found = 0
    for case, answer in zip(cases, given, strict=True):
        kind = ""
        if answer.passes != case.passes:
            kind = "false pass" if answer.passes else "false failure"
        elif case.tier and answer.tier != case.tier:
            kind = f"tier, wanted {case.tier}"
        if kind:
            found += 1
            print(f"\nours, wrong ({kind}): {title(case)}, {case.language} → {answer.tier}\n  {answer.said}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
