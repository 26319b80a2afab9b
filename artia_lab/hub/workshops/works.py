"""What is to be seen of one publication: ``python -m artia_lab.hub.workshops.works ARCHIVE FOLDER``.

It runs in the participant's account, on what the participant made, and prints one JSON document. Whoever reads it
checks every part of it: the material may have taken this process over.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from artia_lab.errors import ArtiaError, Mistake
from artia_lab.i18n import LANGUAGES, use_language

MOST_OUTPUTS = 8
PICTURE_BYTES = 300_000
LONGEST_SIDE = 800
SHOWN_CHARACTERS = 3000


def main(archive: str, folder: str) -> None:
    """Unpack a publication, check it, and print what is to be seen of it.

    Parameters
    ----------
    archive : str
        The publication.
    folder : str
        Where it is unpacked; must not exist.
    """
    try:
        said = work(Path(archive), Path(folder))
    except ArtiaError:
        said = {"refused": {code: _reason(Path(archive), Path(f"{folder}-{code}"), code) for code in LANGUAGES}}
    json.dump(said, sys.stdout)


def work(archive: Path, folder: Path) -> dict[str, Any]:
    """Say what is to be seen of a publication.

    Parameters
    ----------
    archive : Path
        The publication.
    folder : Path
        Where it is unpacked; must not exist.

    Returns
    -------
    dict
        ``title``, ``authors``, ``licence``, ``experiment``, ``created`` and ``outputs``, each with its ``medium``
        and either ``text`` or ``kind`` and ``content`` in base64.

    Raises
    ------
    Mistake
        If it is no publication, is not whole, or was altered since it was signed.
    """
    from artia_lab.provenance import read_publication
    from artia_lab.review import check
    from artia_lab.review.unpack import unpack

    names = unpack(archive, folder)
    publication = read_publication(folder)
    checks = check.files(folder, names, publication)
    if all(each.state == "good" for each in checks):
        checks.append(check.signature(folder))
    for each in checks:
        if each.state not in ("good", "care"):
            raise Mistake(str(each.sentence))
    return {
        "title": publication.title,
        "authors": list(publication.authors),
        "licence": publication.licence,
        "experiment": publication.experiment,
        "created": publication.created,
        "outputs": [shown for run in publication.runs for shown in _outputs(folder / run)][:MOST_OUTPUTS],
    }


def _outputs(run: Path) -> Iterator[dict[str, Any]]:
    from artia_lab.review import evidence
    from artia_lab.review.check_runs import document
    from artia_lab.verify.opening import Picture, Sound

    for entry in document(run / "record.json").get("outputs", [])[:MOST_OUTPUTS]:
        path, medium = str(entry["path"]), str(entry["medium"])
        if ".." in Path(path).parts or medium not in ("image", "audio", "text"):
            continue
        found = evidence.opened(run / path, medium)
        if isinstance(found, Picture):
            content, kind = _picture(*evidence.picture(found.frames, found.durations_ms))
        elif isinstance(found, Sound):
            content, kind = _sound(run, *evidence.sound(found.samples, found.rate))
        elif isinstance(found, str):
            yield {"medium": medium, "text": found[:SHOWN_CHARACTERS], "cut": len(found) > SHOWN_CHARACTERS}
            continue
        else:
            continue
        yield {"medium": medium, "kind": kind, "content": base64.b64encode(content).decode("ascii")}


def _picture(content: bytes, kind: str) -> tuple[bytes, str]:
    if kind != "image/png" or len(content) <= PICTURE_BYTES:
        return content, kind
    from PIL import Image

    with Image.open(BytesIO(content), formats=["PNG"]) as still:
        still.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        smaller = BytesIO()
        white = Image.new("RGB", still.size, "white")
        white.paste(still, mask=still.getchannel("A") if still.mode == "RGBA" else None)
        white.save(smaller, "JPEG", quality=88, optimize=True)
    return smaller.getvalue(), "image/jpeg"


def _sound(run: Path, content: bytes, _kind: str) -> tuple[bytes, str]:
    from artia_lab.pages import listening_copy

    lossless = run / ".listening.flac"
    lossless.write_bytes(content)
    return listening_copy(lossless), "audio/mpeg"


def _reason(archive: Path, folder: Path, code: str) -> str:
    with use_language(code):
        try:
            work(archive, folder)
        except ArtiaError as error:
            return str(error)
    return ""


if __name__ == "__main__":
    main(*sys.argv[1:])
