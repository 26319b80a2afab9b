"""What a review found, as the page and the JSON document say it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artia_lab.i18n import Text
from artia_lab.review.words import words

if TYPE_CHECKING:
    from artia_lab.provenance import Publication
    from artia_lab.runs import RunFolder
    from artia_lab.verify import Verdict

STATUSES = {"passed": 0, "failed": 1, "impossible": 2, "refused": 2}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at in the bundle.

    Attributes
    ----------
    name : str
        What, such as ``"signature"``.
    state : {"good", "care", "wrong", "impossible", "refused"}
        ``care`` is for a person to weigh; ``wrong`` fails the review; the last two end it before the rerun.
    sentence : Text
        What was found.
    """

    name: str
    state: str
    sentence: Text

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON types.

        Returns
        -------
        dict
            Every attribute by name, the sentence in both languages.
        """
        return {"name": self.name, "state": self.state, "sentence": text_json(self.sentence)}


def good(name: str, sentence: Callable[[], str], **facts: object) -> Check:
    """Note something in order.

    Parameters
    ----------
    name : str
        What was looked at.
    sentence : callable
        Gives what was found in the language in force, with named places.
    **facts : object
        What fills them.

    Returns
    -------
    Check
        The check.
    """
    return Check(name, "good", words(lambda: sentence().format(**facts)))


def wrong(name: str, sentence: Callable[[], str], **facts: object) -> Check:
    """Note something that fails the review.

    Parameters
    ----------
    name : str
        What was looked at.
    sentence : callable
        Gives what was found in the language in force, with named places.
    **facts : object
        What fills them.

    Returns
    -------
    Check
        The check.
    """
    return Check(name, "wrong", words(lambda: sentence().format(**facts)))


def refused(name: str, sentence: Callable[[], str], **facts: object) -> Check:
    """Note something for which nothing is executed.

    Parameters
    ----------
    name : str
        What was looked at.
    sentence : callable
        Gives what was found in the language in force, with named places.
    **facts : object
        What fills them.

    Returns
    -------
    Check
        The check.
    """
    return Check(name, "refused", words(lambda: sentence().format(**facts)))


@dataclass(frozen=True, kw_only=True)
class Rerun:
    """The notebook, executed again.

    Attributes
    ----------
    sandboxed : bool
        Whether bubblewrap held it.
    seconds : float
        How long it took, with the start of the sandbox.
    executed : Path or None
        The executed notebook, as far as it came.
    runs : tuple of RunFolder
        What it made.
    reason : Text or None
        Why it did not come to its end.
    """

    sandboxed: bool
    seconds: float
    executed: Path | None = None
    runs: tuple[RunFolder, ...] = ()
    reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Review:
    """A review, from its beginning to its verdict.

    Attributes
    ----------
    bundle, sha256 : str
        Name and digest of what was reviewed.
    status : {"passed", "failed", "impossible", "refused"}
        How it ended.
    reasons : tuple of Text
        Why it did not pass.
    checks : tuple of Check
        What was looked at.
    publication : Publication or None
        What it says of itself, when it could be read.
    verdicts : dict of str to Verdict
        The comparison, by the language of its sentences; empty when there was none.
    rerun : Rerun or None
        The rerun, when there was one.
    pairs : tuple of (RunFolder, RunFolder)
        Each published run with what became of it.
    """

    bundle: str
    sha256: str
    status: str
    reasons: tuple[Text, ...] = ()
    checks: tuple[Check, ...] = ()
    publication: Publication | None = None
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    rerun: Rerun | None = None
    pairs: tuple[tuple[RunFolder, RunFolder], ...] = ()

    @property
    def exit_code(self) -> int:
        """Tell a program how it ended.

        Returns
        -------
        int
            0 passed, 1 failed, 2 impossible or refused.
        """
        return STATUSES[self.status]

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON types.

        Returns
        -------
        dict
            Everything but pictures and sounds.
        """
        said = {code: verdict.to_json() for code, verdict in self.verdicts.items()}
        return {
            "format": 1,
            "bundle": {"name": self.bundle, "sha256": self.sha256},
            "status": self.status,
            "reasons": [text_json(each) for each in self.reasons],
            "checks": [each.to_json() for each in self.checks],
            "title": self.publication.title if self.publication else "",
            "authors": list(self.publication.authors) if self.publication else [],
            "licence": self.publication.licence if self.publication else "",
            "experiment": self.publication.experiment if self.publication else "",
            "verdict": said or None,
            "rerun": None
            if self.rerun is None
            else {
                "sandboxed": self.rerun.sandboxed,
                "seconds": self.rerun.seconds,
                "runs": [each.record() for each in self.rerun.runs],
                "reason": text_json(self.rerun.reason) if self.rerun.reason else None,
            },
        }


def text_json(text: Text) -> dict[str, str]:
    """Give a text as JSON types.

    Parameters
    ----------
    text : Text
        The text.

    Returns
    -------
    dict
        ``fr`` and ``en``.
    """
    return {"fr": text.fr, "en": text.en}
