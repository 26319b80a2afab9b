"""What a corpus is: a folder, who made what is in it, and what may be done with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

MEDIA = ("image", "audio", "text")


@dataclass(frozen=True, kw_only=True)
class Item:
    """One file of a corpus.

    Attributes
    ----------
    file : str
        Its name, relative to the corpus folder, with ``/`` between folders.
    medium : str
        ``"image"``, ``"audio"``, ``"text"``, or ``""`` when the file is none of them.
    sha256 : str
        Of its bytes, in hexadecimal.
    author, licence : str
        Whose it is and its SPDX licence expression; the corpus's own where the datasheet gives no other.
    """

    file: str
    medium: str
    sha256: str
    author: str = ""
    licence: str = ""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A file that stands in the folder and is not part of the corpus.

    Attributes
    ----------
    file : str
        Its name, relative to the folder.
    reason : str
        A sentence that names the file, says why, and what to do.
    """

    file: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """A folder of material with its datasheet.

    Attributes
    ----------
    id : str
        What to give `artia_lab.corpora.find` to have it again.
    folder : Path
        Where its files are.
    title : str
        Its name, for people.
    authors : tuple of str
        Who made the material.
    licence : str
        SPDX expression that holds for every item without one of its own; ``""`` when there is none.
    consent : str
        How consent was obtained.
    uses : tuple of str
        What the consent is for; empty when the datasheet names no use in particular.
    contact, language, description : str
        Whom to ask, the language of the material (such as ``"fr"``), and what it is; each may be ``""``.
    private : bool
        Whether it is kept to the person: nothing made from it can be published.
    count : int
        How many items it has, known without reading them.
    media : tuple of str
        The media found in it, or that will be found once it is made.
    load : callable
        Gives the items; called once, when they are first wanted.
    left_out : tuple of LeftOut
        Filled by `artia_lab.corpora.describe`: files of the folder that are not in the corpus.
    """

    id: str
    folder: Path
    title: str
    authors: tuple[str, ...] = ()
    licence: str = ""
    consent: str = ""
    uses: tuple[str, ...] = ()
    contact: str = ""
    language: str = ""
    description: str = ""
    private: bool = False
    count: int
    media: tuple[str, ...]
    load: Callable[[], tuple[Item, ...]] = field(repr=False, compare=False)
    left_out: tuple[LeftOut, ...] = field(default=(), compare=False)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Its items, in the order of their names.

        Returns
        -------
        tuple of Item
            Every item, whatever its medium.
        """
        return tuple(sorted(self.load(), key=lambda item: item.file))

    @cached_property
    def digest(self) -> str:
        """What the corpus is, in one number: its files and the facts of their licences.

        Returns
        -------
        str
            sha256, in hexadecimal; the same wherever the folder stands and in whichever language it is described.
        """
        facts = {
            "items": [[item.file, item.sha256, item.author, item.licence] for item in self.items],
            "authors": self.authors,
            "licence": self.licence,
            "private": self.private,
        }
        canonical = json.dumps(facts, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode("ascii")).hexdigest()

    @property
    def publishable(self) -> bool:
        """Whether what is made from it may be published.

        Returns
        -------
        bool
            False when it is private, or has no licence or no consent.
        """
        return not self.private and bool(self.licence and self.consent)
