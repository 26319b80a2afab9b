"""The command line: ``artia …``. It starts fast and imports late."""

from artia_lab.cli.entry import main

__all__ = ["main"]
