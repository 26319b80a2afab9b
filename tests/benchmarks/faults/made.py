"""One rerun on disk: the executed notebook and its runs; and ways to change it as another execution would have."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artia_lab import experiments
from artia_lab.i18n import use_language
from artia_lab.panel import static
from artia_lab.panel.outcome import outcome
from artia_lab.panel.trace import table
from artia_lab.runs import RunFolder, every_run
from artia_lab.runs.digests import content_digest, file_digest

RESULT = re.compile(r"(\w+) = (\w+)\.result\(\)")
TRACE = re.compile(r"(\w+)\.show_trace\(\"([\w-]+)\"(?:, longest=\"(\w+)\")?\)")
RUN_ID = re.compile(r"\d{8}-\d{6}-[a-z0-9_.-]+-[0-9a-f]{6}")


@dataclass(frozen=True)
class Made:
    """What one rerun made, in the shape of ``artia rerun … --out``."""

    folder: Path
    stem: str

    @property
    def notebook(self) -> Path:
        return self.folder / f"{self.stem}.ipynb"

    @property
    def runs(self) -> list[RunFolder]:
        """Its runs, the earliest first."""
        return every_run(self.folder / "runs" / self.stem)[::-1]

    def copy(self, place: Path) -> Made:
        shutil.copytree(self.folder, place)
        return Made(place, self.stem)

    def document(self) -> dict[str, Any]:
        return json.loads(self.notebook.read_text(encoding="utf-8"))

    def change_document(self, change: Callable[[dict[str, Any]], object]) -> None:
        document = self.document()
        change(document)
        self.notebook.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")

    def change_record(self, change: Callable[[dict[str, Any]], object], run: int = 0) -> None:
        place = self.runs[run].path / "record.json"
        record = json.loads(place.read_text(encoding="utf-8"))
        change(record)
        place.write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")

    def change_output(self, name: str, change: Callable[[Path], object], run: int = 0) -> None:
        """Change a file that a run made, and everything that an execution would have said of it."""
        path = self.runs[run].outputs_folder / name
        change(path)

        def _note(record: dict[str, Any]) -> None:
            for entry in record["outputs"]:
                if entry["path"] == f"outputs/{name}":
                    entry |= {"bytes": path.stat().st_size, "sha256": file_digest(path)}
                    entry["digest"] = content_digest(path, entry["medium"])

        self.change_record(_note, run)
        self.show_again()

    def remove_output(self, name: str) -> None:
        (self.runs[0].outputs_folder / name).unlink()

        def _forget(record: dict[str, Any]) -> None:
            record["outputs"] = [each for each in record["outputs"] if each["path"] != f"outputs/{name}"]

        self.change_record(_forget)
        self.show_again()

    def rename_runs(self) -> None:
        """Give the runs the ids that another day would have given them."""

        def _later(found: re.Match[str]) -> str:
            return f"20270101-000000{found[0][15:-6]}abcdef"

        names = {each.id: RUN_ID.sub(_later, each.id) for each in self.runs}
        for place in (self.notebook, *(self.folder / "runs").rglob("*.json*")):
            text = place.read_text(encoding="utf-8")
            for before, after in names.items():
                text = text.replace(before, after)
            place.write_text(text, encoding="utf-8")
        for each in self.runs:
            each.path.rename(each.path.with_name(names[each.id]))

    def show_again(self) -> None:
        """Write into the cells what they would have shown of the runs as they are now."""
        self.change_document(self._show)

    def _show(self, document: dict[str, Any]) -> None:
        shown: dict[str, RunFolder] = {}
        runs = iter(self.runs)
        with use_language(document["metadata"]["artia"]["language"]):
            for cell in document["cells"]:
                source = "".join(cell["source"])
                if cell["cell_type"] != "code":
                    continue
                if result := RESULT.search(source):
                    shown[result[1]] = next(runs)
                    cell["outputs"] = _displayed(_works(shown[result[1]]))
                elif (trace := TRACE.search(source)) and (found := _trace(shown[trace[1]], trace[2], trace[3])):
                    cell["outputs"] = _displayed([found])


def _works(run: RunFolder) -> list[dict[str, str]]:
    told = outcome(experiments.load(run.request().experiment), run)
    return [*static.works(run.path, told["works"]), static.report(told)]


def _trace(run: RunFolder, name: str, longest: str | None) -> dict[str, str] | None:
    traces = outcome(experiments.load(run.request().experiment), run)["traces"]
    for each in traces:
        if Path(each["file"]).stem == name and each["medium"] == "image":
            return static.work(run.path, each)
        if Path(each["file"]).stem == name and each["medium"] == "table":
            return table(run.path / each["path"], longest or "")
    return None


def _displayed(bundles: list[dict[str, str]]) -> list[dict[str, Any]]:
    return [{"output_type": "display_data", "data": each, "metadata": {}} for each in bundles]
