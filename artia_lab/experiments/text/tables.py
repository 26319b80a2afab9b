"""The tables that explain a written text: what was suggested, and where each span comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from artia_lab.experiments.text.citations import Citation
from artia_lab.experiments.text.suggestions import Suggestion

PLACES_SHOWN = 3
EXCERPT = 40
"""Characters shown on each side of a place."""


def suggestion_rows(
    offered: Sequence[Suggestion], names: Sequence[str], texts: Sequence[str]
) -> list[dict[str, Any]]:
    """Lay out suggestions as a table.

    Parameters
    ----------
    offered : Sequence[Suggestion]
        The likeliest first.
    names, texts : Sequence[str]
        The corpus.

    Returns
    -------
    list[dict[str, Any]]
        One row for each suggestion and place: rank, continuation, probability, file, position of the continuation
        in characters from 0, and what stands around it.
    """
    return [
        {
            "rank": rank,
            "continuation": each.continuation,
            "probability": float(f"{each.probability:.6g}"),
            "file": names[text],
            "position": offset,
            "excerpt": " ".join(texts[text][max(0, offset - EXCERPT) : offset + EXCERPT].split()),
        }
        for rank, each in enumerate(offered, start=1)
        for text, offset in each.places[:PLACES_SHOWN]
    ]


def source_rows(prompt: str, sources: Sequence[Citation], names: Sequence[str]) -> list[dict[str, Any]]:
    """Lay out citations as a table.

    Parameters
    ----------
    prompt : str
        What the person wrote.
    sources : Sequence[Citation]
        Where the continuation comes from.
    names : Sequence[str]
        Files of the corpus.

    Returns
    -------
    list[dict[str, Any]]
        Spans that, end to end, are the whole text: where each begins in it, its characters, the file and position
        that hold it (empty for what the person wrote), and how many places of the corpus hold it.
    """
    own = [{"start": 0, "text": prompt, "file": "", "position": "", "places": ""}] if prompt else []
    return own + [
        {
            "start": len(prompt) + each.start,
            "text": each.span,
            "file": "" if each.text is None else names[each.text],
            "position": "" if each.offset is None else each.offset,
            "places": each.places,
        }
        for each in sources
    ]
