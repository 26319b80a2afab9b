"""The models of the widgets of one notebook, as its metadata hold them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

STATE = "application/vnd.jupyter.widget-state+json"
REFERENCE = "IPY_MODEL_"

# How a widget is drawn and by which version of its program, not what it shows.
APPEARANCE = ("_css", "_esm", "_view_count", "_model_module_version", "_view_module_version")


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
        return {kind: sorted(keys, key=lambda key: _canonical(self._models[key])) for kind, keys in groups.items()}


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


def _canonical(model: dict[str, Any]) -> str:
    """A text by which models of one kind are put in an order; their references say nothing of them."""
    state = model.get("state")
    shown = {key: each for key, each in state.items() if key not in APPEARANCE} if isinstance(state, dict) else {}
    text = json.dumps(shown, sort_keys=True, ensure_ascii=False)
    return "".join(part if not number else part[32:] for number, part in enumerate(text.split(REFERENCE)))
