"""Experiments that write: from a corpus of texts to a text, with its sources."""
