"""The tests that the pytest plugin makes: one for each notebook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


class NotTheSame(Exception):
    """A notebook that did not pass; its text is what a person reads."""


class NotebookFile(pytest.File):
    """One notebook."""

    def collect(self) -> Iterator[pytest.Item]:
        """Make its only test.

        Yields
        ------
        pytest.Item
            The test.
        """
        yield NotebookItem.from_parent(self, name="artia verify")


class NotebookItem(pytest.Item):
    """Whether a notebook, rerun, makes the works of its reference."""

    def runtest(self) -> None:
        """Rerun the notebook and compare.

        Raises
        ------
        NotTheSame
            If it does not pass.
        """
        from artia_lab.testing.again import verify
        from artia_lab.testing.words import lines

        [checked] = verify([self.path])
        if checked.verdict.status != "passed":
            raise NotTheSame("\n".join(lines(checked)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Say what differs; where in our code this was found matters to nobody.

        Parameters
        ----------
        excinfo : pytest.ExceptionInfo
            What was raised.
        style : str, optional
            How others would show a trace.

        Returns
        -------
        str or object
            The sentences, or a trace for an error of ours.
        """
        from artia_lab.errors import ArtiaError

        if isinstance(excinfo.value, NotTheSame | ArtiaError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name the test in a report.

        Returns
        -------
        tuple
            Its file, no line, and its name.
        """
        return self.path, None, f"{self.path.name}: artia verify"
