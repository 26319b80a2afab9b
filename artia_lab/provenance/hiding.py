"""Taking out of what is published the names of folders, which would say whose machine it was made on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from artia_lab.home import home


class Hidden:
    """What replaces what.

    Parameters
    ----------
    replaced : mapping of str to str
        What stands for each text, besides the person's folders; ``""`` is never replaced.
    """

    def __init__(self, replaced: Mapping[str, str]) -> None:
        known = {str(home()): "~/artia", str(home().resolve()): "~/artia", str(Path.home()): "~"} | dict(replaced)
        # The longest first: one folder often stands in another.
        self._replaced = sorted(((k, v) for k, v in known.items() if len(k) > 1), key=lambda e: -len(e[0]))

    def json(self, path: Path) -> dict[str, Any]:
        """Read a JSON document without these names.

        Parameters
        ----------
        path : Path
            The document.

        Returns
        -------
        dict
            The same, but for the texts in it.
        """
        document: dict[str, Any] = self._in(json.loads(path.read_text(encoding="utf-8")))
        return document

    def lines(self, path: Path) -> list[Any]:
        """Read a file of one JSON document a line without these names.

        Parameters
        ----------
        path : Path
            The file.

        Returns
        -------
        list
            A document each; a line that was cut short is left out.
        """
        found = []
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                found.append(self._in(json.loads(line)))
            except ValueError:
                continue
        return found

    def _in(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._in(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._in(each) for each in value]
        if isinstance(value, str):
            for old, new in self._replaced:
                value = value.replace(old, new)
        return value
