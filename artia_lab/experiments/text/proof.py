"""What a corpus keyboard promises, checked on a run that was kept."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

from artia_lab import corpora
from artia_lab.experiments.text.kneser_ney import load
from artia_lab.experiments.text.ngrams import encode, normalise

if TYPE_CHECKING:
    from artia_lab.experiments.text.model import KneserNey
    from artia_lab.runs import RunFolder

LOOKED_AT = 500
TOLERANCE = 1e-9


def chances_add_up(folder: RunFolder) -> bool:
    """Check that after each character of the text, the probabilities of all next characters sum to one.

    Parameters
    ----------
    folder : RunFolder
        A finished run of the experiment ``text.corpus-keyboard``.

    Returns
    -------
    bool
        Whether they do for the first 500 characters, with the liberty of the run and with all liberty.
    """
    model = _model(folder)
    state = model.state([0] * model.order)
    liberties = {float(folder.request().parameters["liberty"]), 1.0}
    for code in encode(_written(folder)[:LOOKED_AT], model.alphabet).tolist():
        if any(abs(model.next_character(state, liberty).sum() - 1) > TOLERANCE for liberty in liberties):
            return False
        state = model.advance(state, code)
    return True


def quotations_stand(folder: RunFolder) -> bool:
    """Check that every suggestion and every passage cited is in the corpus where its table says.

    Parameters
    ----------
    folder : RunFolder
        A finished run of the experiment ``text.corpus-keyboard``.

    Returns
    -------
    bool
        Whether they are, and the passages laid end to end are the text.

    Raises
    ------
    Mistake
        If the corpus is no longer there, or can no longer be read.
    """
    passages, suggestions = _rows(folder, "sources"), _rows(folder, "suggestions")
    quoted = [(each["file"], each["position"], each["text"]) for each in passages if each["file"]]
    quoted += [(each["file"], each["position"], each["continuation"]) for each in suggestions]
    named = {file for file, _position, _span in quoted}
    with corpora.CorpusReader(corpora.find(folder.request().corpus_id)) as reader:
        items = [item for item in reader.items("text") if item.file in named]
        texts = {item.file: normalise(reader.text(item)) for item in items}
    stand = all(texts.get(file, "").startswith(span, int(position)) for file, position, span in quoted)
    return stand and "".join(each["text"] for each in passages) == _written(folder)


def _rows(folder: RunFolder, name: str) -> list[dict[str, str]]:
    with (folder.path / "outputs" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _written(folder: RunFolder) -> str:
    return (folder.path / "outputs" / "text.txt").read_bytes().decode()


def _model(folder: RunFolder) -> KneserNey:
    from safetensors import safe_open

    with safe_open(folder.path / "outputs" / "model.safetensors", framework="numpy") as kept:
        tensors = {name: kept.get_tensor(name) for name in kept.keys()}  # noqa: SIM118
        return load(tensors, json.loads(kept.metadata()["architecture"]))
