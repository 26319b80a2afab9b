"""The tools, each asked the same question: does the new rerun pass beside the reference?

The stock tools execute a notebook by themselves. So that they judge the very outputs that ours judges, each case
is a notebook that holds the outputs of the reference, and whose cells, executed, give those of the new rerun. A
cell shows what it showed, raises what it raised, and kills its kernel where the kernel died.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from cases import Case
from cells import VIEW, WIDGETS
from made import Made

# What a careful user lets nbval disregard: it changes with every execution.
SANITISED = r"""
[run]
regex: \d{8}-\d{6}-[a-z0-9_.-]+-[0-9a-f]{6}
replace: RUN

[energy]
regex: (Énergie|Energy)(</strong> —|.?:)[^<\n]*
replace: ENERGY
"""

REPLAY = """
import json, os, pathlib


def cell(case, number):
    told = json.loads(pathlib.Path(case + ".json").read_text(encoding="utf-8"))
    for output in told["cells"][number]:
        kind = output["output_type"]
        if kind == "stream":
            print("".join(output["text"]), end="")
        elif kind == "error" and output["ename"] == "DeadKernelError":
            os.kill(os.getpid(), 9)
        elif kind == "error":
            raise type(output["ename"], (Exception,), {})(output["evalue"])
        elif told["view"] in output["data"]:
            from IPython.display import display
            from ipywidgets import Output
            display(Output(outputs=told["widgets"][output["data"][told["view"]]["model_id"]]))
        else:
            from IPython.display import display
            display(output["data"], raw=True)
"""

# With --nbdime, nbval compares PNG and JPEG as well. What then shows the failures, in a browser that it waits for,
# does not run under pytest 9, and has no part in what fails.
CONFTEST = """
import nbval.nbdime_reporter


class Silent:
    def __init__(self, config, file=None):
        pass


nbval.nbdime_reporter.NbdimeReporter = Silent
"""

CELL_TIMEOUT_S = 15


@dataclass(frozen=True)
class Answer:
    """What a tool said of a case."""

    passes: bool
    tier: str = ""
    said: str = ""


def ours(reference: Made, new: Made) -> Answer:
    """Ask ``artia verify``'s own comparison."""
    from artia_lab.testing.again import judge
    from artia_lab.verify.references import Opened

    verdict = judge(Opened(reference.folder, reference.stem), new.notebook, new.runs)
    worst = [each for each in verdict.comparisons if each.verdict == verdict.verdict][:3]
    said = " ".join([verdict.sentence(), *(f"[{each.name}: {each.reason}]" for each in worst)])
    return Answer(verdict.status == "passed", verdict.verdict, said)


def write_case(number: int, reference: Made, new: Made, folder: Path) -> None:
    """Write the notebook that asks the stock tools."""
    name = f"case{number:03d}"
    document, executed = reference.document(), new.document()
    given, cells = [], []
    found = iter([each for each in executed["cells"] if each["cell_type"] == "code"])
    for cell in document["cells"]:
        if cell["cell_type"] != "code":
            continue
        outputs = next(found, {"outputs": []})["outputs"]
        if outputs or cell["outputs"]:
            source = f"import replay; replay.cell({name!r}, {len(given)})"
            given.append([_whole(each) for each in outputs])
            cells.append(
                {"cell_type": "code", "execution_count": len(given), "id": f"c{len(given)}", "metadata": {}}
                | {"source": source, "outputs": cell["outputs"]}
            )
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    asked = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    states: dict[str, Any] = executed["metadata"].get("widgets", {}).get(WIDGETS, {}).get("state", {})
    widgets = {
        key: [_whole(output) for output in each["state"]["outputs"]]
        for key, each in states.items()
        if "outputs" in each["state"]
    }
    told = {"cells": given, "view": VIEW, "widgets": widgets}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.ipynb").write_text(json.dumps(asked, ensure_ascii=False), encoding="utf-8")
    (folder / f"{name}.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def _whole(output: dict[str, Any]) -> dict[str, Any]:
    """Give an output as a kernel sends it: a file holds its texts cut into lines."""
    data = {
        kind: "".join(each) if isinstance(each, list) else each for kind, each in output.get("data", {}).items()
    }
    return output | {"data": data}


def stock(cases: list[Case], folder: Path) -> dict[str, list[Answer]]:
    """Ask the stock tools about every case that was written in a folder."""
    (folder / "replay.py").write_text(REPLAY, encoding="utf-8")
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "sanitise.cfg").write_text(SANITISED, encoding="utf-8")
    nbval = ["--nbval", f"--nbval-cell-timeout={CELL_TIMEOUT_S}", "--nbval-sanitize-with=sanitise.cfg"]
    tools = {
        "nbval": [*nbval, "-n2", "--dist=loadfile"],
        "nbval with nbdime": [*nbval, "--nbdime", "-n2", "--dist=loadfile"],
        "nbmake": ["--nbmake", f"--nbmake-timeout={CELL_TIMEOUT_S}", "-n2", "--dist=loadfile"],
    }
    return {name: _ask(name, options, len(cases), folder) for name, options in tools.items()}


def _ask(name: str, options: list[str], count: int, folder: Path) -> list[Answer]:
    print(f"asking {name}", file=sys.stderr, flush=True)
    report = folder / f"{name.replace(' ', '-')}.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--junitxml={report}",
        *options,
        ".",
    ]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | {"PYTHONPATH": ""}, capture_output=True, text=True, check=False
    )
    if not report.is_file():
        raise SystemExit(f"{name} did not answer:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    asked, failed = set(), set()
    for test in ElementTree.parse(report).iter("testcase"):
        found = re.search(r"case(\d{3})", f"{test.get('classname')} {test.get('name')}")
        if found is None:
            raise SystemExit(f"{name} stopped:\n{done.stdout[-3000:]}\n{done.stderr[-1000:]}")
        asked.add(int(found[1]))
        if any(each.tag in ("failure", "error") for each in test):
            failed.add(int(found[1]))
    if asked != set(range(count)):
        raise SystemExit(f"{name} was not asked about cases {sorted(set(range(count)) - asked)}")
    return [Answer(number not in failed) for number in range(count)]
