"""The command line: ``artia …``. It starts fast and imports late."""

from artia_lab.cli.main import main

__all__ = ["main"]
