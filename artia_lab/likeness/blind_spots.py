"""What each measure of likeness cannot see, to be said wherever a verdict is shown."""

from __future__ import annotations

from artia_lab.i18n import _


def blind_spots(medium: str) -> str:
    """Say what the copy check of a medium cannot see, in the language in force.

    Parameters
    ----------
    medium : str
        ``"image"``, ``"audio"`` or ``"text"``.

    Returns
    -------
    str
        Two sentences.

    Raises
    ------
    KeyError
        For any other medium.
    """
    return {
        "image": _(
            "This check compares pixels with the pictures of the corpus, and with nothing else. It cannot see a "
            "style, a palette, a composition or an idea that was taken, a picture redrawn or heavily repainted, "
            "a scene seen from another side, nor pieces too small, too plain or too distorted to be known again."
        ),
        "audio": _(
            "This check compares sound with the recordings of the corpus, and with nothing else. It cannot hear a "
            "melody played again on another instrument, a voice or a style that was imitated, a rhythm that was "
            "taken, nor fragments too short, too noisy or too transformed to be known again: under louder sounds, "
            "a pure tone, a low thud or a click may escape it."
        ),
        "text": _(
            "This check compares words with the texts of the corpus, and with nothing else. It cannot see an "
            "idea, a plot, a form or a voice that was taken, a translation, nor a passage rewritten in "
            "other words."
        ),
    }[medium]
