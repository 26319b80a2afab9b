"""Where things are: what a person makes, and what was installed with the package."""

from __future__ import annotations

import hashlib
import json
import os
import sysconfig
from pathlib import Path


def home() -> Path:
    """Name the folder under which everything a person makes lives.

    Returns
    -------
    Path
        ``ARTIA_HOME``, by default ``~/artia``; absolute, not created.
    """
    return Path(os.environ.get("ARTIA_HOME") or "~/artia").expanduser().absolute()


def data_folder(name: str) -> Path:
    """Name a folder that comes with the package.

    Parameters
    ----------
    name : str
        ``"notebooks"``, ``"hub_config"`` or ``"kernels"``.

    Returns
    -------
    Path
        The folder of the source checkout when there is one, else the installed one.
    """
    checkout = Path(__file__).parent.parent
    if (checkout / "pyproject.toml").is_file():
        return checkout / name
    # Jupyter looks for kernels in a place of its own.
    return Path(sysconfig.get_path("data")) / "share" / ("jupyter" if name == "kernels" else "artia") / name


def library_copy(language: str) -> Path:
    """Copy the library's notebooks of one language to where the person works, never over their changes.

    Parameters
    ----------
    language : str
        ``"fr"`` or ``"en"``.

    Returns
    -------
    Path
        ``notebooks/fr`` or ``notebooks/en`` under `home`.
    """
    folder = home() / "notebooks" / language
    folder.mkdir(parents=True, exist_ok=True)
    memory = folder / ".library.json"
    try:
        given: dict[str, str] = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        given = {}
    for source in sorted((data_folder("notebooks") / language).glob("*.ipynb")):
        content, place = source.read_bytes(), folder / source.name
        # A notebook that is no longer what we gave has been worked on: it is theirs.
        if place.exists() and _digest(place.read_bytes()) != given.get(source.name):
            continue
        if not place.exists() or _digest(content) != given[source.name]:
            aside = place.with_name(f".{os.getpid()}-{source.name}")
            aside.write_bytes(content)
            os.replace(aside, place)
        given[source.name] = _digest(content)
    aside = memory.with_name(f".{os.getpid()}.json")
    aside.write_text(json.dumps(given, indent=1), encoding="utf-8")
    os.replace(aside, memory)
    return folder


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
