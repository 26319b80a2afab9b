"""Publications: what a run or a notebook came from, whose it is, what may be done with it; signed and frozen."""

from artia_lab.provenance import archive, credentials, rules
from artia_lab.provenance.identity import Identity
from artia_lab.provenance.page import Words
from artia_lab.provenance.publication import Publication, PublishedCorpus, read_publication
from artia_lab.provenance.publish import Material, place_of, publish
from artia_lab.provenance.signature import Signature, verify_signature
from artia_lab.provenance.terms import Terms

__all__ = [
    "Identity",
    "Material",
    "Publication",
    "PublishedCorpus",
    "Signature",
    "Terms",
    "Words",
    "archive",
    "credentials",
    "place_of",
    "publish",
    "read_publication",
    "rules",
    "verify_signature",
]
