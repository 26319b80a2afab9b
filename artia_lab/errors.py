"""The few kinds of error, drawn as a tree.

::

    ArtiaError                 a finished sentence for a person
    ├── Mistake                something the person can put right (exit code 2)
    │   ├── ParameterError     a parameter that is unknown, mistyped or out of range
    │   ├── CorpusError        a corpus or its datasheet
    │   ├── MaterialError      a file that cannot be used as a picture, a sound or a text
    │   └── NotFound           a name that names nothing here
    ├── Failure                something that is ours to put right (exit code 1)
    └── Cancelled              the person stopped the work

Whoever raises one writes the whole sentence, in the language in force: what happened, which
file or parameter, and what to do next.
"""

from __future__ import annotations

__all__ = [
    "ArtiaError",
    "Cancelled",
    "CorpusError",
    "Failure",
    "MaterialError",
    "Mistake",
    "NotFound",
    "ParameterError",
]


class ArtiaError(Exception):
    """An error whose text is a finished sentence for a person."""


class Mistake(ArtiaError):
    """Something the person can put right."""


class ParameterError(Mistake):
    """A parameter that is unknown, mistyped or out of range."""


class CorpusError(Mistake):
    """A corpus or its datasheet that cannot be used as it stands."""


class MaterialError(Mistake):
    """A file that cannot be used as a picture, a sound or a text."""


class NotFound(Mistake):
    """A name that names nothing here."""


class Failure(ArtiaError):
    """Something that is ours to put right."""


class Cancelled(ArtiaError):
    """The person stopped the work."""
