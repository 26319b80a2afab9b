"""Licences, as SPDX expressions."""

from __future__ import annotations

import difflib
import re

from artia_lab.errors import CorpusError
from artia_lab.i18n import _

OWN_TERMS = re.compile(r"^LicenseRef-[A-Za-z0-9.-]+$")


def spdx(licence: str) -> str:
    """Write an SPDX licence expression the way SPDX writes it.

    Parameters
    ----------
    licence : str
        Such as ``"CC-BY-4.0"``, ``"cc0-1.0"``, ``"MIT OR CC0-1.0"``, or ``"LicenseRef-…"`` for terms of one's own.

    Returns
    -------
    str
        The same expression with the identifiers in SPDX's own letters; ``""`` for ``""``.

    Raises
    ------
    CorpusError
        If it is not an SPDX expression.
    """
    from license_expression import ExpressionError, ExpressionParseError

    from artia_lab.corpora.known_licences import LICENSING as licensing

    licence = licence.strip()
    if not licence:
        return ""
    try:
        expression = licensing.parse(licence)
        unknown = [key for key in licensing.unknown_license_keys(expression) if not OWN_TERMS.match(key)]
    except (ExpressionError, ExpressionParseError):
        unknown = [licence]
    if not unknown:
        return str(expression)
    near = _nearest(unknown[0], [key for key in licensing.known_symbols if not key.startswith("LicenseRef-")])
    raise CorpusError(
        _(
            "“{licence}” is not an SPDX licence. The nearest ones are {near}; for terms of your own, write "
            "LicenseRef- and a short name, such as LicenseRef-all-rights-reserved."
        ).format(licence=licence, near=", ".join(near))
    )


def _nearest(wanted: str, known: list[str]) -> list[str]:
    spelt = {key.casefold(): key for key in known}
    wanted = wanted.casefold().replace(" ", "-").removeprefix("creative-commons-")
    near = difflib.get_close_matches(wanted, spelt, n=3, cutoff=0.6)
    return [spelt[key] for key in near] or ["CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0"]
