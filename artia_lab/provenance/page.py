"""The page of a publication: frozen, in both languages, without a script."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from markupsafe import Markup

from artia_lab.energy import Energy
from artia_lab.i18n import Text, _, ngettext
from artia_lab.likeness.result import Likeness
from artia_lab.pages import both, document, picture, picture_copy, player, said, sound_copy, waveform
from artia_lab.provenance.prose import prose
from artia_lab.provenance.publication import Publication

HERE = Path(__file__).parent
# Of a long list, the page shows the beginning; the record holds all of it.
LISTED = 200
TEXT_LIMIT = 20_000
TABLE_ROWS = 13
CELL_LIMIT = 80
WORK_SIDE = 960

ENVIRONMENT = (
    (Text(fr="Python", en="Python"), ("python", "version")),
    (Text(fr="Système", en="System"), ("platform", "system")),
    (Text(fr="Processeur", en="Processor"), ("cpu", "model")),
    (Text(fr="Jeu d’instructions", en="Instruction set"), ("cpu", "capability")),
    (Text(fr="Fils de calcul", en="Threads"), ("threads", "torch")),
    (Text(fr="Carte graphique ou processeur", en="Graphics card or processor"), ("device", "kind")),
    (Text(fr="Paquets installés", en="Packages installed"), ("packages", "installed")),
)


@dataclass(frozen=True, kw_only=True)
class Words:
    """What an experiment is called, for a page that speaks both languages.

    Attributes
    ----------
    title, description : Text
        Of the experiment.
    parameters : tuple of (Text, Text)
        Label and value of each parameter.
    """

    title: Text
    description: Text
    parameters: tuple[tuple[Text, Text], ...]


def page(
    folder: Path,
    published: Publication,
    words: Words,
    records: Mapping[str, dict[str, Any]],
    executed: dict[str, Any],
    *,
    file: str,
    fingerprint: str,
) -> str:
    """Make the page.

    Parameters
    ----------
    folder : Path
        Where the files of the publication are, already signed.
    published : Publication
        What it says of itself; its ``files`` are not read.
    words : Words
        Of its experiment.
    records : mapping of str to dict
        The records of its runs, by their path in the publication.
    executed : dict
        The executed notebook.
    file : str
        What the publication is called.
    fingerprint : str
        Of the root of whoever signs.

    Returns
    -------
    str
        HTML.
    """
    shown = _Shown(folder, words)
    works = [shown.output(path, each) for path, record in records.items() for each in _kept(record, work=True)]
    traces = [shown.output(path, each) for path, record in records.items() for each in _kept(record, work=False)]
    body = [
        _heading(published, words),
        _section(lambda: _("The works"), Markup('<div class="side-by-side">{}</div>').format(_joined(works))),
        _section(lambda: _("What they came from"), _corpus(published, list(records.values()))),
        _section(lambda: _("Settings"), _settings(words)),
        _section(lambda: _("What was spent, and on what machine"), _spent(published, list(records.values()))),
        _section(lambda: _("Check it"), _check(file, fingerprint)),
    ]
    if traces:
        how = Markup('<div class="side-by-side">{}</div>').format(_joined(traces))
        body.insert(2, _folded(lambda: _("How they came about"), how))
    body.append(_folded(lambda: _("The notebook"), prose(executed, published.language)))
    style = (HERE / "page.css").read_text(encoding="utf-8")
    return document(Text(fr=published.title, en=published.title), _joined(body), style=style)


def _heading(published: Publication, words: Words) -> Markup:
    day = published.created[:10]
    training = published.training_mining == "allowed"
    return Markup('<p class="lead">{}</p><p>{}</p><p class="soft">{}</p><p class="soft">{}</p>').format(
        ", ".join(published.authors),
        said(lambda: _("Made with “{experiment}”: {description}").format(
            experiment=words.title, description=words.description)),
        said(lambda: _("Licence: {licence}. Published on {day} with ArtIA Lab.").format(
            licence=published.licence, day=day)),
        said(lambda: _("Its authors allow others to train models on it and to mine it.") if training
             else _("Its authors do not allow anyone to train models on it, nor to mine it.")),
    )  # fmt: skip


def _corpus(published: Publication, records: Sequence[dict[str, Any]]) -> Markup:
    corpus = published.corpus
    lines = [
        said(lambda: _("“{title}”, by {authors}. Licence: {licence}.").format(
            title=corpus.title, authors=", ".join(corpus.authors), licence=corpus.licence), "p"),
        said(lambda: _("All of it is in this publication, in the folder {folder}.").format(folder=corpus.folder)
             if corpus.included else
             _("It is not in this publication, by choice: this fingerprint, sha256, tells whether another is the "
               "same."), "p"),
        Markup('<p><code class="digest">{}</code></p>').format(corpus.digest),
    ]  # fmt: skip
    items = list({each["file"]: each for record in records for each in record["items"]}.values())
    if items:
        rows = [(each["file"], each["author"], each["licence"]) for each in items[:LISTED]]
        lines.append(_table(_headings("file", "author", "licence"), rows))
        count = len(items) - LISTED
        if count > 0:
            lines.append(said(lambda: ngettext("And {count} other, which the record names.",
                                               "And {count} others, which the record names.", count)
                              .format(count=count), "p"))  # fmt: skip
    return _joined(lines)


def _settings(words: Words) -> Markup:
    rows = [(both(label), both(value)) for label, value in words.parameters]
    return _table(_headings("setting", "value"), rows)


def _spent(published: Publication, records: Sequence[dict[str, Any]]) -> Markup:
    lines = [_energy(record["energy"]) for record in records if record.get("energy")]
    rows = []
    for label, (part, name) in ENVIRONMENT:
        value = (published.environment.get(part) or {}).get(name)
        if value not in (None, ""):
            rows.append((both(label), str(value)))
    return _joined([*lines, _table(_headings("thing", "value"), rows)])


def _check(file: str, fingerprint: str) -> Markup:
    return _joined(
        [
            said(lambda: _("With ArtIA Lab, without a network and without trusting its notebook:"), "p"),
            Markup("<pre><code>artia review {}</code></pre>").format(file),
            said(lambda: _("The publication is signed. Fingerprint of the root of those who signed it:"), "p"),
            Markup('<p><code class="digest">{}</code></p>').format(fingerprint),
        ]
    )


def _energy(said_of_it: dict[str, Any]) -> Markup:
    facts = {each.name: said_of_it[each.name] for each in dataclasses.fields(Energy) if each.name in said_of_it}
    return said(lambda: Energy(**facts).sentence(), "p")


def _kept(record: dict[str, Any], *, work: bool) -> list[dict[str, Any]]:
    return [each for each in record["outputs"] if (each["kind"] == "work") == work]


class _Shown:
    """Outputs, each with a name of its own in the page."""

    def __init__(self, folder: Path, words: Words) -> None:
        self._folder, self._words, self._count = folder, words, 0

    def output(self, run: str, entry: dict[str, Any]) -> Markup:
        """Show one output: itself where a page can, a way to its file everywhere."""
        self._count += 1
        path, name = self._folder / run / entry["path"], f"output-{self._count}"
        caption = self._caption(f"{run}/{entry['path']}", entry)
        if entry["medium"] == "image":
            content, kind, size = picture_copy(path, WORK_SIDE)
            return picture(content, kind, caption, name, size=size)
        if entry["medium"] == "audio":
            return player(*sound_copy(path), caption, name, above=waveform(path))
        if entry["medium"] == "table":
            with path.open(encoding="utf-8", newline="") as file:
                head, *rows = list(islice(csv.reader(file), TABLE_ROWS)) or [[]]
            table = _table(head, [[_short(cell) for cell in row] for row in rows])
            return Markup('<figure>{}<figcaption id="{}">{}</figcaption></figure>').format(table, name, caption)
        if entry["medium"] == "text":
            content = path.read_text(encoding="utf-8")[:TEXT_LIMIT]
            return Markup(
                '<figure><div class="text" tabindex="0" role="group" aria-labelledby="{0}">{1}</div>'
                '<figcaption id="{0}">{2}</figcaption></figure>'
            ).format(name, content, caption)
        return Markup('<figure><figcaption id="{}">{}</figcaption></figure>').format(name, caption)

    def _caption(self, href: str, entry: dict[str, Any]) -> Markup:
        link = Markup('<a href="{}">{}</a>').format(href, entry["path"].removeprefix("outputs/"))
        likeness = entry.get("likeness")
        if not likeness:
            return link
        facts = {each.name: likeness[each.name] for each in dataclasses.fields(Likeness)}
        return link + Markup("<br>") + said(lambda: Likeness.from_json(facts).sentence())


_HEADINGS = {
    "file": Text(fr="Fichier", en="File"),
    "author": Text(fr="De", en="By"),
    "licence": Text(fr="Licence", en="Licence"),
    "setting": Text(fr="Réglage", en="Setting"),
    "thing": Text(fr="Ce qui a calculé", en="What computed it"),
    "value": Text(fr="Valeur", en="Value"),
}


def _headings(*names: str) -> list[Markup]:
    return [both(_HEADINGS[name]) for name in names]


def _table(headings: Sequence[str | Markup], rows: Sequence[Sequence[str | Markup]]) -> Markup:
    head = _joined([Markup('<th scope="col">{}</th>').format(each) for each in headings])
    body = [
        Markup("<tr>{}</tr>").format(_joined([Markup("<td>{}</td>").format(cell) for cell in row])) for row in rows
    ]
    return Markup(
        '<div class="table" tabindex="0"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(head, _joined(body))


def _short(cell: str) -> str:
    return cell if len(cell) <= CELL_LIMIT else cell[: CELL_LIMIT - 1] + "…"


def _section(title: Callable[[], str], content: Markup) -> Markup:
    return Markup("<section><h2>{}</h2>{}</section>").format(said(title), content)


def _folded(title: Callable[[], str], content: Markup) -> Markup:
    return Markup("<details><summary><h2>{}</h2></summary>{}</details>").format(said(title), content)


def _joined(parts: Sequence[Markup]) -> Markup:
    return Markup("\n").join(parts)
