"""The reruns that the cases are made of, real ones: each notebook in each language, and in other circumstances."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from made import Made

from artia_lab.home import data_folder

# The notebooks, shortened by their parameters where the work takes a minute.
NOTEBOOKS = {
    "I1": ("I1-mosaique-de-soi", "I1-self-mosaic"),
    "A4": ("A4-mosaique-sonore", "A4-sound-mosaic"),
    "T1": ("T1-clavier-de-corpus", "T1-corpus-keyboard"),
    "C1": ("C1-est-ce-une-copie", "C1-is-it-a-copy"),
    "I3": ("I3-petit-modele", "I3-small-model"),
}
QUICK = ("I1", "A4", "T1")
SHORTENED = {"I3": {"steps": "30", "samples": "4", "size": "'32'"}}

# What is rerun besides the reference, in French: circumstance, notebooks, parameters that the person changed.
SAME = ("again", "threads", "instructions")
CHANGED = {
    "seed": {"I1": {"seed": "1"}, "A4": {"seed": "1"}, "T1": {"seed": "1"}, "I3": {"seed": "1"}},
    "parameter": {"A4": {"grain": "120"}, "T1": {"order": "5"}},
    "corpus": {"T1": {"corpus": "'starter/texts-en'"}},
}
COLD = ("A4", "T1")


def environment(circumstance: str) -> dict[str, str]:
    """Give the variables that bring a circumstance about."""
    match circumstance:
        case "threads":
            return dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        case "instructions":
            from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

            here = [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
            return {"ATEN_CPU_CAPABILITY": "default", "NPY_DISABLE_CPU_FEATURES": " ".join(here)}
        case "cold":
            return {"ARTIA_WARM": "off"}
    return {}


def all_of(names: tuple[str, ...], work: Path) -> dict[tuple[str, str], Made]:
    """Rerun everything, or take what an earlier call left in the same folder.

    Gives each by ``(notebook, circumstance)``; the references are the circumstances ``fr`` and ``en``.
    """
    wanted: dict[tuple[str, str], Path] = {}
    for name in names:
        for language, stem in zip(("fr", "en"), NOTEBOOKS[name], strict=True):
            source = data_folder("notebooks") / language / f"{stem}.ipynb"
            wanted[name, language] = _written(source, SHORTENED.get(name, {}), work / "notebooks" / language)
        french = wanted[name, "fr"]
        for circumstance in SAME:
            wanted[name, circumstance] = french
        if name in COLD:
            wanted[name, "cold"] = french
        for circumstance, changes in CHANGED.items():
            if name in changes:
                wanted[name, circumstance] = _written(french, changes[name], work / "notebooks" / circumstance)
    for circumstance in dict.fromkeys(each for _name, each in wanted):
        _rerun([place for (_name, each), place in wanted.items() if each == circumstance], circumstance, work)
    return {
        (name, circumstance): _alone(
            work / "reruns" / circumstance, place.stem, work / "made" / circumstance / name
        )
        for (name, circumstance), place in wanted.items()
    }


def _written(source: Path, values: dict[str, str], folder: Path) -> Path:
    """Copy a notebook with other values in its cell of parameters, as a person would write them there."""
    document = json.loads(source.read_text(encoding="utf-8"))
    cell = next(each for each in document["cells"] if "parameters" in each["metadata"].get("tags", []))
    text = "".join(cell["source"])
    for name, value in values.items():
        text, count = re.subn(rf"(?m)^({name}: \w+ = )[^#\n]*?(  #|$)", rf"\g<1>{value}\g<2>", text)
        assert count == 1, name
    cell["source"] = text
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / source.name
    place.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    return place


def _rerun(notebooks: list[Path], circumstance: str, work: Path) -> None:
    out = work / "reruns" / circumstance
    left = [each for each in notebooks if not (out / f"{each.stem}.done").is_file()]
    if not left:
        return
    for each in left:
        shutil.rmtree(out / "runs" / each.stem, ignore_errors=True)
    print(f"rerunning {', '.join(each.stem for each in left)}: {circumstance}", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "artia_lab.cli", "rerun", *map(str, left), "--jobs", "2", "--out", str(out)]
    command.append("--json")
    given = os.environ | {"ARTIA_HOME": str(work / "home")} | environment(circumstance)
    done = subprocess.run(command, env=given, capture_output=True, text=True, check=False)
    for ended in json.loads(done.stdout or "{}").get("notebooks", []):
        if ended["status"] == "finished":
            (out / f"{Path(ended['notebook']).stem}.done").touch()
    if done.returncode:
        raise SystemExit(f"a notebook could not be rerun:\n{done.stderr}")


def _alone(out: Path, stem: str, place: Path) -> Made:
    """Put one rerun in a folder of its own."""
    if not place.is_dir():
        (place / "runs").mkdir(parents=True)
        (place / f"{stem}.ipynb").write_bytes((out / f"{stem}.ipynb").read_bytes())
        (place / "runs" / stem).symlink_to(out / "runs" / stem)
    return Made(place, stem)
