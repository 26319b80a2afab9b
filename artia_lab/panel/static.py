"""Outputs that stay in a notebook: they read well in a copy that nobody trusts, and once made into a page."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from artia_lab.experiments import Experiment
from artia_lab.i18n import _
from artia_lab.parameters import told

# A notebook with larger pictures becomes slow to open and to compare.
LONGEST_SIDE = 1600
COMFORTABLE_SIDE = 640
LONGEST_TEXT = 20_000

# From more pictures than this, they stand side by side, this wide.
MANY = 3
SIDE_BY_SIDE = 148


def attended() -> bool:
    """Say whether somebody may be looking, so that a widget has a page to live in.

    Returns
    -------
    bool
        False in a headless execution: nothing there would bring a widget to life, then or later.
    """
    # Jupyter's server names the session of each notebook it opens; a rerun names the notebook itself.
    return "ARTIA_NOTEBOOK" not in os.environ and ("JPY_SESSION_NAME" in os.environ or "VSCODE_PID" in os.environ)


def living(bundle: Any, html: str, plain: str) -> Any:
    """Put beside a widget what a copy of the notebook that nobody has trusted shows in its place.

    Parameters
    ----------
    bundle : tuple of dict or None
        The widget's own MIME bundle, and its metadata.
    html, plain : str
        What stands in for it.

    Returns
    -------
    tuple of dict
        The MIME bundle to show: without the widget when nobody looks, for it would leave a hole in the page.
    """
    content, metadata = bundle or ({}, {})
    said = {"text/html": html, "text/plain": plain}
    return (content | said if attended() else said), metadata


def form_as_html(experiment: Experiment, credit: str, values: Mapping[str, object]) -> tuple[str, str]:
    """Write a form as it stands, for a copy of the notebook in which it does not live.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    credit : str
        The line on its corpus.
    values : mapping of str to object
        Its parameters.

    Returns
    -------
    html : str
        A short table.
    plain : str
        One line of plain text.
    """
    pairs = told(experiment.parameters, values)
    rows = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td>{escape(value)}</td></tr>' for label, value in pairs
    )
    html = (
        f"<p><strong>{escape(str(experiment.title))}</strong> — {escape(str(experiment.description))}<br>"
        f"{escape(credit)}</p><table>{rows}</table>"
    )
    return html, f"{experiment.title} — {listed(pairs)}"


def listed(pairs: Sequence[Sequence[str]]) -> str:
    """List names and values on one line.

    Parameters
    ----------
    pairs : sequence of sequence of str
        Each a name and a value.

    Returns
    -------
    str
        For example ``"Width: 256 px, Seed: 0"``.
    """
    return ", ".join(_("{name}: {value}").format(name=name, value=value) for name, value in pairs)


def works(folder: Path, outputs: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Make the static outputs of the works of a run: one for each, or one sheet of many pictures.

    Parameters
    ----------
    folder : Path
        The run's folder.
    outputs : sequence of mapping
        The works, as `artia_lab.panel.outcome.outcome` describes them.

    Returns
    -------
    list of dict of str to str
        MIME bundles with ``text/html`` and ``text/plain``.
    """
    if len(outputs) <= MANY or any(each["medium"] != "image" for each in outputs):
        return [work(folder, each) for each in outputs]
    row = " ".join(_image(picture_as_uri(folder / each["path"]), each["label"], SIDE_BY_SIDE) for each in outputs)
    return [{"text/html": f"<p>{row}</p>", "text/plain": "\n".join(f"[{each['label']}]" for each in outputs)}]


def work(folder: Path, output: Mapping[str, Any]) -> dict[str, str]:
    """Make the static output of one work.

    Parameters
    ----------
    folder : Path
        The run's folder.
    output : mapping
        The work, as `artia_lab.panel.outcome.outcome` describes it.

    Returns
    -------
    dict of str to str
        A MIME bundle with ``text/html`` and ``text/plain``.
    """
    path, label = folder / output["path"], output["label"]
    if output["medium"] == "image":
        html = _figure(picture_as_uri(path), label, _width(path))
    elif output["medium"] == "audio":
        from artia_lab.pages import listening_copy
        from artia_lab.panel.sound_picture import portrait

        html = _figure(
            _uri("image/png", portrait(path)), _("{label}: its waveform and its spectrum").format(label=label)
        )
        html += (
            f'<audio controls preload="metadata" src="{_uri("audio/mpeg", listening_copy(path))}" '
            f'title="{escape(label, quote=True)}"></audio>'
        )
    else:
        text = path.read_text(encoding="utf-8")
        cut = text[:LONGEST_TEXT] + ("…" if len(text) > LONGEST_TEXT else "")
        return {"text/html": _page(cut), "text/plain": cut}
    return {"text/html": html, "text/plain": f"[{label}]"}


def picture_as_uri(path: Path) -> str:
    """Put a picture in a data: address.

    Parameters
    ----------
    path : Path
        A PNG or a GIF.

    Returns
    -------
    str
        The same file when it is small or moves, else a smaller copy.
    """
    from io import BytesIO

    from PIL import Image

    if path.suffix == ".gif":
        return _uri("image/gif", path.read_bytes())
    with Image.open(path, formats=["PNG"]) as picture:
        if max(picture.size) <= LONGEST_SIDE:
            return _uri("image/png", path.read_bytes())
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        copy = BytesIO()
        picture.convert("RGB").save(copy, "JPEG", quality=90)
    return _uri("image/jpeg", copy.getvalue())


def report(outcome: Mapping[str, Any]) -> dict[str, str]:
    """Make the block of sentences that follows the works.

    Parameters
    ----------
    outcome : mapping
        As `artia_lab.panel.outcome.outcome` gives it.

    Returns
    -------
    dict of str to str
        A MIME bundle with ``text/html`` and ``text/plain``.
    """
    alike: dict[str, list[str]] = {}
    for each in outcome["works"]:
        alike.setdefault(f"{each['likeness']} {each['nearest']}".strip(), []).append(each["file"])
    alike.pop("", None)
    count = len(outcome["works"])
    said = [
        (_("Likeness") if len(files) == count else ", ".join(files), sentence) for sentence, files in alike.items()
    ]
    said += [
        (name, sentence)
        for name, sentence in [
            (_("Energy"), outcome["energy"]),
            (_("Corpus"), f"{outcome['credit']} {outcome['private']}".strip()),
            *((_("Note"), warning) for warning in outcome["warnings"]),
            (_("Settings"), listed(outcome["parameters"])),
            (_("This run"), outcome["run"]),
        ]
        if sentence
    ]
    html = "".join(f"<li><strong>{escape(name)}</strong> — {escape(sentence)}</li>" for name, sentence in said)
    state = "" if outcome["state"] == "finished" else f"<p>{escape(outcome['sentence'])}</p>"
    plain = "\n".join(_("{name}: {value}").format(name=name, value=sentence) for name, sentence in said)
    return {"text/html": f"{state}<ul>{html}</ul>", "text/plain": plain}


def _figure(uri: str, label: str, width: int = 0) -> str:
    return f"<figure>{_image(uri, label, width)}</figure>"


def _image(uri: str, label: str, width: int) -> str:
    wide = f' width="{width}"' if width else ""
    return f'<img src="{uri}" alt="{escape(label, quote=True)}"{wide}>'


def _width(path: Path) -> int:
    """Enlarge small pictures by a whole number of times, so that they can be looked at."""
    from PIL import Image

    with Image.open(path, formats=["PNG", "GIF"]) as picture:
        return int(picture.width * max(1, COMFORTABLE_SIDE // max(picture.size)))


def _page(text: str) -> str:
    style = (
        "white-space: pre-wrap; max-width: 42em; line-height: 1.6; font-family: Georgia, serif; font-size: 1.1em"
    )
    return f'<div style="{style}">{escape(text)}</div>'


def _uri(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
