"""The report of a review: a page to read, a document for programs, and a signature over both."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from artia_lab.errors import Mistake
from artia_lab.home import home
from artia_lab.i18n import _
from artia_lab.provenance import Identity
from artia_lab.review.page import page, sentence
from artia_lab.review.result import Review, text_json
from artia_lab.review.words import words
from artia_lab.runs.files import write_atomically

PAGE, DOCUMENT, SIGNATURE, ROOT = "index.html", "report.json", "report.p7s", "root.pem"


def default_folder(bundle: Path) -> Path:
    """Name a folder for the report of a bundle.

    Parameters
    ----------
    bundle : Path
        The bundle.

    Returns
    -------
    Path
        Under ``ARTIA_HOME/reviews``; not created.
    """
    name = re.sub(r"[^\w.-]+", "-", bundle.stem).strip("-.") or "publication"
    return home() / "reviews" / f"{datetime.now():%Y%m%d-%H%M%S}-{name[:80]}"


def _put(content: bytes, aside: Path) -> None:
    aside.write_bytes(content)


def write(review: Review, folder: Path) -> dict[str, Any]:
    """Write the report.

    Parameters
    ----------
    review : Review
        The review, whose files are still there.
    folder : Path
        Where to; made when missing, and an older report there is replaced.

    Returns
    -------
    dict
        What ``report.json`` says.

    Raises
    ------
    Mistake
        If it cannot be written there.
    """
    identity = Identity.of_this_lab()
    html = page(review).encode()
    said = review.to_json() | {
        "reviewed": datetime.now(UTC).isoformat(timespec="seconds"),
        "sentence": text_json(words(lambda: sentence(review))),
        "page": {"name": PAGE, "sha256": hashlib.sha256(html).hexdigest()},
    }
    document = (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()
    files = {PAGE: html, DOCUMENT: document, SIGNATURE: identity.sign(document), ROOT: identity.root_pem}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            write_atomically(folder / name, partial(_put, content))
    except OSError as error:
        raise Mistake(
            _("The report cannot be written to “{folder}”: {reason}. Choose another folder with --report.").format(
                folder=folder, reason=error.strerror
            )
        ) from error
    return said
