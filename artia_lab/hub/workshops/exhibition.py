"""The exhibition of a workshop: one static page in both languages, and the publications it shows beside it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from artia_lab.errors import Mistake
from artia_lab.hub.disk import write_private
from artia_lab.hub.state import private_folder
from artia_lab.hub.workshops.children import run_as
from artia_lab.hub.workshops.consents import Consented, consented, extract
from artia_lab.hub.workshops.export import Export
from artia_lab.hub.workshops.names import clean_name
from artia_lab.hub.workshops.records import Workshop
from artia_lab.hub.workshops.shown import Piece, Work, read_work
from artia_lab.i18n import Text, _, ngettext, use_language
from artia_lab.pages import document, picture, player, said

MODULE = "artia_lab.hub.workshops.works"
SECONDS_EACH = 300.0
PAGE = "index.html"
_ARTICLE = Markup(
    '<article class="work" aria-labelledby="{id}"><h2 id="{id}">{title}</h2>{facts}{shown}{link}</article>'
)
STYLE = """
.work { margin-block: 3rem; padding-block-start: 1.5rem; border-block-start: 1px solid currentColor; }
.work figure { margin-inline: 0; }
.work img { max-inline-size: 100%; block-size: auto; }
.work pre { white-space: pre-wrap; max-block-size: 24rem; overflow: auto; }
"""


@dataclass(frozen=True)
class Refused:
    """A publication that its author chose to show, and that is not shown.

    Attributes
    ----------
    user : str
        Whose it is.
    file : str
        Its name.
    reason : Text
        Why.
    """

    user: str
    file: str
    reason: Text

    def to_json(self) -> dict[str, str]:
        """Give it as JSON types.

        Returns
        -------
        dict of str to str
            With the reason in both languages.
        """
        return {"user": self.user, "file": self.file, "fr": self.reason.fr, "en": self.reason.en}


def exhibitions_folder(state: Path, workshop: str) -> Path:
    """Name the folder of a workshop's exhibition.

    Parameters
    ----------
    state : Path
        The hub's state folder.
    workshop : str
        The workshop's name.

    Returns
    -------
    Path
        Not created.
    """
    return state / "exhibitions" / workshop


def make_exhibition(
    state: Path, workshop: Workshop, exports: Mapping[str, tuple[Export, Path]], accounts: bool
) -> tuple[list[Work], list[Refused]]:
    """Make the exhibition from what participants chose to show; it appears whole, in place of an earlier one.

    Parameters
    ----------
    state : Path
        The hub's state folder.
    workshop : Workshop
        The workshop.
    exports : mapping of str to tuple
        For each participant, their export and its archive.
    accounts : bool
        Whether each participant has a Unix account, in which what they made is opened.

    Returns
    -------
    works : list of Work
        What is shown.
    refused : list of Refused
        What is not.
    """
    place = exhibitions_folder(state, workshop.name)
    # What a closing that was killed left half made.
    for left in place.parent.glob(f".{workshop.name}.*"):
        shutil.rmtree(left)
    aside = Path(tempfile.mkdtemp(prefix=f".{workshop.name}.", dir=private_folder(place.parent)))
    try:
        private_folder(aside / "publications")
        works: list[Work] = []
        refused: list[Refused] = []
        for user, (made, archive) in exports.items():
            for number, each in enumerate(consented(archive), 1):
                file = f"publications/{user}-{number}.zip"
                try:
                    works.append(_look(archive, each, made, aside / file, file, user if accounts else None))
                except _Unfit as error:
                    (aside / file).unlink(missing_ok=True)
                    refused.append(Refused(user, each.file, error.reason))
        write_private(aside / PAGE, page(workshop, works).encode())
        if place.exists():
            shutil.rmtree(place)
        os.rename(aside, place)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return works, refused


class _Unfit(Exception):
    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _look(archive: Path, chosen: Consented, made: Export, target: Path, file: str, account: str | None) -> Work:
    extract(archive, chosen.file, target)
    target.chmod(0o600)
    with tempfile.TemporaryDirectory(prefix="artia-exhibition-") as folder:
        room, bundle = Path(folder), Path(folder, "publication.zip")
        shutil.copyfile(target, bundle)
        if account is not None:
            for each in (room, bundle):
                shutil.chown(each, account)
        words = [str(bundle), str(room / "unpacked")]
        child = run_as(
            account, MODULE, words, seconds=SECONDS_EACH, environment={"ARTIA_HOME": folder, "HOME": folder}
        )
    try:
        if child.returncode:
            raise ValueError(child.returncode)
        found = read_work(child.stdout, _shown_name(chosen, made), file)
    except (ValueError, KeyError):
        reason = Text(fr="Elle ne peut pas être ouverte.", en="It cannot be opened.")
        raise _Unfit(reason) from None
    if isinstance(found, Text):
        raise _Unfit(found)
    return found


def _shown_name(chosen: Consented, made: Export) -> str:
    try:
        return clean_name(chosen.shown_name) if chosen.shown_name else made.shown_name
    except Mistake:
        return made.shown_name


def page(workshop: Workshop, works: list[Work]) -> str:
    """Write the page of an exhibition.

    Parameters
    ----------
    workshop : Workshop
        The workshop.
    works : list of Work
        What it shows.

    Returns
    -------
    str
        HTML that stands alone, but for the publications beside it.
    """
    day = workshop.opens.date().isoformat()

    def _lead() -> str:
        return ngettext(
            "{n} work of the workshop of {day}.", "{n} works of the workshop of {day}.", len(works)
        ).format(n=len(works), day=day)

    body = said(_lead if works else lambda: _("Nobody chose to show a work."), "p")
    for number, work in enumerate(works, 1):
        body += _article(work, number)
    # Whoever opens it may choose the other.
    with use_language(workshop.language):
        return document(Text(fr=workshop.title, en=workshop.title), body, style=STYLE)


def _article(work: Work, number: int) -> Markup:
    heading = f"work{number}"
    facts = said(
        lambda: _("By {authors}, under {licence}. Shown by {name}.").format(
            authors=", ".join(work.authors), licence=work.licence, name=work.shown_name
        ),
        "p",
    )
    shown = Markup("").join(_piece(each, heading) for each in work.pieces)
    link = Markup('<p><a href="{}">{}</a></p>').format(
        work.file,
        said(lambda: _("The publication of “{title}”: all it came from, to review it").format(title=work.title)),
    )
    return _ARTICLE.format(id=heading, title=work.title, facts=facts, shown=shown, link=link)


def _piece(piece: Piece, heading: str) -> Markup:
    if not piece.kind:
        return Markup('<pre tabindex="0" role="region" aria-labelledby="{}">{}</pre>').format(
            heading, piece.content.decode(errors="replace")
        )
    show = picture if piece.kind.startswith("image/") else player
    return show(piece.content, piece.kind, None, heading)
