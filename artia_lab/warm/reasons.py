"""Why something starts cold: one line in the log, and a way to hear of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Log = logging.Logger | logging.LoggerAdapter[logging.Logger]

log = logging.getLogger("artia_lab.warm")
# In a notebook, a line about how a process started would stand among a person's results.
log.addHandler(logging.NullHandler())


class Reasons(logging.LoggerAdapter[logging.Logger]):
    """The log, and the first reason that was given there.

    Attributes
    ----------
    first : str
        The reason, or ``""``.
    """

    def __init__(self) -> None:
        super().__init__(log, {})
        self.first = ""

    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:
        """Log a line; the last of what it is made of is the reason.

        Parameters
        ----------
        level : int
            How grave it is.
        msg : object
            The line, with a place for each of `args`.
        *args : object
            What it is made of.
        **kwargs : Any
            As `logging.Logger.log`.
        """
        self.first = self.first or str(args[-1])
        super().log(level, msg, *args, **kwargs)


@contextmanager
def hearing(tell: Callable[[str], object]) -> Iterator[None]:
    """Tell the first reason why something starts cold, and only that one.

    Parameters
    ----------
    tell : callable
        Given the reason, in whatever thread it arises.

    Yields
    ------
    None
        While it listens.
    """
    handler, level = _First(tell), log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.setLevel(level)
        log.removeHandler(handler)


class _First(logging.Handler):
    def __init__(self, tell: Callable[[str], object]) -> None:
        super().__init__(logging.INFO)
        self._tell, self._told = tell, False

    def emit(self, record: logging.LogRecord) -> None:
        if not self._told and isinstance(record.args, tuple) and record.args:
            self._told = True
            self._tell(str(record.args[-1]))
