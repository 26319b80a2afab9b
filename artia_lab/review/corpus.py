"""The corpus that a rerun needs: the one inside the publication, or the same one here."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from artia_lab import corpora
from artia_lab.corpora import datasheet
from artia_lab.corpora.sums import sha256_of
from artia_lab.errors import ArtiaError, Mistake
from artia_lab.home import home
from artia_lab.i18n import _, visible
from artia_lab.provenance import Publication
from artia_lab.review.sandbox import HOME, INPUT


def locate(publication: Publication, folder: Path) -> Path:
    """Find the folder of the corpus.

    Parameters
    ----------
    publication : Publication
        What it says.
    folder : Path
        Where it was unpacked.

    Returns
    -------
    Path
        A folder whose corpus has the digest that was published.

    Raises
    ------
    Mistake
        If there is none; the sentence says what is needed.
    """
    wanted = publication.corpus
    if wanted.included:
        inside = datasheet.read(folder / wanted.folder, wanted.id)
        changed = [item.file for item in inside.items if sha256_of(inside.folder, item.file) != item.sha256]
        if changed or inside.digest != wanted.digest:
            raise Mistake(
                _("The corpus inside the publication is not the one that it names: its digest is another.")
            )
        return inside.folder
    found = _here(wanted.id, wanted.digest)
    if found is None:
        raise Mistake(
            _(
                "The corpus “{title}” ({id}) is needed for the rerun, and is not here under the digest "
                "{digest}. Ask {authors} for it, put its folder into “{shelf}”, then review again."
            ).format(
                title=visible(wanted.title),
                id=visible(wanted.id),
                digest=wanted.digest,
                authors=visible(", ".join(wanted.authors)),
                shelf=home() / "corpora",
            )
        )
    return found


def _here(name: str, digest: str) -> Path | None:
    candidates = [name] + [each.id for each in corpora.every() if not each.id.startswith(("starter/", "system/"))]
    for each in candidates:
        try:
            found = corpora.find(each)
            if found.digest == digest:
                return found.folder
        except (ArtiaError, OSError):
            continue
    return None


def place_inside(name: str) -> tuple[str, bool]:
    """Say where a corpus must appear, for its id to find it.

    Parameters
    ----------
    name : str
        The id that was published, which nobody checked.

    Returns
    -------
    place : str
        A folder of the sandbox; ``""`` when it is there with the packages.
    named : bool
        Whether the id finds it; else the notebook must be given the folder.
    """
    kind, _slash, rest = name.partition("/")
    if kind == "system":
        return "", True
    plain = rest if kind in ("starter", "~") else name
    parts = PurePosixPath(plain).parts
    if not parts or plain.startswith("/") or any(each in (".", "..") or each.startswith(".") for each in parts):
        return str(INPUT / "corpus"), False
    if kind == "~":
        return str(HOME.joinpath(*parts)), True
    if len(parts) > 1:
        return str(INPUT / "corpus"), False
    folder = f"starter-{plain}" if kind == "starter" else plain
    return str(HOME / "artia" / "corpora" / folder), True
