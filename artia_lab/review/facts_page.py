"""What the report says in words and tables: the publication, the two environments, whose it is, what it cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from artia_lab import experiments
from artia_lab.errors import ArtiaError
from artia_lab.i18n import Text, _, decimals, language, visible
from artia_lab.pages import both, said
from artia_lab.parameters import told_in_both
from artia_lab.provenance import Publication
from artia_lab.review.result import Review

MOST_ROWS = 200
MOST_ITEMS = 100


def section(name: str, heading: Callable[[], str], body: Markup) -> Markup:
    """Put something under a heading.

    Parameters
    ----------
    name : str
        Id of the heading.
    heading : callable
        Gives it in the language in force.
    body : Markup
        What follows.

    Returns
    -------
    Markup
        A ``section``.
    """
    return Markup('<section aria-labelledby="{name}"><h2 id="{name}">{heading}</h2>{body}</section>').format(
        name=name, heading=said(heading), body=body
    )


def subject(review: Review) -> Markup:
    """Say what was reviewed.

    Parameters
    ----------
    review : Review
        The review.

    Returns
    -------
    Markup
        A section.
    """
    published = review.publication
    facts: list[tuple[Callable[[], str], str]] = []
    if published is not None:
        facts = [
            (lambda: _("Title"), published.title),
            (lambda: _("By"), ", ".join(published.authors)),
            (lambda: _("Licence"), published.licence),
            (lambda: _("Published on"), published.created[:10]),
            (lambda: _("Experiment"), published.experiment),
        ]
        facts += [(lambda: _("Parameters"), _parameters(published))]
    facts += [(lambda: _("File"), review.bundle), (lambda: _("Its sha256"), review.sha256)]
    return section("subject", lambda: _("What was reviewed"), _facts(facts))


def environments(review: Review) -> Markup:
    """Say what differs between the two environments, and what that lets one expect.

    Parameters
    ----------
    review : Review
        The review.

    Returns
    -------
    Markup
        A section; empty when nothing was compared.
    """
    verdict = next(iter(review.verdicts.values()), None)
    if verdict is None:
        return Markup("")
    expected = [
        Text(**{code: each.expected.reasons[n] for code, each in review.verdicts.items()})
        for n in range(len(verdict.expected.reasons))
    ]
    reasons = Markup("").join(Markup("<p>{}</p>").format(both(each)) for each in expected)
    if not verdict.differences:
        alike = said(lambda: _("All that is recorded of the two machines, and of their programs, is alike."), "p")
        return section("environments", lambda: _("The two environments"), alike + reasons)
    rows = [
        [Markup("<code>{}</code>").format(visible(each.name)), _value(each.before), _value(each.after)]
        for each in verdict.differences[:MOST_ROWS]
    ]
    heads = (lambda: _("What differs"), lambda: _("When published"), lambda: _("Here"))
    table = _table("environments", [said(each) for each in heads], rows)
    return section("environments", lambda: _("The two environments"), reasons + table)


def credits(review: Review) -> Markup:
    """Say whose the work and its material are.

    Parameters
    ----------
    review : Review
        The review.

    Returns
    -------
    Markup
        A section; empty when the publication could not be read.
    """
    published = review.publication
    if published is None:
        return Markup("")
    corpus = published.corpus
    facts = _facts(
        [
            (lambda: _("Corpus"), corpus.title),
            (lambda: _("By"), ", ".join(corpus.authors)),
            (lambda: _("Licence"), corpus.licence),
        ]
    )
    items = {
        (each["file"], each["author"], each["licence"])
        for before, _after in review.pairs
        for each in (before.record() or {}).get("items", [])
    }
    if items:
        listed = [visible(" — ".join(filter(None, each))) for each in sorted(items)[:MOST_ITEMS]]
        entries = Markup("").join(Markup("<li>{}</li>").format(each) for each in listed)
        summary = said(lambda: _("The material that was used"))
        facts += Markup("<details><summary>{}</summary><ul>{}</ul></details>").format(summary, entries)
    allowed = published.training_mining == "allowed"

    def _training() -> str:
        if allowed:
            return _("Its authors allow models to be trained on it.")
        return _("Its authors do not allow models to be trained on it.")

    return section("credits", lambda: _("Whose it is"), facts + said(_training, "p"))


def energy(review: Review) -> Markup:
    """Say what it cost, then and now.

    Parameters
    ----------
    review : Review
        The review.

    Returns
    -------
    Markup
        A section; empty when a record does not say.
    """
    spent = [[_joules(run) for run in runs] for runs in zip(*review.pairs, strict=True)]
    if not spent or any(each is None for column in spent for each in column):
        return Markup("")
    then, now = (sum(filter(None, column)) for column in spent)

    def _said() -> str:
        return _(
            "The runs that were published used {then} J of electricity; making them again here used {now} J. Each "
            "record says what was measured and what was estimated."
        ).format(then=decimals(f"{then:.0f}"), now=decimals(f"{now:.0f}"))

    return section("energy", lambda: _("What it cost"), said(_said, "p"))


def compared(review: Review) -> Markup:
    """List everything that was compared, outputs and what cells show.

    Parameters
    ----------
    review : Review
        The review.

    Returns
    -------
    Markup
        A section with a table; empty when nothing was compared.
    """
    if not any(verdict.comparisons for verdict in review.verdicts.values()):
        return Markup("")

    def _rows() -> Markup:
        from artia_lab.verify import tier_words

        rows = [
            [visible(each.name), tier_words(each.verdict), each.reason, _measures(each.measures)]
            for each in review.verdicts[language()].comparisons
        ]
        return _table("compared", [_("What"), _("Verdict"), _("Why"), _("Measures")], rows)

    return section("compared", lambda: _("Everything that was compared"), said(_rows, "div"))


def _facts(pairs: list[tuple[Callable[[], str], str]]) -> Markup:
    rows = [
        Markup("<dt>{}</dt><dd>{}</dd>").format(said(name), value if isinstance(value, Markup) else visible(value))
        for name, value in pairs
        if value
    ]
    return Markup("<dl>{}</dl>").format(Markup("").join(rows))


def _table(name: str, heads: list[Any], rows: list[list[Any]]) -> Markup:
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(each) for each in heads)
    body = [
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            first, Markup("").join(Markup("<td>{}</td>").format(each) for each in rest)
        )
        for first, *rest in rows
    ]
    return Markup(
        '<div class="table" tabindex="0" role="group" aria-labelledby="{}"><table><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(name, head, Markup("").join(body))


def _parameters(published: Publication) -> Markup:
    """Tell the parameters by their labels; by their names when this lab does not have the experiment."""
    pairs: list[tuple[str, str]]
    try:
        declared = experiments.load(published.experiment).parameters
        pairs = [(both(label), both(value)) for label, value in told_in_both(declared, published.parameters)]
    except ArtiaError:
        pairs = [(visible(name), visible(str(value))) for name, value in published.parameters.items()]
    return Markup("<br>").join(Markup("{}: {}").format(label, value) for label, value in pairs)


def _value(value: Any) -> Any:
    """Write what is recorded of an environment; what was not recorded is not a difference that one can judge."""
    if value is None:
        return said(lambda: _("not recorded"))
    if isinstance(value, list):
        value = ", ".join(map(str, value)) or "–"
    return visible(str(value))[:300]


def _measures(measures: dict[str, float]) -> str:
    return "; ".join(f"{name} {decimals(f'{value:.4g}')}" for name, value in measures.items())


def _joules(run: Any) -> float | None:
    try:
        return float((run.record() or {})["energy"]["joules"])
    except (KeyError, TypeError, ValueError, OSError):
        return None
