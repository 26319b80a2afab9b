"""The corpus keyboard: one writes, and one's own texts suggest how to go on and say where they do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from artia_lab import corpora
from artia_lab.errors import Mistake
from artia_lab.i18n import _, language, ngettext, use_language
from artia_lab.panel.outcome import record_of
from artia_lab.panel.panel import Panel
from artia_lab.panel.plain import plainly
from artia_lab.panel.result import Result
from artia_lab.panel.static import living

if TYPE_CHECKING:
    from artia_lab.experiments.text.suggestions import Keyboard as Model

HERE = Path(__file__).parent
OFFERED = 5
EXCERPT = 36


@dataclass(frozen=True)
class Source:
    """What a keyboard suggests from.

    Attributes
    ----------
    model : artia_lab.experiments.text.suggestions.Keyboard
        The trained model.
    files, texts : tuple of str
        The corpus: file names, and normalised texts.
    words : int
        How many words a suggestion may have.
    """

    model: Model
    files: tuple[str, ...]
    texts: tuple[str, ...]
    words: int

    def suggest(self, typed: str) -> list[dict[str, str]]:
        """Suggest how to go on.

        Parameters
        ----------
        typed : str
            What stands before the caret.

        Returns
        -------
        list of dict
            ``continuation``; ``shown``, the same after the word begun, on one line; ``source``, where it stands.
        """
        return [
            {
                "continuation": each.continuation,
                "shown": _after_word(typed, each.continuation),
                "source": self._cited(each.places),
            }
            for each in self.model.suggest(typed, OFFERED, self.words)
        ]

    def _cited(self, places: tuple[tuple[int, int], ...]) -> str:
        if not places:
            return ""
        text, offset = places[0]
        words = self.texts[text]
        around = " ".join(words[max(0, offset - EXCERPT) : offset + EXCERPT].split())
        cited = _("“{file}”, line {line}: … {excerpt} …").format(
            file=self.files[text], line=words.count("\n", 0, offset) + 1, excerpt=around
        )
        others = len(places) - 1
        if not others:
            return cited
        more = ngettext("and {count} other place", "and {count} other places", others).format(count=others)
        return f"{cited} ({more})"


class CorpusKeyboard(anywidget.AnyWidget):
    """A page to write on, with suggestions; made with `open_keyboard`.

    Parameters
    ----------
    source : Source
        What it suggests from.
    text : str
        What is written at first.

    Attributes
    ----------
    text : str
        What is written now.
    """

    _esm = HERE / "keyboard.js"
    _css = HERE / "keyboard.css"

    language = traitlets.Unicode().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    offered: traitlets.List[Any] = traitlets.List().tag(sync=True)

    def __init__(self, source: Source, text: str = "") -> None:
        self._source = source
        super().__init__(language=language(), words=_words(), text=text, offered=source.suggest(text))
        self.on_msg(self._heed_message)

    def _heed_message(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        if content.get("kind") == "suggest":
            with use_language(self.language):
                offered = self._source.suggest(str(content["typed"]))
            self.send({"kind": "suggested", "number": content.get("number"), "offered": offered})

    def _repr_mimebundle_(self, **_options: Any) -> Any:
        return living(super()._repr_mimebundle_(), *self._example())

    def _example(self) -> tuple[str, str]:
        begun = self.words["after"].format(text=self.text) if self.text else self.words["at_first"]
        rows = "".join(
            f"<li><strong>{escape(each['shown'])}</strong> — {escape(each['source'])}</li>"
            for each in self.offered
        )
        plain = "\n".join([begun, *(f"- {each['shown']} — {each['source']}" for each in self.offered)])
        return f"<p>{escape(begun)}</p><ol>{rows}</ol>", plain


def open_keyboard(made: Panel | Result) -> CorpusKeyboard:
    """Open a keyboard on what a run of the corpus keyboard learnt; as the last expression of a cell, it is shown.

    Parameters
    ----------
    made : Panel or Result
        A panel whose run has ended, or what came of it.

    Returns
    -------
    CorpusKeyboard
        The keyboard; its ``text`` is what was written.

    Raises
    ------
    Mistake
        If there is no finished run, if it read no text, or if its corpus is no longer there.
    """
    with plainly():
        folder = made.folder
        if folder is None or folder.wait() != "finished":
            raise Mistake(
                _("The keyboard needs a run that has finished. Run the experiment first, then this cell.")
            )
        record = record_of(folder)
        files = [each["file"] for each in record["items"] if each["medium"] == "text"]
        if not files:
            raise Mistake(_("This run read no text, so that there is nothing for a keyboard to suggest from."))
        asked = record["parameters"]
        source = _learnt(record["corpus"]["id"], files, int(asked.get("order", 6)), int(asked.get("words", 2)))
        return CorpusKeyboard(source, str(asked.get("prompt", "")))


def _learnt(corpus: str, files: list[str], order: int, words: int) -> Source:
    """Learn again from the texts of a run, which takes a second or two and cites them as they are now."""
    from artia_lab.experiments.text.ngrams import normalise
    from artia_lab.experiments.text.suggestions import Keyboard as Model

    named, texts = [], []
    with corpora.CorpusReader(corpora.find(corpus)) as reader:
        for file in files:
            text = normalise(reader.text(reader.item(file, "text")))
            if text.strip():
                named.append(file)
                texts.append(text)
    return Source(Model.of(texts, order), tuple(named), tuple(texts), words)


def _after_word(typed: str, continuation: str) -> str:
    begun = re.search(r"[\w'’-]*$", typed)
    whole = begun.group() + continuation if begun and continuation[:1].isalnum() else continuation
    return " ".join(whole.split()) or "¶"


def _words() -> dict[str, str]:
    return {
        "label": _("Your text"),
        "help": _(
            "Write here. Alt+1 to Alt+5 insert a suggestion, or reach one with Tab and press Enter. "
            "In a later cell, the text is keyboard.text."
        ),
        "suggestions": _("Suggestions"),
        "announce": _("Suggestions: {list}"),
        "none": _("Nothing to suggest here."),
        "shortcut": _("Alt+{number}"),
        "copy": _("Copy the text"),
        "copied": _("Copied."),
        "after": _("After “{text}”, the corpus suggests:"),
        "at_first": _("To begin with, the corpus suggests:"),
    }
