"""Corpora: folders of material that somebody chose, described and may use.

Importing this package loads none of numpy, Pillow or soundfile: listing and showing must be quick, and
material is only ever decoded in another process (`artia_lab.corpora.reader`).
"""

from artia_lab.corpora.check import Finding, Report, check
from artia_lab.corpora.corpus import Corpus, Item, LeftOut
from artia_lab.corpora.describe import add, describe
from artia_lab.corpora.reader import CorpusReader
from artia_lab.corpora.shelf import every, find, starter

__all__ = [
    "Corpus",
    "CorpusReader",
    "Finding",
    "Item",
    "LeftOut",
    "Report",
    "add",
    "check",
    "describe",
    "every",
    "find",
    "starter",
]
