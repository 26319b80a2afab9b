"""The report of an audit: the text that one reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from artia_lab.corpora.names import shown
from artia_lab.experiments.critical.copy_check import EXPERIMENT
from artia_lab.experiments.critical.copy_check_drawing import BADGES, SIGNS
from artia_lab.experiments.critical.copy_check_limits import blind_spots, of_threshold
from artia_lab.experiments.critical.copy_check_subject import Subject
from artia_lab.experiments.critical.copy_check_verdict import COPY, NEAR, UNKNOWN, Finding
from artia_lab.experiments.critical.copy_check_words import (
    WHOLE,
    done_to,
    figure,
    number,
    reason,
    verdict_word,
)
from artia_lab.i18n import _, ngettext
from artia_lab.likeness import Neighbour
from artia_lab.likeness.shares import percent

LONGEST_QUOTE = 400


def headline(findings: Sequence[Finding]) -> str:
    """Answer the question in one sentence.

    Parameters
    ----------
    findings : sequence of Finding
        At least one.

    Returns
    -------
    str
        The answer.
    """
    verdicts = [each.verdict for each in findings]
    copies = verdicts.count(COPY)
    if copies:
        return ngettext(
            "Yes: {copies} work out of {count} holds a copy.",
            "Yes: {copies} works out of {count} hold a copy.",
            copies,
        ).format(copies=copies, count=len(verdicts))
    if NEAR in verdicts:
        return _("No copy was found, but what comes near deserves a look.")
    if set(verdicts) == {UNKNOWN}:
        return _("Nothing can be said: what was looked at is too plain, silent or empty to be compared.")
    return _("No copy was found.")


def written(
    findings: Sequence[Finding],
    subject: Subject,
    origins: Mapping[str, str],
    left_out: Sequence[str],
    references: Mapping[str, Mapping[str, Any]],
    corpus_title: str,
    threshold: float,
) -> str:
    """Write the report.

    Parameters
    ----------
    findings : sequence of Finding
        What was found of each output, at least one.
    subject : Subject
        What was audited.
    origins : Mapping of str to str
        The item each planted copy was taken from; empty unless it is a demonstration.
    left_out : sequence of str
        Why other files were not looked at, a sentence each.
    references : Mapping of str to Mapping
        The items of the corpus, by medium and by file.
    corpus_title : str
        Its name.
    threshold : float
        The person's, 0 for the limits of the calibration.

    Returns
    -------
    str
        In the language in force; two empty lines stand before each heading.
    """
    items = sum(len(each) for each in references.values())
    lines = [str(EXPERIMENT.title), "", headline(findings), ""]
    if origins:
        lines += [
            _(
                "This is a demonstration: you have no run made from this corpus yet, so a piece of one of its "
                "items was copied and altered on purpose, and set beside something that owes the corpus nothing. "
                "Name a run, a file or a folder to look at your own works."
            ),
            "",
        ]
    lines += [
        ngettext(
            "Looked at: {subject}. Compared with {count} item of “{corpus}”.",
            "Looked at: {subject}. Compared with {count} items of “{corpus}”.",
            items,
        ).format(subject=subject.name, count=items, corpus=corpus_title),
        "",
    ]
    for place, finding in enumerate(findings, 1):
        lines += _about(place, finding, origins.get(finding.file, ""), references[finding.medium], threshold)
    if left_out:
        lines += ["", _("What was not looked at"), "", *(f"- {sentence}" for sentence in left_out), ""]
    lines += ["", _("What this cannot see"), ""]
    lines += [f"- {sentence}" for sentence in blind_spots({each.medium for each in findings})]
    lines += ["", "", _("What a threshold decides"), "", of_threshold(threshold), ""]
    return "\n".join(lines)


def _about(
    place: int, finding: Finding, origin: str, references: Mapping[str, Any], threshold: float
) -> list[str]:
    sign = SIGNS[finding.verdict][0]
    lines = ["", f"{place}. {shown(finding.file)} — {sign} {verdict_word(finding.verdict)}", ""]
    if origin:
        lines += [_("This copy was planted here on purpose, from “{item}”.").format(item=shown(origin)), ""]
    lines += [
        reason(finding, threshold),
        _("Nearness: {nearness}, from 0 (nothing in common) to 1 (a copy), by the measure {method}.").format(
            nearness=figure(finding.likeness.nearness), method=finding.likeness.method
        ),
        "",
    ]
    for rank, each in enumerate(finding.neighbours):
        where = _where(finding.medium, each, references[each.item])
        lines += [f"{BADGES[rank]}. {_said(finding, each)}", *where, ""]
    if finding.medium == "audio" and finding.neighbours:
        lines += [
            _(
                "“{file}” lets you hear them: each passage in the work, then in the item, letter after letter."
            ).format(file=f"listen-{place}.wav"),
            "",
        ]
    return lines


def _said(finding: Finding, neighbour: Neighbour) -> str:
    done = done_to(finding, neighbour)
    if neighbour.kind == WHOLE:
        return _("“{item}”: {done}.").format(item=shown(neighbour.item), done=done)
    if done:
        return _("“{item}”: {done}. It accounts for {share} of the work.").format(
            item=shown(neighbour.item), done=done, share=percent(neighbour.measure)
        )
    return _("“{item}”, which resembles it: it accounts for {share} of the work.").format(
        item=shown(neighbour.item), share=percent(neighbour.measure)
    )


def _where(medium: str, neighbour: Neighbour, reference: Any) -> list[str]:
    at: dict[str, Any] = neighbour.at
    if medium == "image":
        if "of_width" not in at:
            return []
        size = {name: round(value) for name, value in at.items() if not isinstance(value, list)}
        return [
            "   "
            + _(
                "They agree on {of_width} × {of_height} pixels of the work, from {of_x}, {of_y}, and {width} × "
                "{height} pixels of the item, from {x}, {y} (across, down)."
            ).format(**size)
        ]
    if medium == "audio":
        ends = {
            name: number(at[prefix + "start_s"] + (at[prefix + "length_s"] if late else 0))
            for name, prefix, late in (
                ("of_from", "of_", 0),
                ("of_to", "of_", 1),
                ("start", "", 0),
                ("end", "", 1),
            )
        }
        return [
            "   "
            + _(
                "They agree from {of_from} s to {of_to} s in the work, and from {start} s to {end} s in the item."
            ).format(**ends)
        ]
    passage = reference[int(at["start"]) : int(at["start"]) + int(at["length"])]
    # A line break before the passage would place it on the line above.
    blanks = len(passage) - len(passage.lstrip())
    start, length = int(at["start"]) + blanks, len(passage) - blanks
    quote = " ".join(passage.split())
    if len(quote) > LONGEST_QUOTE:
        quote = quote[:LONGEST_QUOTE].rsplit(" ", 1)[0] + " […]"
    found = ngettext(
        "Character {of_start} of the work; line {line}, character {start} of the item; {length} character:",
        "Character {of_start} of the work; line {line}, character {start} of the item; {length} characters:",
        length,
    ).format(
        of_start=int(at["of_start"]) + blanks + 1,
        line=reference.count("\n", 0, start) + 1,
        start=start + 1,
        length=length,
    )
    return ["   " + found, f"   > {quote}"]
