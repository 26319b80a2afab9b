"""What the authors of a publication say of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from artia_lab.corpora.licences import spdx
from artia_lab.errors import Mistake
from artia_lab.i18n import _

TITLE_LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the authors of a publication say of it.

    Attributes
    ----------
    title : str
        Its title.
    authors : tuple of str
        Whose it is.
    licence : str
        SPDX expression.
    allow_training : bool
        Whether they allow others to train models on it and to mine it.
    with_corpus : bool
        Whether the items of the corpus are in it; else its digest alone.
    """

    title: str
    authors: tuple[str, ...]
    licence: str
    allow_training: bool = False
    with_corpus: bool = False

    def checked(self) -> Self:
        """Check them, and write the licence as SPDX does.

        Returns
        -------
        Terms
            The same terms, without blanks around them.

        Raises
        ------
        Mistake
            If a title, an author or the licence is missing, or the licence is not one.
        """
        title = " ".join(self.title.split())
        authors = tuple(dict.fromkeys(name for each in self.authors if (name := " ".join(each.split()))))
        if not title or len(title) > TITLE_LIMIT:
            raise Mistake(
                _("A publication needs a title of at most {limit} characters: --title “…”.").format(
                    limit=TITLE_LIMIT
                )
            )
        if not authors:
            raise Mistake(_("A publication needs an author: --author “…”, once for each."))
        if not self.licence.strip():
            raise Mistake(
                _("A publication needs a licence, as SPDX writes it: --licence CC-BY-4.0, for instance.")
            )
        return replace(self, title=title, authors=authors, licence=spdx(self.licence))
