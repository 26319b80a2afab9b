"""The page of a review: the verdict first, for somebody who chooses works and not programs."""

from __future__ import annotations

from markupsafe import Markup

from artia_lab.i18n import Text, _, decimals, visible
from artia_lab.pages import both, document, said
from artia_lab.review.facts_page import compared, credits, energy, environments, section, subject
from artia_lab.review.outputs_page import outputs
from artia_lab.review.result import Review

STYLE = """
.verdict p { margin: 0; max-width: none; }
del { color: var(--wrong); }
ins { color: var(--good); }
.checks { list-style: none; padding: 0; }
.checks li { margin: 0 0 0.5rem; padding-left: 1.6rem; text-indent: -1.6rem; }
.mark { display: inline-block; width: 1.6rem; text-indent: 0; font-weight: 600; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: 0.25rem 1.25rem; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
pre ins, pre del { text-decoration-thickness: 2px; }
code { overflow-wrap: anywhere; }
"""
TITLE = Text(fr="Évaluation d’une publication", en="Review of a publication")
COMMANDS = """\
openssl cms -verify -binary -inform DER -in report.p7s -content report.json -CAfile root.pem -out /dev/null
sha256sum index.html"""
COLOURS = {"passed": "good", "failed": "wrong", "impossible": "care", "refused": "wrong"}
MARKS = {
    "good": ("good", "✓"),
    "care": ("care", "!"),
    "wrong": ("wrong", "✗"),
    "impossible": ("care", "?"),
    "refused": ("wrong", "✗"),
}


def page(review: Review) -> str:
    """Make the page.

    Parameters
    ----------
    review : Review
        The review, whose files are still there.

    Returns
    -------
    str
        HTML.
    """
    verdict = Markup('<div class="verdict {}">{}</div>').format(
        COLOURS[review.status], said(lambda: sentence(review), "p")
    )
    body = [
        verdict,
        _reasons(review),
        outputs(review),
        subject(review),
        environments(review),
        credits(review),
        energy(review),
        _checks(review),
        compared(review),
        _how(review),
    ]
    return document(TITLE, Markup("").join(body), style=STYLE)


def sentence(review: Review) -> str:
    """Say the verdict in one sentence, in the language in force.

    Parameters
    ----------
    review : Review
        The review.

    Returns
    -------
    str
        For somebody who is not a programmer.
    """
    from artia_lab.verify import tier_words

    title = visible(review.publication.title if review.publication else review.bundle)
    verdict = next(iter(review.verdicts.values()), None)
    if review.status == "passed" and verdict is not None:
        return _("Yes: executed again here, “{title}” gives the same work ({verdict}).").format(
            title=title, verdict=tier_words(verdict.verdict)
        )
    if review.status == "failed":
        if review.rerun is not None and review.rerun.reason is not None:
            return _("No: “{title}” could not be executed to its end.").format(title=title)
        if verdict is not None and verdict.status == "failed":
            return _("No: executed again here, “{title}” does not give the same work.").format(title=title)
        return _("No: “{title}” gives the same work again, but is not all that it says.").format(title=title)
    if review.status == "impossible":
        return _("Undecided: “{title}” could not be executed and compared here.").format(title=title)
    return _("Refused: “{title}” is not a publication that is whole and safe to open.").format(title=title)


def _reasons(review: Review) -> Markup:
    if not review.reasons:
        return Markup("")
    items = Markup("").join(Markup("<li>{}</li>").format(both(each)) for each in review.reasons)
    return section("reasons", lambda: _("Why"), Markup("<ul>{}</ul>").format(items))


def _checks(review: Review) -> Markup:
    names = {
        "good": lambda: _("In order:"),
        "care": lambda: _("To be weighed:"),
        "wrong": lambda: _("Not in order:"),
        "impossible": lambda: _("Impossible:"),
        "refused": lambda: _("Refused:"),
    }
    items = []
    for each in review.checks:
        colour, mark = MARKS[each.state]
        items.append(
            Markup(
                '<li><span class="mark {}" aria-hidden="true">{}</span><strong class="{}">{}</strong> {}</li>'
            ).format(colour, mark, colour, said(names[each.state]), both(each.sentence))
        )
    listed = Markup('<ul class="checks">{}</ul>').format(Markup("").join(items))
    return section("checks", lambda: _("What was checked"), listed)


def _how(review: Review) -> Markup:
    def _executed() -> str:
        if review.rerun is None:
            return _("Nothing of the publication was executed.")
        seconds = decimals(f"{review.rerun.seconds:.1f}")
        if review.rerun.sandboxed:
            return _(
                "The notebook was executed in a sandbox, in {seconds} s: without a network, without the published "
                "results, without a file of this computer beyond the programs that it needs. It is still the "
                "authors’ program: read it before you conclude that it does what it says."
            ).format(seconds=seconds)
        return _(
            "The notebook was executed without a sandbox, in {seconds} s, as was asked: it could read and change "
            "what the reviewer can."
        ).format(seconds=seconds)

    told = said(
        lambda: _(
            "This report is signed by the lab that made it; report.json holds the sha256 of this page. To verify "
            "both, in its folder:"
        ),
        "p",
    )
    return section(
        "how",
        lambda: _("How it was reviewed"),
        said(_executed, "p") + told + Markup('<pre tabindex="0">{}</pre>').format(COMMANDS),
    )
