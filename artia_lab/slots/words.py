"""What a person who waits is told, in the language in force."""

from __future__ import annotations

from artia_lab.i18n import _


def waiting(reason: str) -> str:
    """Say why a run waits.

    Parameters
    ----------
    reason : str
        As the broker gives it, or ``"away"``, ``"many"``.

    Returns
    -------
    str
        A sentence.
    """
    sentences = {
        "busy": _("Every place to compute is taken; this run starts as soon as its turn comes."),
        "turn": _("People who have computed less lately go first; this run's turn comes after theirs."),
        "quota": _(
            "Your workshop uses all it may of this machine. Wait for a run of it to end, or ask the facilitator."
        ),
        "limit": _("You hold as many places as one person may; this run starts when one of your runs ends."),
        "paused": _("The facilitator has paused the queue; this run starts after the pause."),
        "larger": _("Room is being made for a run that needs more; this run's turn comes after it."),
        "away": _("The queue is not answering. This run keeps waiting and starts when the queue is back."),
        "many": _("You have many runs waiting; this run joins the queue when one of them has started."),
    }
    return sentences.get(reason, sentences["busy"])


def refused(reason: str) -> str:
    """Say why a run will never get a place.

    Parameters
    ----------
    reason : str
        As the broker gives it.

    Returns
    -------
    str
        A sentence that ends with what to do.
    """
    if reason == "unknown":
        return _("The queue does not know whose run this is. Close your server, open it again, then run it again.")
    if reason == "impossible":
        return _("This run needs more than this machine shares. Ask for something smaller, then run it again.")
    return _("The queue refused this run ({reason}). Tell the facilitator.").format(reason=reason)


def made_room() -> str:
    """Say that a run made room for somebody else.

    Returns
    -------
    str
        A sentence.
    """
    return _("This run made room for somebody who had computed less. What it did is kept; it goes on in its turn.")


def freed() -> str:
    """Say that a facilitator stopped a run.

    Returns
    -------
    str
        A sentence.
    """
    return _("The facilitator gave this place to somebody else. What was made is kept; run it again later.")
