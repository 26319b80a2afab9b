"""The outputs in the report: side by side, with what differs between them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from markupsafe import Markup

from artia_lab.i18n import _, decimals
from artia_lab.pages import picture, player, said
from artia_lab.review import evidence
from artia_lab.review.differences import text_difference
from artia_lab.review.result import Review
from artia_lab.verify import tier_words

# Of a text or a table that is the same twice.
SHOWN_CHARACTERS = 4000


def outputs(review: Review) -> Markup:
    """Show each output then and now.

    Parameters
    ----------
    review : Review
        The review, whose files are still there.

    Returns
    -------
    Markup
        A section; empty when there is nothing to show.
    """
    numbers = count(1)
    found = [each for pair in review.pairs for each in _of_run(review, *pair, numbers)]
    if not found:
        return Markup("")
    return Markup('<section aria-labelledby="outputs"><h2 id="outputs">{}</h2>{}</section>').format(
        said(lambda: _("Outputs, as published and as made again")), Markup("").join(found)
    )


def _of_run(review: Review, before: Any, after: Any, numbers: Iterator[int]) -> Iterator[Markup]:
    for entry in (before.record() or {}).get("outputs", []):
        path, medium = entry["path"], entry["medium"]
        one, other = (evidence.opened(run.path / path, medium) for run in (before, after))
        shown = _shown(medium, one, other, next(numbers))
        yield Markup("<h3>{}</h3>{}{}").format(
            path.removeprefix("outputs/"), _judged(review, before.id, path), shown
        )


def _judged(review: Review, run: str, path: str) -> Markup:
    """Quote the comparison of this output, in each language."""
    found = {
        code: [each for each in verdict.comparisons if each.name.endswith(path)]
        for code, verdict in review.verdicts.items()
    }
    # The outputs of several runs may have one name: then that of its run, which its name tells.
    chosen = {code: next((e for e in every if run in e.name), every[0]) for code, every in found.items() if every}
    if not chosen:
        return Markup("")

    def _sentence() -> str:
        from artia_lab.i18n import language

        one = chosen.get(language()) or next(iter(chosen.values()))
        return (
            _("{verdict}. {reason}")
            .format(verdict=tier_words(one.verdict).capitalize(), reason=one.reason)
            .strip()
        )

    return said(_sentence, "p")


def _shown(medium: str, one: Any, other: Any, number: int) -> Markup:
    if other is None or one is None:
        text = said(lambda: _("Only one of the two is there, or can be opened."), "p")
        return text + _alone(medium, one if other is None else other, number)
    if medium == "image":
        return _pictures(one, other, number)
    if medium == "audio":
        return _sounds(one, other, number)
    if medium in ("text", "table"):
        return _texts(one, other)
    return Markup("")


def _alone(medium: str, there: Any, number: int) -> Markup:
    if there is not None and medium == "image":
        content, kind = evidence.picture(there.frames, there.durations_ms)
        return picture(content, kind, said(lambda: _("The one that is there")), f"p{number}")
    if there is not None and medium == "audio":
        content, kind = evidence.sound(there.samples, there.rate)
        return player(content, kind, said(lambda: _("The one that is there")), f"s{number}")
    return Markup("")


def _pictures(one: Any, other: Any, number: int) -> Markup:
    figures = []
    captions = (said(lambda: _("As published")), said(lambda: _("Made again")))
    for which, found, caption in (("a", one, captions[0]), ("b", other, captions[1])):
        content, kind = evidence.picture(found.frames, found.durations_ms)
        figures.append(picture(content, kind, caption, f"p{number}{which}"))
    apart = evidence.picture_difference(one.frames, other.frames)
    if apart is None:
        note = said(lambda: _("They are not of one size, and no difference can be drawn."), "p")
        return _side_by_side(figures) + note
    content, most, share = apart
    if not most:
        return _side_by_side(figures)

    def _caption() -> str:
        return _(
            "Where they differ: {share} % of the pixels, by at most {most} steps of 255 (drawn white)"
        ).format(share=decimals(f"{100 * share:.3g}"), most=most)

    return _side_by_side([*figures, picture(content, "image/png", said(_caption), f"p{number}d")])


def _sounds(one: Any, other: Any, number: int) -> Markup:
    players = []
    captions = (said(lambda: _("1: as published")), said(lambda: _("2: made again")))
    for which, found, caption in (("a", one, captions[0]), ("b", other, captions[1])):
        content, kind = evidence.sound(found.samples, found.rate)
        players.append(player(content, kind, caption, f"s{number}{which}"))
    if (
        one.rate == other.rate
        and one.samples.shape == other.samples.shape
        and (one.samples == other.samples).all()
    ):
        return _side_by_side(players)
    if one.rate != other.rate:
        return _side_by_side(players) + said(lambda: _("Their sampling rates are not the same."), "p")
    drawn = evidence.spectrograms(one.samples, other.samples, one.rate)
    told = said(
        lambda: _(
            "Spectra of both, then by how much their levels differ: time from left to right, frequency upwards. "
            "Differences of 20 dB or more are as light as can be."
        )
    )
    return _side_by_side(players) + picture(drawn, "image/png", told, f"s{number}d")


def _texts(one: str, other: str) -> Markup:
    if one == other:
        return Markup('<pre tabindex="0">{}</pre>').format(one[:SHOWN_CHARACTERS])
    told = said(lambda: _("What was published is struck through; what was made again is underlined."), "p")
    return told + text_difference(one, other)


def _side_by_side(figures: list[Markup]) -> Markup:
    return Markup('<div class="side-by-side">{}</div>').format(Markup("").join(figures))
