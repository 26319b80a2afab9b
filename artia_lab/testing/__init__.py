"""A pytest plugin: ``pytest --artia-verify notebooks`` reruns notebooks and compares each with its reference.

It stands beside nbval, which compares what cells print: neither takes the other's notebooks away. Nothing heavy is
imported here, since pytest imports every plugin that is installed, wanted or not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

__all__: list[str] = []

OPTION = "--artia-verify"


def pytest_addoption(parser: Any) -> None:
    """Add the option.

    Parameters
    ----------
    parser : pytest.Parser
        Where options are added.
    """
    group = parser.getgroup("artia", "ArtIA Lab")
    group.addoption(
        OPTION,
        action="store_true",
        help="rerun notebooks, and compare what is seen, heard and read with the reference beside each",
    )


def pytest_collect_file(file_path: Path, parent: Any) -> Any:
    """Take a notebook, when the option is given.

    Parameters
    ----------
    file_path : Path
        A file.
    parent : pytest.Collector
        Its folder.

    Returns
    -------
    pytest.File or None
        What makes one test of it.
    """
    if file_path.suffix != ".ipynb" or not parent.config.getoption(OPTION):
        return None
    from artia_lab.testing.items import NotebookFile

    return NotebookFile.from_parent(parent, path=file_path)


def pytest_ignore_collect(collection_path: Path, config: Any) -> bool | None:
    """Pass over the references, when the option is given: they are what is compared with.

    Parameters
    ----------
    collection_path : Path
        A file or folder.
    config : pytest.Config
        The configuration.

    Returns
    -------
    bool or None
        True for a reference; None leaves it to others.
    """
    if not config.getoption(OPTION) or collection_path.parent.name != "references":
        return None
    notebook = collection_path.parent.with_name(f"{collection_path.name}.ipynb")
    return True if collection_path.is_dir() and notebook.is_file() else None
