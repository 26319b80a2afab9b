"""What a command prints: sentences and tables for people, or one JSON document for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from artia_lab.i18n import visible


class Printer:
    """Prints for a person or for a program, never for both.

    Parameters
    ----------
    json_wanted : bool
        Whether standard output is one JSON document and nothing else.
    """

    def __init__(self, json_wanted: bool) -> None:
        self.json_wanted = json_wanted

    def say(self, text: str) -> None:
        """Print a line for a person, on standard output.

        Parameters
        ----------
        text : str
            The line.
        """
        if not self.json_wanted:
            print(text)

    def tell(self, text: str) -> None:
        """Print how the work goes, on standard error.

        Parameters
        ----------
        text : str
            The line.
        """
        print(text, file=sys.stderr, flush=True)

    def error(self, sentence: str) -> None:
        """Print what went wrong.

        Parameters
        ----------
        sentence : str
            A whole sentence.
        """
        print(f"artia: {sentence}", file=sys.stderr)
        if self.json_wanted:
            self.document({"error": sentence})

    def document(self, content: Any) -> None:
        """Print the JSON document, when one is wanted.

        Parameters
        ----------
        content : object
            JSON types.
        """
        if self.json_wanted:
            print(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False))

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table for a person.

        Parameters
        ----------
        headings : sequence of str
            Titles of the columns.
        rows : sequence of sequence of str
            The cells.
        """
        if self.json_wanted:
            return
        if not sys.stdout.isatty():
            for row in rows:
                print("\t".join(visible(cell) for cell in row))
            return
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        shown = Table(box=None, pad_edge=False, header_style="bold")
        for heading in headings:
            shown.add_column(heading, overflow="fold")
        for row in rows:
            shown.add_row(*(Text(visible(cell)) for cell in row))
        Console().print(shown)
