"""Checks of an unpacked publication that need no rerun: is it whole, whose is it, and is it what it says."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from artia_lab.i18n import _, visible
from artia_lab.provenance import Publication, verify_signature
from artia_lab.review.check_runs import document
from artia_lab.review.result import Check, good, refused
from artia_lab.review.words import same, words
from artia_lab.runs.digests import file_digest

DOCUMENT, SIGNATURE = "publication.json", "publication.p7s"


def files(folder: Path, names: Sequence[str], publication: Publication) -> list[Check]:
    """Compare what was unpacked with what was signed.

    Parameters
    ----------
    folder : Path
        The unpacked publication.
    names : sequence of str
        The files that it holds.
    publication : Publication
        What it says.

    Returns
    -------
    list of Check
        One when everything is there and unaltered, else one for each file that is not.
    """
    found: list[Check] = []
    there = set(names) - {DOCUMENT, SIGNATURE}
    if SIGNATURE not in names:
        found.append(refused("files", lambda: _("“{file}” is missing: nobody signed this."), file=SIGNATURE))
    for name in sorted(publication.files.keys() - there):
        found.append(refused("files", lambda: _("“{file}” is missing."), file=visible(name)))
    for name in sorted(there - publication.files.keys()):
        found.append(
            refused(
                "files",
                lambda: _("“{file}” is not listed by the publication."),
                file=visible(name),
            )
        )
    for name in sorted(there & publication.files.keys()):
        if file_digest(folder / name) != publication.files[name]:
            found.append(
                refused(
                    "files",
                    lambda: _("“{file}” was altered: it no longer has the digest that was signed."),
                    file=visible(name),
                )
            )
    if not found:
        count = len(publication.files)
        found = [good("files", lambda: _("All {n} files are there, and none was altered or added."), n=count)]
    return found


def signature(folder: Path) -> Check:
    """Verify the signature of the publication.

    Parameters
    ----------
    folder : Path
        The unpacked publication.

    Returns
    -------
    Check
        ``care`` when it is good and its lab is not known here.
    """
    content, signed = (folder / DOCUMENT).read_bytes(), (folder / SIGNATURE).read_bytes()
    found = verify_signature(content, signed)
    if not found.valid:
        reason = words(lambda: verify_signature(content, signed).reason)
        return Check("signature", "refused", reason)
    named = {"signer": visible(found.signer), "fingerprint": found.root_fingerprint}
    if found.trusted:
        return good(
            "signature",
            lambda: _("Signed by “{signer}”, a lab that this one trusts (root {fingerprint})."),
            **named,
        )
    return Check(
        "signature",
        "care",
        words(
            lambda: _(
                "Signed by “{signer}”, a lab that this one does not know: nothing was changed since, but ask its "
                "people whether their root is {fingerprint}."
            ).format(**named)
        ),
    )


def licence(folder: Path, publication: Publication) -> Check:
    """Look at the licence, and at those of the material.

    Parameters
    ----------
    folder : Path
        The unpacked publication, of which `records` was good.
    publication : Publication
        What it says.

    Returns
    -------
    Check
        ``wrong`` when it is no SPDX expression, or the material forbids it.
    """
    from artia_lab.corpora.licences import spdx
    from artia_lab.errors import CorpusError

    named = {"licence": visible(publication.licence), "corpus": visible(publication.corpus.licence)}
    try:
        chosen = spdx(publication.licence)
    except CorpusError as error:
        return Check("licence", "wrong", same(str(error)))
    materials = {publication.corpus.licence}
    for run in publication.runs:
        materials |= {each["licence"] for each in document(folder / run / "record.json")["items"]}
    for material in sorted(materials - {""}):
        if _forbids(material, chosen):
            return Check("licence", "wrong", words(partial(_why_forbidden, material, chosen)))
    return good("licence", lambda: _("Published under {licence}; its corpus is under {corpus}."), **named)


def _forbids(material: str, chosen: str) -> str:
    """Say why material under one licence may not be published under another, as far as licences alone say."""
    from artia_lab.corpora.licences import spdx
    from artia_lab.errors import CorpusError
    from artia_lab.provenance.licences import obstacle

    try:
        return obstacle(spdx(material), chosen, agreed=True)
    except CorpusError as error:
        return str(error)


def _why_forbidden(material: str, chosen: str) -> str:
    return _("It is published under {licence}, but some of its material is under {material}: {reason}.").format(
        licence=visible(chosen), material=visible(material), reason=_forbids(material, chosen).rstrip(".")
    )


def notebooks(folder: Path, publication: Publication) -> list[Check]:
    """Look whether its notebooks can be read as notebooks.

    Parameters
    ----------
    folder : Path
        The unpacked publication.
    publication : Publication
        What it says.

    Returns
    -------
    list of Check
        One, or one for each notebook that cannot be read.
    """
    import nbformat

    from artia_lab.rerun.prepare import NOTEBOOK_LIMIT_BYTES

    found = []
    for name in (publication.notebook, publication.executed):
        try:
            if (folder / name).stat().st_size > NOTEBOOK_LIMIT_BYTES:
                raise ValueError(name)
            notebook = nbformat.reads((folder / name).read_text("utf-8"), as_version=4)
            nbformat.validate(notebook)
        except Exception:
            found.append(
                refused(
                    "notebooks",
                    lambda: _("“{file}” cannot be read as a notebook, or is larger than 64 MB."),
                    file=visible(name),
                )
            )
    return found or [good("notebooks", lambda: _("The notebook and its executed copy are well formed."))]
