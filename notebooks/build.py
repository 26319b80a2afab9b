"""Build the library: one source per notebook, one notebook per language, the same code cells in both.

``python notebooks/build.py`` writes them, and executes them for the text outputs that nbval compares;
``python notebooks/build.py --check`` says which are no longer what their source says.

A source is a Python file in jupytext's percent format. Its prose stands twice, in Markdown cells marked
``lang="fr"`` and ``lang="en"``; its code once. Its first cell, marked ``notebook``, names the experiment and the
files to build. The cell tagged ``parameters`` is written from the experiment's declaration, after its own lines.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tomllib
from copy import deepcopy
from pathlib import Path

import jupytext
import nbformat

from artia_lab import experiments
from artia_lab.i18n import LANGUAGES
from artia_lab.parameters import cell as parameters_cell

HERE = Path(__file__).parent
CHECKED = "nbval-check-output"


def build(source: Path, language: str) -> tuple[Path, nbformat.NotebookNode]:
    """Build one notebook, without outputs."""
    read = jupytext.read(source, fmt="py:percent")
    about = tomllib.loads(read.cells[0].source)
    cells = [_cell(each, number, about) for number, each in enumerate(read.cells[1:])
             if each.metadata.get("lang", language) == language]  # fmt: skip
    notebook = nbformat.v4.new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {"name": "artia", "display_name": "ArtIA", "language": "python"},
            "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
            "artia": {"experiment": about["experiment"], "language": language, "source": source.name},
            "title": about["title"][language],
        },
    )
    return HERE / language / about["file"][language], notebook


def _cell(read: nbformat.NotebookNode, number: int, about: dict) -> nbformat.NotebookNode:
    tags = read.metadata.get("tags", [])
    text = read.source
    if "parameters" in tags:
        text = f"{text}\n{parameters_cell(experiments.load(about['experiment']).parameters)}"
    make = nbformat.v4.new_code_cell if read.cell_type == "code" else nbformat.v4.new_markdown_cell
    metadata = {"tags": tags} if tags else {}
    return make(text, id=hashlib.sha256(f"{number}".encode()).hexdigest()[:8], metadata=metadata)


def execute(notebook: nbformat.NotebookNode, language: str) -> None:
    """Execute a copy of a notebook and take from it the outputs that nbval compares, and nothing else."""
    import os
    import tempfile

    from nbclient import NotebookClient

    # What executing writes elsewhere (the version of Python, times) would change the file on every machine.
    executed = without_outputs(notebook)
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"ARTIA_HOME": home, "ARTIA_LANG": language}
        NotebookClient(executed, kernel_name="artia", timeout=600).execute(env=environment, cwd=home)
    for cell, done in zip(notebook.cells, executed.cells, strict=True):
        if CHECKED in cell.metadata.get("tags", []):
            # nbval refuses outputs of a cell that bears no number.
            cell.outputs, cell.execution_count = done.outputs, done.execution_count


def without_outputs(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Copy a notebook, leaving its outputs."""
    copy = deepcopy(notebook)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return copy


def main() -> int:
    """Build the notebooks, or check them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail when one is out of date")
    parser.add_argument("only", nargs="*", help="beginnings of the names of sources, for example I1")
    args = parser.parse_args()
    stale = []
    for source in sorted((HERE / "sources").glob("*.py")):
        if args.only and not source.name.startswith(tuple(args.only)):
            continue
        for language in LANGUAGES:
            place, notebook = build(source, language)
            if args.check:
                if not place.exists() or without_outputs(nbformat.read(place, 4)) != notebook:
                    stale.append(f"{place.relative_to(HERE)} is not what {source.name} says; build it again.")
                continue
            execute(notebook, language)
            place.parent.mkdir(exist_ok=True)
            nbformat.write(notebook, place)
            print(place.relative_to(HERE))
    print("\n".join(stale), end="\n" if stale else "")
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
