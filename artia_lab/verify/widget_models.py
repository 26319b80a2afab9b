"""The models of the widgets of one notebook, as its metadata hold them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

STATE = "application/vnd.jupyter.widget-state+json"
REFERENCE = "IPY_MODEL_"

# Longer texts hold pictures and sounds, or what was made.
LONGEST_SAID = 400

# How a widget is drawn and by which version of its program, not what it shows.
APPEARANCE = ("_css", "_esm", "_view_count", "_model_module_version", "_view_module_version")

# What our own panel says of the seat it is in, of the moment, or of the machine.
_OURS = {"artia_lab.panel.panel.Panel": ("corpora", "curve", "files", "notice", "progress", "resumable", "words")}


class Models:
    """The models of the widgets of one notebook.

    Parameters
    ----------
    notebook : dict
        The notebook.
    """

    def __init__(self, notebook: dict[str, Any]) -> None:
        metadata = notebook.get("metadata")
        widgets = metadata.get("widgets") if isinstance(metadata, dict) else None
        said = widgets.get(STATE) if isinstance(widgets, dict) else None
        models = said.get("state") if isinstance(said, dict) else None
        self._models = {str(key): each for key, each in models.items() if isinstance(each, dict)} \
            if isinstance(models, dict) else {}  # fmt: skip
        self.seen: set[str] = set()

    def get(self, model: str) -> dict[str, Any] | None:
        """Find a model, and remember that it was compared.

        Parameters
        ----------
        model : str
            Its id.

        Returns
        -------
        dict or None
            None when the notebook does not hold it.
        """
        self.seen.add(model)
        return self._models.get(model)

    def left(self) -> dict[str, list[str]]:
        """Group the models that no other and no output names, by what they are.

        Returns
        -------
        dict of str to list of str
            Ids by kind, those of one kind in an order that does not depend on ids.
        """
        named = {text for model in self._models.values() for text in _strings(model.get("state"))
                 if text.startswith(REFERENCE)}  # fmt: skip
        groups: dict[str, list[str]] = defaultdict(list)
        for key, model in self._models.items():
            if key not in self.seen and REFERENCE + key not in named:
                groups[kind_of(model)].append(key)
        return {kind: sorted(keys, key=lambda key: _order(self._models[key])) for kind, keys in groups.items()}


def shown(model: dict[str, Any]) -> dict[str, Any]:
    """Give what a model shows, wherever and whenever it does.

    Parameters
    ----------
    model : dict
        As the notebook holds it.

    Returns
    -------
    dict
        Its state, less how it is drawn and less what our panel says of the moment.
    """
    state = model.get("state")
    aside = (*APPEARANCE, *_OURS.get(kind_of(model), ()))
    return {key: each for key, each in state.items() if key not in aside} if isinstance(state, dict) else {}


def kind_of(model: dict[str, Any] | None) -> str:
    """Name what a model is.

    Parameters
    ----------
    model : dict or None
        As the notebook holds it.

    Returns
    -------
    str
        Such as ``"IntSliderModel"``, or the name of an anywidget.
    """
    state = (model or {}).get("state")
    named = state.get("_anywidget_id") if isinstance(state, dict) else None
    return str(named or (model or {}).get("model_name") or "?")[:100]


def _strings(document: Any) -> Iterator[str]:
    waiting = [document]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def _order(model: dict[str, Any]) -> tuple[str, str]:
    """A key by which models of one kind are put in an order; their references say nothing of them.

    Short texts and choices come first: they tell one widget from another, and hold from one machine to the next.
    """
    state = shown(model)
    return _canonical(_said(state)), _canonical(state)


def _said(document: Any, deepest: int = 60) -> Any:
    if deepest and isinstance(document, dict):
        return {key: _said(each, deepest - 1) for key, each in document.items()}
    if deepest and isinstance(document, list):
        return [_said(each, deepest - 1) for each in document]
    said = isinstance(document, bool) or (isinstance(document, str) and len(document) <= LONGEST_SAID)
    return document if said else None


def _canonical(document: Any) -> str:
    text = json.dumps(document, sort_keys=True, ensure_ascii=False)
    return "".join(part if not number else part[32:] for number, part in enumerate(text.split(REFERENCE)))
