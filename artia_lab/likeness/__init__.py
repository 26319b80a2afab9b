"""Likeness: how near an output is to what it learnt from, and to which items.

Each medium has its own measure, described where it is computed: `artia_lab.likeness.images`,
`artia_lab.likeness.sounds` and `artia_lab.likeness.texts`. All give a `Likeness`, whose nearness goes from 0,
nothing in common, to 1, a copy. A number is an invitation to look and listen, not a judgement: each
likeness names the nearest items and where in them to look.
"""

from artia_lab.likeness.blind_spots import blind_spots
from artia_lab.likeness.images import picture, pictures
from artia_lab.likeness.result import Likeness, Neighbour, nearer
from artia_lab.likeness.sounds import sound
from artia_lab.likeness.texts import text

__all__ = ["Likeness", "Neighbour", "blind_spots", "nearer", "picture", "pictures", "sound", "text"]
