"""The prose and the code of a notebook, for a page: nothing of it runs, and nothing is fetched for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from markupsafe import Markup

from artia_lab.home import data_folder
from artia_lab.i18n import LANGUAGES

TAGS = {
    *("a", "blockquote", "br", "code", "del", "em", "hr", "li", "ol", "p", "pre", "strong", "ul"),
    *("h3", "h4", "h5", "h6", "table", "tbody", "td", "th", "thead", "tr"),
}
# A page holds its own title and sections above the titles of the notebook.
LOWER_BY = 2
PROTOCOLS = {"http", "https", "mailto"}
OUTWARD = tuple(f"{each}:" for each in sorted(PROTOCOLS))
INJECTED = "injected-parameters"


def prose(executed: dict[str, Any], language: str) -> Markup:
    """Show what a notebook says and the code it ran, in both languages when it is one of the library.

    Parameters
    ----------
    executed : dict
        The executed notebook.
    language : {"fr", "en"}
        Its language.

    Returns
    -------
    Markup
        One element for each language, or a single one, always visible, in the notebook's own.
    """
    other = _counterpart(executed, language)
    if other is None:
        return Markup('<div lang="{}" class="always">{}</div>').format(language, _cells(executed))
    versions = {language: executed} | {code: other for code in LANGUAGES if code != language}
    return Markup("").join(
        Markup('<div lang="{}">{}</div>').format(code, _cells(versions[code])) for code in LANGUAGES
    )


def _cells(notebook: dict[str, Any]) -> Markup:
    shown = []
    for cell in notebook["cells"]:
        source = _text(cell["source"])
        if cell["cell_type"] == "markdown":
            shown.append(_rendered(source))
        elif cell["cell_type"] == "code" and source.strip():
            shown.append(Markup('<pre class="code"><code>{}</code></pre>').format(source))
    return Markup("\n").join(shown)


def _rendered(source: str) -> Markup:
    import bleach
    import mistune

    class _Renderer(mistune.HTMLRenderer):
        def heading(self, text: str, level: int, **_attributes: Any) -> str:
            level = min(6, level + LOWER_BY)
            return f"<h{level}>{text}</h{level}>\n"

        def link(self, text: str, url: str, title: str | None = None) -> str:
            # What stood beside the notebook is not in a publication.
            return super().link(text, url, title) if url.startswith(OUTWARD) else text

        def image(self, text: str, url: str, title: str | None = None) -> str:
            return mistune.escape(text)

    html = str(mistune.create_markdown(renderer=_Renderer(), plugins=["table", "strikethrough"])(source))
    return Markup(bleach.clean(html, tags=TAGS, attributes={"a": ["href"]}, protocols=PROTOCOLS, strip=True))


def _counterpart(executed: dict[str, Any], language: str) -> dict[str, Any] | None:
    """Find the same notebook of the library in the other language, if this one is as the library gave it."""
    source = executed["metadata"].get("artia", {}).get("source", "")
    found = {code: _from_library(source, code) for code in LANGUAGES}
    mine, other = found[language], found[next(code for code in LANGUAGES if code != language)]
    if mine is None or other is None or _markdown(mine) != _markdown(executed):
        return None
    cells = []
    for cell in other["cells"]:
        cells.append(cell)
        if "parameters" in cell["metadata"].get("tags", []):
            cells += [each for each in executed["cells"] if INJECTED in each["metadata"].get("tags", [])]
    return other | {"cells": cells}


def _from_library(source: str, language: str) -> dict[str, Any] | None:
    for path in sorted((data_folder("notebooks") / language).glob("*.ipynb")) if source else ():
        notebook = _read(path)
        if notebook["metadata"].get("artia", {}).get("source") == source:
            return notebook
    return None


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _markdown(notebook: dict[str, Any]) -> list[str]:
    return [_text(each["source"]) for each in notebook["cells"] if each["cell_type"] == "markdown"]


def _text(source: Any) -> str:
    return source if isinstance(source, str) else "".join(source)
