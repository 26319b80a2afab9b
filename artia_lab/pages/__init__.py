"""Pages that stand alone: one file, both languages, nothing fetched, readable in ten years and without a script.

Contact sheets, publications and reviews are such pages. Both languages stand in each; two radio buttons and a line
of CSS show one of them, so that a frozen page needs no script for it.
"""

from artia_lab.pages.copies import listening_copy, picture_copy, sound_copy, waveform
from artia_lab.pages.document import document
from artia_lab.pages.media import picture, player
from artia_lab.pages.serving import LANGUAGE_COOKIE, POLICY, SERVED_FILES, counted, language_for, written
from artia_lab.pages.words import both, said

__all__ = [
    "LANGUAGE_COOKIE",
    "POLICY",
    "SERVED_FILES",
    "both",
    "counted",
    "document",
    "language_for",
    "listening_copy",
    "picture",
    "picture_copy",
    "player",
    "said",
    "sound_copy",
    "waveform",
    "written",
]
