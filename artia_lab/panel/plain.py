"""Errors that a notebook shows as their sentence alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from artia_lab.errors import ArtiaError


@contextmanager
def plainly() -> Iterator[None]:
    """Let our own errors through with the hook by which IPython shows a sentence in place of a traceback.

    The cell still fails, and whoever executes the notebook still learns the kind of error and its sentence.
    """
    try:
        yield
    except ArtiaError as error:
        sentence = str(error)
        error._render_traceback_ = lambda: [sentence]  # type: ignore[attr-defined]
        raise
