"""The person's models: keeping one, listing them, finding one."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import Any

from artia_lab.errors import MaterialError, NotFound
from artia_lab.home import home
from artia_lab.i18n import _
from artia_lab.models.model import CARD, WEIGHTS, Model, architecture_in, shapes
from artia_lab.runs import RUN_ID
from artia_lab.runs.digests import file_digest
from artia_lab.runs.files import write_json
from artia_lab.runs.tensors import read_tensors


def models_folder() -> Path:
    """Name the folder where models are kept.

    Returns
    -------
    Path
        ``models`` under the home, or beside the runs of a rerun (``ARTIA_RUNS``); not created.
    """
    runs = os.environ.get("ARTIA_RUNS")
    return Path(runs).absolute() / "models" if runs else home() / "models"


def keep(weights: Path, record: dict[str, Any]) -> Model:
    """Keep a model that a run has made.

    Parameters
    ----------
    weights : Path
        The safetensors file among the run's outputs, with its architecture in it.
    record : dict
        The run's record.

    Returns
    -------
    Model
        The kept model, whose id is the run's.

    Raises
    ------
    MaterialError
        If the weights cannot be read.
    OSError
        If it cannot be written.
    """
    tensors, metadata = read_tensors(weights)
    place = models_folder() / record["id"]
    aside = place.with_name(f".{place.name}")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        # Its own bytes, not a link: deleting or mending one must not touch the other.
        shutil.copyfile(weights, aside / WEIGHTS)
        card = {
            "format": 1,
            "id": record["id"],
            "experiment": record["experiment"],
            "architecture": architecture_in(metadata),
            "tensors": shapes(tensors),
            "sha256": file_digest(aside / WEIGHTS),
            "corpus": record["corpus"],
            "record": record,
        }
        write_json(aside / CARD, card)
        os.rename(aside, place)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return Model.open(place)


def every() -> list[Model]:
    """List the models that can be opened, the newest first: those of this rerun, then the person's.

    Returns
    -------
    list of Model
        Those whose description can be read.
    """
    found = []
    for folder in dict.fromkeys((models_folder(), home() / "models")):
        for place in sorted(folder.iterdir(), reverse=True) if folder.is_dir() else ():
            if RUN_ID.fullmatch(place.name):
                with contextlib.suppress(MaterialError):
                    found.append(Model.open(place))
    return found


def find(name: str) -> Model:
    """Find a model.

    Parameters
    ----------
    name : str
        Its id, the beginning or end of it, ``"last"``, or its folder.

    Returns
    -------
    Model
        The one it names.

    Raises
    ------
    NotFound
        If there is none, or several.
    MaterialError
        If it is damaged.
    """
    if os.sep in name and Path(name).is_dir():
        return Model.open(Path(name).absolute())
    there = every()
    if name == "last":
        matching = there[:1]
    else:
        matching = [each for each in there if name and (each.id.startswith(name) or each.id.endswith(name))]
    if len(matching) == 1:
        return matching[0]
    damaged = models_folder() / name
    if RUN_ID.fullmatch(name) and damaged.is_dir():
        return Model.open(damaged)
    listed = ", ".join(each.id for each in (matching or there)[:6]) or _("none")
    if matching:
        sentence = _("Several models are called “{name}”: {list}. Give more of the id.")
        raise NotFound(sentence.format(name=name, list=listed))
    raise NotFound(_("There is no model “{name}”. There are: {list}.").format(name=name, list=listed))
