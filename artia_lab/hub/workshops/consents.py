"""What a participant chose to show: read from the archive of their files, never from their folder."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FORMAT = 1
# Where publications are in a home.
PLACE = "artia/publications/"
CONSENT = ".exhibit.json"
CONSENT_BYTES = 65_536
# The largest publication that is looked at, and how many of one participant.
ARCHIVE_BYTES = 1 << 30
MOST_EACH = 30

_NAME = re.compile(r"[^/\\\0]{1,200}\.zip")


@dataclass(frozen=True)
class Consented:
    """A publication that its author chose to show.

    Attributes
    ----------
    file : str
        Its name.
    shown_name : str
        The name under which it is shown; ``""`` for the one they joined with.
    """

    file: str
    shown_name: str


def consented(export: Path) -> Iterator[Consented]:
    """Find what a participant chose to show.

    Parameters
    ----------
    export : Path
        The archive of their files.

    Yields
    ------
    Consented
        Only publications that are there, with a consent that says yes.
    """
    with zipfile.ZipFile(export) as archive:
        sizes = {each.filename: each.file_size for each in archive.infolist()}
        found = 0
        for name in sorted(sizes):
            if not (name.startswith(PLACE) and name.endswith(CONSENT)) or sizes[name] > CONSENT_BYTES:
                continue
            said = _consent(archive.read(name))
            file = f"{name.removeprefix(PLACE).removesuffix(CONSENT)}.zip"
            if said is None or said.get("publication") != file or not _NAME.fullmatch(file):
                continue
            if sizes.get(PLACE + file, ARCHIVE_BYTES + 1) > ARCHIVE_BYTES or found >= MOST_EACH:
                continue
            found += 1
            shown = said.get("shown_name")
            yield Consented(file, shown if isinstance(shown, str) else "")


def extract(export: Path, file: str, target: Path) -> None:
    """Take a publication out of the archive of a participant's files.

    Parameters
    ----------
    export : Path
        The archive.
    file : str
        Name of the publication, as `consented` gives it.
    target : Path
        Where it goes; must not exist.
    """
    with zipfile.ZipFile(export) as archive, archive.open(PLACE + file) as source, target.open("xb") as out:
        shutil.copyfileobj(source, out, 1 << 20)


def _consent(content: bytes) -> dict[str, object] | None:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or said.get("format") != FORMAT or said.get("consent") is not True:
        return None
    return said
